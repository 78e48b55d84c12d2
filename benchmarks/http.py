"""How fast rows are prepared for an HTTP API, and its template filled.

    python -m benchmarks.http [ROWS]

Prepared: e-mail and telephone hashed, an id and a city as they are; nine telephone numbers in ten international.
Filled: a template of the four fields for batches of 1,000, encoded as it would be sent.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from time import perf_counter
from typing import Any

from benchmarks.prepare import Row, best, chunks
from warehouse_sync.connectors.http_fields import fields_of
from warehouse_sync.connectors.http_rendering import renderer
from warehouse_sync.connectors.http_settings import Destination, Options
from warehouse_sync.connectors.http_template import parse
from warehouse_sync.fields import preparer
from warehouse_sync.http import encode
from warehouse_sync.model import Mapped

BODY = '{"list": $$.connection.audienceId, "r": [$$.records.{"id": id, "e": email, "p": phone, "c": city}]}'
FIELDS: tuple[dict[str, Any], ...] = (
    {"name": "id", "required": True},
    {"name": "email", "hash": "SHA256", "normalize": "email"},
    {"name": "phone", "hash": "SHA256", "normalize": "phone"},
    {"name": "city"},
)
DESTINATION = Destination.model_validate(
    {
        "base_url": "https://api.example.com",
        "record_key": ["id"],
        "actions": {"insert": {"endpoint": "/members", "body": BODY, "fields": FIELDS}},
    }
)


def rows(count: int) -> list[Row]:
    """(primary key, no problem, id, e-mail, telephone, city)."""
    return [
        (
            str(key),
            None,
            key,
            f"Some.Customer+{key}@Example{key % 50}.com",
            f"{'' if key % 10 == 0 else '+1 '}(415) {200 + key // 10_000 % 800:03d}-{key % 10_000:04d}",
            f"City {key % 5000}",
        )
        for key in range(count)
    ]


def prepare(given: Sequence[Row]) -> None:
    mapping = [Mapped(each["name"], each["name"]) for each in FIELDS]
    options = Options(default_country="US")
    prepared = preparer(
        fields_of(DESTINATION), mapping, sync="benchmark", options=options, hashing_words="", identity="record"
    )
    for chunk in chunks(given):
        done = prepared.prepare(chunk)
    assert all(row.verdict == "ready" for row in done)


def fill(count: int) -> float:
    """Seconds to fill and encode the template for so many records."""
    render = renderer(parse(BODY))
    batch = [{"id": at, "email": "a" * 64, "phone": "b" * 64, "city": "Rome"} for at in range(1000)]
    started = perf_counter()
    for _ in range(count // len(batch)):
        encode(render(batch, {"audienceId": "42"}))
    return perf_counter() - started


def run(count: int = 1_000_000) -> dict[str, int]:
    """Rows a second, prepared and filled in."""
    return {"prepared": round(count / best(prepare, rows(count))), "filled": round(count / fill(count))}


if __name__ == "__main__":
    for what, speed in run(*map(int, sys.argv[1:])).items():
        print(f"{what:10} {speed:>10,} rows/s")
