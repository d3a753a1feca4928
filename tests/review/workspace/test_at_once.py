"""What is typed in several tabs at the same time."""

from __future__ import annotations

from threading import Thread

import pytest
from django.db import connections

from cards.models import Card
from review.models import Draft
from review.workspace import drafts
from tests.cast import Person


@pytest.mark.django_db(transaction=True)
def test_what_several_tabs_save_at_once_is_all_kept(card: Card, reviewer: Person) -> None:
    fields = ("city", "country", "email_2", "fax")

    def save(field: str) -> None:
        drafts.save(card, reviewer.user, 0, {field: ("", "typed")})
        connections.close_all()

    threads = [Thread(target=save, args=(field,)) for field in fields]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Draft.objects.get().values == dict.fromkeys(fields, "typed")
