from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from cards import one_clock, room
from extraction import backlog, jobs
from extraction.models import Backlog, Extraction


class Command(BaseCommand):
    help = "Run every due job in this process, then stop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--batch-api",
            action="store_true",
            help="send what is due at half the price, and fetch the answers that have come",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        jobs.requeue_stale()
        started = one_clock.now()
        if options["batch_api"]:
            self._tend_backlogs()
        done = 0
        with tqdm(total=jobs.due().count(), unit="card", disable=None) as bar:
            while (extraction_id := jobs.due().values_list("pk", flat=True).first()) is not None:
                is_run = jobs.run(extraction_id)
                if not is_run and room.is_full():
                    raise CommandError(
                        f"The disk is {room.used():.0%} full, so reading has stopped: {done} jobs"
                        " were run, the others wait. Make room, then run this again."
                    )
                done += is_run
                bar.update()
        self.stdout.write(f"{done} {'job' if done == 1 else 'jobs'} run; none is due.")
        for sentence in jobs.waiting():
            self.stdout.write(sentence)
        ended = Extraction.objects.filter(finished_at__gte=started)
        if failed := ended.filter(status=Extraction.Status.FAILED).count():
            raise CommandError(f"{failed} of them failed; their cards wait for review and say why.")

    def _tend_backlogs(self) -> None:
        """Due jobs wait for a batch; all that wait are sent, and answers are fetched."""
        slugs = backlog.half_price()
        if not slugs:
            raise CommandError(
                "No extractor that is set up here reads at half the price; nothing was changed."
                " Set OPENAI_API_KEY, or run `drain` alone."
            )
        backlog.add_all(jobs.due().filter(extractor__in=slugs))
        while backlog.tend(at_once=True):
            pass
        for sent in Backlog.objects.filter(status__in=backlog.OPEN):
            self.stdout.write(f"{sent}: {sent.error or sent.get_status_display().lower() + '.'}")
