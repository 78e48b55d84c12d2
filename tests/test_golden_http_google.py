"""Google Ads: requests and answers kept as text for review; every body is one that Google's own messages take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.golden_http import Case, Golden, Reply
from tests.google.case import ADDRESS, AUDIENCE, DANA, PHONE
from tests.google.judges import judge, kind_of
from warehouse_sync.connectors.google import CONNECTOR as GOOGLE
from warehouse_sync.connectors.google_tokens import Tokens
from warehouse_sync.model import Action, AudienceSpec, Later, PlanRow, Receipt

VIP = AudienceSpec(name="VIP customers", settings={"description": "The best tenth"})
GOLDEN = Golden(
    GOOGLE,
    {
        "customer_id": "123-456-7890",
        "login_customer_id": "987-654-3210",
        "client_id": "client",
        "client_secret": "secret",
        "refresh_token": "refresh",
        "token_url": "http://127.0.0.1:1/token",
    },
    VIP,
)
NODE = {
    "name": f"accountTypes/GOOGLE_ADS/accounts/1234567890/userLists/{AUDIENCE}",
    "id": AUDIENCE,
    "readOnly": False,
    "displayName": "VIP customers",
    "membershipStatus": "OPEN",
    "membershipDuration": "46656000s",
    "accessReason": "OWNED",
    "sizeInfo": {"displayNetworkMembersCount": "1200"},
    "ingestedUserListInfo": {"uploadKeyTypes": ["CONTACT_ID"]},
}
DEVICE = "EA7583CD-A667-48BC-B806-42ECB2B48606"
GRANTED = {"AD_USER_DATA_CONSENT": "granted", "AD_PERSONALIZATION_CONSENT": "granted"}


def told(status: int, reason: str, word: str, *violations: dict[str, str], **metadata: str) -> Reply:
    """A refusal in Google's envelope."""
    types = "type.googleapis.com/google.rpc."
    info = {"@type": f"{types}ErrorInfo", "reason": reason, "domain": "googleapis.com", "metadata": metadata}
    details: list[dict[str, Any]] = [info, {"@type": f"{types}RequestInfo", "requestId": "req-1"}]
    if violations:
        details.append({"@type": f"{types}BadRequest", "fieldViolations": list(violations)})
    error = {"code": status, "message": "Google's own words", "status": word, "details": details}
    return Reply({"error": error}, status)


def named(row: int, reason: str) -> dict[str, str]:
    field = f"audience_members[{row}].user_data.user_identifiers[0]"
    return {"field": field, "description": "Google's own words", "reason": reason}


def known(google: Any) -> Any:
    """The session, with a token got before."""
    tokens: Tokens = google.tokens
    tokens.token, tokens.ends = "TOKEN", google.ports.wall() + 3600
    return google


def case(call: Callable[[Any], Any], reply: Reply, **more: Any) -> Case:
    return Case(lambda google: call(known(google)), reply, ("EMAIL", "PHONE"), **more)


def sending(action: Action, *rows: dict[str, Any]) -> Callable[[Any], Receipt]:
    page = [PlanRow(number, tokens) for number, tokens in enumerate(rows, 1)]
    return lambda google: GOOGLE.send(google, AUDIENCE, action, page)


def polling(google: Any) -> Later:
    assert GOOGLE.poll is not None
    return GOOGLE.poll(google, AUDIENCE, "126365e1")


def opening(google: Any) -> Any:
    assert GOOGLE.open is not None
    return GOOGLE.open(google, AUDIENCE)


def clearing(google: Any) -> Receipt:
    assert GOOGLE.clear is not None
    return GOOGLE.clear(google, AUDIENCE)


def status(word: str, **more: Any) -> Reply:
    return Reply({"requestStatusPerDestination": [{"requestStatus": word, **more}]})


TAKEN = Reply({"requestId": "126365e1-16d0-4c81-9de9-f362711e250a"})
ADD = sending("add", {"EMAIL": DANA, **GRANTED})
ERRORS = {"errorInfo": {"errorCounts": [{"recordCount": "3", "reason": "PROCESSING_ERROR_REASON_NO_CONSENT"}]}}

CASES = {
    "create": case(lambda it: GOOGLE.create(it, VIP), Reply(NODE)),
    "create_name_in_use": case(
        lambda it: GOOGLE.create(it, VIP), told(400, "DISPLAY_NAME_ALREADY_USED", "INVALID_ARGUMENT")
    ),
    "list": case(lambda it: list(GOOGLE.list(it)), Reply({"userLists": [NODE, {"id": "7", "displayName": "Visits"}]})),
    "find": case(lambda it: GOOGLE.find(it, "VIP customers"), Reply({"userLists": [NODE]})),
    "find_nothing": case(lambda it: GOOGLE.find(it, "VIP customers"), Reply({})),
    "open": case(opening, Reply(NODE)),
    "open_missing": case(opening, told(404, "NOT_FOUND", "NOT_FOUND")),
    "open_other_type": case(opening, Reply({**NODE, "ingestedUserListInfo": {"uploadKeyTypes": ["USER_ID"]}})),
    "open_closed": case(opening, Reply({**NODE, "membershipStatus": "CLOSED", "closingReason": "UNUSED"})),
    "add": case(ADD, TAKEN),
    "add_address": case(sending("add", {"EMAIL": DANA, "PHONE": PHONE, "ADDRESS": ADDRESS}, {"PHONE": PHONE}), TAKEN),
    "add_composite": case(ADD, TAKEN, settings={"contact_data": "composite_data"}),
    "add_all_named": case(ADD, told(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", named(0, "INVALID_SHA256_FORMAT"))),
    "add_bad_request": case(ADD, told(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT")),
    "add_list_type": case(ADD, told(400, "INVALID_USER_LIST_TYPE", "INVALID_ARGUMENT")),
    "add_terms": case(ADD, told(400, "TERMS_AND_CONDITIONS_NOT_SIGNED", "INVALID_ARGUMENT")),
    "add_no_permission": case(ADD, told(403, "PERMISSION_DENIED", "PERMISSION_DENIED")),
    "add_api_disabled": case(ADD, told(403, "SERVICE_DISABLED", "PERMISSION_DENIED")),
    "add_throttled": case(ADD, told(429, "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED")),
    "add_throttled_for_today": case(
        ADD,
        told(429, "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED", quota_limit="IngestionMutateRequestsPerDayPerProject"),
    ),
    "add_aborted": case(ADD, told(409, "ABORTED", "ABORTED")),
    "add_server_fault": case(ADD, told(500, "INTERNAL_ERROR", "INTERNAL")),
    "remove": case(sending("remove", {"EMAIL": DANA, **GRANTED}), TAKEN),
    "add_customer": case(sending("add", {"USER_ID": "customer-4711", **GRANTED}), TAKEN),
    "add_device": case(sending("add", {"MOBILE_ID": DEVICE, **GRANTED}), TAKEN),
    "remove_customer": case(sending("remove", {"USER_ID": "customer-4711"}), TAKEN),
    "remove_device": case(sending("remove", {"MOBILE_ID": DEVICE}), TAKEN),
    "remove_all": case(clearing, TAKEN),
    "status_processing": case(polling, status("PROCESSING")),
    "status_success": case(polling, status("SUCCESS")),
    "status_partial": case(polling, status("PARTIAL_SUCCESS", **ERRORS)),
    "status_failed": case(polling, status("FAILED", **ERRORS)),
    "status_too_old": case(polling, told(400, "REQUEST_TOO_OLD", "INVALID_ARGUMENT")),
}


@pytest.mark.parametrize("name", CASES)
def test_an_exchange_is_what_was_reviewed(name: str) -> None:
    GOLDEN.require_reviewed(name, CASES[name])


@pytest.mark.parametrize("name", CASES)
def test_googles_own_messages_take_every_body(name: str) -> None:
    request = GOLDEN.exchanged(CASES[name])["request"]
    kind = kind_of(request["method"], request["path"])
    assert (kind is None) == ("json" not in request)
    if kind is not None:
        judge(kind, request["json"])


def test_no_golden_file_is_left_of_a_case_that_is_gone() -> None:
    GOLDEN.require_no_other(CASES)
