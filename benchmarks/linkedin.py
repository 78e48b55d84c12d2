"""How fast rows are prepared for LinkedIn, and sent to its stand-in.

    python -m benchmarks.linkedin [ROWS]

Prepared: both hashes of an e-mail address, an advertising id, first name and country, all identifiers different. Sent:
pages of 5,000 with the same ids, over loopback, to a stand-in that checks each element and counts.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256, sha512
from time import perf_counter
from typing import Any

from benchmarks.prepare import Row, best, chunks
from benchmarks.standin import standin
from warehouse_sync.connectors.linkedin import CONNECTOR
from warehouse_sync.connectors.linkedin_fields import USER_FIELDS
from warehouse_sync.connectors.linkedin_settings import MOST_ROWS
from warehouse_sync.delivery import Sender, Wire, pages_of
from warehouse_sync.fields import preparer
from warehouse_sync.model import AudienceSpec, Mapped, Ports, Source, Sync
from warehouse_sync.sandbox import TOKEN
from warehouse_sync.sandbox.linkedin import ACCOUNT, PLATFORM

COLUMNS = {
    "SHA256_EMAIL": "email",
    "SHA512_EMAIL": "email",
    "GOOGLE_AID": "device",
    "firstName": "name",
    "country": "country",
}
MAPPING = tuple(Mapped(name, column) for name, column in COLUMNS.items())


def rows(count: int) -> list[Row]:
    """(primary key, no problem, e-mail, device id, first name, country)."""
    return [
        (
            str(key),
            None,
            f"Some.Customer+{key}@Example{key % 50}.com",
            f"{key:08X}-CAFE-4BAD-9F00-{key * 7919:012X}",
            f"Name{key % 5000}",
            ("US", "Germany", "fr")[key % 3],
        )
        for key in range(1, count + 1)
    ]


def prepare(given: Sequence[Row]) -> None:
    prepared = preparer(USER_FIELDS, MAPPING, sync="benchmark", hashing_words=CONNECTOR.hashing_words)
    for chunk in chunks(given):
        done = prepared.prepare(chunk)
    assert all(row.verdict == "ready" for row in done)


def batches(count: int) -> Iterator[list[tuple[Any, ...]]]:
    """Rows of a plan, as the warehouse streams them."""
    tokens = [
        f'{{"SHA256_EMAIL":"{sha256(number).hexdigest()}","SHA512_EMAIL":"{sha512(number).hexdigest()}",'
        f'"GOOGLE_AID":"{sha256(number).hexdigest()[:32]}","firstName":"Dana"}}'
        for number in (str(each).encode() for each in range(MOST_ROWS))
    ]
    for page in range(count // MOST_ROWS):
        yield [(page + 1, 1, "add", page * MOST_ROWS + at, text, 0) for at, text in enumerate(tokens)]


def send(count: int) -> float:
    """Seconds to send so many rows."""
    with standin() as url:
        destination = CONNECTOR.destination(
            account_id=ACCOUNT, source_platform=PLATFORM, access_token=TOKEN, base_url=url, oauth_url=f"{url}/oauth/v2"
        )
        source, audience = Source(("customers",)), AudienceSpec(name="Benchmark")
        one = Sync("benchmark", source, ("id",), "linkedin", "ads", destination, audience, MAPPING)
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
