"""How fast rows are prepared for TikTok, and sent to its stand-in.

    python -m benchmarks.tiktok [ROWS]

Prepared: e-mail, telephone and device id, all different; nine telephone numbers in ten international, the others by the
default country. Sent: pages of 10,000 with the same three ids, over loopback, to a stand-in that checks and counts.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from time import perf_counter
from typing import Any

from benchmarks.prepare import CHUNK, Row, best, chunks
from benchmarks.standin import standin
from warehouse_sync.connectors.tiktok import CONNECTOR
from warehouse_sync.connectors.tiktok_settings import Options
from warehouse_sync.delivery import Sender, Wire, pages_of
from warehouse_sync.fields import preparer
from warehouse_sync.model import AudienceSpec, Mapped, Ports, Source, Sync
from warehouse_sync.sandbox import TOKEN
from warehouse_sync.sandbox.tiktok import ADVERTISER

FIELDS = ("EMAIL_SHA256", "PHONE_SHA256", "IDFA_SHA256")


def rows(count: int) -> list[Row]:
    """(primary key, no problem, e-mail, telephone, device id)."""
    return [
        (
            str(key),
            None,
            f"Some.Customer+{key}@Example{key % 50}.com",
            f"{'' if key % 10 == 0 else '+1 '}(415) {200 + key // 10_000 % 800:03d}-{key % 10_000:04d}",
            f"{key:08X}-CAFE-4BAD-9F00-{key * 7919:012X}",
        )
        for key in range(count)
    ]


def prepare(given: Sequence[Row]) -> None:
    mapping = [Mapped(name, name) for name in FIELDS]
    options = Options(default_country="US")
    prepared = preparer(CONNECTOR.fields, mapping, sync="benchmark", options=options, hashing_words="")
    for chunk in chunks(given):
        done = prepared.prepare(chunk)
    assert all(row.verdict == "ready" for row in done)


def batches(count: int) -> Iterator[list[tuple[Any, ...]]]:
    """Rows of a plan, as the warehouse streams them."""
    ids = [sha256(str(number).encode()).hexdigest() for number in range(CHUNK)]
    tokens = ["{" + ",".join(f'"{name}":"{each}"' for name in FIELDS) + "}" for each in ids]
    for page in range(count // CHUNK):
        yield [(page + 1, 1, "add", page * CHUNK + at, text, 0) for at, text in enumerate(tokens)]


def send(count: int) -> float:
    """Seconds to send so many rows."""
    with standin() as url:
        destination = CONNECTOR.destination(
            advertiser_id=ADVERTISER, access_token=TOKEN, base_url=url,
            rows_per_request=CHUNK, bytes_per_request=20_000_000,
        )  # fmt: skip
        mapping = tuple(Mapped(name, name) for name in FIELDS)
        source, audience = Source(("customers",)), AudienceSpec(name="Benchmark")
        one = Sync("benchmark", source, ("id",), "tiktok", "ads", destination, audience, mapping)
        api = CONNECTOR.connect(one, Ports())
        wire = Wire(CONNECTOR, api, CONNECTOR.create(api, audience).id)
        sender = Sender(
            wire,
            one.concurrency,
            keep=lambda: None,
            record=lambda _outcomes: None,
            progress=lambda _done: None,
            stopping=lambda: None,
        )
        started = perf_counter()
        done = sender.send(pages_of(batches(count), wire.identifiers))
        spent = perf_counter() - started
        api.close()
    assert done.stopped_by is None and done.rows == count, done
    return spent


def run(count: int = 1_000_000) -> dict[str, int]:
    """Rows a second, prepared and sent."""
    return {"prepared": round(count / best(prepare, rows(count))), "sent": round(count / send(count))}


if __name__ == "__main__":
    for what, speed in run(*map(int, sys.argv[1:])).items():
        print(f"{what:10} {speed:>10,} rows/s")
