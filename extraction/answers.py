"""Raw answers: asked for once, kept in the vault before anything else happens, then adopted.

An answer's name in the vault is the digest of all that it depends on. A bad answer (refused, cut
off, ill-formed) is kept like any other and asked for once more, which makes a second object
beside the first; with two bad ones kept nobody asks again.

What the OCR saw is kept in the same way: whichever extractor is asked, it looks once at a card.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from PIL import Image

from cards import capture, intake, outlines, vault
from cards.models import Card, Side
from extraction import closing, positions, questions
from extraction.extractors import BUNDLED
from extraction.extractors.base import BadAnswer, BaseExtractor
from extraction.models import Call, Extraction
from extraction.paying import calls, ledger
from extraction.questions import ASKED_AT_MOST, Document, Question, sides_of
from extraction.reading import ocr
from extraction.result import Corners, Result, Seen

log = logging.getLogger(__name__)

HELD_SECONDS = 600
"""So long a worker holds an answer that cannot be kept just now."""

OUTDATED = "It was asked before the settings were changed."

_Pictures = tuple[Image.Image, ...]


@dataclass(frozen=True, slots=True)
class Sight:
    """A card as an extractor looks at it: its upright RGB sides, front first, and what the OCR
    saw on them."""

    pictures: _Pictures
    seen: Seen


@dataclass(frozen=True, slots=True)
class Answer:
    """What an extractor said about a card, as values, and how it came.

    `digest` is its name in the vault; `seconds` is None when it was there already. `corners` are
    those of each side as it lies upright, which is how the boxes are meant. `model` is the one
    that was asked. `notice` says what is wrong with the pictures, in words for staff.
    """

    result: Result
    digest: str
    seconds: float | None
    corners: tuple[Corners, ...]
    model: str
    notice: str = ""


class AskedEnough(BadAnswer):
    """Two bad answers are kept under `digest`, and no third is asked for."""

    def __init__(self, last: BadAnswer, digest: str) -> None:
        super().__init__(
            f"{last} It was asked twice, both answers are kept, and it is not asked again. Type"
            " what you can see, or read the card again with another reader.",
            last.outcome,
        )
        self.digest = digest


def obtain(
    extractor: BaseExtractor, slug: str, card: Card, *, job: Extraction | None = None
) -> Answer:
    """The answer of `extractor`, known as `slug`, for `card`: the vault's, or else a new one.

    One that a batch brought for `job` does, although the settings have changed since it was sent:
    it was paid for. A new one is in the vault when this returns, and in the ledger when it cost
    money. Raises AskedEnough when both answers are bad; other ExtractorErrors when none came, or
    when none may be asked for now; VaultError, PictureError.
    """
    question = Question.to(extractor, slug, card)
    if job and (answer := _sent_before(extractor, question, job)):
        return answer
    bad: list[BadAnswer] = []
    while len(bad) < ASKED_AT_MOST:
        document, is_new = question.kept(len(bad)), False
        if document is None:
            document, is_new = _ask(extractor, question, len(bad), job)
        try:
            return _answer(extractor, question, document, is_new=is_new)
        except BadAnswer as error:
            bad.append(error)
    raise AskedEnough(bad[-1], question.digest)


def keep(extractor: BaseExtractor, card: Card, content: Mapping[str, Any], *, call: Call) -> None:
    """Keep an answer that came another way, under the digest of its `call`; then close the call.

    May be repeated after a crash: the same content is kept once. Raises ExtractorError,
    VaultError, PictureError.
    """
    question = Question.to(extractor, call.extractor, card).as_asked(call)
    seen, _ = _seen(card, question.sides)
    for number in range(ASKED_AT_MOST):
        document = question.kept(number) or question.keep(number, content, seen, call=call)
        if document["answer"] == content:
            break
    detail = OUTDATED if question.is_outdated else ""
    calls.close(extractor, call.pk, content, Seen.from_json(seen), detail=detail)


def documents(job: Extraction) -> list[Document]:
    """The raw answers in the vault for `job` as they were kept, the first one first."""
    sides = list(job.card.sides.order_by("position")[:1])
    return list(questions.documents(sides[0].picture, job.digest)) if sides and job.digest else []


def look(card: Card) -> Sight:
    """The upright pictures of `card` and what is on them; the OCR reads them at most once.

    Takes about a second a side the first time. Raises ExtractorError, VaultError, PictureError.
    """
    sides = sides_of(card)
    document, pictures = _seen(card, sides)
    return Sight(pictures or _pictures(sides, document), Seen.from_json(document))


def _answer(
    extractor: BaseExtractor, question: Question, document: Document, *, is_new: bool
) -> Answer:
    """The values in a kept `document`. Raises BadAnswer.

    A worker that stopped between the vault and the ledger left its call open; it is closed.
    """
    seen = Seen.from_json(document)
    if document.get("call") and not is_new:
        calls.close(extractor, document["call"], document["answer"], seen)
    return Answer(
        extractor.parse(document["answer"], seen),
        question.digest,
        document["seconds"] if is_new else None,
        _upright(document, question.sides),
        document.get("model", ""),
        document.get("notice", ""),
    )


def _sent_before(extractor: BaseExtractor, question: Question, job: Extraction) -> Answer | None:
    """The good answer that a batch brought for `job` to a question of other settings.

    None when there is none, or one to the `question` of now.
    """
    if job.digest in ("", question.digest) or question.kept(0):
        return None
    before = replace(question, digest=job.digest)
    for document in documents(job):
        with suppress(BadAnswer):
            return _answer(extractor, before, document, is_new=False)
    return None


def _ask(
    extractor: BaseExtractor, question: Question, number: int, job: Extraction | None
) -> tuple[Document, bool]:
    """A new answer, which is in the vault now, and True; or one that came meanwhile, and False."""
    started = time.monotonic()
    seen, pictures = _seen(question.card, question.sides)
    if pictures is None and question.identity["extractor"] != BUNDLED:  # which looks at none
        pictures = _pictures(question.sides, seen)
    if extractor.is_paid:
        return _pay(extractor, question, number, pictures or (), seen, job=job)
    content = extractor.ask(pictures or (), Seen.from_json(seen))
    return question.keep(number, content, seen, seconds=time.monotonic() - started), True


def _pay(
    extractor: BaseExtractor,
    question: Question,
    number: int,
    pictures: _Pictures,
    seen: Document,
    *,
    job: Extraction | None,
) -> tuple[Document, bool]:
    """As `_ask`, for money. The ledger knows of the call before it is made, and the vault has the
    answer before the ledger says so: wherever a worker is stopped, what it did can be told."""
    slug = question.identity["extractor"]
    call = ledger.open_call(extractor, slug, question.digest, card=question.card, job=job)
    try:
        document = question.kept(number)  # it may have come just before the call was opened
    except vault.VaultError:
        ledger.drop(call)
        raise
    if document is not None:
        ledger.drop(call)
        return document, False
    started = time.monotonic()
    content = calls.make(call, extractor, pictures, Seen.from_json(seen))
    seconds = time.monotonic() - started
    keep = partial(question.keep, content=content, seen=seen, seconds=seconds, call=call)
    try:
        document = _keep_at_last(keep, number)
        if document.get("call") != call.pk and number + 1 < ASKED_AT_MOST:
            # This call was given up and its answer came all the same: it was paid for, too.
            _keep_at_last(keep, number + 1)
    except vault.VaultError as error:
        usage = extractor.usage(content)
        ledger.close(call.pk, Call.Outcome.LOST, usage=usage, detail=str(error))
        raise
    calls.close(extractor, call.pk, content, Seen.from_json(seen))
    return document, True


def _keep_at_last(keep: Callable[[int], Document], number: int) -> Document:
    """What `keep` returns: an answer that was paid for is not given up because the vault is away or
    the disk is full, but held while its job's heart beats. Raises VaultError in the end."""
    until, pause = time.monotonic() + HELD_SECONDS, 1.0
    while True:
        try:
            return keep(number)
        except vault.VaultAway as error:
            if time.monotonic() + pause > until or closing.is_late():
                raise
            log.warning("an answer that was paid for waits for the vault: %s", error)
        time.sleep(pause)
        pause = min(pause * 2, 10)


def _seen(card: Card, sides: Sequence[Side]) -> tuple[Document, _Pictures | None]:
    """The document with what is seen on `card`, and the upright pictures if the OCR looked now."""
    question = Question.to_ocr(card, sides)
    if (document := question.kept(0)) is not None:
        return document, None
    started = time.monotonic()
    reading = ocr.read([intake.side_picture(side) for side in sides])
    seen = {
        "corners": [positions.corners(side) for side in sides],
        "notice": _complaint(reading),
        **reading.seen.to_json(),
    }
    seconds = time.monotonic() - started
    return question.keep(0, {}, seen, seconds=seconds), reading.pictures


def _complaint(reading: ocr.Reading) -> str:
    """Why a picture should be taken again; "" when all are good enough."""
    for side, picture in enumerate(reading.pictures):
        boxes = [line.box.corners for line in reading.seen.lines if line.box.side == side]
        if complaint := capture.check(picture, boxes):
            return complaint
    return ""


def _pictures(sides: Sequence[Side], document: Document) -> _Pictures:
    """The pictures of `sides` as they lay upright when the `document` about them was made."""
    return tuple(
        ocr.turned(
            intake.side_picture(side), positions.turn_between(positions.corners(side), upright)
        )
        for side, upright in zip(sides, _upright(document, sides), strict=True)
    )


def _upright(document: Document, sides: Sequence[Side]) -> tuple[Corners, ...]:
    """The corners of each side in the position in which the boxes of a `document` are meant.

    Documents from before sides could be turned are about whole pages as they came.
    """
    if "corners" not in document:
        return tuple(positions.unturned(side) for side in sides)
    turns = document.get("turns") or [0] * len(sides)
    return tuple(
        outlines.turned(positions.as_corners(corners), degrees)
        for corners, degrees in zip(document["corners"], turns, strict=True)
    )
