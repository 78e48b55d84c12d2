"""Requests and answers kept as text for review: what we send, what came back, what we make of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.golden_http import Case, Golden, Reply
from warehouse_sync.connectors.facebook import CONNECTOR as FACEBOOK
from warehouse_sync.model import Action, AudienceSpec, PlanRow

MARY = "f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79"
PHONE = "1ef970831d7963307784fa8688e8fce101a15685d62aa765fed23f3a2c576a4e"
US = "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621"
AUDIENCE = "23847289886350582"
SESSION = {"audience_id": AUDIENCE, "num_received": 1, "num_invalid_entries": 0, "invalid_entry_samples": {}}
VIP = AudienceSpec(name="VIP customers", settings={"description": "The best tenth"})


GOLDEN = Golden(FACEBOOK, {"ad_account_id": "1000000001", "access_token": "TOKEN"}, VIP)


def told(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    return Reply(body, status, {"x-fb-trace-id": "GSd3Ws0RmZ1"} if headers is None else headers)


def case(call: Callable[[Any], Any], reply: Reply, mapped: tuple[str, ...] = ("EMAIL", "PHONE"), **more: Any) -> Case:
    return Case(call, reply, mapped, **more)


def sending(action: Action, *rows: dict[str, Any]) -> Callable[[Any], Any]:
    page = [PlanRow(number, tokens) for number, tokens in enumerate(rows, 1)]
    return lambda facebook: FACEBOOK.send(facebook, AUDIENCE, action, page)


def error(code: int, subcode: int | None = None, status: int = 400, **more: Any) -> Reply:
    body = {"message": "The platform's own words", "type": "OAuthException", "code": code, "fbtrace_id": "AbCdEf12345"}
    sub = {} if subcode is None else {"error_subcode": subcode}
    return told({"error": {**body, **sub, **more}}, status, {})


def opening(facebook: Any) -> Any:
    assert FACEBOOK.open is not None
    return FACEBOOK.open(facebook, AUDIENCE)


def replacing(facebook: Any) -> Any:
    assert FACEBOOK.replace is not None
    return FACEBOOK.replace(facebook, AUDIENCE, [PlanRow(1, {"EMAIL": MARY})])


ADD, REMOVE = sending("add", {"EMAIL": MARY}), sending("remove", {"EMAIL": MARY})
NODE = {"id": AUDIENCE, "name": "VIP customers", "subtype": "CUSTOM", "operation_status": {"code": 200}}
USED_UP = {"1000000001": [{"type": "custom_audience", "call_count": 100, "estimated_time_to_regain_access": 4}]}

CASES = {
    "create": case(lambda it: FACEBOOK.create(it, VIP), told({"id": AUDIENCE})),
    "create_value_based": case(
        lambda it: FACEBOOK.create(it, VIP), told({"id": AUDIENCE}), mapped=("EMAIL", "LOOKALIKE_VALUE")
    ),
    "replace": case(replacing, told(SESSION)),
    "list": case(lambda it: list(FACEBOOK.list(it)), told({"data": [NODE], "paging": {"cursors": {"after": "MQ"}}})),
    "find": case(lambda it: FACEBOOK.find(it, "VIP customers"), told({"data": [NODE, {"id": "2", "name": "vip"}]})),
    "open": case(opening, told(NODE)),
    "open_flagged": case(opening, told({**NODE, "operation_status": {"code": 471}})),
    "add": case(
        sending("add", {"EMAIL": MARY, "PHONE": PHONE}, {"EMAIL": MARY}, {"COUNTRY": US, "EXTERN_ID": "customer-42"}),
        told({**SESSION, "num_received": 3, "num_invalid_entries": 1, "invalid_entry_samples": {"2": "left out"}}),
        options={"data_source_type": "FILE_IMPORTED", "data_source_sub_type": "HASHES"},
    ),
    "add_with_values": case(
        sending("update", {"EMAIL": MARY, "LOOKALIKE_VALUE": 44.5}, {"EMAIL": PHONE}),
        told({**SESSION, "num_received": 2}),
    ),
    "add_page_scoped": case(
        sending("add", {"PAGEUID": "1254477777772919", "page_ids": ["20531316728"]}), told(SESSION)
    ),
    "add_signed": case(ADD, told(SESSION), settings={"app_secret": "SECRET", "appsecret_proof": "timed"}),
    "add_flagged": case(ADD, error(100, 1713230)),
    "add_mixed_sources": case(ADD, error(2650)),
    "add_throttled": case(ADD, told(error(80003).body, 400, {"X-Business-Use-Case-Usage": json.dumps(USED_UP)})),
    "add_token_expired": case(ADD, error(190, 463, 401)),
    "add_bad_parameter": case(ADD, error(100)),
    "add_server_fault": case(ADD, error(2, None, 500, is_transient=True)),
    "add_without_counts": case(ADD, told({"audience_id": AUDIENCE})),
    "add_terms": case(ADD, error(200, 1870034)),
    "remove": case(REMOVE, told(SESSION)),
    "remove_by_post": case(REMOVE, told(SESSION), settings={"delete_method": "post"}),
    "remove_too_small": case(REMOVE, error(200, 1870047, is_transient=False, error_user_title="Audience Size too Low")),
}


@pytest.mark.parametrize("name", CASES)
def test_an_exchange_is_what_was_reviewed(name: str) -> None:
    GOLDEN.require_reviewed(name, CASES[name])


def test_no_golden_file_is_left_of_a_case_that_is_gone() -> None:
    GOLDEN.require_no_other(CASES)
