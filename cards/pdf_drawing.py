"""A program of its own that draws the pages of a PDF: a file that makes PDFium hang, crash or eat
the memory ends this process, and nothing beside it.

`cards.images` runs it by its path, isolated and without environment, and takes it for hostile. The
PDF comes by standard input; the one argument is JSON, see `Wanted`. By standard output go lines of
JSON: {"pages": n} first, then {"size": [width, height]} of each page in pixels, followed by its
bytes in RGB. {"error": …} ends it: locked, damaged, page (a page is damaged) or size (it has none).
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, TypedDict


class Wanted(TypedDict):
    """What to draw, and how much it may cost."""

    page: int | None
    """The one page, counted from 0; None for all."""

    longest_px: int
    most_pages: int
    most_pixels: int
    most_seconds: int
    """Of the processor; waiting for whoever reads the pages does not count."""

    most_bytes: int
    """Of memory."""


def main() -> None:
    wanted: Wanted = json.loads(sys.argv[1])
    _limit(wanted)
    out = sys.stdout.buffer
    for told, pixels in _drawn(sys.stdin.buffer.read(), wanted):
        out.write(f"{json.dumps(told)}\n".encode())
        out.flush()  # whole lines only, whatever ends this
        out.write(pixels)
        out.flush()


def _limit(wanted: Wanted) -> None:
    seconds, size = wanted["most_seconds"], wanted["most_bytes"]
    for what, soft, hard in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_DATA, size, size),
    ):
        with suppress(OSError, ValueError):  # it has a tighter one already
            resource.setrlimit(what, (soft, hard))


def _drawn(data: bytes, wanted: Wanted) -> Iterator[tuple[dict[str, Any], bytes]]:
    """What to tell, and the bytes that follow it."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        yield {"error": "locked" if "password" in str(error).lower() else "damaged"}, b""
        return
    count = len(document)
    yield {"pages": count}, b""
    if wanted["page"] is None and count > wanted["most_pages"]:
        return
    for number in range(count) if wanted["page"] is None else [wanted["page"]]:
        try:
            leaf = document[number]
            width, height = leaf.get_size()
            if min(width, height) < 1:
                yield {"error": "size"}, b""
                return
            scale = wanted["longest_px"] / max(width, height)
            size = round(width * scale), round(height * scale)
            if size[0] * size[1] > wanted["most_pixels"]:
                yield {"size": size}, b""
                return
            drawn = leaf.render(scale=scale, rev_byteorder=True)
        except (pypdfium2.PdfiumError, IndexError):
            yield {"error": "page"}, b""
            return
        yield {"size": (drawn.width, drawn.height)}, bytes(drawn.buffer)


if __name__ == "__main__":
    main()
