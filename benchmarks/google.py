"""How fast rows are prepared for Google Ads, and sent to its stand-in.

    python -m benchmarks.google [ROWS]

Prepared: e-mail, telephone and the four parts of an address, all different but the country; nine telephone numbers in
ten international, the others by the default country; one e-mail in three of Gmail. Sent: pages of 10,000 with e-mail,
telephone and address, over loopback, to a stand-in that checks and counts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from time import perf_counter
from typing import Any

from benchmarks.prepare import CHUNK, Row, best, chunks
from benchmarks.standin import standin
from warehouse_sync.connectors.google import CONNECTOR
from warehouse_sync.connectors.google_fields import FIELDS
from warehouse_sync.connectors.google_settings import Options
from warehouse_sync.delivery import Sender, Wire, pages_of
from warehouse_sync.fields import preparer
from warehouse_sync.model import AudienceSpec, Mapped, Ports, Source, Sync
from warehouse_sync.sandbox.google import ACCOUNT

NAMES = ("EMAIL", "PHONE", "FIRST_NAME", "LAST_NAME", "COUNTRY", "POSTAL_CODE")


def rows(count: int) -> list[Row]:
    """(primary key, no problem, e-mail, telephone, first name, last name, country, postal code)."""
    return [
        (
            str(key),
            None,
            f"Some.Customer+{key}@{'Gmail' if key % 3 == 0 else f'Example{key % 50}'}.com",
            f"{'' if key % 10 == 0 else '+1 '}(415) {200 + key // 10_000 % 800:03d}-{key % 10_000:04d}",
            f"Name{key % 5000}",
            f"Surname{key % 30_000}",
            "US",
            f"{10_000 + key % 40_000}",
        )
        for key in range(count)
    ]


def prepare(given: Sequence[Row]) -> None:
    mapping = [Mapped(name, name) for name in NAMES]
    options = Options(default_country="US")
    prepared = preparer(FIELDS, mapping, sync="benchmark", options=options, hashing_words="")
    for chunk in chunks(given):
        done = prepared.prepare(chunk)
    assert all(row.verdict == "ready" for row in done)


def tokens(number: int) -> str:
    """What one row sends."""
    one = sha256(str(number).encode()).hexdigest()
    address = {"FIRST_NAME": one, "LAST_NAME": one, "COUNTRY": "US", "POSTAL_CODE": f"{10_000 + number % 40_000}"}
    return json.dumps({"EMAIL": one, "PHONE": one, "ADDRESS": address}, separators=(",", ":"))


def batches(count: int) -> Iterator[list[tuple[Any, ...]]]:
    """Rows of a plan, as the warehouse streams them."""
    texts = [tokens(number) for number in range(CHUNK)]
    for page in range(count // CHUNK):
        yield [(page + 1, 1, "add", page * CHUNK + at, text, 0) for at, text in enumerate(texts)]


def send(count: int) -> float:
    """Seconds to send so many rows."""
    with standin() as url:
        destination = CONNECTOR.destination(
            customer_id=ACCOUNT, client_id="sandbox-client", client_secret="sandbox-secret",
            refresh_token="sandbox-refresh", base_url=url, token_url=f"{url}/token",
        )  # fmt: skip
        mapping = tuple(Mapped(name, name) for name in NAMES)
        source, audience = Source(("customers",)), AudienceSpec(name="Benchmark")
        one = Sync("benchmark", source, ("id",), "google", "ads", destination, audience, mapping)
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
