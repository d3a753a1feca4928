"""Python in processes of its own, forked from one that has read the libraries: to read them takes
a second, and what a test asks for often a third of one."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from multiprocessing import get_context
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = (
    "boto3", "celery.app.base", "csp.middleware", "cv2", "django.contrib.admin",
    "django.core.management", "django.db.models", "django.test.client", "duckdb", "openpyxl",
    "phonenumbers", "psycopg", "redis", "storages.backends.s3", "whitenoise.storage",
)  # fmt: skip
"""Of the product nothing: it reads its settings from the environment of each process."""

FORKS = get_context("forkserver")
FORKS.set_forkserver_preload([*LIBRARIES])


def run(
    code: str, *words: str, environment: Mapping[str, str], seconds: float = 120
) -> CompletedProcess[str]:
    """What `python -c code words` does in the folder of the program, and how it ended."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        process = FORKS.Process(target=_run, args=(code, words, dict(environment), folder))
        process.start()
        process.join(seconds)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutExpired(code, seconds)
        out, err = ((folder / output).read_text() for output in ("out", "err"))
        return CompletedProcess(words, process.exitcode, out, err)


def _run(code: str, words: tuple[str, ...], environment: dict[str, str], folder: Path) -> None:
    for descriptor, output in ((1, "out"), (2, "err")):
        with (folder / output).open("wb") as file:
            os.dup2(file.fileno(), descriptor)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.argv = ["-c", *words]
    exec(code, {"__name__": "__main__"})
