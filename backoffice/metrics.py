"""Numbers about the site, for Prometheus and whoever else reads its text format.

Only for those who know METRICS_TOKEN: how many cards there are and what was spent is nobody's
business. A few queries, each over an index.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache

from backoffice import alive, journal_lag
from backoffice.archive import nightly
from cards import room
from cards.models import Card
from extraction import jobs
from extraction.models import Extraction
from extraction.paying import ledger

PREFIX = "card_desk_"


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number, or several that differ in one label, given as `{label value: number}`."""

    name: str
    help: str
    values: Mapping[str, float]
    label: str = ""

    def lines(self) -> Iterator[str]:
        yield f"# HELP {PREFIX}{self.name} {self.help}"
        yield f"# TYPE {PREFIX}{self.name} gauge"
        for which, number in self.values.items():
            labels = f'{{{self.label}="{which}"}}' if self.label else ""
            yield f"{PREFIX}{self.name}{labels} {number:.10g}"


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    if not settings.METRICS_TOKEN:
        raise Http404("METRICS_TOKEN is not set.")
    sent = request.headers.get("Authorization", "")
    if not constant_time_compare(sent, f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse(
            "Send the METRICS_TOKEN of this site as a bearer token.\n",
            content_type="text/plain",
            status=401,
            headers={"WWW-Authenticate": "Bearer"},
        )
    text = "".join(f"{line}\n" for gauge in gauges() for line in gauge.lines())
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def gauges() -> Iterator[Gauge]:
    """All that is told; what is not known yet is left out."""
    yield _one(
        "journal_lag_seconds",
        "Since when the oldest decision or reading waits for its copy in the vault.",
        journal_lag.seconds(),
    )
    yield from _of_jobs()
    cards = (Card.Status.UPLOADED, Card.Status.NEEDS_REVIEW)
    found = Card.objects.filter(status__in=cards).order_by().values_list("status")
    counts = dict(found.annotate(Count("pk")))
    yield Gauge(
        "cards", "Cards that are being read and that wait for a person.",
        {status.value: counts.get(status.value, 0) for status in cards}, "status",
    )  # fmt: skip
    spent = {"day": ledger.spent(ledger.today()), "month": ledger.spent(ledger.this_month())}
    yield Gauge(
        "spent_dollars", "Known cost of the calls of today and of this month.",
        {period: float(amount) for period, amount in spent.items()}, "period",
    )  # fmt: skip
    yield from _of_the_machine()


def _of_jobs() -> Iterator[Gauge]:
    found = Extraction.objects.filter(status__in=Extraction.OPEN).order_by().values_list("status")
    counts = dict(found.annotate(Count("pk")))
    yield Gauge(
        "jobs", "Readings that wait and that are under way.",
        {status.value: counts.get(status.value, 0) for status in Extraction.OPEN}, "status",
    )  # fmt: skip
    oldest = jobs.due().values_list("run_after", flat=True).first()
    waits = (timezone.now() - oldest).total_seconds() if oldest else 0
    yield _one("jobs_due_seconds", "Since when the oldest job waits that could run.", waits)


def _of_the_machine() -> Iterator[Gauge]:
    yield _one("disk_used_ratio", "How full the fullest disk is, 0 to 1.", room.used())
    yield Gauge(
        "alive", "Hosts on which worker and beat gave a sign of life within a minute.",
        {role: len(alive.hosts(role)) for role in alive.ROLES}, "role",
    )  # fmt: skip
    known = nightly.standing()
    if known.backup_at:
        age = (timezone.now() - known.backup_at).total_seconds()
        yield _one("backup_age_seconds", "Since the last backup.", age)
    if known.drill_passed is not None:
        words = "Whether the newest backup came back whole on trial."
        yield _one("drill_passed", words, float(known.drill_passed))


def _one(name: str, words: str, number: float) -> Gauge:
    return Gauge(name, words, {"": number})
