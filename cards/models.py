"""What a card is: batches of uploaded files, cards, and their sides."""

from __future__ import annotations

import os
import time
import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, StrIndex
from django.db.models.lookups import GreaterThan
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cards.fields import CONTACT_FIELDS, ContactFields


def new_id() -> uuid.UUID:
    """A UUID of version 7 (RFC 9562): ids sort by the time they were made."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    return uuid.UUID(int=value)


class Batch(models.Model):
    """What was uploaded together, and how it is to be treated."""

    class DuplicatePolicy(models.TextChoices):
        SKIP = "skip", _("Skip, and link to the card that is here")
        KEEP = "keep", _("Keep both")

    class Priority(models.IntegerChoices):
        LOW = -1, _("When there is time")
        NORMAL = 0, _("Normal")
        URGENT = 1, _("Urgent")

    name = models.CharField(_("name"), max_length=120)
    source = models.CharField(
        _("event or source"),
        max_length=200,
        blank=True,
        default="",
        help_text=_("Where the cards come from: a fair, a visit, a box of old cards."),
    )
    duplicate_policy = models.CharField(
        _("same picture twice"),
        max_length=10,
        choices=DuplicatePolicy.choices,
        default=DuplicatePolicy.SKIP,
    )
    extractor = models.CharField(_("read by"), max_length=60, blank=True, default="")
    priority = models.SmallIntegerField(
        _("priority"), choices=Priority.choices, default=Priority.NORMAL,
        help_text=_("What is urgent is reviewed first, whenever it came."),
    )  # fmt: skip
    can_wait = models.BooleanField(
        _("at half the price"), default=False,
        help_text=_("Sent to the model together with others; answers may take up to a day."),
    )  # fmt: skip
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("uploaded by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    journaled_version = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    """The version that the vault has a copy of."""

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name


def has_doubt_in(field: str) -> GreaterThan:
    """Whether a card's `field`, one of CONTACT_FIELDS, is doubtful.

    Its name stands in the SQL itself: SQLite uses no index for a condition it is told in parts.
    """
    names = Cast("doubtful_fields", models.TextField())
    quoted = RawSQL(f"'\"{field}\"'", ())  # noqa: S611  # not from outside
    return GreaterThan(StrIndex(names, quoted), 0)


PARTS = {
    "doubted": ~Q(doubtful_fields=[]),
    "clear": Q(doubtful_fields=[], notice=""),
    "noticed": ~Q(notice=""),
    **{f"doubts_{name}": Q(has_doubt_in(name)) for name in CONTACT_FIELDS},
}
"""The parts of the review queue that have an index of their own, as a part may be one card of
100,000. It serves queries that say the same in the same words."""

QUEUE_ORDER = ("status", "batch", F("doubt").desc(), "id")
"""Oldest batch first, most doubtful first within it. What follows in an index is there to be read
from it: languages, and the condition of the part, which SQLite looks at again."""


class CardQuerySet(models.QuerySet["Card"]):
    def move(self, *origins: str, to: str, **changes: Any) -> int:
        """The number of cards moved to status `to`: those whose status is still in `origins`.

        Counts the version up and writes `changes` in the same conditional UPDATE; 0 means that
        somebody else was first.
        """
        return self.filter(status__in=origins).update(
            status=to, version=F("version") + 1, updated_at=timezone.now(), **changes
        )

    def with_front(self) -> Self:
        """With the id of each card's front side as `front`, for its thumbnail."""
        fronts = Side.objects.filter(card=OuterRef("pk"), position=0)
        return self.annotate(front=Subquery(fronts.values("pk")[:1]))


class Card(ContactFields):
    """One physical business card: where it stands, and the best values known of its fields.

    UPLOADED -> NEEDS_REVIEW -> APPROVED | REJECTED; reopening goes back to NEEDS_REVIEW.
    """

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("Being read")
        NEEDS_REVIEW = "needs_review", _("To review")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    batch = models.ForeignKey(
        Batch, verbose_name=_("batch"), on_delete=models.PROTECT, related_name="cards"
    )
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.UPLOADED
    )
    version = models.PositiveIntegerField(default=0, editable=False)
    is_edited = models.BooleanField(_("touched by a person"), default=False, editable=False)
    doubt = models.FloatField(
        default=0, editable=False, help_text=_("1 minus the confidence of the least sure field.")
    )
    doubtful_fields = models.JSONField(default=list, blank=True, editable=False)
    notice = models.TextField(
        _("notice"),
        blank=True,
        default="",
        editable=False,
        help_text=_("Why the reading failed, for staff."),
    )
    file_name = models.CharField(_("original file"), max_length=255, blank=True, default="")
    created_at = models.DateTimeField(_("taken in"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("last change"), default=timezone.now, editable=False)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True, editable=False)

    objects = CardQuerySet.as_manager()

    front: int | None
    """Id of the front side, on rows that come from `with_front`."""

    class Meta:
        verbose_name = _("card")
        verbose_name_plural = _("cards")
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                name="card_status_known",
                condition=Q(status__in=("uploaded", "needs_review", "approved", "rejected")),
            ),
            models.CheckConstraint(
                name="card_approved_has_time",
                condition=~Q(status="approved") | Q(approved_at__isnull=False),
            ),
        ]
        indexes = [
            # The review queue, and each part of it: an index of the cards of that part alone.
            models.Index(*QUEUE_ORDER, "languages", name="card_queue"),
            *(
                models.Index(
                    *QUEUE_ORDER,
                    "languages",
                    "doubtful_fields",
                    name=f"card_{part}",
                    condition=Q(status="needs_review") & condition,
                )
                for part, condition in PARTS.items()
            ),
            # Which languages are there, and which waiting cards have one of them?
            models.Index("languages", *QUEUE_ORDER, name="card_languages"),
            # "Approved today" on the dashboard, and exports in the order of approval.
            models.Index(fields=("status", "approved_at"), name="card_approved"),
        ]
        permissions = [
            ("upload_card", "Can upload pictures of cards"),
            ("review_card", "Can review cards"),
            ("export_card", "Can export cards"),
            ("import_card", "Can import contacts"),
            ("view_picture", "Can see the pictures of cards"),
        ]

    def __str__(self) -> str:
        return self.full_name or self.company or self.file_name or str(self.id)

    def contact(self) -> dict[str, str]:
        """The text of every contact field by name, empty ones included."""
        return {name: getattr(self, name) for name in CONTACT_FIELDS}


class Side(models.Model):
    """One side of a card: a page of a picture in the vault."""

    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="sides")
    position = models.PositiveSmallIntegerField(help_text=_("0 is the front."))
    picture = models.CharField(
        max_length=64, help_text=_("SHA-256 of the original file, its address in the vault.")
    )
    media_type = models.CharField(max_length=40)
    page = models.PositiveSmallIntegerField(
        default=0, help_text=_("Page within the original file, counted from 0.")
    )
    quad = models.JSONField(
        null=True,
        blank=True,
        help_text=_("Corners of the card within the page; none is all of it."),
    )
    width_px = models.PositiveIntegerField(help_text=_("Of the upright page."))
    height_px = models.PositiveIntegerField(help_text=_("Of the upright page."))

    class Meta:
        verbose_name = _("side")
        verbose_name_plural = _("sides")
        ordering = ("card", "position")
        constraints = [
            models.UniqueConstraint(fields=("card", "position"), name="side_position_once"),
        ]
        indexes = [
            # Is this picture here already? (intake)
            models.Index(fields=("picture", "page"), name="side_picture"),
        ]

    def __str__(self) -> str:
        return f"{'front' if self.position == 0 else 'back'} of {self.card_id}"


class Arrival(models.Model):
    """One file that came with a batch, and what became of it."""

    class Outcome(models.TextChoices):
        TAKEN_IN = "taken_in", _("Taken in")
        ALREADY_HERE = "already_here", _("Already here")
        REFUSED = "refused", _("Refused")

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="arrivals")
    file_name = models.CharField(_("file name"), max_length=255)
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    reason = models.TextField(_("reason"), blank=True, default="")
    card = models.ForeignKey(
        Card, null=True, blank=True, on_delete=models.SET_NULL, related_name="arrivals"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("arrival")
        verbose_name_plural = _("arrivals")
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                name="arrival_refused_has_reason",
                condition=~Q(outcome="refused") | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
