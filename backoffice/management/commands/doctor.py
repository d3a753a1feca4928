import sys
from typing import Any

from django.core.management.base import BaseCommand

from backoffice import doctor


class Command(BaseCommand):
    help = "Check this installation: one line for each thing, and a next step for what is broken."
    requires_system_checks = []  # they are one of the lines

    def handle(self, *args: Any, **options: Any) -> None:
        styles = {"ok": self.style.SUCCESS, "doubt": self.style.WARNING, "BAD": self.style.ERROR}
        count = {"ok": 0, "doubt": 0, "BAD": 0}
        for finding in doctor.examine():
            count[finding.outcome] += 1
            word = styles[finding.outcome](f"{finding.outcome:<5}")
            milliseconds = f"{finding.seconds * 1000:.0f} ms"
            self.stdout.write(f"{word}  {finding.name:<9}  {finding.text}  [{milliseconds}]")
            self.stdout.flush()
        if count["BAD"]:
            self.stderr.write(f"{count['BAD']} of {sum(count.values())} checks found trouble.")
            sys.exit(1)
