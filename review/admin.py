"""The review queue in the admin: a list to correct in place, and the way into the workspace."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cards.admin import ReadOnlyAdmin, badge, thumbnail
from cards.counting import TallyPaginator
from cards.filters import BatchFilter
from cards.models import Card
from cards.numbers import NumberSearchMixin
from cards.views import staff_member
from cards.wording import figure
from extraction.cards_admin import ReadAgainMixin
from extraction.views import read_again_page
from review import decisions
from review.lists import approving, cells, filters, snippets
from review.lists.cells import EDITABLE, RowForm, marks
from review.merging import CollisionError
from review.models import Correction, Review, WaitingCard
from review.provenance import history_pages
from review.quality import pace_views, second_look_views
from review.workspace import live, views

NAMED_AT_MOST = 10
"""Cards that a message names."""


class QueueList(ChangeList):
    """The list; when rows are refused it shows the rows that were sent, whatever waits now."""

    @property
    def formset(self) -> Any:
        return self._formset

    @formset.setter
    def formset(self, formset: Any) -> None:
        self._formset = formset
        if formset is not None and formset.is_bound:
            self.result_list = [form.instance for form in formset.forms]

    @property
    def next_url(self) -> str:
        """Where "Review next" leads: to the part of the queue that is shown."""
        return self._of_part("admin:review_next")

    @property
    def snippets_url(self) -> str:
        """Where "One field at a time" leads: to the same part."""
        return self._of_part("admin:review_snippets")

    def _of_part(self, page: str) -> str:
        query = filters.part_of(self.params).query()
        return f"{reverse(page)}?{urlencode(query)}" if query else reverse(page)


@admin.register(WaitingCard)
class WaitingCardAdmin(NumberSearchMixin, ReadAgainMixin, ReadOnlyAdmin):
    list_display = ("picture", "doubts", *EDITABLE, "since")
    list_display_links = ("picture",)
    list_editable = EDITABLE
    list_filter = (
        filters.StatusFilter, filters.MineFilter, filters.DoubtFilter, filters.FieldFilter,
        filters.LanguageFilter, ("batch", BatchFilter),
    )  # fmt: skip
    list_select_related = ("batch", "claim__by")
    list_per_page = 50
    paginator = TallyPaginator
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    search_fields = ("full_name", "native_name", "company", "email", "phone", "mobile")
    search_help_text = _("Name, company, e-mail or number")
    ordering = ("batch_id", "-doubt", "id")
    change_list_template = "review/queue.html"
    actions = ("approve", "read_again")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("cards.review_card"))

    has_view_permission = has_change_permission = lambda self, request, obj=None: bool(
        request.user.has_perm("cards.review_card")
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[WaitingCard]:
        return super().get_queryset(request).with_front()  # type: ignore[attr-defined,no-any-return]

    def get_urls(self) -> list[URLPattern | URLResolver]:  # type: ignore[override]
        wrap = self.admin_site.admin_view
        return [
            path("next/", wrap(views.review_next), name="review_next"),
            path("read-again/", wrap(self.read_all_again), name="review_read_again"),
            *cells.urls(wrap),
            *live.urls(wrap),
            *snippets.urls(wrap),
            *history_pages.urls(wrap),
            *second_look_views.urls(wrap),
            *pace_views.urls(wrap),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        try:
            card_id = UUID(object_id)
        except ValueError as error:
            raise Http404 from error
        return views.workspace(request, card_id)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return QueueList

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, form=RowForm, **kwargs)

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_formset(request, formset=cells.RowForms, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if "_save" in request.POST:
            for sentence in cells.erased(request.POST):
                messages.error(request, sentence)
        return super().changelist_view(request, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Saves a row of the list through the verb, never the object itself."""
        try:
            form.write(request)
        except decisions.HeldCard as held:
            words = gettext("%(card)s: %(why)s You had typed: %(typed)s.")
            told = {"card": obj, "why": held, "typed": cells.named(form.typed)}
            messages.error(request, words % told)
        except CollisionError as collision:
            words = gettext(
                "%(card)s was changed in the same moment and is left as it is now; you had typed:"
                " %(typed)s."
            )
            told = {"card": collision.card, "typed": cells.named(form.typed)}
            messages.error(request, words % told)

    @admin.action(description=_("Approve selected cards"))
    def approve(self, request: HttpRequest, cards: QuerySet[Card]) -> None:
        """Those without doubt; what stands in the way of the others is said."""
        outcome = approving.approve_all(
            cards, by=staff_member(request), seen=_versions_seen(request)
        )
        if outcome.approved:
            words = gettext("Approved without doubts: %(number)s.")
            messages.success(request, words % {"number": figure(outcome.approved)})
        if outcome.left:
            messages.warning(request, _left(outcome.left))
        if outcome.beyond:
            words = gettext(
                "At most %(limit)s cards are approved at once. %(number)s more were selected and"
                " are as they were: select all and approve again."
            )
            told = {"limit": figure(approving.AT_MOST), "number": figure(outcome.beyond)}
            messages.warning(request, words % told)

    @admin.action(description=_("Read again with …"), permissions=["read_again"])
    def read_again(self, request: HttpRequest, cards: QuerySet[Card]) -> HttpResponseBase:
        if request.POST.get("select_across") == "1":
            # All rows of this list: its address says which, without naming each.
            return redirect(f"{reverse('admin:review_read_again')}?{request.GET.urlencode()}")
        return super().read_again(request, cards)

    def read_all_again(self, request: HttpRequest) -> HttpResponseBase:
        """Asks how all cards of the list, as the address filters it, are to be read again."""
        if not (self.has_view_permission(request) and self.has_read_again_permission(request)):
            raise PermissionDenied
        try:
            cards = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            words = gettext("The list's filter in the address is not known; choose anew.")
            messages.error(request, words)
            return redirect("admin:review_waitingcard_changelist")
        return read_again_page(
            request, cards, data=request.POST or None, sent_to="admin:review_read_again"
        )

    def save_related(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is related to a row."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The Review is the record."""

    @admin.display(description=_("Card"))
    def picture(self, card: Card) -> SafeString | str:
        return thumbnail(card) or gettext("open")

    @admin.display(description=_("Doubt"), ordering="doubt")
    def doubts(self, card: Card) -> SafeString:
        return format_html_join(" ", '<span class="badge badge-{}">{}</span>', marks(card))

    @admin.display(description=_("Since"), ordering="id")
    def since(self, card: Card) -> str:
        return timesince(card.created_at, depth=1).replace("\xa0", " ")


class CorrectionInline(admin.TabularInline[Correction, Review]):
    model = Correction
    fields = readonly_fields = ("field", "machine_value", "human_value")
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("review.view_review"))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    list_display = (
        "card", "what", "by", "at", "why", "journaled_at", history_pages.history_link,
    )  # fmt: skip
    change_list_template = "review/decisions.html"
    list_filter = ("decision", "at")
    list_select_related = ("card", "by")
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    inlines = (CorrectionInline,)
    fields = ("card", "number", "decision", "why", "by", "at", "journaled_at")
    readonly_fields = ("why",)

    @admin.display(description=_("Decision"), ordering="decision")
    def what(self, review: Review) -> SafeString:
        kinds = {Review.Decision.APPROVED: "ok", Review.Decision.REJECTED: "bad"}
        kind = kinds.get(Review.Decision(review.decision), "quiet")
        return badge(kind, review.get_decision_display())

    @admin.display(description=_("reason"), ordering="reason")
    def why(self, review: Review) -> str:
        return review.why


def _versions_seen(request: HttpRequest) -> dict[UUID, int]:
    """The version of each card on the page that was sent; what makes no sense is left out."""
    found = {}
    for name, text in request.POST.items():
        if name.startswith("form-") and name.endswith("-version"):
            card_id = str(request.POST.get(f"{name.removesuffix('version')}id", ""))
            try:
                found[UUID(card_id)] = int(str(text))
            except ValueError:
                continue
    return found


def _left(cards: list[tuple[str, str]]) -> str:
    """The sentence on the cards that were not approved."""
    named = ", ".join(f"{card} ({reason})" for card, reason in cards[:NAMED_AT_MOST])
    more = len(cards) - NAMED_AT_MOST
    if more > 0:
        words = ngettext(
            "Left for a person to look at: %(cards)s and %(number)s more.",
            "Left for a person to look at: %(cards)s and %(number)s more.",
            more,
        )
        return words % {"cards": named, "number": figure(more)}
    return gettext("Left for a person to look at: %(cards)s.") % {"cards": named}
