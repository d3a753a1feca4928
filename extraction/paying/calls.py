"""A paid call: made when the gate lets it through, closed in the ledger with what came of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import DatabaseError
from PIL import Image

from extraction.extractors.base import BadAnswer, BaseExtractor, ExtractorError
from extraction.models import Call
from extraction.paying import gate, ledger
from extraction.result import Seen

log = logging.getLogger(__name__)


def make(
    call: Call, extractor: BaseExtractor, pictures: Sequence[Image.Image], seen: Seen
) -> dict[str, Any]:
    """The raw answer to an open `call`, which is still to be closed when the answer is kept.

    Raises gate.Closed when the call may not be made now, and is taken out of the ledger again;
    other ExtractorErrors when no answer came, and the ledger and the gate know.
    """
    slug = call.extractor
    try:
        is_first = gate.admit(slug)
    except Exception:
        ledger.drop(call)
        raise
    try:
        content = extractor.ask(pictures, seen)
    except ExtractorError as error:
        ledger.fail(call, error)
        gate.failed(slug, error, is_first=is_first)
        raise
    except Exception as error:
        ledger.fail(call, ExtractorError(repr(error), outcome=Call.Outcome.LOST))
        raise
    try:
        gate.answered(slug, is_first=is_first)
    except DatabaseError as error:  # the answer is what counts; the next one opens the gate, too
        log.warning("the gate of “%s” was not told of an answer: %s", slug, error)
    return content


def close(
    extractor: BaseExtractor,
    call_id: int,
    content: Mapping[str, Any],
    seen: Seen,
    *,
    detail: str = "",
) -> None:
    """Write into the ledger what came of a call, unless that stands there already.

    The words of a bad answer are not among it: they may be about the person on the card, and are
    kept with the card alone.
    """
    outcome = Call.Outcome.ANSWERED
    try:
        extractor.parse(content, seen)
    except BadAnswer as error:
        outcome = Call.Outcome(error.outcome)
    ledger.close(call_id, outcome, usage=extractor.usage(content), detail=detail)
