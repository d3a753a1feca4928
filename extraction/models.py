"""One attempt of one extractor at one card: the job, and its result for good."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cards.models import Card


class Extraction(models.Model):
    """A job row while it waits and runs, an immutable result afterwards.

    QUEUED -> RUNNING -> SUCCEEDED | FAILED, and back to QUEUED when an attempt may be repeated.
    A worker may run the job after it has counted up `fence` and set `lease_until` in one
    conditional UPDATE, and may write its outcome only while the fence is still its own.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Being read"
        SUCCEEDED = "succeeded", "Read"
        FAILED = "failed", "Failed"

    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="extractions")
    extractor = models.CharField(max_length=60)
    model = models.CharField(max_length=120, blank=True, default="")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    run_after = models.DateTimeField(default=timezone.now)
    rung_at = models.DateTimeField(
        default=timezone.now, help_text="When workers were last told of this job."
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    digest = models.CharField(
        "answer in the vault", max_length=64, blank=True, default="",
        help_text="What the answer depends on: extractor, model, prompt, parameters, pictures.",
    )  # fmt: skip
    result = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True, default="")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    requested_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    seconds = models.FloatField(
        null=True, blank=True, help_text="Time the answer took; empty when it was in the vault."
    )

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=("card", "extractor"),
                condition=Q(status__in=("queued", "running")),
                name="extraction_open_once",
            ),
            models.CheckConstraint(
                name="extraction_running_has_lease",
                condition=~Q(status="running") | Q(lease_until__isnull=False),
            ),
            models.CheckConstraint(
                name="extraction_succeeded_has_result",
                condition=~Q(status="succeeded") | Q(result__isnull=False),
            ),
        ]
        indexes = [
            # Which jobs are due? (the sweep, `drain`) How many are open? (the navigation)
            models.Index(fields=("status", "run_after"), name="extraction_due"),
            # Whose lease has run out? (the sweep)
            models.Index(fields=("status", "lease_until"), name="extraction_leased"),
        ]

    def __str__(self) -> str:
        return f"{self.extractor} reading of {self.card_id}"
