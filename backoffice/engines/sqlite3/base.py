"""Django looks for its `DatabaseWrapper` here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to a file. What serves a site opens the one that is there or none: SQLite makes
    an empty file for whoever opens one that is gone, and the site would begin anew with it."""

    must_exist = False

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Raises OperationalError when the file must exist and does not."""
        name = conn_params["database"]
        if self.must_exist and isinstance(name, Path):
            conn_params = {**conn_params, "database": f"{name.absolute().as_uri()}?mode=rw"}
        return super().get_new_connection(conn_params)


def open_what_is_there() -> None:
    """From now on this process and those it forks make no database."""
    DatabaseWrapper.must_exist = True
