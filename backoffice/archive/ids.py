"""Ids of the people whom documents name, and of rows that no document has an id for."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Max

from extraction.models import Extraction
from review.models import Review, SecondLook


class People:
    """The ids of users by name. Who is not there is made: inactive, without a password."""

    def __init__(self) -> None:
        self._ids = dict(User.objects.values_list("username", "pk"))
        self.made: list[str] = []

    def id(self, name: str) -> int | None:
        if not name:
            return None
        if name not in self._ids:
            user = User(username=name, is_active=False)
            user.set_unusable_password()
            user.save(force_insert=True)
            self._ids[name] = user.pk
            self.made.append(name)
        return self._ids[name]


class Numbers:
    """The highest id of each kind that was seen; the next ones are free."""

    def __init__(self) -> None:
        self._last: dict[type[models.Model], int] = {
            model: model._default_manager.aggregate(last=Max("pk"))["last"] or 0
            for model in (Extraction, Review, SecondLook)
        }

    def saw(self, model: type[models.Model], number: int) -> None:
        self._last[model] = max(self._last[model], number)

    def next(self, model: type[models.Model]) -> int:
        self._last[model] += 1
        return self._last[model]
