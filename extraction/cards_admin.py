"""Cards and batches in the admin, with what this app knows of them: readings and their cost."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cards.admin import BatchAdmin, CardAdmin
from cards.models import Batch, Card
from cards.wording import figure
from extraction import shown, views
from extraction.models import Call, Extraction
from extraction.paying import prices

READINGS_SHOWN = 20

admin.site.unregister(Card)
admin.site.unregister(Batch)


class ReadAgainMixin:
    """The action "Read again with …" for a selection of cards, or all of a list."""

    def has_read_again_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("extraction.change_extraction"))

    @admin.action(description=_("Read again with …"), permissions=["read_again"])
    def read_again(self, request: HttpRequest, cards: QuerySet[Card]) -> HttpResponseBase:
        if request.POST.get("select_across") == "1":
            # All rows of the filtered list: its address says which, without naming each.
            return redirect(f"{reverse('admin:extraction_read_again')}?{request.GET.urlencode()}")
        ids = [str(pk) for pk in cards.values_list("pk", flat=True)]
        return views.read_again_page(request, cards, ids=ids)


@admin.register(Card)
class ReadCardAdmin(ReadAgainMixin, CardAdmin):
    """Adds the readings of a card, and "Read again with …"."""

    actions = (*CardAdmin.actions, "read_again")  # type: ignore[assignment]
    change_form_template = "extraction/card.html"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        more = _readings(request, object_id)
        return super().change_view(request, object_id, form_url, {**more, **(extra_context or {})})


@admin.register(Batch)
class ReadBatchAdmin(BatchAdmin):
    """Adds what reading the batch has cost, and "Read again with …" for all its cards."""

    change_form_template = "extraction/batch.html"
    list_display = (*BatchAdmin.list_display, "spent")  # type: ignore[assignment]
    readonly_fields = (*BatchAdmin.readonly_fields, "cost")  # type: ignore[assignment]

    def get_list_display(self, request: HttpRequest) -> Any:
        may_see_cost = request.user.has_perm("extraction.view_call")
        return self.list_display if may_see_cost else BatchAdmin.list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet[Batch]:
        calls = Call.objects.filter(card__batch=OuterRef("pk")).order_by().values("card__batch")
        cost = calls.annotate(cost=Sum("cost")).values("cost")
        return super().get_queryset(request).annotate(spent=Subquery(cost))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = tuple(super().get_fields(request, obj))
        return (*fields, "cost") if request.user.has_perm("extraction.view_call") else fields

    @admin.display(description=_("Cost"), ordering="spent")
    def spent(self, batch: Any) -> str:
        return prices.dollars(batch.spent) if batch.spent else "–"

    @admin.display(description=_("Cost of reading"))
    def cost(self, batch: Batch) -> str:
        found = Call.objects.filter(card__batch=batch).aggregate(
            cost=Sum("cost"), calls=Count("pk"), cards=Count("card", distinct=True)
        )
        if not found["calls"]:
            return gettext("Nothing: no model was asked")
        each = prices.dollars((found["cost"] or 0) / found["cards"])
        words = ngettext(
            "%(cost)s in %(calls)s calls, %(each)s a card",
            "%(cost)s in %(calls)s calls, %(each)s a card",
            found["calls"],
        )
        cost = prices.dollars(found["cost"])
        return words % {"cost": cost, "calls": figure(found["calls"]), "each": each}


def _readings(request: HttpRequest, card_id: str) -> dict[str, Any]:
    """The latest readings of a card and its cost, for those who may see them. One query."""
    user = request.user
    if not user.has_perm("extraction.view_extraction"):
        return {}
    may_see_cost = user.has_perm("extraction.view_call")
    cost = Call.objects.filter(extraction=OuterRef("pk")).order_by().values("extraction")
    found = Extraction.objects.defer("result").annotate(
        cost=Subquery(cost.annotate(cost=Sum("cost")).values("cost"))
    )
    try:
        readings = list(found.filter(card=UUID(card_id))[:READINGS_SHOWN])
    except ValueError:
        return {}
    names = shown.reader_names()
    costs = [reading.cost for reading in readings if reading.cost is not None]
    read = [reading for reading in readings if reading.status == Extraction.Status.SUCCEEDED]
    return {
        "readings": [
            (
                reading,
                shown.reader(reading, names),
                "–" if reading.cost is None else prices.dollars(reading.cost),
            )
            for reading in readings
        ],
        "may_see_cost": may_see_cost,
        "whole_cost": prices.dollars(sum(costs)) if costs and may_see_cost else "",
        "compared": read[:2] if len(read) > 1 else (),
    }
