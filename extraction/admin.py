"""Readings in the admin: what is being read, what was found and where, and what it cost."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cards.admin import ReadOnlyAdmin, badge
from cards.kept import told
from cards.views import staff_member
from cards.wording import figure
from extraction import backlog_admin, cards_admin, extractors, jobs, readers_admin, shown, views
from extraction.models import Call, Extraction
from extraction.paying import prices, spending

__all__ = ["backlog_admin", "cards_admin", "readers_admin"]  # they register themselves

BADGES = {
    Extraction.Status.QUEUED: "quiet",
    Extraction.Status.RUNNING: "accent",
    Extraction.Status.SUCCEEDED: "ok",
    Extraction.Status.FAILED: "bad",
}

CALL_BADGES = {
    Call.Outcome.UNDER_WAY: "accent",
    Call.Outcome.ANSWERED: "ok",
    Call.Outcome.BUSY: "quiet",
    Call.Outcome.LOST: "bad",
    Call.Outcome.NOT_ALLOWED: "bad",
}


class ExtractorFilter(admin.SimpleListFilter):
    """The extractors there are, without looking through all jobs for them."""

    title = _("extractor")
    parameter_name = "extractor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(slug, slug) for slug in extractors.slugs()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(extractor=self.value()) if self.value() else queryset


@admin.register(Extraction)
class ExtractionAdmin(ReadOnlyAdmin):
    list_display = (
        "card", "state", "extractor", "attempts", "took", "requested_at", "finished_at",
    )  # fmt: skip
    list_filter = ("status", ExtractorFilter)
    list_select_related = ("card",)
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    actions = ("try_again",)
    fields = ()
    change_form_template = "extraction/reading.html"

    class Media:
        css: ClassVar[dict[str, Any]] = {"all": ["extraction/reading.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Extraction]:
        found: QuerySet[Extraction] = super().get_queryset(request)
        match = request.resolver_match
        is_list = match is not None and match.url_name == "extraction_extraction_changelist"
        return found.defer("result") if is_list else found  # long, and not in the list

    def get_urls(self) -> list[URLPattern | URLResolver]:  # type: ignore[override]
        wrap = self.admin_site.admin_view
        own = [
            path("compare/", wrap(views.compare_readings), name="extraction_compare"),
            path("read-again/", wrap(views.read_again), name="extraction_read_again"),
            path("<int:extraction_id>/answer", wrap(views.raw_answer), name="extraction_answer"),
            path("gate/<slug:slug>/resume", wrap(views.resume), name="extraction_resume"),
            path("gate/<slug:slug>/offline", wrap(views.read_offline), name="extraction_offline"),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        reading = self.get_object(request, object_id)
        more = _detail(request, reading) if reading else {}
        return super().change_view(request, object_id, form_url, {**more, **(extra_context or {})})

    def has_try_again_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("extraction.change_extraction"))

    @admin.action(description=_("Try failed ones again"), permissions=["try_again"])
    def try_again(self, request: HttpRequest, chosen: QuerySet[Extraction]) -> None:
        failed = chosen.filter(status=Extraction.Status.FAILED).select_related("card")
        for job in failed:
            jobs.request(job.card, extractor=job.extractor, by=staff_member(request))
        number = len(failed)
        words = ngettext("%(number)s to be tried again.", "%(number)s to be tried again.", number)
        self.message_user(request, words % {"number": figure(number)})

    @admin.display(description=_("Status"), ordering="status")
    def state(self, job: Extraction) -> SafeString:
        return with_reason(
            badge(BADGES[Extraction.Status(job.status)], job.get_status_display()), job.error
        )

    @admin.display(description=_("Seconds"), ordering="seconds")
    def took(self, job: Extraction) -> str:
        return "–" if job.seconds is None else figure(job.seconds, 1)


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    """The ledger: one line for each call that costs money, and above them what it comes to."""

    list_display = (
        "started_at", "outcome_and_why", "card", "model", "tokens", "price", "took",
    )  # fmt: skip
    ordering = ("-started_at", "-id")
    list_filter = ("outcome", ExtractorFilter, "started_at")
    list_select_related = ("card",)
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    change_list_template = "extraction/ledger.html"
    fields = (
        "started_at", "what", "why", "card", "extraction", "backlog", "extractor", "model",
        "price", "input_tokens", "cached_input_tokens", "output_tokens", "took", "digest",
    )  # fmt: skip
    readonly_fields = ("what", "why", "price", "took")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        more = {"spending": spending.summary(), **(extra_context or {})}
        return super().changelist_view(request, more)

    @admin.display(description=_("Outcome"))
    def what(self, call: Call) -> SafeString:
        return call_badge(call)

    @admin.display(description=_("detail"))
    def why(self, call: Call) -> str:
        return told(call.detail)

    @admin.display(description=_("Outcome"), ordering="outcome")
    def outcome_and_why(self, call: Call) -> SafeString:
        return with_reason(call_badge(call), call.detail)

    @admin.display(description=_("Tokens in + out"))
    def tokens(self, call: Call) -> str:
        return call_tokens(call)

    @admin.display(description=_("Cost"), ordering="cost")
    def price(self, call: Call) -> str:
        return call_cost(call)

    @admin.display(description=_("Seconds"), ordering="seconds")
    def took(self, call: Call) -> str:
        return "–" if call.seconds is None else figure(call.seconds, 1)


def with_reason(state: SafeString, reason: str) -> SafeString:
    """A badge, and below it in small why that is so."""
    if not reason:
        return state
    return format_html('{}<small class="why">{}</small>', state, told(reason))


def call_badge(call: Call) -> SafeString:
    kind = CALL_BADGES.get(Call.Outcome(call.outcome), "doubt")
    words = gettext("Lost") if call.outcome == Call.Outcome.LOST else call.get_outcome_display()
    return badge(kind, words)


def call_tokens(call: Call) -> str:
    used = call.input_tokens + call.output_tokens
    return f"{figure(call.input_tokens)} + {figure(call.output_tokens)}" if used else "–"


def call_cost(call: Call) -> str:
    if call.cost is None and call.outcome == Call.Outcome.UNDER_WAY:
        return "–"
    return prices.dollars(call.cost)


def _detail(request: HttpRequest, reading: Extraction) -> dict[str, Any]:
    """What the page of one reading shows besides the row itself."""
    result = shown.result_of(reading)
    user, names = request.user, shown.reader_names()
    others = Extraction.objects.filter(card=reading.card_id, result__isnull=False)
    calls = reading.calls.all() if user.has_perm("extraction.view_call") else ()
    return {
        "title": gettext("Reading"),
        "subtitle": str(reading.card),
        "reading": reading,
        "reader": shown.reader(reading, names),
        "reader_name": names.get(reading.extractor, reading.extractor),
        "state": badge(BADGES[Extraction.Status(reading.status)], reading.get_status_display()),
        "result": result,
        "groups": shown.grouped(shown.rows(result)) if result else (),
        "extra": dict(result.extra).items() if result else (),
        "codes": result.seen.codes if result else (),
        "lines": len(result.seen.lines) if result else 0,
        "pictures": shown.pictured(reading.card, result),
        "calls": [(c, call_badge(c), call_tokens(c), call_cost(c)) for c in calls],
        "has_other": bool(result) and others.exclude(pk=reading.pk).exists(),
        "raw": json.dumps(reading.result, ensure_ascii=False, indent=1) if reading.result else "",
    }
