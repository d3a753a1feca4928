"""Readers that were fitted on this site's cards, as rows."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class FittedReader(models.Model):
    """The weights of the bundled reader as fitted on this site's cards, with how it measured.

    At most one is in use; without one the reader that came with the program is.
    """

    digest = models.CharField(_("digest"), max_length=64, unique=True)
    weights = models.JSONField()
    scores = models.JSONField(
        default=dict, help_text=_("micro-F1 and perfect cards of this and of the reader before it.")
    )
    labelled = models.PositiveIntegerField(
        _("labelled"), default=0, help_text=_("Labelled cards it was fitted on.")
    )
    approved = models.PositiveIntegerField(
        _("approved"), default=0, help_text=_("Approved cards it was fitted on.")
    )
    is_in_use = models.BooleanField(default=False)
    fitted_at = models.DateTimeField(_("fitted at"), default=timezone.now)
    used_since = models.DateTimeField(_("used since"), null=True, blank=True)

    class Meta:
        verbose_name = _("fitted reader")
        verbose_name_plural = _("fitted readers")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=("is_in_use",), condition=Q(is_in_use=True), name="fitted_reader_one_in_use"
            ),
        ]

    def __str__(self) -> str:
        day = date_format(timezone.localtime(self.fitted_at), gettext("j F Y"))
        return gettext("reader of %(day)s") % {"day": day}
