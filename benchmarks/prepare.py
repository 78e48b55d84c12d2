"""How fast rows are prepared: six Meta fields with all rules, beside Meta's own Python formatter.

    python -m benchmarks.prepare [ROWS]

E-mails and phones are all different; names, postal codes and countries repeat as they do in a customer table.
Meta's formatter does less: it validates nothing, knows no countries and makes no digests. Each is run in the same
session, best of three.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import Any

from facebook_business.adobjects.helpers.customaudiencemixin import CustomAudienceMixin

from warehouse_sync.connectors.facebook_fields import FIELDS
from warehouse_sync.fields import preparer
from warehouse_sync.model import Mapped

NAMES = ("EMAIL", "PHONE", "LN", "FN", "ZIP", "COUNTRY")
CHUNK = 10_000
Row = tuple[Any, ...]


def rows(count: int) -> list[Row]:
    """Customers: (primary key, no problem, e-mail, phone, last name, first name, postal code, country)."""
    rng = random.Random(1)
    first = [f"Name{'abcdefghij'[i % 10]}{i}" for i in range(4_000)] + ["José", "Zoë", "Анна", "Jean-Luc"]
    last = [f"O'Family-{i}" for i in range(20_000)] + ["Müller", "García Márquez", "Ångström"]
    places = [("US", f"{i:05d}-{i % 9999:04d}") for i in range(10_000, 25_000)]
    places += [("United Kingdom", f"SW{i % 20}A {i % 9}AA") for i in range(500)]
    places += [("DEU", f"{i:05d}") for i in range(10_000, 14_000)]
    return [
        (
            str(key),
            None,
            f"Some.Customer+{key}@Example{key % 50}.com",
            f"+1 (415) {key // 10_000 % 1000:03d}-{key % 10_000:04d}",
            rng.choice(last),
            rng.choice(first),
            *reversed(rng.choice(places)),
        )
        for key in range(count)
    ]


def chunks(given: Sequence[Row]) -> Iterator[Sequence[Row]]:
    return (given[at : at + CHUNK] for at in range(0, len(given), CHUNK))


def ours(given: Sequence[Row]) -> None:
    mapping = [Mapped(name, name.lower()) for name in NAMES]
    prepared = preparer(FIELDS, mapping, sync="benchmark", as_of_year=2026)
    for chunk in chunks(given):
        prepared.prepare(chunk)


def metas(given: Sequence[Row]) -> None:
    for chunk in chunks(given):
        CustomAudienceMixin.format_params(list(NAMES), [row[2:] for row in chunk], is_raw=True)


def best(work: Callable[[Sequence[Row]], None], given: Sequence[Row]) -> float:
    """Seconds of the fastest of three runs."""

    def once() -> float:
        started = perf_counter()
        work(given)
        return perf_counter() - started

    return min(once() for _ in range(3))


def run(count: int = 1_000_000) -> list[dict[str, Any]]:
    """One result row per candidate: what, rows, seconds, rows_per_second, ratio to Meta's formatter."""
    given = rows(count)
    seconds = {"warehouse-sync": best(ours, given), "facebook-business": best(metas, given[: count // 5]) * 5}
    return [
        {
            "what": what,
            "rows": count,
            "seconds": round(spent, 3),
            "rows_per_second": round(count / spent),
            "ratio": round(seconds["facebook-business"] / spent, 2),
        }
        for what, spent in seconds.items()
    ]


if __name__ == "__main__":
    for result in run(*map(int, sys.argv[1:])):
        print(
            "{what:20} {rows:>9,} rows {seconds:>8.3f} s {rows_per_second:>10,} rows/s {ratio:>6.2f} ×".format(**result)
        )
