"""Typed readers of environment variables; a wrong value stops the start with a sentence."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation
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


def amount(name: str) -> Decimal:
    """An amount of money, such as 12.50; 0 when nothing is set."""
    value = text(name, "0")
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal(-1)
    if not (number.is_finite() and number >= 0):
        raise ImproperlyConfigured(f"{name} is {value!r}; write an amount such as 12.50.")
    return number


def price_list(name: str) -> dict[str, tuple[Decimal, Decimal, Decimal]]:
    """Three amounts by model, from JSON such as {"gpt-5-mini": [0.25, 0.025, 2]}."""
    try:
        found = json.loads(text(name, "{}"), parse_float=Decimal, parse_int=Decimal)
        prices = {model: (first, second, third) for model, (first, second, third) in found.items()}
        amounts = [amount for price in prices.values() for amount in price]
        if all(isinstance(amount, Decimal) and amount >= 0 for amount in amounts):
            return prices
    except (ValueError, TypeError, AttributeError):
        pass
    raise ImproperlyConfigured(
        f'{name} cannot be understood; write JSON such as {{"gpt-5-mini": [0.25, 0.025, 2]}}: US'
        " dollars for a million tokens of input, cached input and output."
    )


def choice(name: str, default: str, allowed: Sequence[str]) -> str:
    """One of the words that are `allowed`, or `default` when nothing is set."""
    value = text(name, default)
    if value not in (*allowed, default):
        written = f"{', '.join(allowed[:-1])} or {allowed[-1]}"
        raise ImproperlyConfigured(f"{name} is {value!r}; write {written}.")
    return value


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
    """`path`, made with mode 0700 if it was not there; one that is empty is made so too."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.stat().st_mode & 0o077 and not any(path.iterdir()):
            with suppress(PermissionError):  # somebody else's, as a mounted one may be
                path.chmod(0o700)
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
