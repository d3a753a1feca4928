"""Cards and batches in the admin, and the URLs of their pictures and of the upload page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cards import views
from cards.counting import TallyPaginator
from cards.fields import CONTACT_COLUMNS, CONTACT_FIELDS, GROUPS
from cards.filters import BatchFilter
from cards.kept import told
from cards.models import Arrival, Batch, Card
from cards.numbers import NumberSearchMixin
from cards.transfer_admin import TransferMixin

BADGES = {
    Card.Status.UPLOADED: "accent",
    Card.Status.NEEDS_REVIEW: "doubt",
    Card.Status.APPROVED: "ok",
    Card.Status.REJECTED: "quiet",
}

SHOWN_AS = {"notice": "remark"}
"""Fields that are told in the language of the page instead of as they are kept."""


def badge(kind: str, text: str) -> SafeString:
    return format_html('<span class="badge badge-{}">{}</span>', kind, text)


def thumbnail(card: Card) -> SafeString | str:
    """The card's front, small; for rows that come from `with_front`."""
    if not card.front:
        return ""
    url = reverse("admin:cards_picture", args=(card.front, "thumb"))
    return format_html(
        '<img class="thumb" src="{}" alt="{}" loading="lazy" width="56" height="36">',
        url, gettext("Picture of %(card)s") % {"card": card},
    )  # fmt: skip


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Rows that come about by work, not by forms."""

    change_form_template = "cards/read_only.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # What is in the vault is the truth: a row deleted here would come back with a rebuild.
        return False


@admin.register(Card)
class CardAdmin(NumberSearchMixin, TransferMixin, ReadOnlyAdmin):
    list_display = (
        "picture", "name", "standing", "company", "job_title", "email", "phone", "batch",
        "created_at",
    )  # fmt: skip
    list_display_links = ("picture", "name")
    list_filter = ("status", "contact_type", ("batch", BatchFilter))
    list_select_related = ("batch",)
    list_per_page = 50
    paginator = TallyPaginator
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    search_fields = ("full_name", "native_name", "company", "email", "phone", "mobile")
    search_help_text = _("Name, company, e-mail or number")
    change_form_template = "cards/card.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Card]:
        return super().get_queryset(request).with_front()  # type: ignore[attr-defined,no-any-return]

    def get_urls(self) -> list[URLPattern | URLResolver]:  # type: ignore[override]
        wrap = self.admin_site.admin_view
        own = [
            path("sides/<int:side_id>/original", wrap(views.original), name="cards_original"),
            path(
                "sides/<int:side_id>/<str:size>.jpg", wrap(views.picture, cacheable=True),
                name="cards_picture",
            ),
            path("upload/", wrap(views.upload), name="cards_upload"),
            path("upload/<int:batch_id>/file", wrap(views.upload_file), name="cards_upload_file"),
            path(
                "upload/<int:batch_id>/status", wrap(views.upload_status),
                name="cards_upload_status",
            ),
        ]  # fmt: skip
        return [*own, *super().get_urls()]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What the card has, group by group; nobody types here, so empty fields only take room."""
        groups = [
            (gettext(group), [c.name for c in CONTACT_COLUMNS if c.info.group == group])
            for group in GROUPS
        ]
        groups.append((gettext("Extra"), ["extra"]))
        groups.append(
            (
                gettext("Card"),
                ["status", "notice", "batch", "file_name", "created_at", "approved_at",
                 "updated_at"],
            )
        )  # fmt: skip
        filled = [
            (
                group,
                [SHOWN_AS.get(name, name) for name in names if obj is None or getattr(obj, name)],
            )
            for group, names in groups
        ]
        return [(group, {"fields": names}) for group, names in filled if names]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Without help texts: those of contact fields are instructions to the AI."""
        silent = dict.fromkeys((*CONTACT_FIELDS, "extra"), "")
        texts = {**silent, "remark": Card._meta.get_field("notice").help_text}
        return super().get_form(request, obj, change=change, help_texts=texts, **kwargs)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        card = self.get_object(request, object_id)
        sides = list(card.sides.all()) if card else []
        more = {"sides": sides, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, more)

    @admin.display(description=_("notice"))
    def remark(self, card: Card) -> str:
        return told(card.notice)

    @admin.display(description=_("Card"))
    def picture(self, card: Card) -> SafeString | str:
        return thumbnail(card) or "–"

    @admin.display(description=_("Name"), ordering="full_name")
    def name(self, card: Card) -> SafeString | str:
        if card.full_name and card.native_name:
            return format_html('{} <span class="quiet">{}</span>', card.full_name, card.native_name)
        return card.full_name or card.native_name or "–"

    @admin.display(description=_("Status"), ordering="status")
    def standing(self, card: Card) -> SafeString:
        # Not `state`: that is a field of the address, and a field goes before a method.
        return badge(BADGES[Card.Status(card.status)], card.get_status_display())


class ArrivalInline(admin.TabularInline[Arrival, Batch]):
    model = Arrival
    fields = readonly_fields = ("file_name", "what", "why", "link")
    extra = 0
    verbose_name_plural = _("files")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Arrival]:
        return super().get_queryset(request).select_related("card")

    @admin.display(description=_("Outcome"))
    def what(self, arrival: Arrival) -> SafeString:
        kinds = {Arrival.Outcome.TAKEN_IN: "ok", Arrival.Outcome.REFUSED: "bad"}
        kind = kinds.get(Arrival.Outcome(arrival.outcome), "quiet")
        return badge(kind, arrival.get_outcome_display())

    @admin.display(description=_("reason"))
    def why(self, arrival: Arrival) -> str:
        return told(arrival.reason)

    @admin.display(description=_("Card"))
    def link(self, arrival: Arrival) -> SafeString | str:
        if not arrival.card:
            return "–"
        url = reverse("admin:cards_card_change", args=(arrival.card_id,))
        return format_html('<a href="{}">{}</a>', url, arrival.card)


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    """What was uploaded together. Its priority can be changed, the rest came with the upload."""

    list_display = (
        "name", "source", "cards_count", "waiting", "urgency", "created_by", "created_at",
    )  # fmt: skip
    list_filter = ("priority",)
    list_select_related = ("created_by",)
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    search_fields = ("name", "source")
    readonly_fields = (
        "name", "source", "duplicate_policy", "extractor", "can_wait", "created_by", "created_at",
        "all_cards",
    )  # fmt: skip
    fields = ("priority", *readonly_fields)
    inlines = (ArrivalInline,)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("cards.change_batch"))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        Batch.objects.filter(pk=obj.pk).update(priority=obj.priority, version=F("version") + 1)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Batch]:
        batches: QuerySet[Batch] = super().get_queryset(request)
        return batches.annotate(total=_count(), to_review=_count(status=Card.Status.NEEDS_REVIEW))

    @admin.display(description=_("Cards"), ordering="total")
    def cards_count(self, batch: Any) -> SafeString:
        return _cards_link(batch, batch.total, "")

    @admin.display(description=_("To review"), ordering="to_review")
    def waiting(self, batch: Any) -> SafeString:
        return _cards_link(batch, batch.to_review, f"&status__exact={Card.Status.NEEDS_REVIEW}")

    @admin.display(description=_("Priority"), ordering="priority")
    def urgency(self, batch: Batch) -> SafeString | str:
        words = batch.get_priority_display()
        return badge("accent", words) if batch.priority > Batch.Priority.NORMAL else words

    @admin.display(description=_("Cards"))
    def all_cards(self, batch: Any) -> SafeString:
        return _cards_link(batch, batch.total, "")


def _count(**kind: str) -> Coalesce:
    """The cards of a kind in a batch, counted for the rows that are shown only: joined to them,
    all cards would be read for a page of batches."""
    cards = Card.objects.filter(batch=OuterRef("pk"), **kind).order_by().values("batch")
    return Coalesce(Subquery(cards.values(number=Count("pk"))), 0)


def _cards_link(batch: Batch, count: int, query: str) -> SafeString:
    url = f"{reverse('admin:cards_card_changelist')}?batch__id__exact={batch.pk}{query}"
    return format_html('<a href="{}">{}</a>', url, count)
