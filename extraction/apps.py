from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExtractionConfig(AppConfig):
    name = "extraction"
    verbose_name = _("Extraction")

    def ready(self) -> None:
        from cards.forms import BatchForm
        from cards.signals import card_taken_in
        from extraction import checks, kept  # noqa: F401  (they register themselves)
        from extraction.backlog import half_price
        from extraction.paying.estimates import a_card, prices

        BatchForm.extractors = staticmethod(a_card)
        BatchForm.half_price = staticmethod(half_price)
        BatchForm.prices = staticmethod(prices)
        card_taken_in.connect(_read_new_card, dispatch_uid="extraction")


def _read_new_card(*, card: Any, extractor: str, by: Any, **_further: Any) -> None:
    from extraction import backlog, jobs

    job = jobs.request(card, extractor=extractor, by=by)
    if card.batch.can_wait:
        backlog.add(job)
