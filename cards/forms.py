"""The form that begins a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from cards.models import Batch

Choices = Sequence[tuple[str, str]]


class BatchForm(forms.ModelForm[Batch]):
    class Meta:
        model = Batch
        fields = ("name", "source", "duplicate_policy", "extractor")

    extractors: ClassVar[Callable[[], Choices]] = staticmethod(lambda: ())
    """The (slug, label) pairs to choose from, the usual one first; `extraction` sets this."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["extractor"] = forms.ChoiceField(
            label="Read by", choices=list(type(self).extractors()), required=False
        )
        if not self.is_bound:
            self.initial["name"] = f"Upload of {timezone.localtime():%-d %B %Y, %H:%M}"
