"""Counting no further than matters: past some thousands only the order of magnitude does."""

from __future__ import annotations

from typing import Any, Self

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet, Value
from django.utils.functional import cached_property

from cards.wording import figure

LIMIT = 10_000
"""Rows that are counted; a database takes about a millisecond for them."""


class Tally(int):
    """A number of rows, counted up to `LIMIT`: one more stands for all that are more, and people
    read it as “10,000+”."""

    @classmethod
    def of(cls, rows: QuerySet[Any]) -> Self:
        """One query."""
        found = rows.order_by().values(one=Value(1))[: LIMIT + 1]
        return cls(found.aggregate(rows=Count("one"))["rows"])

    @property
    def is_cut(self) -> bool:
        """Whether there are more."""
        return self > LIMIT

    def __str__(self) -> str:
        return f"{figure(LIMIT)}+" if self.is_cut else int.__repr__(self)


class TallyPaginator(Paginator[Any]):
    """Pages for no more rows than are counted; whoever looks for others narrows the list."""

    @cached_property
    def count(self) -> Tally:
        return Tally.of(self.object_list)  # type: ignore[arg-type]
