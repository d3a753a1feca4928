"""Django looks for its `DatabaseWrapper` here."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base
from psycopg import OperationalError


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that is not begun while the watch of this process knows that it would hang: a
    page whose connection was cut would otherwise try for seconds to get another one."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Raises OperationalError."""
        from backoffice.readonly import watch

        if watch.site.is_known_down:
            raise OperationalError("the database does not answer")
        return super().get_new_connection(conn_params)
