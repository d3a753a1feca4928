"""Managers look after accounts, and cannot give what they have not got."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User

from tests.cast import Person

pytestmark = pytest.mark.django_db

PASSWORD = "quite-long-enough-9"


def change(person: Person, user: User, **fields: Any) -> Any:
    data = {
        "username": user.username,
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00:00",
        "is_active": "on",
        "is_staff": "on",
    } | fields
    return person.client.post(f"/admin/auth/user/{user.pk}/change/", data)


def test_a_manager_makes_an_account_that_can_sign_in(manager: Person) -> None:
    data = {"username": "nina", "password1": PASSWORD, "password2": PASSWORD}
    data["usable_password"] = "true"
    manager.client.post("/admin/auth/user/add/", data)
    nina = User.objects.get(username="nina")
    assert nina.is_staff
    assert nina.check_password(PASSWORD)


def test_a_manager_puts_people_into_groups(manager: Person, outsider: Person) -> None:
    analyst = Group.objects.get(name="Analyst")
    change(manager, outsider.user, groups=[analyst.pk])
    assert outsider.user.groups.get() == analyst


def test_a_manager_cannot_give_a_group_that_may_do_more(manager: Person) -> None:
    everything = Group.objects.create(name="Everything")
    everything.permissions.set(Permission.objects.all())
    change(manager, manager.user, groups=[everything.pk])
    assert everything not in manager.user.groups.all()


def test_a_manager_cannot_become_a_superuser(manager: Person) -> None:
    change(manager, manager.user, is_superuser="on")
    assert not User.objects.get(pk=manager.user.pk).is_superuser


def test_a_manager_cannot_give_single_permissions(manager: Person, outsider: Person) -> None:
    change(manager, outsider.user, user_permissions=[Permission.objects.all()[0].pk])
    assert not outsider.user.user_permissions.exists()


def test_a_manager_cannot_touch_a_superuser(manager: Person, admin_user: User) -> None:
    assert change(manager, admin_user, first_name="Taken").status_code == 403
    response = manager.client.post(
        f"/admin/auth/user/{admin_user.pk}/password/",
        {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"},
    )
    assert response.status_code == 403
    admin_user.refresh_from_db()
    assert not admin_user.check_password(PASSWORD)


@pytest.mark.parametrize("who", ["uploader", "reviewer", "analyst", "outsider"])
def test_others_have_nothing_to_do_with_accounts(
    who: str, request: pytest.FixtureRequest, manager: Person
) -> None:
    person: Person = request.getfixturevalue(who)
    assert person.client.get("/admin/auth/user/").status_code == 403
    assert change(person, manager.user).status_code == 403
