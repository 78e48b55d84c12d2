"""Every figure of docs/performance.md in one table.

    python -m benchmarks            about twenty minutes, ten million rows included
    python -m benchmarks --quick    a minute or two, up to one million rows
    python -m benchmarks postgres   the lines of PostgreSQL alone, also with --quick

Ratios are of measurements made in this session; seconds depend on the machine and on what else it does.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks import diff, google, http, linkedin, postgres, prepare, send, sync, tiktok

MILLION = 1_000_000


class Line(NamedTuple):
    """One row of the table: what was measured, what came out, and the bar it is held to."""

    what: str
    found: str
    bar: str
    met: bool


def differences(sizes: tuple[int, ...]) -> Iterator[Line]:
    for rows in sizes:
        for changed in (True, False):
            one = diff.run(rows, changed=changed)
            kind = "1 % changed" if changed else "nothing changed"
            seconds = f"{one['changes']:.2f} + {one['snapshot']:.2f} s against {one['reference']:.2f} s"
            found = f"{one['ratio']:.2f} × ({seconds})"
            yield Line(
                f"changes + snapshot, {rows:,} rows, {kind}", found, "≤ 2.0 × the bare join", one["ratio"] <= 2.0
            )


def prepared(rows: int) -> Iterator[Line]:
    ours, metas = prepare.run(rows)
    speed = f"{ours['rows_per_second']:,} rows/s"
    yield Line("prepare, six Meta fields, one core", speed, "≥ 150,000 rows/s", ours["rows_per_second"] >= 150_000)
    yield Line("  Meta's own formatter beside it", f"{metas['rows_per_second']:,} rows/s", "", met=True)


def sent(rows: int) -> Iterator[Line]:
    one = send.run(rows)
    yield Line(
        "send over loopback, JSON included",
        f"{one['rows_per_second']:,} rows/s",
        "≥ 100,000 rows/s",
        one["rows_per_second"] >= 100_000,
    )


def for_tiktok(rows: int) -> Iterator[Line]:
    found = tiktok.run(rows)
    for what, bar in (("prepared", 100_000), ("sent", 10_000)):
        words = "e-mail, phone and device id for TikTok, " + ("one core" if what == "prepared" else "over loopback")
        yield Line(f"{what}: {words}", f"{found[what]:,} rows/s", f"≥ {bar:,} rows/s", found[what] >= bar)


def for_google(rows: int) -> Iterator[Line]:
    found = google.run(rows)
    for what, bar in (("prepared", 100_000), ("sent", 10_000)):
        words = "e-mail, phone and address for Google, " + ("one core" if what == "prepared" else "over loopback")
        yield Line(f"{what}: {words}", f"{found[what]:,} rows/s", f"≥ {bar:,} rows/s", found[what] >= bar)


def for_linkedin(rows: int) -> Iterator[Line]:
    found = linkedin.run(rows)
    for what, bar in (("prepared", 100_000), ("sent", 5_000)):
        words = "two e-mail hashes, device id, name, country for LinkedIn, "
        words += "one core" if what == "prepared" else "over loopback"
        yield Line(f"{what}: {words}", f"{found[what]:,} rows/s", f"≥ {bar:,} rows/s", found[what] >= bar)


def for_http(rows: int) -> Iterator[Line]:
    found = http.run(rows)
    for what, bar in (("prepared", 100_000), ("filled", 100_000)):
        words = "id, e-mail, phone and city for an HTTP API, one core"
        yield Line(f"{what}: {words}", f"{found[what]:,} rows/s", f"≥ {bar:,} rows/s", found[what] >= bar)


def runs(rows: int) -> Iterator[Line]:
    one = sync.in_child(rows)
    first, changed, unchanged = one["first"], one["changed"], one["unchanged"]
    speed = rows / first["seconds"]
    stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in first["stages"].items())
    yield Line(
        f"first sync of {rows:,} rows",
        f"{speed:,.0f} rows/s ({first['seconds']:.1f} s: {stages})",
        "≥ 40,000 rows/s",
        speed >= 40_000,
    )
    yield Line(
        f"sync with 1 % changed of {rows:,}", f"{changed['seconds']:.1f} s, {changed['sent']:,} rows sent", "", met=True
    )
    slow = unchanged["seconds"] / changed["seconds"]
    yield Line(
        f"sync without changes of {rows:,}",
        f"{unchanged['seconds']:.1f} s ({slow:.2f} × a changed one)",
        "≤ 1 × a changed one",
        slow <= 1,
    )
    small = sync.in_child(10_000)
    same = small["unchanged"]["statements"] == unchanged["statements"]
    yield Line(
        "statements per run",
        f"{small['unchanged']['statements']} at 10,000 rows, {unchanged['statements']} at {rows:,}",
        "a constant",
        same,
    )


def memory(small: int, large: int) -> Iterator[Line]:
    limit = 1000
    peaks = {rows: sync.in_child(rows, f"{limit}MB")["peak_mb"] for rows in (small, large)}
    for rows, peak in peaks.items():
        yield Line(
            f"peak memory, {rows:,} rows, DuckDB at {limit} MB",
            f"{peak:,} MB",
            f"≤ {limit + 350:,} MB",
            peak <= limit + 350,
        )
    growth = peaks[large] / peaks[small]
    yield Line("  the larger against the smaller", f"{growth:.2f} ×", "≤ 1.10 ×", growth <= 1.1)


def on_postgres(rows: int) -> Iterator[Line]:
    one = postgres.run(rows)
    seconds = f"{one['changes']:.2f} + {one['snapshot']:.2f} s against {one['reference']:.2f} s"
    yield Line(
        f"PostgreSQL: changes + snapshot, {rows:,} rows, 1 % changed",
        f"{one['ratio']:.2f} × ({seconds})",
        "≤ 1.3 × a wide copy and one full outer join",
        one["ratio"] <= 1.3,
    )
    ways = one["prepare"]
    yield Line(
        f"PostgreSQL: prepare and load back {rows:,} rows",
        f"{one['against']:.2f} × ({ways['postgres']:.1f} s against {ways['duckdb']:.1f} s)",
        "≤ 1.5 × duckdb's",
        one["against"] <= 1.5,
    )
    small, large = one["peak_mb"]
    yield Line(
        f"PostgreSQL: the client's peak memory, {rows:,} rows",
        f"{large:,} MB; {small:,} MB for {rows // 5:,} rows",
        "≤ 1.10 × the smaller",
        large <= 1.1 * small,
    )


def measured(*, quick: bool) -> Iterator[Line]:
    yield from differences((MILLION,) if quick else (MILLION, 10 * MILLION))
    yield from prepared(200_000 if quick else MILLION)
    yield from sent(200_000 if quick else MILLION)
    yield from for_tiktok(200_000 if quick else MILLION)
    yield from for_google(200_000 if quick else MILLION)
    yield from for_linkedin(200_000 if quick else MILLION)
    yield from for_http(200_000 if quick else MILLION)
    yield from runs(100_000 if quick else MILLION)
    yield from memory(*((100_000, MILLION) if quick else (MILLION, 10 * MILLION)))
    yield from on_postgres(200_000 if quick else MILLION)


def main() -> None:
    table = Table("measured", "found", "bar", "", title="warehouse-sync, benchmarks", title_justify="left")
    quick = "--quick" in sys.argv
    only_postgres = on_postgres(200_000 if quick else MILLION)
    for line in only_postgres if "postgres" in sys.argv else measured(quick=quick):
        print(*line, sep=" | ", file=sys.stderr, flush=True)
        table.add_row(line.what, line.found, line.bar, "met" if line.met and line.bar else "MISSED" if line.bar else "")
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
