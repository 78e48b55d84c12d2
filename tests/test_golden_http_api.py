"""HTTP API: requests and answers kept as text for review."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.golden_http import Case, Golden, Reply
from tests.http_api.case import ACTIONS, AUDIENCE, INSERT, LIST, ROWS
from warehouse_sync.connectors.http import CONNECTOR as HTTP
from warehouse_sync.model import Action, PlanRow

GOLDEN = Golden(
    HTTP, {"actions": ACTIONS, "allow_private": True, "authentication": "bearerToken", "token": "TOKEN"}, LIST
)
BASIC = {"authentication": "basicAuth", "token": None, "username": "me", "password": "PASSWORD"}
TUPLES = {"insert": {**INSERT, "body": "[$$.records.[id, email]]"}}
USER_IDS = '[$$.records.{"id": id, "userIds": [{"type": "email", "value": email}]}]'


def sending(action: Action, rows: list[PlanRow] = ROWS) -> Callable[[Any], Any]:
    return lambda api: HTTP.send(api, AUDIENCE, action, rows)


def case(call: Callable[[Any], Any], status: int = 200, **more: Any) -> Case:
    headers = {"X-Request-Id": "req-1"} | more.pop("headers", {})
    return Case(call, Reply({"message": "the API's own words"}, status, headers), ("id", "email"), settings=more)


ADD, REMOVE = sending("add"), sending("remove")
CASES = {
    "insert": case(ADD),
    "insert_created": case(ADD, 201),
    "insert_basic": case(ADD, **BASIC),
    "insert_tuples": case(ADD, actions=TUPLES),
    "insert_tuples_strict": case(ADD, actions=TUPLES, strict_jsonata=True),
    "insert_pruned": case(ADD, actions={"insert": {**INSERT, "body": USER_IDS}}, prune_empty=True),
    "insert_refused": case(ADD, 400),
    "insert_not_accepted": case(ADD, 401),
    "insert_not_allowed": case(ADD, 403),
    "insert_missing": case(ADD, 404),
    "insert_too_large": case(ADD, 413),
    "insert_throttled": case(ADD, 429, headers={"Retry-After": "7"}),
    "insert_redirected": case(ADD, 302, headers={"Location": "https://elsewhere.example.com/"}),
    "insert_server_fault": case(ADD, 503),
    "update": case(sending("update")),
    "update_as_insert": case(sending("update"), actions={**ACTIONS, "update": {"use_insert": True}}),
    "delete": case(REMOVE),
    "delete_gone": case(REMOVE, 410),
    "delete_lacking": case(sending("remove", [*ROWS, PlanRow(3, {"email": "x"})])),
}


@pytest.mark.parametrize("name", CASES)
def test_an_exchange_is_what_was_reviewed(name: str) -> None:
    GOLDEN.require_reviewed(name, CASES[name])


def test_no_golden_file_is_left_of_a_case_that_is_gone() -> None:
    GOLDEN.require_no_other(CASES)
