"""Cards that wait for review, made without reading a picture: run inside the site, by
`manage.py shell`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import Group, User

from cards import vault
from cards.models import Arrival, Batch, Card, Side
from extraction.models import Extraction
from extraction.result import Box, Result, Value
from tests import pictures
from tests.browser.conftest import PASSWORD

PEOPLE = {
    "rosa": ("Rosa", "Halloway", "Reviewer"),
    "mira": ("Mira", "Ahlström", "Reviewer"),
    "ursula": ("Ursula", "Brandt", "Uploader"),
}
BOX = Box(0, ((20.0, 20.0), (300.0, 20.0), (300.0, 60.0), (20.0, 60.0)))
READ = {
    "full_name": Value("Nora Lindqvist", 0.99, (BOX,)),
    "first_name": Value("Nora", 0.99),
    "last_name": Value("Lindqvist", 0.99),
    "company": Value("Northwind Boats", 0.62, (BOX,), "a letter is hard to read"),
    "city": Value("Malmö", 0.97),
}


def people() -> None:
    """Two reviewers and an uploader, who sign in with the tests' password."""
    for name, (first, last, group) in PEOPLE.items():
        user, is_new = User.objects.get_or_create(
            username=name, defaults={"first_name": first, "last_name": last, "is_staff": True}
        )
        if is_new:
            user.set_password(PASSWORD)
            user.save()
        user.groups.add(Group.objects.get(name=group))


def make(
    name: str, count: int, *, read: Mapping[str, Value] = READ, **columns: Any
) -> tuple[int, list[str]]:
    """A batch of the uploader's with `count` cards that all show one drawn picture, by their ids.

    `columns` are put on the cards besides what was read.
    """
    uploader = User.objects.get(username="ursula")
    batch = Batch.objects.create(name=name, created_by=uploader)
    digest = vault.put_picture(pictures.jpeg(7, size=(640, 400)), "image/jpeg")
    texts = {name: value.text for name, value in read.items()}
    doubtful = [name for name, value in read.items() if value.confidence < 0.8]
    cards = Card.objects.bulk_create(
        Card(
            batch=batch, status=Card.Status.NEEDS_REVIEW, file_name=f"{number}.jpg",
            doubtful_fields=doubtful, doubt=0.4, **texts | columns,
        )
        for number in range(count)
    )  # fmt: skip
    Side.objects.bulk_create(
        Side(card=card, position=0, picture=digest, media_type="image/jpeg",
             width_px=640, height_px=400)
        for card in cards
    )  # fmt: skip
    Extraction.objects.bulk_create(
        Extraction(card=card, extractor="offline", status=Extraction.Status.SUCCEEDED,
                   result=Result(dict(read)).to_json(), seconds=0.9)
        for card in cards
    )  # fmt: skip
    Arrival.objects.bulk_create(
        Arrival(batch=batch, file_name=card.file_name, card=card, outcome=Arrival.Outcome.TAKEN_IN)
        for card in cards
    )
    return batch.pk, [str(card.pk) for card in cards]
