import argparse
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice import doctor, invariants
from cards.vault import VaultError

NAMED_AT_MOST = 100


class Command(BaseCommand):
    help = "Check this installation: one line for each thing, and a next step for what is broken."
    requires_system_checks = []  # they are one of the lines

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--invariants", action="store_true",
            help="hold vault and database against each other instead, and name what was lost",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        if options["invariants"]:
            self._hold_against_each_other()
        else:
            self._examine()

    def _examine(self) -> None:
        count = {"ok": 0, "doubt": 0, "BAD": 0}
        for finding in doctor.examine():
            count[finding.outcome] += 1
            milliseconds = f"{finding.seconds * 1000:.0f} ms"
            self._say(finding.outcome, finding.name, f"{finding.text}  [{milliseconds}]")
        if count["BAD"]:
            self.stderr.write(f"{count['BAD']} of {sum(count.values())} checks found trouble.")
            sys.exit(1)

    def _hold_against_each_other(self) -> None:
        total = 0
        try:
            for name, invariant, found in invariants.examine():
                total += len(found)
                self._say("BAD" if found else "ok", name, invariant.holds)
                for sentence in found[:NAMED_AT_MOST]:
                    self.stdout.write(f"         {sentence}")
                if (more := len(found) - NAMED_AT_MOST) > 0:
                    self.stdout.write(f"         and {more:,} more")
        except VaultError as error:
            raise CommandError(f"{error} Nothing was changed; try again.") from error
        if total:
            raise CommandError(
                f"{total:,} {'thing is' if total == 1 else 'things are'} not as promised. Nothing"
                " was changed; docs/operations.md says how to put it right."
            )

    def _say(self, outcome: str, name: str, text: str) -> None:
        styles = {"ok": self.style.SUCCESS, "doubt": self.style.WARNING, "BAD": self.style.ERROR}
        self.stdout.write(f"{styles[outcome](f'{outcome:<5}')}  {name:<9}  {text}")
        self.stdout.flush()
