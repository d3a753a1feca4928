"""What the fault tests found, and the table of it in docs/reliability.md.

    python -m tests.faults.record RECORD.jsonl

Each fault is a line of JSON in the file that FAULTS_RECORD names; without one nothing is written.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "reliability.md"
BEGIN, END = "<!-- faults: begin -->", "<!-- faults: end -->"

SEED = os.environ.setdefault("FAULTS_SEED", str(random.randrange(10**6)))
"""What chance the tests of this run are drawn by; processes that are started inherit it."""


@dataclass
class Fault:
    """A fault that was made so many times (`trials`), and what was lost by it, as sentences.

    `site` is what it was made on; `found` what was measured, in words.
    """

    name: str
    site: str = ""
    trials: int = 0
    losses: list[str] = field(default_factory=list)
    found: str = ""

    def tried(self, lost: Sequence[str] = (), *, trials: int = 1) -> None:
        """It was made so many times more, and this was lost by it."""
        self.trials += trials
        self.losses += lost


@contextmanager
def fault(name: str, site: str = "") -> Iterator[Fault]:
    """A fault to be tried in the block. It is recorded, and fails the test when anything was lost
    or it was never tried."""
    made = Fault(name, site)
    try:
        yield made
    except BaseException as error:
        made.losses.append(f"the test did not end: {error!r}")
        raise
    finally:
        _write(made)
    assert made.trials, f"{name} was never tried"
    assert not made.losses, "\n".join([f"{name} (FAULTS_SEED={SEED}):", *made.losses])


def drawn(name: str) -> random.Random:
    """Chance for one test, which repeats itself with the same FAULTS_SEED."""
    print(f"FAULTS_SEED={SEED}")
    return random.Random(f"{SEED} {name}")


def _write(made: Fault) -> None:
    if not (path := os.environ.get("FAULTS_RECORD")):
        return
    test = os.environ.get("PYTEST_CURRENT_TEST", "").partition(" ")[0]
    with Path(path).open("a") as file:
        file.write(json.dumps({**asdict(made), "test": test, "seed": SEED}) + "\n")


def table(lines: Sequence[str]) -> str:
    """The lines of a record as a table in Markdown, in their order; what a test did on several
    sites is one row."""
    rows = ["| Fault | On | Trials | Lost | Measured | Test |", "|---|---|---:|---:|---|---|"]
    together: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for found in map(json.loads, lines):
        test = found["test"].removeprefix("tests/faults/").partition("[")[0]
        together.setdefault((found["name"], test), []).append(found)
    for (name, test), made in together.items():
        cells = (
            name,
            "; ".join(dict.fromkeys(one["site"] for one in made if one["site"])),
            f"{sum(one['trials'] for one in made):,}",
            sum(len(one["losses"]) for one in made),
            "; ".join(one["found"] for one in made if one["found"]),
            f"`{test}`",
        )
        rows.append(f"| {' | '.join(str(cell).replace('|', '/') for cell in cells)} |")
    return "\n".join(rows)


def main(path: Path) -> None:
    """Puts the table between the two marks of the page."""
    lines = path.read_text().splitlines()
    page = PAGE.read_text()
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        sys.exit(f"{PAGE} lacks the lines {BEGIN} and {END}; nothing was changed.")
    seeds = ", ".join(sorted({json.loads(line)["seed"] for line in lines}))
    PAGE.write_text(f"{before}{begin}\n{table(lines)}\n\nSeed: {seeds}\n{end}{after}")
    print(f"{len(lines)} faults, {sum(len(json.loads(line)['losses']) for line in lines)} losses.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
