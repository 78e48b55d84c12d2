"""TikTok: requests and answers kept as text for review."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.golden_http import Case, Golden, Reply
from tests.tiktok.case import DEVICE_MD5, JANE, PHONE
from warehouse_sync.connectors.tiktok import CONNECTOR as TIKTOK
from warehouse_sync.model import Action, AudienceSpec, PlanRow

AUDIENCE = "7212345678901234567"
VIP = AudienceSpec(name="VIP customers", settings={"description": "The best tenth"})
GOLDEN = Golden(TIKTOK, {"advertiser_id": "7000000000000000001", "access_token": "TOKEN"}, VIP)
NODE = {
    "audience_id": AUDIENCE,
    "name": "VIP customers",
    "audience_type": "Partner",
    "calculate_type": None,
    "cover_num": 0,
    "is_valid": True,
    "is_expiring": False,
    "create_time": "2022-05-26 22:12:12",
    "expired_time": "2099-09-08 02:34:20",
}


def told(code: int = 0, message: str = "OK", data: Any = None, status: int = 200) -> Reply:
    return Reply({"code": code, "message": message, "request_id": "202611221200AB", "data": data or {}}, status)


def listed(*nodes: dict[str, Any]) -> Reply:
    info = {"page": 1, "page_size": 100, "total_number": len(nodes), "total_page": 1}
    return told(data={"list": list(nodes), "page_info": info})


def case(call: Callable[[Any], Any], reply: Reply, **more: Any) -> Case:
    return Case(call, reply, ("EMAIL_SHA256", "PHONE_SHA256"), **more)


def sending(action: Action, *rows: dict[str, Any]) -> Callable[[Any], Any]:
    page = [PlanRow(number, tokens) for number, tokens in enumerate(rows, 1)]
    return lambda tiktok: TIKTOK.send(tiktok, AUDIENCE, action, page)


def opening(tiktok: Any) -> Any:
    assert TIKTOK.open is not None
    return TIKTOK.open(tiktok, AUDIENCE)


ADD, REMOVE = sending("add", {"EMAIL_SHA256": JANE}), sending("remove", {"EMAIL_SHA256": JANE})
SEVERAL = sending("add", {"IDFA_MD5": DEVICE_MD5, "PHONE_SHA256": PHONE}, {"EMAIL_SHA256": JANE, "PHONE_SHA256": PHONE})

CASES = {
    "create": case(lambda it: TIKTOK.create(it, VIP), told(data={"audience_id": AUDIENCE})),
    "create_as_documented": case(lambda it: TIKTOK.create(it, VIP), told(200, data={"audience_id": 100008357})),
    "list": case(lambda it: list(TIKTOK.list(it)), listed(NODE, {**NODE, "audience_type": "Lookalike Audience"})),
    "find": case(lambda it: TIKTOK.find(it, "VIP customers"), listed(NODE, {**NODE, "name": "vip customers"})),
    "open": case(opening, listed(NODE)),
    "open_missing": case(opening, listed()),
    "open_other_kind": case(opening, listed({**NODE, "audience_type": "Customer File"})),
    "open_expired": case(opening, listed({**NODE, "expired_time": "2020-01-01 00:00:00"})),
    "add": case(ADD, told()),
    "add_several": case(SEVERAL, told()),
    "add_as_documented": case(ADD, told(200)),
    "add_in_part": case(ADD, told(20001, "Partial success")),
    "add_throttled": case(ADD, told(40100, "App reaches the QPS limit.")),
    "add_throttled_for_today": case(ADD, told(40100, "App reaches the daily limit.")),
    "add_bad_parameter": case(ADD, told(40002, "The platform's own words")),
    "add_being_processed": case(ADD, told(40002, "The audience is being processed.")),
    "add_not_editable": case(ADD, told(40002, "Audience is not editable, please check audience status")),
    "add_not_allow_listed": case(ADD, told(40118, "The platform's own words")),
    "add_token_revoked": case(ADD, told(40105, "Access token is incorrect or has been revoked.")),
    "add_server_fault": case(ADD, told(50000, "The platform's own words")),
    "add_duplicate": case(ADD, told(40050, "The platform's own words")),
    "remove": case(REMOVE, told()),
}


@pytest.mark.parametrize("name", CASES)
def test_an_exchange_is_what_was_reviewed(name: str) -> None:
    GOLDEN.require_reviewed(name, CASES[name])


def test_no_golden_file_is_left_of_a_case_that_is_gone() -> None:
    GOLDEN.require_no_other(CASES)
