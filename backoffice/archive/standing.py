"""How a card stands by its documents: what the latest of them says, and decisions since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from backoffice.archive.papers import Document, Papers
from cards.fields import CONTACT_FIELDS
from cards.models import Card
from review.decisions import SENT_BACK
from review.models import Review

State = Mapping[str, Any]
"""As `cards.journal.state` writes it."""

_MOMENT = timedelta(seconds=5)
"""A decision is noted a moment after its card was written, in the same transaction."""

_DECIDED = {
    Review.Decision.APPROVED: Card.Status.APPROVED,
    Review.Decision.REJECTED: Card.Status.REJECTED,
    Review.Decision.RETAKE: Card.Status.REJECTED,
    Review.Decision.REOPENED: Card.Status.NEEDS_REVIEW,
    Review.Decision.UNDONE: Card.Status.NEEDS_REVIEW,
}
_TYPED = (
    Review.Decision.APPROVED, Review.Decision.CORRECTED, Review.Decision.CONFIRMED,
    Review.Decision.IMPORTED, Review.Decision.SECOND_LOOK,
)  # fmt: skip
"""Decisions after which a card counts as touched by a person."""


def standing(papers: Papers) -> State:
    """How the card stands: as the document with the highest version of it says, the later of two.

    Decisions kept by the first versions of the program do not say it; what can be told from them
    is added, in their order.
    """
    known = [_by_reading(document) for document in papers.readings]
    known += [_by_decision(document) for document in papers.reviews if document.get("after")]
    state = max(known, key=lambda found: found[:2])[2] if known else as_taken_in(papers.card)
    since = datetime.fromisoformat(state["updated_at"]) + _MOMENT
    for document in papers.reviews:
        is_earlier = bool(known) and datetime.fromisoformat(document["at"]) <= since
        if not (document.get("after") or is_earlier):
            state = _decided(state, document, has_sides=bool(papers.card["sides"]))
    return state


def sides(papers: Papers) -> list[Document]:
    """The sides of the card, front first, as its last reading turned them."""
    found: list[Document] = papers.card["sides"]
    last = max(papers.readings, key=_ended_at, default=None)
    turned = last["sides"] if last else []
    if len(turned) != len(found):
        return found
    return [{**side, **lies} for side, lies in zip(found, turned, strict=True)]


def as_taken_in(card: Document) -> State:
    """How a card stands of which nothing but `card.json` is there."""
    return {
        "status": Card.Status.UPLOADED,
        "version": 0,
        "values": {},
        "doubt": 0.0,
        "doubtful_fields": [],
        "notice": "",
        "is_edited": False,
        "approved_at": None,
        "updated_at": card["taken_in_at"],
    }


def columns(state: State) -> dict[str, Any]:
    """The columns of a Card that stands like this."""
    values = state["values"]
    approved_at = state["approved_at"]
    return {
        **{name: values.get(name, "") for name in CONTACT_FIELDS},
        "extra": values.get("extra") or {},
        **{
            name: state[name]
            for name in ("status", "version", "doubt", "doubtful_fields", "notice", "is_edited")
        },
        "approved_at": approved_at and datetime.fromisoformat(approved_at),
        "updated_at": datetime.fromisoformat(state["updated_at"]),
    }


def _by_reading(document: Document) -> tuple[int, tuple[datetime, bool], State]:
    return document["after"]["version"], (_ended_at(document), False), document["after"]


def _by_decision(document: Document) -> tuple[int, tuple[datetime, bool], State]:
    # Of what happened in the same moment, the reading was first.
    order = datetime.fromisoformat(document["at"]), True
    return document["after"]["version"], order, {**document["after"], "values": document["values"]}


def _ended_at(document: Document) -> datetime:
    return datetime.fromisoformat(document["finished_at"] or document["requested_at"])


def _decided(state: State, document: Document, *, has_sides: bool) -> State:
    """`state` after a decision of which only the outcome was kept."""
    decision, at = document["decision"], document["at"]
    is_new = decision == Review.Decision.IMPORTED and document["number"] == 1 and not has_sides
    status = Card.Status.APPROVED if is_new else _DECIDED.get(decision, state["status"])
    has_moved = status != state["status"]
    found = {
        **state,
        "status": Card.Status.NEEDS_REVIEW if status == Card.Status.UPLOADED else status,
        "version": state["version"] + 1,
        "values": document["values"],
        "is_edited": state["is_edited"] or decision in _TYPED,
        "updated_at": at,
    }
    if has_moved:
        found["approved_at"] = at if status == Card.Status.APPROVED else None
    if decision == Review.Decision.APPROVED:
        found |= {"doubt": 0.0, "doubtful_fields": [], "notice": ""}
    if decision == Review.Decision.RETAKE:
        found["notice"] = SENT_BACK.format(reason=document["reason"])
    return found
