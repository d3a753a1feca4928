"""By what lists of cards are narrowed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest

from cards.models import Card


class BatchFilter(admin.RelatedFieldListFilter):
    """The batches that have cards. Django's own filter would read all cards for that."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        has_cards = Exists(Card.objects.filter(batch=OuterRef("pk")).order_by())
        ordering = self.field_admin_ordering(field, request, model_admin)
        return field.get_choices(
            include_blank=False, ordering=ordering, limit_choices_to=Q(has_cards)
        )
