"""SQLite as a back end of Django that begins no empty database in the place of a lost one."""
