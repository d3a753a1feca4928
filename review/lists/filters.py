"""By what the list of waiting cards can be narrowed, besides the batch (`cards.filters`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from cards.models import Card
from cards.views import staff_member
from review import queue
from review.lists.cells import LABELS

WAITING = Card.Status.NEEDS_REVIEW
Choices = list[tuple[str, str]]


def part_of(query: Mapping[str, str]) -> queue.Part:
    """The part of the queue that the list shows, by the parameters of its address."""
    named = ((name, query.get(name, "")) for name in ("language", "field"))
    return queue.Part.from_query({"batch": query.get("batch__id__exact", ""), **dict(named)})


class StatusFilter(admin.SimpleListFilter):
    """What waits, unless something else is asked for."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        others = [s for s in Card.Status if s not in (Card.Status.UPLOADED, WAITING)]
        return [*((s.value, str(s.label)) for s in others), ("all", gettext("All"))]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """As usual, but what is shown when nothing was asked for is not "All"."""
        unasked, *asked = super().choices(changelist)
        yield {**unasked, "display": str(WAITING.label)}
        yield from asked

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset.exclude(status=Card.Status.UPLOADED)
        return queryset.filter(status=self.value() or WAITING)


class MineFilter(admin.SimpleListFilter):
    title = _("whose")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("mine", gettext("Mine: open or begun by me"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != "mine":
            return queryset
        return queryset.filter(pk__in=queue.mine(staff_member(request)).order_by().values("pk"))


class DoubtFilter(admin.SimpleListFilter):
    title = _("doubt")
    parameter_name = "doubt"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [
            ("some", gettext("With doubtful fields")),
            ("none", gettext("Without")),
            ("notice", gettext("With a notice")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "some":
            return queryset.exclude(doubtful_fields=[])
        if self.value() == "none":
            return queryset.filter(doubtful_fields=[], notice="")
        return queryset.exclude(notice="") if self.value() == "notice" else queryset


class FieldFilter(admin.SimpleListFilter):
    """The field that is doubtful, of those that are doubtful on a waiting card."""

    title = _("field in doubt")
    parameter_name = "field"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        found = {*queue.fields_in_doubt(), self.value()}
        return [(name, str(label)) for name, label in LABELS.items() if name in found]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return _narrowed(queryset, queue.Part(field=self.value() or ""))


class LanguageFilter(admin.SimpleListFilter):
    """The languages of waiting cards."""

    title = _("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        found = {
            tag
            for text, is_waiting in queue.languages().items()
            if is_waiting
            for tag in queue.tags(text)
        }
        tags = (found | {self.value() or ""}) - {""}  # the one asked for, even if none is left
        return sorted(((tag, _language(tag)) for tag in tags), key=lambda choice: choice[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return _narrowed(queryset, queue.Part(language=self.value() or ""))


def _narrowed(cards: QuerySet[Any], part: queue.Part) -> QuerySet[Any]:
    return part.of(cards)  # type: ignore[arg-type]


def _language(tag: str) -> str:
    """The name of a language, with its tag where that says more; the tag if nothing is known."""
    try:
        info = get_language_info(tag.lower())
    except KeyError:
        return tag
    name = str(info["name_translated"])
    return name if info["code"] == tag.lower() else f"{name} ({tag})"
