"""What is paid for, as rows: calls, whether they may be made, and those sent together."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cards.models import Card


class Call(models.Model):
    """A line of the ledger: one request to an extractor that costs money.

    The row is written before the request goes out, so that a crash cannot hide it; while it is
    UNDER_WAY no other worker asks for the same answer. One whose lease has run out is LOST: the
    request may have been billed, and nobody kept what came of it.
    """

    class Outcome(models.TextChoices):
        UNDER_WAY = "under_way", _("Under way")
        ANSWERED = "answered", _("Answered")
        REFUSED = "refused", _("Refused by the model")
        CUT_OFF = "cut_off", _("Cut off")
        ILL_FORMED = "ill_formed", _("Not what was agreed")
        BUSY = "busy", _("Busy, asked to wait")
        TIMED_OUT = "timed_out", _("No answer in time")
        DISCONNECTED = "disconnected", _("Connection lost; may have been billed")
        FAILED = "failed", _("Failed")
        NOT_ALLOWED = "not_allowed", _("Key or credit refused")
        LOST = "lost", _("Lost: the worker stopped during the call")

    card = models.ForeignKey(
        Card,
        verbose_name=_("card"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="calls",
    )
    extraction = models.ForeignKey(
        "extraction.Extraction",
        verbose_name=_("extraction"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="calls",
    )
    backlog = models.ForeignKey(
        "Backlog",
        verbose_name=_("backlog"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="calls",
    )
    extractor = models.CharField(_("extractor"), max_length=60)
    model = models.CharField(_("model"), max_length=120, blank=True, default="")
    digest = models.CharField(_("answer in the vault"), max_length=64, blank=True, default="")
    outcome = models.CharField(
        _("outcome"), max_length=20, choices=Outcome.choices, default=Outcome.UNDER_WAY
    )
    detail = models.TextField(_("detail"), blank=True, default="")
    input_tokens = models.PositiveIntegerField(_("input tokens"), default=0)
    cached_input_tokens = models.PositiveIntegerField(
        _("cached input tokens"),
        default=0,
        help_text=_("Of the input tokens, those billed at the lower price."),
    )
    output_tokens = models.PositiveIntegerField(_("output tokens"), default=0)
    cost = models.DecimalField(
        _("cost in USD"), max_digits=12, decimal_places=6, null=True, blank=True,
        help_text=_("Empty when nothing is known of the model's price."),
    )  # fmt: skip
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    closings = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    """How often what came of it was written: a lost call may still be answered."""
    journaled_at = models.DateTimeField(null=True, blank=True, editable=False)
    """Since when the vault has a copy of it as it was closed last."""

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=("digest",),
                condition=Q(outcome="under_way"),
                name="call_asked_once_at_a_time",
            ),
            models.CheckConstraint(
                name="call_under_way_has_lease",
                condition=~Q(outcome="under_way") | Q(lease_until__isnull=False),
            ),
        ]
        indexes = [
            # What is closed and is not in the vault yet? (the journal)
            models.Index(
                fields=("id",),
                condition=Q(journaled_at__isnull=True) & ~Q(outcome="under_way"),
                name="call_journal",
            ),
            # What was spent today and this month? (budgets, the ledger page)
            models.Index(fields=("started_at",), name="call_started"),
            # Which are under way, and whose lease has run out? (before each call, the sweep)
            models.Index(fields=("outcome", "lease_until"), name="call_leased"),
        ]

    def __str__(self) -> str:
        names = {"extractor": self.extractor, "card": self.card_id}
        return gettext("call of %(extractor)s for %(card)s") % names


class Gate(models.Model):
    """Whether an extractor that costs money may be called now; no row means that it may.

    A breaker: after several failures in a row calls wait until `opens_at`, longer each time, and
    then one is tried. A stop: `stopped_because` is set when a person has to act first.
    """

    extractor = models.CharField(max_length=60, primary_key=True)
    failures = models.PositiveIntegerField(default=0, help_text=_("In a row."))
    opens_at = models.DateTimeField(null=True, blank=True)
    stopped_because = models.TextField(blank=True, default="")
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("gate")
        verbose_name_plural = _("gates")

    def __str__(self) -> str:
        return gettext("gate of %(extractor)s") % {"extractor": self.extractor}


class Backlog(models.Model):
    """Readings sent together through a Batch API, at half the price and within a day.

    PREPARED -> SENT -> FINISHED | FAILED. Every step is written down before the next is taken, so
    that a restart at any moment goes on where it was.
    """

    class Status(models.TextChoices):
        PREPARED = "prepared", _("Being prepared")
        SENT = "sent", _("Sent, waiting for answers")
        FINISHED = "finished", _("Answers came")
        FAILED = "failed", _("Failed")

    key = models.UUIDField(_("key"), default=uuid.uuid4, editable=False, unique=True)
    extractor = models.CharField(_("extractor"), max_length=60)
    model = models.CharField(_("model"), max_length=120, blank=True, default="")
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.PREPARED
    )
    file_id = models.CharField(_("file at the provider"), max_length=120, blank=True, default="")
    batch_id = models.CharField(_("batch at the provider"), max_length=120, blank=True, default="")
    error = models.TextField(_("error"), blank=True, default="")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("requested by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    resume_at = models.DateTimeField(
        _("resume at"),
        default=timezone.now,
        help_text=_("A worker is at it until then, or there is nothing to do before."),
    )
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("backlog")
        verbose_name_plural = _("backlogs")
        ordering = ("-id",)
        indexes = [
            # Which are to be sent or asked after? (the clock)
            models.Index(fields=("status", "resume_at"), name="backlog_open"),
        ]

    def __str__(self) -> str:
        names = {"number": self.pk, "extractor": self.extractor}
        return gettext("backlog %(number)s of %(extractor)s") % names
