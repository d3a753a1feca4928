"""The tables of a site on SQLite, made once for all sites of a test process: it takes seconds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "db.sqlite3"


def put_tables(data_dir: Path, variables: Mapping[str, str]) -> None:
    """Puts them into a DATA_DIR without a database, which is made if it is not there; nothing for
    a site whose `variables` name a database elsewhere."""
    if "DATABASE_URL" in variables:
        return
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copy(Path(_made().name, DATABASE), data_dir)


@cache
def _made() -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory(prefix="card-desk-prepared-")
    site = {"DJANGO_SETTINGS_MODULE": "backoffice.settings", "DATA_DIR": folder.name}
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=ROOT, env={**os.environ, **site}, check=True, capture_output=True,
    )  # fmt: skip
    return folder
