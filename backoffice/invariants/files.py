"""Are the files that others take from here what was made?"""

from __future__ import annotations

from collections.abc import Iterator

from backoffice.analytics import publications
from backoffice.analytics.publications import PublicationError
from backoffice.invariants.listing import Listing


def damaged_publications(kept: Listing) -> Iterator[str]:
    """Publications with a file that is not as its manifest says, or without a whole manifest."""
    root = publications.root()
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        if publications.NAME.fullmatch(folder.name):
            try:
                publications.check(folder)
            except PublicationError as error:
                yield str(error)
