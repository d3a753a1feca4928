"""What an extractor is: one class that asks, and one that can be asked again for nothing.

`ask` is the costly half: it looks at the pictures and gives the raw answer, which is kept in
the vault for good. `parse` is the free half: it turns a kept answer into values, as often as
wanted. An extractor touches neither the database nor the settings.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from PIL import Image

from extraction.result import Result, Seen

if TYPE_CHECKING:
    import openai


class ExtractorError(Exception):
    """A reading that failed, in words for staff.

    `retry` says whether asking again may help; `retry_after_seconds` how long to wait at least,
    when the other side named a time. `is_busy`: the other side only asks to wait, which is no
    attempt. `stops`: no call can succeed until a person has acted (key, credit). `outcome` is the
    name of a `Call.Outcome` for the ledger.
    """

    def __init__(
        self,
        message: str,
        *,
        retry: bool = False,
        retry_after_seconds: float | None = None,
        is_busy: bool = False,
        stops: bool = False,
        outcome: str = "failed",
    ) -> None:
        super().__init__(message)
        self.retry = retry
        self.retry_after_seconds = retry_after_seconds
        self.is_busy = is_busy
        self.stops = stops
        self.outcome = outcome

    @property
    def for_log(self) -> str:
        """What a log may say of it."""
        return str(self)


class BadAnswer(ExtractorError):
    """An answer that came, was paid for and is kept, but holds no values.

    `outcome` says why: "refused", "cut_off" or "ill_formed".
    """

    def __init__(self, message: str, outcome: str) -> None:
        super().__init__(message, outcome=outcome)

    @property
    def for_log(self) -> str:
        """Without the words of the answer: they are about the person on the card."""
        return f"The answer cannot be used ({self.outcome})."


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens that a call was billed for; `cached_input` are among `input`."""

    input: int = 0
    cached_input: int = 0
    output: int = 0


class BaseExtractor(ABC):
    """One back end. Subclasses are called `Extractor` and live in a file named for their slug."""

    label: ClassVar[str]
    """How staff see it, such as "Offline OCR"; in English, marked with `gettext_noop`."""

    is_paid: ClassVar[bool] = False
    """Whether `ask` costs money, so that each call stands in the ledger."""

    model: str = ""
    """The model behind it, part of an answer's identity."""

    @abstractmethod
    def parameters(self) -> dict[str, Any]:
        """Everything besides the pictures and the model that decides the answer, as JSON."""

    @abstractmethod
    def ask(self, pictures: Sequence[Image.Image], seen: Seen) -> dict[str, Any]:
        """The raw answer, as JSON. Costs time or money.

        `pictures` are the upright RGB sides of one card, front first; `seen` what the OCR read
        on them. An answer that cannot be used is returned all the same, to be kept: `parse` will
        say what is wrong with it. Raises ExtractorError when none came.
        """

    @abstractmethod
    def parse(self, answer: Mapping[str, Any], seen: Seen) -> Result:
        """The values in an `answer` that `ask` gave, grounded in what was `seen`. Pure and free.

        Raises BadAnswer when the answer is not what was agreed.
        """

    def usage(self, answer: Mapping[str, Any]) -> Usage:
        """What an `answer` was billed for; nothing when it does not say."""
        return Usage()


class BatchExtractor(BaseExtractor):
    """One whose requests can also be sent together, through OpenAI's Batch API.

    What `request` gives is what `ask` sends, so that an answer is the same whichever way it came.
    """

    @property
    @abstractmethod
    def endpoint(self) -> str:
        """The path that a request is for, such as "/v1/responses"."""

    @abstractmethod
    def request(self, pictures: Sequence[Image.Image], seen: Seen) -> dict[str, Any]:
        """The JSON body of the request that `ask` would send."""

    @abstractmethod
    def client(self) -> openai.OpenAI:
        """A client of the server, to be closed."""

    @abstractmethod
    def explained(self, error: openai.OpenAIError) -> ExtractorError:
        """A failure of the client in words for staff."""
