"""The review queue in the admin: a list to correct in place, and the way into the workspace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import URLPattern, URLResolver, path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from cards.admin import BADGES, ReadOnlyAdmin, badge, thumbnail
from cards.fields import CONTACT_COLUMNS
from cards.models import Card
from cards.views import staff_member
from extraction.cards_admin import ReadAgainMixin
from extraction.reading.printable import printable
from review import decisions, views
from review.forms import parts_of_name
from review.models import Correction, Review, WaitingCard

LABELS = {column.name: str(column.verbose_name) for column in CONTACT_COLUMNS}


class RowForm(forms.ModelForm[WaitingCard]):
    """A row of the list: knows what the person saw, and which version that was.

    Each input carries its first value along, so that only what this person changed counts as a
    change. A row whose card has moved on is refused with both values where they collide, and can
    then be sent again; edits of different cells both stay.
    """

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    seen_status = forms.ChoiceField(choices=Card.Status.choices, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        self.initial["seen_status"] = self.instance.status
        for name, field in self.fields.items():
            if name in LABELS:
                field.show_hidden_initial = True
                field.widget.attrs.update(dir="auto", autocomplete="off")
                field.widget.attrs["aria-label"] = f"{LABELS[name]} of {self.instance}"

    @property
    def changed_data(self) -> list[str]:
        return [name for name in super().changed_data if name in LABELS]

    def has_changed(self) -> bool:
        return bool(self.changed_data)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for name in self.changed_data:
            values[name] = printable(values.get(name) or "")
        if self.changed_data and values.get("version") != self.instance.version:
            self._merge(values)
        return values

    def _merge(self, values: dict[str, Any]) -> None:
        """Goes on with the card as it is now, unless a colleague's change collides."""
        stale = decisions.StaleCard(Card.objects.get(pk=self.instance.pk))
        values["version"] = stale.card.version
        for name in self.changed_data:
            if collision := self._collision(name, stale.card, values):
                self.add_error(
                    name,
                    f"{stale.colleague} has {collision} meanwhile; you typed"
                    f" “{values.get(name) or 'nothing'}”. Save again to keep yours.",
                )
        if self.errors:  # the next attempt starts from what is shown now
            self.data = {
                **self.data.dict(),  # type: ignore[attr-defined]
                self.add_prefix("version"): str(stale.card.version),
                self.add_prefix("seen_status"): stale.card.status,
            }

    def _collision(self, name: str, card: Card, values: dict[str, Any]) -> str:
        theirs, seen = getattr(card, name), self.data.get(self.add_initial_prefix(name), "")
        if theirs != seen and theirs != values.get(name):
            return f"put “{theirs or 'nothing'}” here"
        if card.status != values.get("seen_status"):
            return f"moved this card to “{card.get_status_display()}”"
        return ""


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


class StatusFilter(admin.SimpleListFilter):
    """What waits, unless something else is asked for."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        others = [s for s in Card.Status if s not in (Card.Status.UPLOADED, _WAITING)]
        return [*((s.value, str(s.label)) for s in others), ("all", "All")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """As usual, but what is shown when nothing was asked for is not "All"."""
        unasked, *asked = super().choices(changelist)
        yield {**unasked, "display": _WAITING.label}
        yield from asked

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset.exclude(status=Card.Status.UPLOADED)
        return queryset.filter(status=self.value() or _WAITING)


_WAITING = Card.Status.NEEDS_REVIEW


class DoubtFilter(admin.SimpleListFilter):
    title = "doubt"
    parameter_name = "doubt"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("some", "With doubtful fields"), ("none", "Without"), ("notice", "With a notice")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "some":
            return queryset.exclude(doubtful_fields=[])
        if self.value() == "none":
            return queryset.filter(doubtful_fields=[], notice="")
        return queryset.exclude(notice="") if self.value() == "notice" else queryset


@admin.register(WaitingCard)
class WaitingCardAdmin(ReadAgainMixin, ReadOnlyAdmin):
    list_display = (
        "picture", "doubts", "full_name", "company", "job_title", "email", "phone", "mobile",
        "since",
    )  # fmt: skip
    list_display_links = ("picture",)
    list_editable = ("full_name", "company", "job_title", "email", "phone", "mobile")
    list_filter = (StatusFilter, DoubtFilter, ("batch", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("batch",)
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    search_fields = ("full_name", "native_name", "company", "email", "phone", "mobile")
    search_help_text = "Name, company, e-mail or number"
    ordering = ("batch_id", "-doubt", "id")
    change_list_template = "review/queue.html"
    actions = ("read_again",)

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

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Saves a row of the list through the verb, never the object itself."""
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        if "full_name" in values:  # the list shows the whole name, its parts follow
            values |= parts_of_name(values["full_name"])
        try:
            decisions.correct(
                obj, values, version=form.cleaned_data["version"], by=staff_member(request)
            )
        except decisions.StaleCard as stale:
            typed = ", ".join(f"{LABELS[name].lower()} “{text}”" for name, text in values.items())
            messages.error(
                request,
                f"{obj} was changed by {stale.colleague} in the same moment and is left as it is"
                f" now; you had typed {typed}.",
            )

    def save_related(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is related to a row."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The Review is the record."""

    @admin.display(description="Card")
    def picture(self, card: Card) -> SafeString | str:
        return thumbnail(card) or "open"

    @admin.display(description="Doubt", ordering="doubt")
    def doubts(self, card: Card) -> SafeString:
        if card.status != _WAITING:
            return badge(BADGES[Card.Status(card.status)], card.get_status_display())
        if card.notice:
            return badge("bad", "see notice")
        if not card.doubtful_fields:
            return badge("ok", "none")
        return format_html_join(
            " ",
            '<span class="badge badge-doubt">{}</span>',
            ((LABELS.get(name, name).lower(),) for name in card.doubtful_fields[:3]),
        )

    @admin.display(description="Since", ordering="id")
    def since(self, card: Card) -> str:
        return timesince(card.created_at, depth=1)


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
    list_display = ("card", "what", "by", "at", "reason", "journaled_at")
    list_filter = ("decision", "at")
    list_select_related = ("card", "by")
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    inlines = (CorrectionInline,)
    fields = ("card", "number", "decision", "reason", "by", "at", "journaled_at")

    @admin.display(description="Decision", ordering="decision")
    def what(self, review: Review) -> SafeString:
        kinds = {Review.Decision.APPROVED: "ok", Review.Decision.REJECTED: "bad"}
        kind = kinds.get(Review.Decision(review.decision), "quiet")
        return badge(kind, review.get_decision_display())
