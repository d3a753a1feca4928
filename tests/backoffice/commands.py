"""Commands as tests give them: in this process, or in one of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from backoffice import settings as product

ROOT = Path(product.__file__).resolve().parent.parent


def run(*words: object, **options: Any) -> str:
    """What a command prints."""
    out = StringIO()
    call_command(*map(str, words), stdout=out, **options)
    return out.getvalue()


def run_badly(*words: object, **options: Any) -> tuple[str, str]:
    """What a command prints, and the sentence it stops with."""
    out = StringIO()
    with pytest.raises(CommandError) as caught:
        call_command(*map(str, words), stdout=out, **options)
    return out.getvalue(), str(caught.value)


def manage(tmp_path: Path, *words: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command in a process and a DATA_DIR of its own."""
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, words)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "data"), **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
