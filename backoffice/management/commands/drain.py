from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from extraction import jobs
from extraction.models import Extraction


class Command(BaseCommand):
    help = "Run every due job in this process, then stop."

    def handle(self, *args: Any, **options: Any) -> None:
        jobs.requeue_stale()
        started = timezone.now()
        done = 0
        with tqdm(total=jobs.due().count(), unit="card", disable=None) as bar:
            while (extraction_id := jobs.due().values_list("pk", flat=True).first()) is not None:
                done += jobs.run(extraction_id)
                bar.update()
        self.stdout.write(f"{done} {'job' if done == 1 else 'jobs'} run; none is due.")
        ended = Extraction.objects.filter(finished_at__gte=started)
        if failed := ended.filter(status=Extraction.Status.FAILED).count():
            raise CommandError(f"{failed} of them failed; their cards wait for review and say why.")
