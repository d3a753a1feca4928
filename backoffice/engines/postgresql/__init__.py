"""PostgreSQL as a back end of Django that does not call a server that is known not to answer."""
