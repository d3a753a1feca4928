"""What a person decided about a card, and what that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cards.kept import told
from cards.models import Card

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def name_of(user: User | None) -> str:
    """How colleagues call a person."""
    return (user.get_full_name() or user.get_username()) if user else gettext("somebody unknown")


class Review(models.Model):
    """One committed decision of one person about one card; never changed afterwards."""

    class Decision(models.TextChoices):
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        RETAKE = "retake", _("To be photographed again")
        CORRECTED = "corrected", _("Corrected in a list")
        CONFIRMED = "confirmed", _("Confirmed in a list")
        REOPENED = "reopened", _("Reopened")
        UNDONE = "undone", _("Undone")
        REVERTED = "reverted", _("Reverted")
        SECOND_LOOK = "second_look", _("Settled after a second look")
        IMPORTED = "imported", _("Imported")

    OF_THE_CARD = (Decision.APPROVED, Decision.REJECTED, Decision.RETAKE)
    """Decisions about the whole card; what a person typed on it goes into them."""

    card = models.ForeignKey(
        Card, on_delete=models.CASCADE, related_name="reviews", verbose_name=_("card")
    )
    number = models.PositiveIntegerField(
        _("number"), help_text=_("1 for the card's first decision.")
    )
    decision = models.CharField(_("decision"), max_length=20, choices=Decision.choices)
    reason = models.TextField(_("reason"), blank=True, default="")
    values = models.JSONField(help_text=_("Every contact field after the decision."))
    before = models.JSONField(
        default=dict,
        blank=True,
        help_text=_("How the card stood before: status, version, values."),
    )
    after = models.JSONField(default=dict, db_default={}, blank=True, editable=False)
    """How the card stands since, as in `before`, without the values."""
    seconds = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=_("The time the person worked on the card, pauses left out."),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="reviews",
        verbose_name=pgettext_lazy("who decided", "by"),
    )  # fmt: skip
    at = models.DateTimeField(pgettext_lazy("when it was decided", "at"), default=timezone.now)
    journaled_at = models.DateTimeField(
        _("in the vault since"), null=True, blank=True,
        help_text=_("Empty until the vault has a copy."),
    )  # fmt: skip
    card_journaled_at = models.DateTimeField(null=True, blank=True, editable=False)
    """Of an import: since when the vault knows its card too. Earlier versions kept none."""

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=("card", "number"), name="review_number_once"),
            models.CheckConstraint(
                name="review_rejected_has_reason",
                condition=~Q(decision__in=("rejected", "retake")) | ~Q(reason=""),
            ),
        ]
        indexes = [
            # What has not reached the vault yet? (the journal)
            models.Index(
                fields=("id",), condition=Q(journaled_at__isnull=True), name="review_journal"
            ),
            # Which imported cards has the vault not got yet? (the journal)
            models.Index(
                fields=("id",),
                condition=Q(card_journaled_at__isnull=True, decision="imported"),
                name="review_imported",
            ),
            # "Approved today" and a reviewer's own pace.
            models.Index(fields=("decision", "at"), name="review_decided"),
            # What did I do today, and how fast?
            models.Index(fields=("by", "at"), name="review_by"),
        ]

    def __str__(self) -> str:
        return f"{self.get_decision_display()}: {self.card_id}"

    @property
    def why(self) -> str:
        """The reason in the language of the page; as it was typed where a person gave it."""
        return self.reason if self.decision in self.OF_THE_CARD else told(self.reason)


class Correction(models.Model):
    """One field of one review in which the person's value is not the one that stood there."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="corrections")
    field = models.CharField(_("field"), max_length=40)
    machine_value = models.TextField(
        _("machine value"), blank=True, default="",
        help_text=_("As the machine read it, or as it stood before."),
    )  # fmt: skip
    human_value = models.TextField(_("human value"), blank=True, default="")

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=("review", "field"), name="correction_field_once"),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.machine_value!r} -> {self.human_value!r}"


class Claim(models.Model):
    """Who has a card open for review, and until when; it expires by itself."""

    card = models.OneToOneField(Card, on_delete=models.CASCADE, related_name="claim")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        indexes = [
            # Which cards are taken just now? ("Review next")
            models.Index(fields=("until",), name="claim_until"),
        ]

    def __str__(self) -> str:
        words = {"card": self.card_id, "time": f"{self.until:%H:%M}"}
        return gettext("%(card)s until %(time)s") % words

    @property
    def holder(self) -> str:
        """The name of whoever has the card open, for colleagues."""
        return name_of(self.by)


class Draft(models.Model):
    """What one person has typed on one card and not decided yet."""

    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="drafts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField(help_text=_("Of the card when the typing began."))
    base = models.JSONField(help_text=_("Every value as it stood then."))
    values = models.JSONField(help_text=_("The values that were typed, by field."))
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            models.UniqueConstraint(fields=("card", "by"), name="draft_once"),
        ]

    def __str__(self) -> str:
        return gettext("%(person)s on %(card)s") % {"person": self.by, "card": self.card_id}


class SecondLook(models.Model):
    """An approved card that another reviewer decides again without seeing the first decision."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waits for a second reviewer")
        AGREED = "agreed", _("Both agreed")
        DIFFERS = "differs", _("Waits for a third reviewer")
        SETTLED = "settled", _("Settled by a third reviewer")
        DROPPED = "dropped", _("The card was changed meanwhile")

    first = models.OneToOneField(Review, on_delete=models.CASCADE, related_name="second_look")
    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="second_looks")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.WAITING)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+", verbose_name=_("second reviewer"),
    )  # fmt: skip
    at = models.DateTimeField(null=True, blank=True)
    journaled_status = models.CharField(
        max_length=20, blank=True, default="", db_default="", editable=False
    )
    """The status that the vault has a copy of; nothing is kept of one that waits."""
    values = models.JSONField(
        default=dict, blank=True, help_text=_("As the second reviewer has it.")
    )
    differences = models.JSONField(default=list, blank=True, help_text=_("Fields not agreed upon."))
    settled = models.OneToOneField(
        Review, null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        help_text=_("The third reviewer's decision."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("second look")
        verbose_name_plural = _("second looks")
        ordering = ("-id",)
        indexes = [
            # What waits for a second or a third pair of eyes?
            models.Index(fields=("status", "id"), name="second_look_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()}: {self.card_id}"


class WaitingCard(Card):
    """The review queue in the admin: cards that need a person."""

    class Meta:
        proxy = True
        verbose_name = _("card")
        verbose_name_plural = _("cards")
        default_permissions = ()
