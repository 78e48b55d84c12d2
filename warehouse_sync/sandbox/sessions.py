"""Upload sessions: numbered batches, a fixed schema, an end after 90 minutes.

Rules: developers.facebook.com, Custom Audience Users and usersreplace, read 2026-11.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from .payload import Batch, Tokens
from .replies import Refusal, updating

SESSION_SECONDS = 90 * 60
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Ticket:
    """The `session` parameter of one request, or what the platform makes up where there is none."""

    id: int
    number: int
    last: bool
    made_up: bool = False


@dataclass
class Session:
    """One upload. `rows` and `invalid` are per batch number, so that a repeated batch counts once."""

    id: int
    schema: Tokens
    started: float
    rows: dict[int, int] = field(default_factory=dict)
    invalid: dict[int, int] = field(default_factory=dict)
    last: int | None = None
    ended: float = 0.0

    @property
    def received(self) -> int:
        return sum(self.rows.values())

    @property
    def invalid_entries(self) -> int:
        return sum(self.invalid.values())

    @property
    def whole(self) -> bool:
        """Every batch up to the last one is there."""
        return self.last is not None and all(number in self.rows for number in range(1, self.last + 1))

    def expired(self, now: float) -> bool:
        return now - self.started > SESSION_SECONDS

    def count(self, ticket: Ticket, batch: Batch) -> None:
        self.rows[ticket.number] = len(batch)
        self.invalid[ticket.number] = len(batch.invalid)
        if ticket.last:
            self.last = ticket.number

    def described(self) -> dict[str, str]:
        """As `/sessions` lists it: every value a text."""
        return {
            "session_id": str(self.id),
            "start_time": str(int(self.started)),
            "end_time": str(int(self.ended)),
            "num_received": str(self.received),
            "num_matched": "-1",
            "num_invalid_entries": str(self.invalid_entries),
            "progress": "100" if self.ended else "0",
            "stage": "finished" if self.ended else "uploading",
        }


def ticket(value: Any) -> Ticket:
    """Reads the `session` parameter. Raises `Refusal` (code 100) where it is malformed."""
    if value is None:
        return Ticket(random.randrange(10**18, LARGEST_ID), 1, last=True, made_up=True)  # noqa: S311 - a name
    if not isinstance(value, dict):
        raise Refusal(100, "param session must be an object")
    number = whole_number(value, "session_id", LARGEST_ID)
    return Ticket(number, whole_number(value, "batch_seq", LARGEST_ID), last=value.get("last_batch_flag") is True)


def whole_number(value: dict[str, Any], name: str, largest: int) -> int:
    found = value.get(name)
    if isinstance(found, str) and found.isdecimal():
        found = int(found)
    if type(found) is not int or not 1 <= found <= largest:
        raise Refusal(100, f"param session[{name}] must be a positive whole number")
    return found


def admit(sessions: dict[int, Session], ticket: Ticket, schema: Tokens, now: float) -> Session:
    """The session a batch belongs to, begun by batch 1. Raises `Refusal` for a batch that may not join it."""
    session = sessions.get(ticket.id)
    if session is None:
        if ticket.number != 1:
            raise updating(1870147, "The first batch of the session is missing.")
        session = sessions[ticket.id] = Session(ticket.id, schema, now)
        return session
    if session.ended:
        raise updating(1870159, "The session is finished.")
    if session.expired(now):
        session.ended = session.started + SESSION_SECONDS
        raise updating(1870158, "The session timed out.")
    if session.schema != schema:
        raise Refusal(100, "payload[schema] may not change within a session")
    return session
