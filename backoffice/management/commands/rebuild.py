from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from backoffice.archive import restored
from backoffice.archive.papers import take_inventory
from backoffice.archive.rebuild import RebuildError, Report, rebuild
from cards.vault import VaultError

NAMED_AT_MOST = 100


class Command(BaseCommand):
    help = (
        "Make the database from the vault alone: batches, cards, readings, decisions, second looks"
        " and paid calls. What is there is completed, not changed; it may be stopped and run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--skip", action="store_true",
            help="after `restore`: read nothing, and let the site start with the backup alone",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        if options["skip"]:
            restored.unmark()
            self.stdout.write("Nothing was read. The site starts with what its database has.")
            return
        try:
            inventory = take_inventory()
            total = len(inventory.cards) + len(inventory.calls)
            with tqdm(total=total, unit="object", disable=None) as bar:
                report = rebuild(inventory, tell=bar.update)
        except RebuildError as error:
            raise CommandError(str(error)) from error
        except VaultError as error:
            raise CommandError(
                f"{error} What was written by then is whole; run `rebuild` again, and it goes on."
            ) from error
        self._tell(report)
        if unread := [skipped for skipped in report.skipped if skipped.may_pass]:
            # A database from a backup stays marked as such: it may lack decisions of theirs.
            raise CommandError(
                f"Cards of which the vault did not give every document: {len(unread):,}. They are"
                " named above, and all others were brought back. Run `rebuild` again when the"
                " vault answers: it goes on there."
            )
        restored.unmark()
        if report.skipped:
            raise CommandError(
                f"{len(report.skipped):,} could not be brought back and are named above; all others"
                " were. `verify --repair` puts documents right from a second copy of the vault;"
                " then run `rebuild` again."
            )

    def _tell(self, report: Report) -> None:
        self.stdout.write(
            f"{report.cards:,} cards made and {report.completed:,} brought up to date, with"
            f" {report.readings:,} readings, {report.reviews:,} decisions, {report.calls:,} paid"
            f" calls and {report.batches:,} batches; {report.already:,} cards were there already."
        )
        if report.jobs:
            self.stdout.write(f"{report.jobs:,} cards wait to be read.")
        if report.backlogs:
            self.stdout.write(
                f"{report.backlogs:,} backlogs are with a Batch API; their answers are fetched."
            )
        if report.erased:
            self.stdout.write(f"{report.erased:,} cards are erased and stay so.")
        for card in report.left_out[:NAMED_AT_MOST]:
            self.stdout.write(f"left out: {card}: its picture came twice at once, and is here once")
        for skipped in report.skipped[:NAMED_AT_MOST]:
            self.stdout.write(f"skipped: {skipped.what}: {skipped.why}")
        if (more := len(report.skipped) - NAMED_AT_MOST) > 0:
            self.stdout.write(f"and {more:,} more")
        if report.placeholders:
            self.stdout.write(
                "Made without a password, not active, as documents name them:"
                f" {', '.join(report.placeholders)}."
            )
        self.stdout.write(
            "Users, groups and fitted readers are not in the vault: they come from a backup"
            " (`restore`), before `rebuild`."
        )
