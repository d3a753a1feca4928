"""The lines of a backlog: what each card adds to the file of requests, and what came of it.

Every line is in the ledger before it goes out. Writing and taking lines may be repeated: calls
that were opened for a file that never went out are dropped, and answers that are in the vault not
kept again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import IO, NamedTuple

from django.db.models import QuerySet

from cards import images, one_clock
from extraction import answers, questions
from extraction.batch_api import FILE_BYTES_AT_MOST, REQUESTS_AT_MOST, Reply, request_line
from extraction.extractors.base import BatchExtractor, ExtractorError
from extraction.models import Backlog, Call, Extraction
from extraction.paying import ledger

LEASE = timedelta(days=30)
"""Calls of a batch count as under way so long, as answers can be fetched so long."""

UNTRIED = ExtractorError("The batch ended before this card's turn came; nothing was billed.")
NOT_BEGUN = ExtractorError("The batch was never begun; nothing was billed.")
UNKNOWN = ExtractorError("What came of the batch could not be learned.", outcome="timed_out")
TRIED_AT_MOST = 2
"""A card waits for so many batches in all, and is then read by itself."""


class Line(NamedTuple):
    """A job in a file of requests; what it asks ends there at the byte `end`."""

    job: Extraction
    end: int


def waiting(backlog: Backlog) -> QuerySet[Extraction]:
    """The jobs of a backlog that wait for it, the oldest first."""
    return (
        Extraction.objects.filter(backlog=backlog, status=Extraction.Status.QUEUED)
        .select_related("card")
        .order_by("pk")
    )


def each(jobs: QuerySet[Extraction]) -> Iterator[Extraction]:
    """Waiting jobs one after the other, a hundred a query, while they are being changed."""
    last = 0
    while page := list(jobs.filter(pk__gt=last)[:100]):
        yield from page
        last = page[-1].pk


def look(job: Extraction, extractor: BatchExtractor) -> None:
    """Let the OCR see the card of `job` once and for all, and write down what will be asked.

    A card that cannot be looked at leaves the backlog: read by itself it fails, and says why.
    """
    try:
        answers.look(job.card)
        _note(job, _digest(job, extractor))
    except (ExtractorError, images.PictureError):
        _leave(job)


def write(backlog: Backlog, extractor: BatchExtractor, file: IO[bytes]) -> Iterator[Line]:
    """Write a line for each card that waits, into a file that is begun anew.

    A job whose answer is in the vault leaves the backlog, and adopts it. Jobs are left over when
    the file is full, the budget ends or another worker asks for the same. Raises OverBudget when
    the budget is spent from the start.
    """
    elsewhere, digests, at_most = ledger.being_asked(), set[str](), 0
    for job in each(waiting(backlog)):
        try:
            _note(job, _digest(job, extractor))
            if any(answers.documents(job)):
                _leave(job)
                continue
            if job.digest in elsewhere:
                continue
            if job.digest not in digests:
                at_most = at_most or _at_most(extractor)
                if len(digests) == at_most:
                    return
                line = _line(job, extractor)
                if file.tell() + len(line) > FILE_BYTES_AT_MOST:
                    return
                file.write(line)
                digests.add(job.digest)
        except ledger.OverBudget:
            raise
        except (ExtractorError, images.PictureError):
            _leave(job)
            continue
        yield Line(job, file.tell())


def open_calls(
    backlog: Backlog, extractor: BatchExtractor, lines: Sequence[Line], file: IO[bytes]
) -> set[int]:
    """The ids of the jobs that may be asked about: their calls stand in the ledger now.

    What else is in the `file` is cut off: its `lines` ask for what another worker asks for, or for
    what the budget has no room for any more. Raises OverBudget when it has room for none.
    """
    opened = ledger.open_calls(extractor, backlog, [line.job for line in lines], LEASE)
    asked = [line for line in lines if line.job.digest in opened]
    file.truncate(max((line.end for line in asked), default=0))
    return {line.job.pk for line in asked}


def take(backlog: Backlog, extractor: BatchExtractor, reply: Reply) -> None:
    """Put an answer into the vault, and what came of its call into the ledger."""
    call = Call.objects.filter(backlog=backlog, digest=reply.digest).select_related("card").first()
    if call is None or not reply.status:
        return
    if reply.answer is None:
        ledger.fail(call, ExtractorError(reply.problem))
    elif call.card is None:  # erased meanwhile: nothing of it may be kept, but it was paid for
        ledger.close(call.pk, Call.Outcome.ANSWERED, usage=extractor.usage(reply.answer))
    else:
        answers.keep(extractor, call.card, reply.answer, call=call)


def close_calls(backlog: Backlog, reason: ExtractorError) -> None:
    """Close the calls that nothing came of."""
    for call in Call.objects.filter(backlog=backlog, outcome=Call.Outcome.UNDER_WAY):
        ledger.fail(call, reason)


def untried(backlog: Backlog) -> set[int]:
    """The ids of the jobs whose turn did not come, and that may wait for another batch."""
    calls = Call.objects.filter(backlog__isnull=False, detail=str(UNTRIED))
    here = calls.filter(backlog=backlog).values("digest")
    times = Counter(calls.filter(digest__in=here).values_list("digest", flat=True))
    jobs = waiting(backlog).filter(digest__in=here).values_list("pk", "digest")
    return {job_id for job_id, digest in jobs if times[digest] < TRIED_AT_MOST}


def move(ids: Iterable[int], old: Backlog, *, pause: timedelta = timedelta(0)) -> None:
    """Let these jobs wait in another backlog, to be gone on with after `pause`."""
    if ids := sorted(ids):
        until = one_clock.now() + pause
        new = Backlog.objects.create(
            extractor=old.extractor, requested_by=old.requested_by, resume_at=until
        )
        for start in range(0, len(ids), 500):
            Extraction.objects.filter(pk__in=ids[start : start + 500]).update(backlog=new)


def _line(job: Extraction, extractor: BatchExtractor) -> bytes:
    sight = answers.look(job.card)
    body = extractor.request(sight.pictures, sight.seen)
    return request_line(job.digest, extractor.endpoint, body)


def _at_most(extractor: BatchExtractor) -> int:
    """How many requests a file may hold now. Raises OverBudget."""
    return ledger.affordable(REQUESTS_AT_MOST, extractor.model, can_wait=True)


def _digest(job: Extraction, extractor: BatchExtractor) -> str:
    sides = questions.sides_of(job.card)
    return questions.digest(questions.identity(extractor, job.extractor, sides))


def _note(job: Extraction, digest: str) -> None:
    if job.digest != digest:
        job.digest = digest
        job.save(update_fields=["digest"])


def _leave(job: Extraction) -> None:
    Extraction.objects.filter(pk=job.pk).update(backlog=None)
