from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from backoffice.archive import monthly
from backoffice.archive.verify import BROKEN, Finding, Part, Report, verify
from cards.vault import VaultError

NAMED_AT_MOST = 100


def part(text: str) -> Part:
    """`3/30` as the third of thirty parts."""
    number, _, of = text.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise argparse.ArgumentTypeError(f"{text!r} is no part; write 1/30 for the first of thirty")
    return Part(int(number), int(of))


class Command(BaseCommand):
    help = (
        "Read the vault again: every picture must hash to its name, every document to its seal,"
        " and all that the database knows of must be there. Changes nothing without --repair."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--subset", type=part, metavar="N/M", default=Part(),
            help="only the n-th of m parts, such as 1/30",
        )  # fmt: skip
        parser.add_argument(
            "--repair", action="store_true",
            help="put right what is damaged or missing from the second copy (VAULT_COPY_URL)",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        with tqdm(unit="object", disable=None) as bar:
            try:
                report = verify(options["subset"], repair=options["repair"], tell=bar.update)
            except VaultError as error:
                raise CommandError(f"{error} Nothing was changed.") from error
        monthly.take_note(options["subset"], report)
        for finding in report.findings[:NAMED_AT_MOST]:
            self.stdout.write(_line(finding))
        if (more := len(report.findings) - NAMED_AT_MOST) > 0:
            self.stdout.write(f"and {more:,} more")
        self.stdout.write(_summary(report))
        if not report.is_sound:
            raise CommandError(" ".join(_complaints(report)))


def _complaints(report: Report) -> Iterator[str]:
    """What there is to be done about a report that is not sound."""
    unread = len(report.of("unread"))
    if any(not found.is_repaired for kind in BROKEN for found in report.of(kind)):
        yield (
            "The vault is not whole. Nothing was changed but what is called repaired; the cards"
            " are named above. docs/operations.md says how to put the rest right."
        )
    if unread:
        yield (
            f"Objects that could not be read: {unread:,}. Nothing is known of them, and nothing was"
            " done about them; run `verify` again when the vault answers."
        )


def _line(finding: Finding) -> str:
    cards = f" (card {', '.join(finding.cards)})" if finding.cards else ""
    repaired = ", repaired from the copy" if finding.is_repaired else ""
    return f"{finding.kind}: {finding.name}{cards}: {finding.why}{repaired}"


def _summary(report: Report) -> str:
    counts = ", ".join(f"{len(report.of(kind)):,} {kind}" for kind in (*BROKEN, "extra"))
    unread = f", {len(report.of('unread')):,} unread" if report.of("unread") else ""
    older = f", {report.unsealed:,} of an earlier version without a seal" if report.unsealed else ""
    return f"{report.objects:,} objects read, {report.size / 1e6:,.1f} MB{older}; {counts}{unread}."
