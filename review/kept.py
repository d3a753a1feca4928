"""What the program itself writes as the reason of a decision, in English: see `cards.kept`."""

from django.utils.translation import gettext_noop, override

from cards.fields import CONTACT_COLUMNS
from cards.kept import learn
from review.models import Review

SENTENCES = (
    gettext_noop("To be photographed again: %(reason)s"),
    gettext_noop("Undone in snippet review."),
    gettext_noop("Back to before decision %(number)s: %(decision)s by %(who)s, %(when)s."),
    gettext_noop("%(field)s: back to the value of %(when)s by %(who)s."),
    gettext_noop("%(field)s: back to an earlier value."),
    gettext_noop("Everything that %(who)s decided on %(day)s was reverted."),
)

with override("en"):
    LABELS = (
        *(str(column.verbose_name) for column in CONTACT_COLUMNS),
        *(str(label) for label in Review.Decision.labels),
    )
"""What stands in their blanks."""

learn((*SENTENCES, *LABELS))
