"""The Data Manager API: members are sent 10,000 a request, and Google says later what became of it.

developers.google.com/data-manager/api (read 2026-11-22). A request is taken or refused as a whole; a refusal usually
names the rows at fault, which are left out when it is sent again. A success means received: the verdict is asked for by
the request's id. Adding and removing are operations on a set: a request can be repeated.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from warehouse_sync.errors import Denied, Rejected
from warehouse_sync.http import Http, Reply, Verdict, encode
from warehouse_sync.model import Action, Check, Later, PlanRow, Receipt

from .google_errors import SCOPES, classify, incomplete, is_trace, trace
from .google_lists import audiences, create, delete, find, open_audience, read
from .google_members import body_of, destination, named_rows, names_rows
from .google_session import Google
from .google_settings import MOST_ROWS

__all__ = [
    "audiences",
    "clear",
    "connect_http",
    "create",
    "delete",
    "find",
    "finish",
    "lines",
    "open_audience",
    "poll",
    "preview",
    "read",
    "send",
]

ROUNDS = 10
"""How often a page is sent at most while each answer names rows to leave out."""
PATHS: Mapping[Action, str] = {
    "add": "v1/audienceMembers:ingest",
    "remove": "v1/audienceMembers:remove",
}
REMOVE_ALL = "v1/audienceMembers:removeAll"
STATUS = "v1/requestStatus:retrieve"

log = logging.getLogger(__name__)


def connect_http(google: Google) -> Http:
    """The API's address. Raises `ConfigError` where it is unfit."""
    settings = google.settings

    def judge(reply: Reply) -> Verdict:
        return google.judge(_classify(reply), reply)

    return Http(
        settings.base_url,
        judge,
        google.ports,
        connector="google",
        headers=quota(google),
        authorise=google.tokens.header,
        budget=settings.budget(),
        ca_bundle=settings.ca_bundle,
        trust_env=settings.trust_env,
    )


def quota(google: Google) -> dict[str, str]:
    """The header that names the project whose quota is used."""
    project = google.settings.quota_project
    return {"x-goog-user-project": project} if project else {}


def _classify(reply: Reply) -> Verdict:
    """As all answers, but a refusal that names its rows is one that can be worked with."""
    found = classify(reply)
    if found.kind == "rejected" and reply.status == 400 and names_rows(reply.body):
        return Verdict("ok", request_id=trace(reply))
    return found


def send(google: Google, audience: str, action: Action, rows: Sequence[PlanRow]) -> Receipt:
    """Add or remove the rows of one page, without those that a refusal names; the others are accepted, no more."""
    left = list(range(len(_required(rows))))
    refused: dict[int, tuple[str, str]] = {}
    for _ in range(ROUNDS):
        some = [rows[place] for place in left]
        reply = _request(google, audience, action, some)
        if reply.status == 200:
            reference = str(reply.body["requestId"])
            return Receipt(200, reference, accepted=True, reference=reference, rejected=refused)
        named = named_rows(reply.body, some)
        refused |= {left[place]: told for place, told in named.items()}
        left = [place for at, place in enumerate(left) if at not in named]
        if not named:
            break
        if not left:
            return Receipt(reply.status, trace(reply), rejected=refused)
    words = "google: the request is refused for ever more rows"
    raise Rejected(words, connector="google", code="bad_request", http_status=400)


def _required(rows: Sequence[PlanRow]) -> Sequence[PlanRow]:
    if not 1 <= len(rows) <= MOST_ROWS:
        raise ValueError(f"a page has 1 to {MOST_ROWS} rows")
    return rows


def _request(google: Google, audience: str, action: Action, rows: Sequence[PlanRow]) -> Reply:
    encoded = encode(body_of(google.settings, audience, action, rows))
    reply = google.http.call(
        "POST", PATHS[action], name=f"{action} members", body=lambda: encoded, examine=_expects_receipt
    )
    if warned := reply.body.get("fieldWarnings"):
        log.warning("google %s members: Google warns of %d optional values", action, len(warned))
    return reply


def _expects_receipt(body: Any) -> Verdict | None:
    if "error" in body:
        return None
    found = body.get("requestId")
    return None if isinstance(found, str) and is_trace(found) else incomplete("the request's id")


def preview(google: Google, audience: str, action: Action, rows: Sequence[PlanRow]) -> Mapping[str, Any]:
    """The request `send` would make, secrets masked."""
    return {
        "method": "POST",
        "url": f"{google.http.base.rstrip('/')}/{PATHS[action]}",
        "query": {},
        "headers": {
            **google.http.headers,
            "Authorization": "Bearer ***",
            "Content-Type": "application/json; charset=utf-8",
        },
        "json": body_of(google.settings, audience, action, _required(rows)),
    }


def clear(google: Google, audience: str) -> Receipt:
    """Have everybody removed who is in the list at this moment; who is added later stays."""
    now = datetime.fromtimestamp(google.ports.wall(), UTC)
    asked = {
        "destinations": [destination(google.settings, audience)],
        "removeAsOfTime": now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }
    reply = google.http.call("POST", REMOVE_ALL, name="remove all", json=asked, examine=_expects_receipt)
    if reply.status != 200:
        raise Rejected("google: the removal of all was refused", connector="google", code="bad_request")
    reference = str(reply.body["requestId"])
    return Receipt(200, reference, accepted=True, reference=reference)


# What became of a request

DONE = {"SUCCESS": "succeeded", "PARTIAL_SUCCESS": "partial", "FAILED": "failed"}
WORDS = {
    "partial": "Google processed only some rows of the request",
    "failed": "Google processed no row of the request",
}
FORGOTTEN = "Google no longer says what became of the request; its rows are sent again."


def poll(google: Google, _audience: str, reference: str) -> Later:
    """What became of a request that was accepted.

    While Google goes on answering that it is not done, ever fewer are asked about: of a thousand about a hundred, and
    each time others.
    """
    if not _worth_asking(google):
        return Later("pending")
    found = _asked(google, reference)
    google.held[UNDONE] = google.held.get(UNDONE, 0) + 1 if found.status == "pending" else 0
    return found


UNDONE = ("undone",)
"""Under this a session holds how many requests in a row were not done yet."""
PATIENCE = 25
"""So many requests in a row are asked about whatever the answers are."""


def _worth_asking(google: Google) -> bool:
    undone = google.held.get(UNDONE, 0)
    if undone < PATIENCE or google.ports.random() * (undone + 1) < PATIENCE:
        return True
    google.held[UNDONE] = undone + 1
    return False


def _asked(google: Google, reference: str) -> Later:
    asked = {"requestId": reference}
    try:
        reply = google.http.call("GET", STATUS, name="request status", query=asked, examine=_expects_status)
    except Denied as error:
        if error.code not in ("request_forgotten", "missing"):
            raise
        return Later("in_doubt", "request_forgotten", FORGOTTEN)
    return _later(reply.body["requestStatusPerDestination"])


def _expects_status(body: Any) -> Verdict | None:
    found = body.get("requestStatusPerDestination")
    fine = isinstance(found, list) and all(isinstance(each, dict) for each in found)
    return None if fine else incomplete("the status")


def _later(told: Sequence[Mapping[str, Any]]) -> Later:
    """The verdict on a request to one list; where there are several, the worst."""
    found = [DONE.get(str(each.get("requestStatus")), "pending") for each in told]
    for status in ("failed", "partial"):
        if status in found and "pending" not in found:
            counts = _counts(told[found.index(status)])
            code = f"google_{min(counts, key=lambda each: (-counts[each], each)).lower()}" if counts else status
            listed = "; ".join(f"{count} {reason}" for reason, count in sorted(counts.items()))
            return Later(status, code, f"{WORDS[status]}{f': {listed}' if listed else ''}.")
    return Later("succeeded" if found and set(found) == {"succeeded"} else "pending")


def _counts(told: Mapping[str, Any]) -> dict[str, int]:
    """How many records were not processed, by Google's reason."""
    info = told.get("errorInfo")
    counts = info.get("errorCounts") if isinstance(info, dict) else None
    found: dict[str, int] = {}
    for each in counts if isinstance(counts, list) else ():
        reason, count = str(each.get("reason") or ""), str(each.get("recordCount") or "0")
        if is_trace(reason) and count.isdigit():
            found[reason.removeprefix("PROCESSING_ERROR_REASON_")] = int(count)
    return found


def finish(_google: Google) -> None:
    """Every request stands for itself: nothing is left to do."""


def lines(google: Google) -> Iterator[Check]:
    """The scope of the token, once there is one."""
    scopes, wanted = google.tokens.scopes, SCOPES["data_manager"]
    if scopes and wanted not in scopes:
        remedy = f"authorise again with the scope {wanted} and set the new refresh_token"
        yield Check("scope", ok=False, found="the token lacks the scope of the Data Manager API", remedy=remedy)
