"""The Google Ads API: whole conversations kept as text for review; every body is one that Google's own messages take.

As the other golden exchanges, but a page takes several requests here: a job is made, filled, and run at the end.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.golden_http import GOLDEN, plain, shown
from tests.google.case import ADDRESS, AUDIENCE, CLOUDY, DANA, PHONE, VIP, sync_of
from tests.google.judges import judge, kind_of
from tests.scripted import Time, answer, platform
from warehouse_sync.connectors.google import CONNECTOR
from warehouse_sync.errors import DestinationError
from warehouse_sync.model import Action, PlanRow

FOLDER = GOLDEN / "google_ads"
JOB = "customers/1234567890/offlineUserDataJobs/26"
GRANTED = {"AD_USER_DATA_CONSENT": "granted", "AD_PERSONALIZATION_CONSENT": "granted"}
Told = tuple[int, Any]
"""An answer: status and body."""

MADE: Told = (200, {"resourceName": JOB})
DONE: Told = (200, {})
NONE: Told = (200, {"fieldMask": "offlineUserDataJob.id"})
RUN: Told = (200, {"name": "customers/1234567890/operations/26"})
ENDING = (NONE, RUN)
"""What is answered when a session ends: no other job is running, and ours is run."""


def found(kind: str, **facts: Any) -> Told:
    return 200, {"results": [{kind: facts}]}


LIST = {
    "resourceName": f"customers/1234567890/userLists/{AUDIENCE}",
    "id": AUDIENCE,
    "name": "VIP",
    "type": "CRM_BASED",
    "membershipStatus": "OPEN",
    "membershipLifeSpan": "540",
    "accessReason": "OWNED",
    "sizeForDisplay": "1200",
    "crmBasedUserList": {"uploadKeyType": "CONTACT_INFO"},
}


def failure(family: str, code: str, row: int | None = None, *places: str) -> dict[str, Any]:
    """Google's message of one error."""
    path: list[dict[str, Any]] = [] if row is None else [{"fieldName": "operations", "index": row}]
    path += [{"fieldName": each} for each in places]
    error = {"errorCode": {family: code}, "message": "Google's own words", "location": {"fieldPathElements": path}}
    kind = "type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure"
    return {"@type": kind, "errors": [error], "requestId": "req-1"}


def refused(status: int, family: str, code: str) -> Told:
    details = [failure(family, code)]
    return status, {"error": {"code": status, "message": "Google's own words", "status": "X", "details": details}}


def in_part(*details: dict[str, Any]) -> Told:
    return 200, {"partialFailureError": {"code": 3, "message": "Google's own words", "details": list(details)}}


@dataclass(frozen=True)
class Talk:
    """A conversation: what is asked of the connector, and the answers in order."""

    call: Callable[[Any], Any]
    told: Sequence[Told]
    settings: dict[str, Any] = field(default_factory=dict)


def sending(action: Action, *rows: dict[str, Any]) -> Callable[[Any], Any]:
    page = [PlanRow(number, tokens) for number, tokens in enumerate(rows, 1)]
    return lambda google: CONNECTOR.send(google, AUDIENCE, action, page)


def polling(google: Any) -> Any:
    assert CONNECTOR.poll is not None
    return CONNECTOR.poll(google, AUDIENCE, JOB)


def opening(google: Any) -> Any:
    assert CONNECTOR.open is not None
    return CONNECTOR.open(google, AUDIENCE)


def deleting(google: Any) -> Any:
    assert CONNECTOR.delete is not None
    return CONNECTOR.delete(google, AUDIENCE)


def replacing(google: Any) -> Any:
    to = CONNECTOR.fitted(google.settings, VIP, None)
    assert to.replace is not None
    return to.replace(google, AUDIENCE, [PlanRow(1, {"EMAIL": DANA})])


ADD = sending("add", {"EMAIL": DANA, **GRANTED})
SHA = failure("offlineUserDataJobError", "INVALID_SHA256_FORMAT", 1, "create", "user_identifiers", "hashed_email")
CLOSED = "notAllowlistedError", "CUSTOMER_NOT_ALLOWLISTED_FOR_THIS_FEATURE"

CREATED: Told = (200, {"results": [{"resourceName": LIST["resourceName"]}]})

TALKS = {
    "add": Talk(ADD, (MADE, DONE, *ENDING)),
    "add_address": Talk(
        sending("add", {"EMAIL": DANA, "PHONE": PHONE, "ADDRESS": ADDRESS}), (MADE, DONE, *ENDING),
    ),
    "add_in_part": Talk(sending("add", {"EMAIL": DANA}, {"EMAIL": CLOUDY}), (MADE, in_part(SHA), *ENDING)),
    "add_in_part_unnamed": Talk(ADD, (MADE, in_part(failure("internalError", "INTERNAL_ERROR")))),
    "add_while_another_runs": Talk(
        ADD,
        (MADE, DONE, found("offlineUserDataJob", id="25",
                           customerMatchUserListMetadata={"userList": LIST["resourceName"]})),
    ),
    "add_not_allowlisted": Talk(ADD, (refused(403, *CLOSED),)),
    "add_conflict": Talk(ADD, (MADE, refused(400, "databaseError", "CONCURRENT_MODIFICATION"))),
    "add_quota_of_today": Talk(ADD, (refused(429, "quotaError", "RESOURCE_EXHAUSTED"),)),
    "add_server_fault": Talk(ADD, (MADE, refused(500, "internalError", "TRANSIENT_ERROR"))),
    "remove": Talk(sending("remove", {"EMAIL": DANA, **GRANTED}), (MADE, DONE, *ENDING)),
    "replace": Talk(replacing, (MADE, DONE, *ENDING)),
    "poll_pending": Talk(polling, (found("offlineUserDataJob", id="26", status="PENDING"), *ENDING)),
    "poll_running": Talk(polling, (found("offlineUserDataJob", id="26", status="RUNNING"),)),
    "poll_success": Talk(polling, (found("offlineUserDataJob", id="26", status="SUCCESS"),)),
    "poll_failed": Talk(
        polling, (found("offlineUserDataJob", id="26", status="FAILED", failureReason="UNKNOWN"),)
    ),
    "poll_gone": Talk(polling, (NONE,)),
    "list": Talk(lambda it: list(CONNECTOR.list(it)), (found("userList", **LIST),)),
    "find": Talk(lambda it: CONNECTOR.find(it, "Tom's best"), (found("userList", **{**LIST, "name": "Tom's best"}),)),
    "create": Talk(lambda it: CONNECTOR.create(it, VIP), (CREATED,)),
    "create_name_in_use": Talk(
        lambda it: CONNECTOR.create(it, VIP), (refused(400, "userListError", "NAME_ALREADY_USED"),)
    ),
    "open": Talk(opening, (found("userList", **LIST), DONE)),
    "open_not_allowlisted": Talk(opening, (found("userList", **LIST), refused(400, *CLOSED))),
    "open_missing": Talk(opening, (NONE,)),
    "delete": Talk(deleting, (found("userList", **LIST), (200, {"results": [{}]}))),
}  # fmt: skip


def conversation(talk: Talk) -> dict[str, Any]:
    """What was asked and answered, one after the other, and what the connector made of it."""
    settings = {"transport": "google_ads", "login_customer_id": "987-654-3210", "retry_attempts": 1, **talk.settings}
    with platform(*(answer(body, status) for status, body in talk.told)) as script:
        google: Any = CONNECTOR.connect(sync_of(script.url, **settings), Time(draw=0.25).ports())
        google.tokens.token, google.tokens.ends = "TOKEN", google.ports.wall() + 3600
        try:
            outcome = {"returned": plain(talk.call(google))}
        except DestinationError as problem:
            outcome = {"raised": {"class": type(problem).__name__, "message": str(problem), **vars(problem)}}
        finally:
            google.close()
    asked = [shown(each) for each in script.requests]
    exchanges = [
        {"request": one, "status": status, "reply": body} for one, (status, body) in zip(asked, talk.told, strict=True)
    ]
    return {"exchanges": exchanges, **outcome}


@pytest.mark.parametrize("name", TALKS)
def test_a_conversation_is_what_was_reviewed(name: str) -> None:
    path = FOLDER / f"{name}.json"
    told = json.dumps(conversation(TALKS[name]), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("WSYNC_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(told, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == told


@pytest.mark.parametrize("name", TALKS)
def test_googles_own_messages_take_every_body(name: str) -> None:
    for exchange in json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["exchanges"]:
        kind = kind_of(exchange["request"]["method"], exchange["request"]["path"])
        assert kind is not None
        judge(kind, exchange["request"]["json"])


def test_no_golden_file_is_left_of_a_conversation_that_is_gone() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(TALKS)
