"""The files of a publication as people get them. Needs no database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from backoffice.analytics import publications
from backoffice.analytics.publications import DATABASE, NAME, Publication, PublicationError
from cards import exports

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "duckdb": "application/vnd.duckdb",
}
"""What is offered, by the ending of its name."""

_CONTACTS = "contacts"


@dataclass(frozen=True, slots=True)
class Download:
    """A file that is offered: `title` says for whom it is, `rows` are those of its table, None for
    a file with several."""

    name: str
    title: str
    size: int
    sha256: str
    rows: int | None


def offered(publication: Publication) -> list[Download]:
    """Everything as one file and the contacts in each format first, then the other tables."""
    found = [
        Download(
            name=name,
            title=_title(name),
            size=int(file["size"]),
            sha256=str(file["sha256"]),
            rows=publication.counts.get(PurePosixPath(name).stem),
        )
        for name, file in publication.files.items()
        if _ending(name) in TYPES
    ]
    return sorted(found, key=lambda one: (not one.title, one.name != DATABASE, one.name))


def answer(publication: str, name: str) -> FileResponse:
    """A file to be saved, from the folder called `publication`. Only what a manifest names is ever
    opened, and only as it was published. Raises Http404, PublicationError."""
    folder = publications.root() / publication
    if not (NAME.fullmatch(publication) and folder.is_dir()):
        raise Http404
    found = publications.read(folder)
    if name not in found.files or _ending(name) not in TYPES:
        raise Http404
    publications.check(folder, name)
    try:
        file = (folder / name).open("rb")
    except OSError as error:
        raise PublicationError(
            f"{name} cannot be read ({error.strerror}). Take another publication."
        ) from error
    path = PurePosixPath(name)
    response = FileResponse(
        file,
        as_attachment=True,
        filename=f"{path.stem}-{publication}{path.suffix}",
        content_type=TYPES[_ending(name)],
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _title(name: str) -> str:
    """What the file is for; "" for one table of many."""
    path = PurePosixPath(name)
    if name == DATABASE:
        return _("DuckDB, every table in one file")
    if path.stem != _CONTACTS:
        return ""
    if path.suffix == ".parquet":
        return _("Parquet, for data frames")
    return str(exports.find(_ending(name)).title)


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix[1:] if "/" not in name else ""
