from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewConfig(AppConfig):
    name = "review"
    verbose_name = _("Review")

    def ready(self) -> None:
        from cards.resources import CardResource
        from review import kept  # noqa: F401  (registers itself)
        from review.decisions import note_import

        CardResource.keep_record = staticmethod(note_import)
