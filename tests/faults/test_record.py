"""What the fault tests write down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.faults import record


@pytest.fixture
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "record"
    monkeypatch.setenv("FAULTS_RECORD", str(path))
    return path


def test_a_loss_fails_its_test_and_is_recorded(lines: Path) -> None:
    with pytest.raises(AssertionError, match="card 7 is gone"), record.fault("a flood") as fault:
        fault.tried(["card 7 is gone"])
    assert json.loads(lines.read_text())["losses"] == ["card 7 is gone"]


def test_a_fault_that_was_never_tried_fails_its_test(lines: Path) -> None:
    with pytest.raises(AssertionError, match="never tried"), record.fault("a flood"):
        pass


def test_a_test_that_breaks_off_counts_as_a_loss(lines: Path) -> None:
    with pytest.raises(TimeoutError), record.fault("a flood"):
        raise TimeoutError
    assert json.loads(lines.read_text())["losses"]


def test_the_same_fault_on_two_sites_is_one_row(lines: Path) -> None:
    for site, seconds in (("small", "3 s"), ("big", "4 s")):
        with record.fault("a flood", site) as fault:
            fault.tried(trials=20)
            fault.found = seconds
    row = record.table(lines.read_text().splitlines()).splitlines()[2]
    assert row.startswith("| a flood | small; big | 40 | 0 | 3 s; 4 s |")
