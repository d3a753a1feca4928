"""Runs a worker with a reader that costs nothing, and eyes that see nothing.

    python -m tests.faults.fake_reader celery --app=backoffice worker …

It is called "fake". As long as the folder named by FAULTS_HOLD is there, it does not answer, and
keeps a file in it that is called like its process.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from PIL import Image

from tests.faults import program


def put_in_place() -> None:
    """Lets `extraction.extractors` load it by its slug, as it loads all others."""
    from extraction import extractors
    from extraction.extractors.base import BaseExtractor
    from extraction.reading import ocr
    from extraction.result import Result, Seen, Value

    class FakeReader(BaseExtractor):
        label = "Fake reader"
        model = "fake-1"

        def parameters(self) -> dict[str, Any]:
            return {"kind": "fake"}

        def ask(self, pictures: Sequence[Image.Image], seen: Seen) -> dict[str, Any]:
            hold = Path(os.environ.get("FAULTS_HOLD", "/nowhere"))
            with suppress(FileNotFoundError):
                (hold / str(os.getpid())).touch()
            while hold.exists():
                time.sleep(0.1)
            return {"full_name": "Rosa Halloway"}

        def parse(self, answer: Mapping[str, Any], seen: Seen) -> Result:
            return Result({name: Value(text, 0.95) for name, text in answer.items()}, seen)

    def see(sides: Sequence[Image.Image]) -> ocr.Reading:
        return ocr.Reading(tuple(sides), Seen((), turns=(0,) * len(sides)))

    module = ModuleType("extraction.extractors.fake")
    module.Extractor = FakeReader  # type: ignore[attr-defined]
    sys.modules[module.__name__] = module
    slugs = (*extractors.slugs(), "fake")
    extractors.slugs = lambda: slugs  # type: ignore[assignment]
    ocr.read = see  # type: ignore[assignment]


if __name__ == "__main__":
    program.set_up()
    put_in_place()
    program.run(sys.argv[1:])
