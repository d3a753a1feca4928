"""Jobs and results in the admin: what is being read, what failed and why."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cards.admin import ReadOnlyAdmin, badge
from cards.views import staff_member
from extraction import extractors, jobs
from extraction.models import Extraction

BADGES = {
    Extraction.Status.QUEUED: "quiet",
    Extraction.Status.RUNNING: "accent",
    Extraction.Status.SUCCEEDED: "ok",
    Extraction.Status.FAILED: "bad",
}


class ExtractorFilter(admin.SimpleListFilter):
    """The extractors there are, without looking through all jobs for them."""

    title = parameter_name = "extractor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(slug, slug) for slug in extractors.slugs()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(extractor=self.value()) if self.value() else queryset


@admin.register(Extraction)
class ExtractionAdmin(ReadOnlyAdmin):
    list_display = (
        "card", "extractor", "state", "attempts", "seconds", "requested_at", "finished_at", "error",
    )  # fmt: skip
    list_filter = ("status", ExtractorFilter)
    list_select_related = ("card",)
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    actions = ("try_again",)
    fields = (
        "card", "extractor", "model", "status", "attempts", "error", "requested_by", "requested_at",
        "started_at", "finished_at", "seconds", "run_after", "lease_until", "fence", "digest",
        "answer",
    )  # fmt: skip
    readonly_fields = ("answer",)

    def has_try_again_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("extraction.change_extraction"))

    @admin.action(description="Try failed ones again", permissions=["try_again"])
    def try_again(self, request: HttpRequest, chosen: QuerySet[Extraction]) -> None:
        failed = chosen.filter(status=Extraction.Status.FAILED).select_related("card")
        for job in failed:
            jobs.request(job.card, extractor=job.extractor, by=staff_member(request))
        self.message_user(request, f"{len(failed)} to be tried again.")

    @admin.display(description="Status", ordering="status")
    def state(self, job: Extraction) -> SafeString:
        return badge(BADGES[Extraction.Status(job.status)], job.get_status_display())

    @admin.display(description="Result")
    def answer(self, job: Extraction) -> SafeString | str:
        if not job.result:
            return "–"
        return format_html(
            '<pre class="json">{}</pre>', json.dumps(job.result, ensure_ascii=False, indent=1)
        )
