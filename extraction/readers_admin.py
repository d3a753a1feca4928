"""The fitted readers in the admin: how each measured, and which one reads."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cards.admin import ReadOnlyAdmin, badge
from cards.wording import figure
from extraction import readers
from extraction.models import FittedReader


@admin.register(FittedReader)
class FittedReaderAdmin(ReadOnlyAdmin):
    list_display = (
        "fitted_at", "standing", "labelled", "approved", "held_out", "before", "after",
        "used_since",
    )  # fmt: skip
    list_per_page = 50
    list_display_links = ("fitted_at",)
    actions = ("use_this", "use_shipped")
    fields = (
        "standing", "fitted_at", "used_since", "labelled", "approved", "held_out", "before",
        "after", "digest",
    )  # fmt: skip
    readonly_fields = ("standing", "held_out", "before", "after")

    def get_queryset(self, request: HttpRequest) -> QuerySet[FittedReader]:
        return super().get_queryset(request).defer("weights")  # megabytes that no page shows

    def has_choose_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("extraction.change_fittedreader"))

    @admin.action(description=_("Use this reader"), permissions=["choose"])
    def use_this(self, request: HttpRequest, chosen: QuerySet[FittedReader]) -> None:
        if len(chosen) != 1:
            words = gettext("Choose one reader; the one in use was not changed.")
            self.message_user(request, words, messages.WARNING)
            return
        readers.use(chosen[0])
        words = gettext("The %(reader)s is in use from the next card on.")
        self.message_user(request, words % {"reader": chosen[0]})

    @admin.action(
        description=_("Back to the reader that came with the program"), permissions=["choose"]
    )
    def use_shipped(self, request: HttpRequest, chosen: QuerySet[FittedReader]) -> None:
        readers.use_shipped()
        words = gettext("The reader that came with the program is in use from the next card on.")
        self.message_user(request, words)

    @admin.display(description=_("In use"), ordering="is_in_use")
    def standing(self, row: FittedReader) -> SafeString | str:
        return badge("ok", gettext("In use")) if row.is_in_use else "–"

    @admin.display(description=_("Cards held out"))
    def held_out(self, row: FittedReader) -> int | str:
        cards: int = row.scores.get("held_out", 0)
        return cards or "–"

    @admin.display(description=_("Reader before it"))
    def before(self, row: FittedReader) -> str:
        return _figures(row.scores.get("before"))

    @admin.display(description=_("This reader"))
    def after(self, row: FittedReader) -> str:
        return _figures(row.scores.get("after"))


def _figures(scores: dict[str, Any] | None) -> str:
    """How a reader measured on the approved cards that were held out."""
    if not scores:
        return "–"
    figures = {"score": figure(scores["micro_f1"], 3), "number": scores["perfect"]}
    return gettext("F1 %(score)s, %(number)s perfect") % figures
