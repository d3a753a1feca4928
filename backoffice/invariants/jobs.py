"""Does everything go on? Cards that nothing moves, leases that nobody renews or takes, decisions
that do not reach the vault."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from backoffice import journal_lag
from backoffice.invariants.listing import Listing
from cards.models import Card
from extraction.models import Call, Extraction

GRACE = timedelta(minutes=1)
"""Workers look for what has run out several times in it."""


def stuck(kept: Listing) -> Iterator[str]:
    """Cards that are said to be read and have no job that could end."""
    jobs = Extraction.objects.filter(card=OuterRef("pk"), status__in=Extraction.OPEN)
    uploaded = Card.objects.filter(status=Card.Status.UPLOADED)
    for card_id in uploaded.exclude(Exists(jobs)).values_list("pk", flat=True):
        yield f"Card {card_id} is “being read” and has no job; read it again from its page."


def expired(kept: Listing) -> Iterator[str]:
    """Jobs and calls whose worker is gone and that nobody took over."""
    since = timezone.now() - GRACE
    why = "ran out over a minute ago, and no worker looks for it; see that workers run"
    running = Extraction.objects.filter(status=Extraction.Status.RUNNING, lease_until__lt=since)
    for job_id, card_id in running.values_list("pk", "card_id"):
        yield f"The lease of job {job_id} (card {card_id}) {why}."
    under_way = Call.objects.filter(outcome=Call.Outcome.UNDER_WAY, lease_until__lt=since)
    for call_id, card_id in under_way.values_list("pk", "card_id"):
        yield f"The lease of call {call_id} (card {card_id}) {why}."


def late(kept: Listing) -> Iterator[str]:
    """What waits too long for its copy in the vault."""
    for what, since in journal_lag.waiting():
        if timezone.now() - since > GRACE:
            yield (
                f"{what} waits since {since:%Y-%m-%d %H:%M:%S} UTC for its copy in the vault; see"
                " that workers run and that the vault can be written."
            )
