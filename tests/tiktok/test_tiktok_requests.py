"""The requests that add and remove members: their form, their size, and what counts as their success."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scripted import Time, answer, platform, reset
from tests.tiktok.case import AUDIENCE, DEVICE_MD5, JANE, PHONE, ROWS, Speak, failure, sync_of, told
from warehouse_sync.connectors import connector_of
from warehouse_sync.connectors.tiktok import CONNECTOR, payload
from warehouse_sync.connectors.tiktok_settings import Options
from warehouse_sync.errors import Rejected, Unavailable
from warehouse_sync.model import PlanRow
from warehouse_sync.sandbox import TOKEN, Sandbox
from warehouse_sync.sandbox.tiktok import ADVERTISER
from warehouse_sync.sandbox.tiktok_audiences import TikTokAudience, apply, check

MANY = [PlanRow(1, {"PHONE_SHA256": PHONE, "IDFA_MD5": DEVICE_MD5}), PlanRow(2, {"EMAIL_SHA256": JANE})]


def cell(token: str) -> dict[str, Any]:
    return {"id": token, "audience_ids": [AUDIENCE]}


def test_a_request_has_one_schema_and_empty_cells_where_a_row_has_no_such_id(speak: Speak) -> None:
    with platform(told()) as script:
        CONNECTOR.send(speak(script), AUDIENCE, "add", MANY)
        assert script.requests[0].json == {
            "advertiser_ids": [ADVERTISER],
            "action": "add",
            "id_schema": ["EMAIL_SHA256", "PHONE_SHA256", "IDFA_MD5"],
            "batch_data": [[{}, cell(PHONE), cell(DEVICE_MD5)], [cell(JANE), {}, {}]],
        }


@pytest.mark.parametrize(("action", "word"), [("add", "add"), ("update", "add"), ("remove", "delete")])
def test_members_are_added_and_deleted_by_the_same_post(speak: Speak, action: Any, word: str) -> None:
    with platform(told()) as script:
        CONNECTOR.send(speak(script), AUDIENCE, action, ROWS)
        asked = script.requests[0]
        assert (asked.method, asked.target, asked.json["action"]) == ("POST", "/open_api/v1.3/segment/mapping/", word)


def test_the_token_travels_in_its_own_header_alone(speak: Speak) -> None:
    with platform(told()) as script:
        CONNECTOR.send(speak(script), AUDIENCE, "add", ROWS)
        asked = script.requests[0]
        assert asked.headers["access-token"] == TOKEN
        assert "authorization" not in asked.headers
        assert TOKEN not in asked.target and TOKEN.encode() not in asked.body


def test_every_id_lands_under_its_own_type(sandbox: Sandbox, speak: Speak, audience: str) -> None:
    CONNECTOR.send(speak(sandbox), audience, "add", MANY)
    assert sandbox.members(audience) == {f"PHONE_SHA256:{PHONE}", f"IDFA_MD5:{DEVICE_MD5}", f"EMAIL_SHA256:{JANE}"}
    CONNECTOR.send(speak(sandbox), audience, "remove", MANY[:1])
    assert sandbox.members(audience) == {f"EMAIL_SHA256:{JANE}"}


@pytest.mark.parametrize("count", [0, 10_001])
def test_a_page_has_at_least_one_row_and_at_most_ten_thousand(speak: Speak, count: int) -> None:
    with platform(told()) as script:
        with pytest.raises(ValueError, match="1 to 10000 rows"):
            CONNECTOR.send(speak(script), AUDIENCE, "add", ROWS * count)
        assert script.requests == []


def test_a_page_has_a_thousand_rows_unless_the_destination_says_otherwise() -> None:
    assert connector_of(sync_of("https://example.com")).rows == 1000
    assert connector_of(sync_of("https://example.com", rows_per_request=10_000)).rows == 10_000


def test_a_thousand_rows_of_all_six_ids_fit_into_a_megabyte(speak: Speak) -> None:
    rows = [PlanRow(at, {each.name: "f" * 64 for each in CONNECTOR.fields}) for at in range(1000)]
    with platform(told()) as script:
        CONNECTOR.send(speak(script), AUDIENCE, "add", rows)
        assert 500_000 < len(script.requests[0].body) < 1_000_000


def test_a_request_that_would_be_too_long_is_halved_before_it_is_sent(speak: Speak) -> None:
    with platform(told()) as script:
        tiktok = speak(script, bytes_per_request=10_000)
        error = failure(tiktok, rows=ROWS * 100)
        assert isinstance(error, Rejected)
        assert (error.certain, error.whole, error.code) == (True, False, "too_large")
        assert script.requests == []
        CONNECTOR.send(tiktok, AUDIENCE, "add", ROWS * 50)
        assert len(script.requests) == 1


CELLS = st.dictionaries(
    st.sampled_from([(each.name, 32 if each.hash == "md5" else 64) for each in CONNECTOR.fields]),
    st.integers(min_value=1, max_value=99),
    min_size=1,
)


@given(st.lists(CELLS, min_size=1, max_size=8))
def test_whatever_ids_the_rows_have_each_lands_under_its_own_type(rows: list[dict[tuple[str, int], int]]) -> None:
    tokens = [{name: f"{value:0{digits}x}" for (name, digits), value in row.items()} for row in rows]
    destination = sync_of("https://example.com").destination
    body = payload(destination, AUDIENCE, "add", [PlanRow(at, row) for at, row in enumerate(tokens)])
    audience = TikTokAudience(AUDIENCE, ADVERTISER, "VIP", created=0.0, expired_at=9e9)
    change = check(body, {AUDIENCE: audience}.get, [ADVERTISER], 10_000)
    apply(change, {AUDIENCE: audience}, 1.0, keep=True)
    assert audience.tokens() == {f"{name}:{token}" for row in tokens for name, token in row.items()}


# What a success is.


@pytest.mark.parametrize("success", [told(), told(200, "OK"), told(20001, "Partial success")])
def test_the_codes_of_success_are_taken_as_one(speak: Speak, success: Any) -> None:
    with platform(success) as script:
        receipt = CONNECTOR.send(speak(script), AUDIENCE, "add", ROWS)
        assert (receipt.http_status, receipt.request_id, receipt.rejected) == (200, "2026112212a-1", {})


def test_a_success_in_part_is_warned_of_and_an_odd_code_is_noted(
    speak: Speak, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for code, level in ((0, []), (200, ["INFO"]), (20001, ["WARNING"])):
        caplog.clear()
        with platform(told(code)) as script:
            CONNECTOR.send(speak(script), AUDIENCE, "add", ROWS)
        assert [each.levelname for each in caplog.records] == level
        assert JANE not in caplog.text and AUDIENCE not in caplog.text


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"code":"0"}', b'{"code":true}', b"<html>", b'{"message":"OK"}'])
def test_an_answer_without_a_code_is_no_success(speak: Speak, body: bytes, time: Time) -> None:
    with platform(answer(body)) as script:
        error = failure(speak(script, retry_attempts=2))
        assert (type(error), error.certain) == (Unavailable, False)


def test_code_200_without_the_word_ok_is_no_success(speak: Speak) -> None:
    with platform(told(200, "Queued")) as script:
        assert isinstance(failure(speak(script, retry_attempts=1)), Unavailable)


# A request that TikTok says it has had.


def test_a_repeated_request_counts_as_done_after_an_answer_that_was_lost(speak: Speak) -> None:
    with platform(reset(), told(40050, "Duplicate request")) as script:
        assert CONNECTOR.send(speak(script), AUDIENCE, "add", ROWS).http_status == 200
        assert len(script.requests) == 2


def test_a_repeated_request_that_was_never_sent_before_is_sent_again_later(speak: Speak, time: Time) -> None:
    with platform(told(40050), told(40050), told()) as script:
        CONNECTOR.send(speak(script), AUDIENCE, "add", ROWS)
        assert (len(script.requests), time.slept) == (3, [60.0, 120.0])


def test_a_request_that_stays_repeated_is_in_doubt(speak: Speak, time: Time) -> None:
    with platform(told(40100, "QPS"), told(40050), told(40050)) as script:
        tiktok = speak(script, retry_attempts=2)
        error = failure(tiktok)
        assert (type(error), error.code, error.certain) == (Unavailable, "duplicate_request", False)


# The preview.


def test_the_preview_is_the_request_with_its_token_masked(speak: Speak) -> None:
    with platform(told()) as script:
        tiktok = speak(script)
        shown = CONNECTOR.preview(tiktok, AUDIENCE, "remove", MANY)
        CONNECTOR.send(tiktok, AUDIENCE, "remove", MANY)
        asked = script.requests[0]
    assert (shown["method"], shown["url"], shown["json"]) == (asked.method, f"{script.url}{asked.target}", asked.json)
    assert TOKEN not in json.dumps(shown)


def test_emails_follow_the_style_of_the_sync() -> None:
    styled = connector_of(sync_of("https://example.com", options=Options(email_style="strip_plus_dots")))
    assert [each.name for each in styled.fields] == [each.name for each in CONNECTOR.fields]
    assert styled.fields[0] is not CONNECTOR.fields[0]
    assert styled.fields[1:] == CONNECTOR.fields[1:]
