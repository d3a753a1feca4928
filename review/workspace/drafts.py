"""What a reviewer has typed and not decided yet: kept by itself, whatever happens to the page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from cards.fields import CONTACT_FIELDS
from cards.models import Card
from review.forms import MOST_EXTRA
from review.models import Draft, Review
from review.records import EXTRA_PREFIX, flat, plain

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LONGEST = 20_000
"""Characters of one value that a draft keeps; what is typed beyond them stays in the browser."""

MOST_FIELDS = len(CONTACT_FIELDS) + MOST_EXTRA

SENDS_EXTRA = "extra_sent"
"""In a form that says which further fields there are, and so that the others are none."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that two people changed: how it stood, and how a colleague left it."""

    base: str
    theirs: str


@transaction.atomic
def save(
    card: Card, user: User, version: int, typed: Mapping[str, tuple[str, str] | None]
) -> Draft | None:
    """Keep what `user` typed on `card`: by field, the value that stood there and the typed one,
    None where the typing was taken back.

    It goes into the draft that is there: the person may have the card open twice. `version` is
    the one of the card that the person sees. Nothing is kept when this person has decided on that
    version since: the draft has come late, and what was typed went into the decision. Raises
    ValueError for more fields than a card may have, Card.DoesNotExist when it is gone.
    """
    # One after the other: a draft of another tab is gone on with, and a decision is seen.
    Card.objects.select_for_update().get(pk=card.pk)
    decided = Review.objects.filter(card=card, by=user, decision__in=Review.OF_THE_CARD)
    if decided.filter(before__version__gte=version).exists():
        return None
    kept = {**_kept(of(card, user)), **typed}
    changed = {name: texts for name, texts in kept.items() if texts is not None}
    if len(changed) > MOST_FIELDS:
        raise ValueError("too many fields")
    if not changed:
        discard(card, user)
        return None
    draft, _ = Draft.objects.update_or_create(
        card=card,
        by=user,
        defaults={
            "version": version,
            "base": {name: base for name, (base, _) in changed.items()},
            "values": {name: mine for name, (_, mine) in changed.items()},
            "saved_at": timezone.now(),
        },
    )
    return draft


def save_sent(card: Card, user: User, data: QueryDict) -> None:
    """Keep what was typed in a form that was sent without deciding. Raises ValueError as `save`."""
    version = data.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        return
    base = base_of(card, int(version), data.get("base", ""))
    typed: dict[str, tuple[str, str] | None] = {}
    for name, text in sent(data).items():
        stood = base.get(name, _unknown(name))
        if stood is not None and text != stood:
            typed[clean(name)] = stood, clean(text)
    if typed:
        save(card, user, int(version), typed)


def _kept(draft: Draft | None) -> dict[str, tuple[str, str] | None]:
    return {name: (draft.base[name], mine) for name, mine in draft.values.items()} if draft else {}


def clean(text: str) -> str:
    """What a database can hold of a text from a browser, of any length."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "")[:LONGEST]


def of(card: Card, user: User) -> Draft | None:
    return Draft.objects.filter(card=card, by=user).first()


def discard(card: Card, user: User) -> None:
    Draft.objects.filter(card=card, by=user).delete()


def bring_back(undone: Review, card: Card, user: User) -> Draft | None:
    """Makes a draft of what was typed for a decision that has been undone on `card`."""
    stood, decided = flat(undone.before["values"]), flat(undone.values)
    names = [*stood, *(name for name in decided if name not in stood)]
    typed = {name: (stood.get(name, ""), decided.get(name, "")) for name in names}
    changed = {name: texts for name, texts in typed.items() if texts[0] != texts[1]}
    return save(card, user, card.version, changed)


def conflicts(card: Card, mine: Mapping[str, str], base: Mapping[str, str]) -> dict[str, Conflict]:
    """The fields that a colleague has changed since `base` and that are not as in `mine`.

    A field that `base` knows nothing of counts as changed when it differs.
    """
    now = standing(card)
    found = {}
    for name, text in mine.items():
        theirs, before = now.get(name, ""), base.get(name, _unknown(name))
        if theirs not in (text, before):
            found[name] = Conflict(before or "", theirs)
    return found


def follow(data: QueryDict, card: Card, seen_version: int) -> None:
    """Puts into a form that was sent what colleagues wrote where its sender left things alone."""
    mine, now = sent(data), standing(card)
    base = base_of(card, seen_version, data.get("base", ""))
    texts = {
        name: now.get(name, "") if text == base.get(name) else text for name, text in mine.items()
    }
    if SENDS_EXTRA in data:
        texts |= {name: text for name, text in now.items() if name not in (mine | base)}
        # A further field that was removed here and changed there: both are shown.
        texts |= {
            name: ""
            for name in _further(base)
            if name not in mine and now.get(name, base[name]) != base[name]
        }
    for name in data.keys() & texts.keys():
        data[name] = texts[name]
    further = _further(texts)
    data.setlist("extra_name", [name.removeprefix(EXTRA_PREFIX) for name in further])
    data.setlist("extra_value", list(further.values()))


def sent(data: QueryDict) -> dict[str, str]:
    """The texts of a form that was sent, by field."""
    texts = {name: plain(str(data[name])) for name in CONTACT_FIELDS if name in data}
    extra = zip(data.getlist("extra_name"), data.getlist("extra_value"), strict=False)
    return texts | {f"{EXTRA_PREFIX}{name}": plain(text) for name, text in extra if name or text}


def base_of(card: Card, version: int, sent: str) -> dict[str, str]:
    """How the fields of `card` stood for the person who saw it at an earlier `version`.

    The page tells it in `sent`, as a JSON object; without that, as far as a decision has kept it.
    """
    with suppress(ValueError, RecursionError):
        told = json.loads(sent)
        if isinstance(told, dict):
            return {str(name): plain(str(text)) for name, text in told.items()}
    review = Review.objects.filter(card=card, before__version=version).first()
    return flat(review.before["values"]) if review else {}


def standing(card: Card) -> dict[str, str]:
    """What stands on a card, as `flat` has it."""
    return flat({**card.contact(), "extra": card.extra})


def _further(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if name.startswith(EXTRA_PREFIX)}


def _unknown(name: str) -> str | None:
    """What stood in a field that nothing is known of; a further field was not there."""
    return "" if name.startswith(EXTRA_PREFIX) else None
