"""Brings the second copy of the vault up to date, or the vault from its second copy.

Nothing is overwritten on either side; what is damaged is not copied but named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from backoffice.archive.chunks import chunks
from backoffice.archive.manifest import BackupError
from cards import vault

COPIERS = 8
CHUNK = 200

Tell = Callable[[int], object]


@dataclass(slots=True)
class Copied:
    """What was copied, and what was not and why, by name."""

    objects: int = 0
    size: int = 0
    already: int = 0
    refused: dict[str, str] = field(default_factory=dict)


def update(tell: Tell | None = None) -> Copied:
    """Copies what the second copy has not got yet. Raises BackupError when not all could be copied;
    what was copied until then stays."""
    try:
        there = dict(vault.names_in_copy())
        return _whole(_copy(vault.names(), there, _keep_in_copy, tell))
    except vault.VaultError as error:
        raise BackupError(f"{error}. What was copied stays; the rest is next time.") from error


def bring_back(tell: Tell | None = None) -> Copied:
    """Copies what the vault has not got from the second copy. Raises BackupError likewise."""
    try:
        there = dict(vault.names())
        return _whole(_copy(vault.names_in_copy(), there, _keep, tell))
    except vault.VaultError as error:
        raise BackupError(f"{error}. What was brought back stays; run this again.") from error


def _whole(copied: Copied) -> Copied:
    """Raises BackupError when something was not copied."""
    if copied.refused:
        name, why = next(iter(copied.refused.items()))
        raise BackupError(
            f"{copied.objects:,} objects of the vault were copied, {len(copied.refused):,} were"
            f" not, the first being {name}: {why}. Nothing was overwritten; run `verify`."
        )
    return copied


def _copy(
    names: Iterable[tuple[str, int]],
    there: dict[str, int],
    keep: Callable[[str], int],
    tell: Tell | None,
) -> Copied:
    copied = Copied()
    wanted = _missing(names, there, copied)
    with ThreadPoolExecutor(COPIERS) as copiers:
        for chunk in chunks(wanted, CHUNK):
            for name, outcome in zip(chunk, copiers.map(_try(keep), chunk), strict=True):
                if isinstance(outcome, str):
                    copied.refused[name] = outcome
                else:
                    copied.objects += 1
                    copied.size += outcome
            if tell:
                tell(len(chunk))
    return copied


def _missing(
    names: Iterable[tuple[str, int]], there: dict[str, int], copied: Copied
) -> Iterator[str]:
    """The names that are not `there`; one that is there with another size is refused."""
    for name, size in names:
        if name.startswith(vault.DAMAGED):
            continue
        if name not in there:
            yield name
        elif there[name] != size:
            copied.refused[name] = "the two sides keep different bytes; `verify` says what is whole"
        else:
            copied.already += 1


def _try(keep: Callable[[str], int]) -> Callable[[str], int | str]:
    def attempt(name: str) -> int | str:
        try:
            return keep(name)
        except vault.VaultError as error:
            return str(error)

    return attempt


def _keep_in_copy(name: str) -> int:
    data = vault.get(name)
    vault.check(name, data)
    vault.put_in_copy(name, data)
    return len(data)


def _keep(name: str) -> int:
    data = vault.from_copy(name)
    vault.put(name, data)
    return len(data)
