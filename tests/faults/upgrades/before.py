"""The last release as a program that runs beside this one, out of the history of the repository."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from django.test import override_settings

from backoffice import supervisor
from tests import services
from tests.faults.processes import ROOT, Process
from tests.faults.site import Site

COMMIT = "8d91019"
"""Card Desk 0.3.0. To be renewed with each release, as is the list in tests/test_upgrades.py."""


class Before:
    """The program as it was, in a folder of its own, with the packages of today."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        done = subprocess.run(
            ["git", "-C", str(ROOT), "archive", COMMIT], capture_output=True, check=False
        )
        if done.returncode:
            pytest.fail(
                f"The last release ({COMMIT}) is not in the history of this clone:"
                f" {done.stderr.decode().strip()}. Run `git fetch --unshallow`.",
                pytrace=False,
            )
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(folder, filter="data")

    def prepare(self, site: Site) -> None:
        """Makes the site's database as it was."""
        done = subprocess.run(
            [sys.executable, "manage.py", "prepare"], cwd=self.folder,
            env=self._environment(site), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self, site: Site, role: str) -> Process:
        """A process of the site as it was, called `role`-before; ended with the site."""
        name = f"{role}-before"
        port = site._ports.setdefault(name, services.free_port())
        with override_settings(WEB_PROCESSES=1, WORKER_PROCESSES=1):
            command = supervisor.site_commands(port)[role]
        if role == "worker":
            command = [*command, f"--hostname={name}@%h"]
        log = site.folder.parent / f"{site.folder.name}-{name}.log"
        inside = ["env", "-C", str(self.folder), *command]
        made = site.processes[name] = Process(name, inside, self._environment(site), log)
        made.start()
        return made

    def _environment(self, site: Site) -> dict[str, str]:
        return {**site.environment, "PYTHONPATH": str(self.folder)}
