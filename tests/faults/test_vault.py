"""Bits that flip in the vault are found and put right, and a `rebuild` that is killed goes on."""

from __future__ import annotations

import hashlib
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults import record
from tests.faults.conftest import MakeSite
from tests.faults.processes import ROOT
from tests.faults.site import Site

pytestmark = pytest.mark.faults

ON = "SQLite and a folder"
CARDS, READ = 120, 20
KILLS = 10


def filled(site: Site) -> None:
    """Cards that were read, some of them approved, and all of it in the vault."""
    cards = site.ask("take_in", list(range(CARDS, CARDS + READ)), "offline")
    site.start("worker")
    site.settle()
    for number, card in enumerate(cards[: READ // 2]):
        site.ask("approve", card, f"Mira Ahlström {number}")
    site.settle()
    site.end()
    site.ask("put_jobs", CARDS, "offline")


def test_flipped_bits_are_found_and_put_right(make_site: MakeSite, tmp_path: Path) -> None:
    chance = record.drawn("flipped")
    site = make_site(VAULT_COPY_URL=tmp_path / "copy")
    filled(site)
    site.manage("backup", str(tmp_path / "backups"), "--vault")
    objects = sorted(path for path in (site.folder / "vault").rglob("*") if path.is_file())
    whole = {path: hashlib.sha256(path.read_bytes()).digest() for path in objects}
    drawn = chance.sample(
        [path for path in objects if path.name != "README.txt"], len(objects) // 100
    )
    for path in drawn:
        flip(path, chance)
    with record.fault("a bit flipped in 1 of 100 objects", ON) as fault:
        names = {str(path.relative_to(site.folder / "vault")) for path in drawn}
        found = set(re.findall(r"^damaged: (\S+)", verified(site), flags=re.MULTILINE))
        fault.tried(
            [f"found {found}, flipped {names}"] if found != names else [], trials=len(drawn)
        )
        site.manage("verify", "--repair")
        still = [
            path for path, sha in whole.items() if hashlib.sha256(path.read_bytes()).digest() != sha
        ]
        fault.tried([f"not put right: {still}"] if still else [], trials=0)
        fault.tried(site.ask("broken"), trials=0)
        fault.found = f"of {len(objects)} objects"


def flip(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.chmod(0o600)
    path.write_bytes(data)


def verified(site: Site) -> str:
    """What `verify` says, which fails."""
    done = subprocess.run(
        [sys.executable, "manage.py", "verify"], cwd=ROOT, env=site.environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode
    return done.stdout


def test_a_rebuild_that_is_killed_goes_on(make_site: MakeSite) -> None:
    chance = record.drawn("rebuild")
    site = make_site()
    filled(site)
    before = exported(site, "before")
    took = lose_database(site)
    assert exported(site, "once") == before
    with record.fault("rebuild killed at a random moment", ON) as fault:
        lose_database(site, rebuild=False)
        for _ in range(KILLS):
            process = subprocess.Popen(
                [sys.executable, "manage.py", "rebuild"], cwd=ROOT, env=site.environment,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            time.sleep(chance.uniform(0.3 * took, took))
            process.kill()
            process.wait()
            fault.tried()
        site.manage("rebuild")
        fault.tried(site.ask("broken"), trials=0)
        lost = [] if exported(site, "after") == before else ["an export differs"]
        fault.tried(lost, trials=0)


def lose_database(site: Site, *, rebuild: bool = True) -> float:
    """Begin anew with an empty one; how many seconds a `rebuild` of it takes."""
    site.ask_anew()
    for path in site.folder.glob("db.sqlite3*"):
        path.unlink()
    site.prepare()
    began = time.monotonic()
    if rebuild:
        site.manage("rebuild")
    return time.monotonic() - began


def exported(site: Site, name: str) -> bytes:
    path = site.folder.parent / f"{name}.jsonl"
    site.manage("export", "jsonl", str(path), "--status", "all")
    return path.read_bytes()
