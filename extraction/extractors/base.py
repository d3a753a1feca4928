"""What an extractor is: one class that asks, and one that can be asked again for nothing.

`ask` is the costly half: it looks at the pictures and gives the raw answer, which is kept in
the vault for good. `parse` is the free half: it turns a kept answer into values, as often as
wanted. An extractor touches neither the database nor the settings.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from PIL import Image

from extraction.result import Line, Result


class ExtractorError(Exception):
    """A reading that failed, in words for staff.

    `retry` says whether asking again may help; `retry_after_seconds` how long to wait at least,
    when the other side named a time.
    """

    def __init__(
        self, message: str, *, retry: bool = False, retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(message)
        self.retry = retry
        self.retry_after_seconds = retry_after_seconds


class BaseExtractor(ABC):
    """One back end. Subclasses are called `Extractor` and live in a file named for their slug."""

    label: ClassVar[str]
    """How staff see it, such as "Offline OCR"."""

    model: str = ""
    """The model behind it, part of an answer's identity."""

    @abstractmethod
    def parameters(self) -> dict[str, Any]:
        """Everything besides the pictures and the model that decides the answer, as JSON."""

    @abstractmethod
    def ask(self, pictures: Sequence[Image.Image], lines: Sequence[Line]) -> dict[str, Any]:
        """The raw answer, as JSON. Costs time or money.

        `pictures` are the upright RGB sides of one card, front first; `lines` what the OCR read
        on them. Raises ExtractorError.
        """

    @abstractmethod
    def parse(self, answer: Mapping[str, Any], lines: Sequence[Line]) -> Result:
        """The values in an `answer` that `ask` gave, grounded in `lines`. Pure and free.

        Raises ExtractorError when the answer is not what was agreed.
        """
