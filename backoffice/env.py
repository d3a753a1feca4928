"""Typed readers of environment variables; a wrong value stops the start with a sentence."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    value = text(name).lower()
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    if not value:
        return default
    raise ImproperlyConfigured(f"{name} is {value!r}; write yes or no.")


def integer(name: str, default: int, *, at_least: int = 1, at_most: int | None = None) -> int:
    value = text(name)
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number.") from None
    if number < at_least:
        raise ImproperlyConfigured(f"{name} is {number}; the least it can be is {at_least}.")
    if at_most is not None and number > at_most:
        raise ImproperlyConfigured(f"{name} is {number}; the most it can be is {at_most}.")
    return number


def words(name: str, default: str = "") -> list[str]:
    """The comma-separated words of a variable."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def secret(name: str, default: str = "") -> str:
    """The value of `name`, or the contents of the file that `name`_FILE names."""
    path = text(f"{name}_FILE")
    if not path:
        return text(name, default)
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}.") from None


def private_folder(path: Path) -> Path:
    """`path`, made with mode 0700 if it was not there."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ImproperlyConfigured(
            f"The folder {path} cannot be made: {error.strerror}. Choose another with DATA_DIR."
        ) from None
    return path


def kept_secret(path: Path) -> str:
    """The secret in the file at `path`, made at random (mode 0600) the first time.

    Two processes that start together agree: whichever file appears first is the one both read.
    """
    if not path.exists():
        descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
        with open(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
        try:
            os.link(aside, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(aside)
    return path.read_text().strip()
