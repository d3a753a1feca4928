"""The contact fields of a page under their headings: some on show, the others folded away."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import TypeVar

from django.utils.translation import gettext

from cards.fields import CONTACT_COLUMNS, GROUPS
from cards.wording import within
from review.forms import ContactForm

MAIN_FIELDS = frozenset(
    (
        "full_name", "job_title", "department", "company", "phone", "mobile", "email", "website",
        "address_1", "city", "postal_code", "country",
    )
)  # fmt: skip
"""Fields that are on show even when the card does not have them."""

Shown = TypeVar("Shown")


def in_groups(
    form: ContactForm, fields: Mapping[str, Shown], also: Container[str] = ()
) -> list[tuple[str, list[Shown], list[Shown], str]]:
    """Under each heading what is on show, what is folded away, and the labels of that.

    `fields` is what stands on the page for each field; those named in `also` are on show.
    """
    groups = []
    for group in GROUPS:
        names = [column.name for column in CONTACT_COLUMNS if column.info.group == group]
        is_on_show = {
            name: bool(
                name in MAIN_FIELDS or name in also or form[name].value() or form[name].errors
            )
            for name in names
        }
        more = [name for name in names if not is_on_show[name]]
        labels = ", ".join(within(str(form[name].label)) for name in more)
        on_show = [fields[name] for name in names if is_on_show[name]]
        groups.append((gettext(group), on_show, [fields[name] for name in more], labels))
    return groups
