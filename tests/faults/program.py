"""Runs a program of the site with some of its functions changed, as tests want it.

The modules that do so are started in its place: `python -m tests.faults.killed_at POINT celery …`.
Nothing in the product knows of them.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence

import django


def set_up() -> None:
    """Django, before functions of its applications are changed."""
    import backoffice.celery  # noqa: F401  (it names the settings)

    django.setup()


def run(words: Sequence[str]) -> None:
    """As `python -m` with these words; the processes that it starts inherit what was changed."""
    sys.argv = list(words)
    runpy.run_module(words[0], run_name="__main__", alter_sys=True)
