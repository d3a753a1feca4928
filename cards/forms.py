"""The form that begins a batch."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.models import Batch

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Choices = Sequence[tuple[str, str]]
Prices = Mapping[str, Decimal | None]


class BatchForm(forms.ModelForm[Batch]):
    class Meta:
        model = Batch
        fields = ("name", "source", "priority", "duplicate_policy", "extractor", "can_wait")
        labels: ClassVar[dict[str, StrOrPromise]] = {
            "name": gettext_lazy("Name"),
            "priority": gettext_lazy("Priority"),
        }

    extractors: ClassVar[Callable[[], Choices]] = staticmethod(lambda: ())
    """The (slug, label) pairs to choose from, the usual one first; `extraction` sets this."""

    half_price: ClassVar[Callable[[], Collection[str]]] = staticmethod(lambda: ())
    """The slugs of those that read at half the price when there is time; `extraction` sets it."""

    prices: ClassVar[Callable[[], Prices]] = staticmethod(dict)
    """US dollars a card by the slug of those that cost money, None where nobody knows;
    `extraction` sets it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = list(type(self).extractors())
        self.fields["priority"].required = False  # normal, where a program leaves it out
        self.usual = choices[0][0] if choices else ""
        self._half_price = sorted(type(self).half_price())
        self.fields["extractor"] = forms.ChoiceField(
            label=_("Read by"), choices=choices, required=False
        )
        if self._half_price:
            self._offer_half_price(self.fields["can_wait"])
        else:
            del self.fields["can_wait"]
        if not self.is_bound:
            now = date_format(timezone.localtime(), _("j F Y, H:i"))
            self.initial["name"] = _("Upload of %(time)s") % {"time": now}

    def clean_can_wait(self) -> bool:
        """Whether the batch can wait: only those wait that become cheaper by it."""
        chosen = self.cleaned_data.get("extractor") or self.usual
        return bool(self.cleaned_data["can_wait"]) and chosen in self._half_price

    @property
    def price_list(self) -> str:
        """The prices as JSON: the page's script says what the chosen pictures will cost."""
        return json.dumps(type(self).prices(), default=str)

    def _offer_half_price(self, field: forms.Field) -> None:
        """The page's script shows the box while one of the extractors named here is chosen."""
        field.label = _("At half the price")
        field.help_text = _("Answers may take up to a day.")
        field.widget.attrs["data-extractors"] = " ".join(self._half_price)
