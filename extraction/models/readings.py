"""A reading of a card, as a row."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cards.models import Card


class Extraction(models.Model):
    """A job row while it waits and runs, an immutable result afterwards.

    QUEUED -> RUNNING -> SUCCEEDED | FAILED, and back to QUEUED when an attempt may be repeated.
    A worker may run the job after it has counted up `fence` and set `lease_until` in one
    conditional UPDATE, and may write its outcome only while the fence is still its own.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Being read")
        SUCCEEDED = "succeeded", _("Read")
        FAILED = "failed", _("Failed")

    OPEN = (Status.QUEUED, Status.RUNNING)
    ENDED = (Status.SUCCEEDED, Status.FAILED)

    card = models.ForeignKey(
        Card, verbose_name=_("card"), on_delete=models.CASCADE, related_name="extractions"
    )
    extractor = models.CharField(_("extractor"), max_length=60)
    model = models.CharField(max_length=120, blank=True, default="")
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.QUEUED
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    run_after = models.DateTimeField(default=timezone.now)
    rung_at = models.DateTimeField(
        default=timezone.now, help_text=_("When workers were last told of this job.")
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    backlog = models.ForeignKey(
        "Backlog", null=True, blank=True, on_delete=models.SET_NULL, related_name="extractions",
        help_text=_("Sent together with others; the job waits until its answer is in the vault."),
    )  # fmt: skip
    digest = models.CharField(
        _("answer in the vault"), max_length=64, blank=True, default="",
        help_text=_("What the answer depends on: extractor, model, prompt, parameters, pictures."),
    )  # fmt: skip
    result = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True, default="")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    requested_at = models.DateTimeField(_("requested at"), default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    seconds = models.FloatField(
        null=True, blank=True, help_text=_("Time the answer took; empty when it was in the vault.")
    )

    crashes = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    """How often a worker was gone before it had ended this reading."""
    journaled_at = models.DateTimeField(null=True, blank=True, editable=False)
    """Since when the vault has a copy; empty until then."""

    class Meta:
        verbose_name = _("extraction")
        verbose_name_plural = _("extractions")
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
            # What has ended and is not in the vault yet? (the journal)
            models.Index(
                fields=("id",),
                condition=Q(journaled_at__isnull=True, status__in=("succeeded", "failed")),
                name="extraction_journal",
            ),
            # Which jobs are due? (the sweep, `drain`) How many are open? (the navigation)
            models.Index(fields=("status", "run_after"), name="extraction_due"),
            # Which have lost their worker? (whoever begins another)
            models.Index(
                fields=("status", "run_after"),
                condition=Q(crashes__gt=0),
                name="extraction_crashed",
            ),
            # Whose lease has run out? (the sweep)
            models.Index(fields=("status", "lease_until"), name="extraction_leased"),
        ]

    def __str__(self) -> str:
        names = {"extractor": self.extractor, "card": self.card_id}
        return gettext("%(extractor)s reading of %(card)s") % names
