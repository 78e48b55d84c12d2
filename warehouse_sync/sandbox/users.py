"""Membership changes: add, remove, replace all, and remove from every audience of an account."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .audiences import FLAGGED, NORMAL, REPLACE_FAILED, REPLACING, Account, Audience
from .members import Members, store
from .payload import Batch, Tokens, check
from .replies import Refusal, flagged, too_small, updating
from .sessions import Session, Ticket, admit, ticket
from .settings import Settings
from .wire import Call

DAY = 86_400


def add(audience: Audience, call: Call, settings: Settings, now: float) -> dict[str, Any]:
    """POST /{audience}/users."""
    open_to_changes(audience, settings, now)
    batch = check(call.decoded("payload"), value_based=audience.is_value_based, adding=True)
    mark = ticket(call.decoded("session"))
    session = admit(audience.sessions, mark, batch.schema, now)
    audience.members.add(batch)
    remember(audience.account, batch, now)
    audience.changed = now
    return received(session, mark, batch, now, {"audience_id": audience.id})


def remove(audience: Audience, call: Call, settings: Settings, now: float) -> dict[str, Any]:
    """DELETE /{audience}/users."""
    open_to_changes(audience, settings, now)
    batch = check(call.decoded("payload"), value_based=audience.is_value_based, adding=False)
    mark = ticket(call.decoded("session"))
    session = admit(audience.sessions, mark, batch.schema, now)
    found = audience.members.find(batch, finding(audience.account, batch, settings, now))
    if found.doomed and found.left < settings.removal_floor:
        forget_empty(audience, session)
        raise too_small()
    audience.members.drop(found)
    audience.changed = now
    return received(session, mark, batch, now, {"audience_id": audience.id})


def remove_everywhere(
    account: Account, audiences: Iterable[Audience], call: Call, settings: Settings, now: float
) -> dict[str, Any]:
    """DELETE /act_…/usersofanyaudience: the same rows from every audience of the account."""
    batch = check(call.decoded("payload"), value_based=True, adding=False)
    mark = ticket(call.decoded("session"))
    identifiers = finding(account, batch, settings, now)
    for audience in audiences:
        audience.members.drop(audience.members.find(batch, identifiers))
        audience.changed = now
    session = Session(mark.id, batch.schema, now)
    return received(session, mark, batch, now, {"account_id": account.id.removeprefix("act_")})


def replace(audience: Audience, call: Call, settings: Settings, now: float) -> dict[str, Any]:
    """POST /{audience}/usersreplace: a new list beside the old one, exchanged with it by the last batch."""
    end_stale_replace(audience, now)
    batch = check(call.decoded("payload"), value_based=audience.is_value_based, adding=True)
    given = call.decoded("session")
    if given is None:
        raise Refusal(100, "param session is required")
    mark = ticket(given)
    if audience.replacing is None or audience.replacing.id != mark.id:
        begin_replace(audience, mark, settings, now)
    session = admit(audience.sessions, mark, batch.schema, now)
    incoming = audience.incoming if audience.incoming is not None else store(settings.members)
    audience.replacing, audience.incoming, audience.status = session, incoming, REPLACING
    incoming.add(batch)
    remember(audience.account, batch, now)
    session.count(mark, batch)
    if session.whole:
        finish_replace(audience, incoming, session, now)
    return counts(session, batch, {"audience_id": audience.id})


def begin_replace(audience: Audience, mark: Ticket, settings: Settings, now: float) -> None:
    """Raises `Refusal` unless a replace may start now with this batch."""
    if audience.status == FLAGGED:
        raise flagged()
    known = audience.sessions.get(mark.id)
    if known is not None and (known.ended or known.expired(now)):
        return  # `admit` says which
    taken = known is not None or audience.replacing is not None
    if taken or audience.status not in (NORMAL, REPLACE_FAILED):
        raise updating(1870145, "The audience is being updated.")
    if len(audience.members) >= settings.replace_limit:
        raise updating(1870144, "The audience is too large to be replaced.")


def finish_replace(audience: Audience, incoming: Members, session: Session, now: float) -> None:
    session.ended = audience.changed = now
    audience.members, audience.status = incoming, NORMAL
    audience.replacing = audience.incoming = None


def end_stale_replace(audience: Audience, now: float) -> None:
    """A replace that ran out of time failed; the old members stay."""
    if audience.replacing is not None and audience.replacing.expired(now):
        audience.replacing = audience.incoming = None
        audience.status = REPLACE_FAILED


def open_to_changes(audience: Audience, settings: Settings, now: float) -> None:
    """Raises `Refusal` while an audience takes no membership changes."""
    end_stale_replace(audience, now)
    if audience.status == FLAGGED:
        raise flagged()
    if audience.status == REPLACING:
        raise updating(1870145, "The audience is being replaced.")
    if audience.foreign_source:
        raise updating(None, "The audience was made with another data source.")
    if now < audience.created + settings.settle_seconds:
        raise Refusal(803, "Some of the aliases you requested do not exist: users", status=404)


def remember(account: Account, batch: Batch, now: float) -> None:
    account.externs.update(dict.fromkeys(batch.externs, now))


def finding(account: Account, batch: Batch, settings: Settings, now: float) -> Sequence[Tokens]:
    """Each row's identifier tokens without the external ids the account has forgotten or never heard of."""
    since, known = now - settings.extern_days * DAY, account.externs
    lost = {token for token in batch.externs if known.get(token, float("-inf")) < since}
    if not lost:
        return batch.identifiers
    return [tuple(token for token in row if token not in lost) for row in batch.identifiers]


def forget_empty(audience: Audience, session: Session) -> None:
    """A session whose first batch was refused never began."""
    if not session.rows:
        audience.sessions.pop(session.id, None)


def received(session: Session, mark: Ticket, batch: Batch, now: float, owner: dict[str, str]) -> dict[str, Any]:
    session.count(mark, batch)
    if mark.last:
        session.ended = now
    return counts(session, batch, owner)


def counts(session: Session, batch: Batch, owner: dict[str, str]) -> dict[str, Any]:
    """The answer to a membership change: the counts are of the session so far."""
    return {
        **owner,
        "session_id": str(session.id),
        "num_received": session.received,
        "num_invalid_entries": session.invalid_entries,
        "invalid_entry_samples": dict(batch.samples),
    }
