"""What the log leaves out."""

import logging

from django.core.exceptions import PermissionDenied


class WithoutDenials(logging.Filter):
    """Takes the traceback off a refused request: the line says who asked for what."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], PermissionDenied):
            record.exc_info = None
            record.exc_text = None
        return True
