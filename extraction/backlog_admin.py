"""Backlogs in the admin: what was sent at half the price, how it stands, what it cost."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cards.admin import ReadOnlyAdmin, badge
from cards.kept import told
from extraction.models import Backlog, Call
from extraction.paying import prices

BADGES = {
    Backlog.Status.PREPARED: "quiet",
    Backlog.Status.SENT: "accent",
    Backlog.Status.FINISHED: "ok",
    Backlog.Status.FAILED: "bad",
}


@admin.register(Backlog)
class BacklogAdmin(ReadOnlyAdmin):
    list_display = (
        "number", "state", "cards", "price", "sent_at", "finished_at", "why",
    )  # fmt: skip
    list_filter = ("status",)
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    fields = readonly_fields = (
        "state", "why", "cards", "price", "extractor", "model", "requested_by", "created_at",
        "sent_at", "resume_at", "finished_at", "key", "file_id", "batch_id",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Backlog]:
        calls = Call.objects.filter(backlog=OuterRef("pk")).order_by().values("backlog")
        backlogs: QuerySet[Backlog] = super().get_queryset(request)
        return backlogs.annotate(
            total=Count("extractions"),
            cost=Subquery(calls.annotate(cost=Sum("cost")).values("cost")),
        )

    @admin.display(description=_("Backlog"), ordering="pk")
    def number(self, backlog: Backlog) -> str:
        return gettext("Backlog %(number)s") % {"number": backlog.pk}

    @admin.display(description=_("Status"), ordering="status")
    def state(self, backlog: Backlog) -> SafeString:
        return badge(BADGES[Backlog.Status(backlog.status)], backlog.get_status_display())

    @admin.display(description=_("error"), ordering="error")
    def why(self, backlog: Backlog) -> str:
        return told(backlog.error)

    @admin.display(description=_("Cards"), ordering="total")
    def cards(self, backlog: Any) -> SafeString:
        url = reverse("admin:extraction_extraction_changelist")
        return format_html(
            '<a href="{}?backlog__id__exact={}">{}</a>', url, backlog.pk, backlog.total
        )

    @admin.display(description=_("Cost"), ordering="cost")
    def price(self, backlog: Any) -> str:
        return "–" if backlog.cost is None else prices.dollars(backlog.cost)
