from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "review"

    def ready(self) -> None:
        from cards.resources import CardResource
        from review.decisions import note_import

        CardResource.keep_record = staticmethod(note_import)
