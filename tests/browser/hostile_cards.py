"""Cards that carry one of the injections in every text they have: run inside the site, by
`manage.py shell`."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from cards.fields import CONTACT_FIELDS
from cards.models import Card
from extraction.models import Extraction
from extraction.result import Line, Result, Seen, Value
from review import decisions, queue
from review.models import SecondLook
from review.workspace import drafts
from tests.browser import waiting_cards
from tests.browser.injections import PAYLOADS

BOX = waiting_cards.BOX


def make() -> dict[str, object]:
    """A batch that waits and one that is approved, with a card for each injection; their ids."""
    waiting_cards.people()
    mallory, _ = User.objects.get_or_create(
        username="mallory", defaults={"first_name": PAYLOADS[0], "last_name": PAYLOADS[10]}
    )
    batch, ids = waiting_cards.make(PAYLOADS[44], len(PAYLOADS))
    _, done = waiting_cards.make(PAYLOADS[10], len(PAYLOADS))
    for text, card_id in zip(PAYLOADS, ids, strict=True):
        _write(text, Card.objects.get(pk=card_id), mallory)
    looks = [
        _approve(text, Card.objects.get(pk=card_id), mallory)
        for text, card_id in zip(PAYLOADS, done, strict=True)
    ]
    held = Card.objects.get(pk=ids[0])
    claim = queue.claim(held, mallory, from_colleague=True)
    claim.until += timedelta(days=1)  # longer than the tests
    claim.save()
    return {
        "batch": batch, "cards": ids, "done": done, "looks": looks, "mallory": mallory.pk,
        "today": f"{timezone.localdate():%Y-%m-%d}",
    }  # fmt: skip


def _write(text: str, card: Card, by: User) -> None:
    """Puts it on a card, into its reading, its history, and a draft that collides with it."""
    texts = dict.fromkeys(CONTACT_FIELDS, text)
    value = Value(text, 0.4, (BOX,), text)
    seen = Seen((Line(text, 0.9, BOX),))
    result = Result(dict.fromkeys(CONTACT_FIELDS, value), seen, {text: text}, texts)
    Extraction.objects.filter(card=card).update(result=result.to_json(), error=text)
    admin = User.objects.get(username="admin")
    drafts.save(card, admin, card.version, {"job_title": (f"was {text}", f"mine {text}")})
    extra = {text: text, "Assistant": text}
    decisions.correct(card, {**texts, "extra": extra}, version=0, by=by, reason=text)
    Card.objects.filter(pk=card.pk).update(
        notice=text, file_name=text, doubtful_fields=list(CONTACT_FIELDS)
    )


def _approve(text: str, card: Card, by: User) -> int:
    """Approves a card of it, of which a second reviewer thinks otherwise."""
    values = {**dict.fromkeys(CONTACT_FIELDS, text), "extra": {text: text}}
    review = decisions.approve(card, values, version=card.version, by=by)
    SecondLook.objects.filter(first=review).delete()
    look = SecondLook.objects.create(
        first=review, card=card, status=SecondLook.Status.DIFFERS, at=timezone.now(),
        by=User.objects.get(username="mira"), values={**values, "company": f"or {text}"},
        differences=["company"],
    )  # fmt: skip
    return look.pk
