"""Differences that only a third reviewer can settle, and a desk that has none."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User

from cards.models import Card
from review.quality import thirds
from tests.cast import Person
from tests.review.conftest import MakeCard
from tests.review.second_look.conftest import (
    LIST,
    answer,
    approved,
    client_of,
    colleague,
    settle,
    text_of,
)

pytestmark = pytest.mark.django_db

NOBODY = "Nobody else may review"


def test_each_of_the_two_is_told_how_many_differences_wait(
    make_card: MakeCard, rosa: User, ilse: User, nils: User
) -> None:
    answer(approved(make_card(), rosa), ilse, company="Nordlicht")
    answer(approved(make_card(), ilse), rosa, company="Nordlicht")
    answer(approved(make_card(), rosa), ilse)
    for user in (rosa, ilse):
        page = text_of(client_of(user).get(LIST))
        assert "2 differences that you were part of wait for a third reviewer." in page
        assert NOBODY not in page
    assert "that you were part of" not in text_of(client_of(nils).get(LIST))


def test_one_difference_is_told_as_one(card: Card, rosa: User, ilse: User) -> None:
    answer(approved(card, rosa), ilse, company="Nordlicht")
    page = text_of(client_of(rosa).get(LIST))
    assert "1 difference that you were part of waits for a third reviewer." in page


def test_a_settled_difference_waits_no_longer(
    card: Card, rosa: User, ilse: User, nils: User
) -> None:
    settle(answer(approved(card, rosa), ilse, company="Nordlicht"), nils, company="Nordlicht")
    assert thirds.unsettled(rosa) == thirds.Unsettled(0, has_nobody=False)


def test_two_reviewers_alone_are_told_who_could_settle(card: Card, rosa: User, ilse: User) -> None:
    answer(approved(card, rosa), ilse, company="Nordlicht")
    page = text_of(client_of(ilse).get(LIST))
    assert NOBODY in page
    assert "A manager can put one more person into the group Reviewer" in page
    assert "/admin/auth/user/" not in page


def test_who_makes_accounts_is_shown_the_way_to_them(
    card: Card, rosa: User, manager: Person
) -> None:
    answer(approved(card, rosa), manager.user, company="Nordlicht")
    assert f"{NOBODY}, and" in text_of(manager.client.get(LIST))
    assert '<a href="/admin/auth/user/">Staff</a>' in text_of(manager.client.get(LIST))


def test_who_may_review_by_a_group_alone_or_as_superuser_counts(rosa: User) -> None:
    by_permission = User.objects.create_user("ada", is_staff=True)
    by_permission.user_permissions.add(Permission.objects.get(codename="review_card"))
    superuser = User.objects.create_superuser("bo")
    assert set(thirds.reviewers()) == {rosa, by_permission, superuser}


def test_who_has_left_or_is_no_staff_does_not_count(rosa: User) -> None:
    User.objects.create_superuser("ada", is_active=False)
    cleo = colleague("Cleo")
    User.objects.filter(pk=cleo.pk).update(is_staff=False)
    assert set(thirds.reviewers()) == {rosa}


def test_uploaders_and_analysts_do_not_count(
    rosa: User, uploader: Person, analyst: Person, outsider: Person
) -> None:
    assert set(thirds.reviewers()) == {rosa}
