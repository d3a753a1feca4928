"""What a person decided about a card, and what that changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cards.models import Card


class Review(models.Model):
    """One committed decision of one person about one card; never changed afterwards."""

    class Decision(models.TextChoices):
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"
        CORRECTED = "corrected", "Corrected in the list"
        REOPENED = "reopened", "Reopened"
        IMPORTED = "imported", "Imported"

    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="reviews")
    number = models.PositiveIntegerField(help_text="1 for the card's first decision.")
    decision = models.CharField(max_length=20, choices=Decision.choices)
    reason = models.TextField(blank=True, default="")
    values = models.JSONField(help_text="Every contact field after the decision.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="reviews"
    )
    at = models.DateTimeField(default=timezone.now)
    journaled_at = models.DateTimeField(
        "in the vault since", null=True, blank=True, help_text="Empty until the vault has a copy."
    )

    class Meta:
        verbose_name = "decision"
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=("card", "number"), name="review_number_once"),
            models.CheckConstraint(
                name="review_rejected_has_reason",
                condition=~Q(decision="rejected") | ~Q(reason=""),
            ),
        ]
        indexes = [
            # What has not reached the vault yet? (the journal)
            models.Index(
                fields=("id",), condition=Q(journaled_at__isnull=True), name="review_journal"
            ),
            # "Approved today" and a reviewer's own pace.
            models.Index(fields=("decision", "at"), name="review_decided"),
        ]

    def __str__(self) -> str:
        return f"{self.get_decision_display()}: {self.card_id}"


class Correction(models.Model):
    """One field of one review in which the person's value is not the one that stood there."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="corrections")
    field = models.CharField(max_length=40)
    machine_value = models.TextField(
        blank=True, default="", help_text="As the machine read it, or as it stood before."
    )
    human_value = models.TextField(blank=True, default="")

    class Meta:
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
    until = models.DateTimeField()

    class Meta:
        indexes = [
            # Which cards are taken just now? ("Review next")
            models.Index(fields=("until",), name="claim_until"),
        ]

    def __str__(self) -> str:
        return f"{self.card_id} until {self.until:%H:%M}"


class WaitingCard(Card):
    """The review queue in the admin: cards that need a person."""

    class Meta:
        proxy = True
        verbose_name = "card"
        default_permissions = ()
