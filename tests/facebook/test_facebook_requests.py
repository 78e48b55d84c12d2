"""The requests that add and remove members, and what counts as their success."""

from __future__ import annotations

from typing import Any

import pytest

from tests.facebook.case import MARY, PHONE, PRIVATE, ROWS, US, Speak, counted, failure, sync_of
from tests.scripted import Asked, Script, Time, answer, platform, reset
from warehouse_sync.connectors.facebook import CONNECTOR
from warehouse_sync.connectors.facebook_settings import Options
from warehouse_sync.errors import Unavailable
from warehouse_sync.model import PlanRow
from warehouse_sync.sandbox import TOKEN, Sandbox


def sent(script: Script) -> list[Asked]:
    return script.requests


def payload_of(speak: Speak, rows: list[PlanRow], **more: Any) -> dict[str, Any]:
    with platform(counted()) as script:
        CONNECTOR.send(speak(script, **more), "1", "add", rows)
        found: dict[str, Any] = script.requests[0].json["payload"]
    return found


def test_rows_of_different_fields_share_one_schema_and_every_cell_is_filled(speak: Speak) -> None:
    rows = [PlanRow(1, {"EMAIL": MARY}), PlanRow(2, {"COUNTRY": US, "PHONE": PHONE}), PlanRow(3, {"EXTERN_ID": "u1"})]
    assert payload_of(speak, rows) == {
        "schema": ["EMAIL", "PHONE", "EXTERN_ID", "COUNTRY"],
        "data": [[MARY, "", "", ""], ["", PHONE, "", US], ["", "", "u1", ""]],
    }


def test_a_missing_value_is_worth_nothing_and_values_travel_as_numbers(speak: Speak) -> None:
    rows = [PlanRow(1, {"EMAIL": MARY, "LOOKALIKE_VALUE": 44.5}), PlanRow(2, {"PHONE": PHONE})]
    assert payload_of(speak, rows)["data"] == [[MARY, "", 44.5], ["", PHONE, 0]]


def test_ids_of_apps_and_pages_travel_beside_the_rows(speak: Speak) -> None:
    rows = [PlanRow(1, {"APPUID": "1015", "app_ids": ["77", "78"], "ig_account_ids": "9"})]
    payload = payload_of(speak, rows)
    assert payload == {"schema": ["APPUID"], "data": [["1015"]], "app_ids": ["77", "78"], "ig_account_ids": ["9"]}


def test_what_is_said_about_the_data_travels_with_it(speak: Speak) -> None:
    options = Options(data_source_type="FILE_IMPORTED", data_source_sub_type="HASHES", is_raw=True)
    payload = payload_of(speak, ROWS, options=options)
    assert (payload["data_source"], payload["is_raw"]) == ({"type": "FILE_IMPORTED", "sub_type": "HASHES"}, True)


@pytest.mark.parametrize("count", [0, 10_001])
def test_a_page_has_at_least_one_row_and_at_most_ten_thousand(speak: Speak, count: int) -> None:
    with platform(counted()) as script:
        with pytest.raises(ValueError, match="1 to 10000 rows"):
            CONNECTOR.send(speak(script), "1", "add", ROWS * count)
        assert sent(script) == []


@pytest.mark.parametrize(
    ("settings", "action", "method", "override"),
    [
        ({}, "add", "POST", None),
        ({}, "update", "POST", None),
        ({}, "remove", "DELETE", None),
        ({"delete_method": "post"}, "remove", "POST", "DELETE"),
        ({"delete_method": "post"}, "add", "POST", None),
    ],
)
def test_each_action_has_its_method(
    speak: Speak, settings: dict[str, Any], action: Any, method: str, override: str | None
) -> None:
    with platform(counted()) as script:
        CONNECTOR.send(speak(script, **settings), "42", action, ROWS)
    (asked,) = script.requests
    assert (asked.method, asked.target, asked.json.get("method")) == (method, "/v26.0/42/users", override)


def test_the_token_travels_in_a_header_and_never_in_the_address(speak: Speak) -> None:
    with platform(counted()) as script:
        CONNECTOR.send(speak(script, app_secret="SECRET"), "42", "add", ROWS)
    (asked,) = script.requests
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in asked.target
    assert TOKEN not in asked.body.decode()


def test_every_attempt_is_an_upload_session_of_its_own(speak: Speak) -> None:
    with platform(reset(), counted()) as script:
        facebook = speak(script)
        for _ in range(2):
            CONNECTOR.send(facebook, "42", "add", ROWS * 3)
    sessions = [each.json["session"] for each in script.requests]
    ids = [each.pop("session_id") for each in sessions]
    assert sessions == [{"batch_seq": 1, "last_batch_flag": True, "estimated_num_total": 3}] * 3
    assert len(set(ids)) == 3
    assert all(0 < each < 2**63 for each in ids)


@pytest.mark.parametrize("draw", [0.0, 0.999_999_999_999_999_9])
def test_session_ids_are_positive_whole_numbers_of_64_bits(draw: float) -> None:
    facebook = CONNECTOR.connect(sync_of("https://example.com"), Time(draw).ports())
    assert 0 < facebook.session(1)["session_id"] < 2**63


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"num_received": 1},
        {"num_invalid_entries": 0},
        {"num_received": None, "num_invalid_entries": 0},
        {"num_received": True, "num_invalid_entries": 0},
        {"num_received": -1, "num_invalid_entries": 0},
        {"num_received": 1.5, "num_invalid_entries": 0},
        {"num_received": 1, "num_invalid_entries": 0, "audience_id": "43"},
        {"num_received": 1, "num_invalid_entries": 0, "session_id": "43"},
    ],
)
def test_a_success_without_its_counts_or_of_another_request_is_in_doubt(speak: Speak, body: Any) -> None:
    with platform(answer(body)) as script:
        error = failure(speak(script, retry_attempts=1), audience="42")
    assert (type(error), error.code, error.certain) == (Unavailable, "unexpected_answer", False)


def test_counts_may_be_texts_and_samples_are_not_kept(speak: Speak) -> None:
    body = {"num_received": "2", "num_invalid_entries": "1", "invalid_entry_samples": {"1": PRIVATE}, "audience_id": 42}
    with platform(answer(body, headers={"x-fb-trace-id": "T9"})) as script:
        receipt = CONNECTOR.send(speak(script), "42", "add", ROWS * 2)
    assert (receipt.received, receipt.invalid, receipt.request_id) == (2, 1, "T9")
    assert PRIVATE not in repr(receipt)


def test_a_preview_is_the_request_with_its_secrets_masked(sandbox: Sandbox, speak: Speak) -> None:
    facebook = speak(sandbox, app_secret="SECRET", appsecret_proof="timed", delete_method="post")
    shown = CONNECTOR.preview(facebook, "42", "remove", ROWS)
    assert (shown["method"], shown["url"]) == ("POST", f"{sandbox.url}/v26.0/42/users")
    assert shown["query"] == {"appsecret_proof": "***", "appsecret_time": "***"}
    assert shown["headers"]["Authorization"] == "Bearer ***"
    assert shown["json"]["payload"] == {"schema": ["EMAIL"], "data": [[MARY]]}
    assert shown["json"]["method"] == "DELETE"
    assert sandbox.requests == []
