"""Short lists that a statement reads as if they were tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlglot import exp

from ..statements import literal


def fields(names: Sequence[str], before: Sequence[str]) -> exp.Query:
    """The mapped fields as rows: their place among the marks of `filled`, now and in the baseline."""
    names = names or ("",)
    selects = [
        exp.select(
            exp.alias_(exp.convert(place), "place"),
            exp.alias_(exp.convert(name), "name"),
            exp.alias_(
                exp.convert(before.index(name) + 1 if name in before else NOWHERE),
                "old_place",
            ),
        )
        for place, name in enumerate(names, start=1)
    ]
    return _union(selects)


def slices(known: Sequence[tuple[str, datetime]]) -> exp.Query:
    """The slices of re-assertion as rows; without it one that no identity is in."""
    selects = [
        exp.select(exp.alias_(exp.convert(digit), "digit"), exp.alias_(literal(before), "sent_before"))
        for digit, before in known or (("", datetime(1970, 1, 1, tzinfo=UTC)),)
    ]
    return _union(selects)


def _union(selects: list[exp.Select]) -> exp.Query:
    union: exp.Query = selects[0]
    for select in selects[1:]:
        union = exp.union(union, select, distinct=False)
    return union


NOWHERE = 9999
"""A place that no mark has, for a field the baseline did not know."""
