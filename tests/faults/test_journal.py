"""How soon is in the vault what was decided, while all goes well and without beat?"""

from __future__ import annotations

import json
from datetime import datetime
from statistics import median

import pytest

from tests.faults import record
from tests.faults.conftest import MakeSite
from tests.faults.day import Day
from tests.faults.site import Site

pytestmark = pytest.mark.faults

PROMISED_SECONDS = 5
DECISIONS = 30


def lags(site: Site) -> dict[str, float]:
    """The seconds from each decision to its copy in the vault, by the name of the card."""
    found = {}
    for path in (site.folder / "vault").glob("cards/*/*/reviews/*.json"):
        decided_at = datetime.fromisoformat(json.loads(path.read_text())["at"])
        found[path.parent.parent.name] = path.stat().st_mtime - decided_at.timestamp()
    return found


def test_a_decision_is_in_the_vault_within_five_seconds(make_site: MakeSite) -> None:
    site = make_site(JOB_LEASE_SECONDS=10)
    for name in ("web", "worker"):
        site.start(name)
    day = Day(site)
    with record.fault("Nothing at all, and no beat", "SQLite, files and a folder") as fault:
        day.take_in(DECISIONS)
        day.until_read(DECISIONS)
        for _ in range(DECISIONS):
            day.decide(1)
        fault.losses += day.lost()
        found = lags(site)
        late = {card: seconds for card, seconds in found.items() if seconds > PROMISED_SECONDS}
        words = [f"card {card} was copied after {seconds:.1f} s" for card, seconds in late.items()]
        fault.tried(words, trials=len(found))
        fault.found = (
            f"decisions in the vault after {median(found.values()):.1f} s,"
            f" {max(found.values()):.1f} s at worst"
        )
        print(fault.found)
