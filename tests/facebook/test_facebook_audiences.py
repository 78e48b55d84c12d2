"""Audiences: made once, found by exact name, listed to the end, opened only when they fit."""

from __future__ import annotations

from typing import Any

import pytest

from tests.facebook.case import ROWS, VIP, Speak, counted
from tests.scripted import Time, answer, platform
from warehouse_sync.connectors.facebook import CONNECTOR
from warehouse_sync.connectors.facebook_account import Facebook
from warehouse_sync.connectors.facebook_audiences import LIST_PAGE
from warehouse_sync.errors import Denied, Unavailable
from warehouse_sync.model import AudienceSpec
from warehouse_sync.sandbox import Sandbox


def test_an_audience_is_made_found_and_listed(sandbox: Sandbox, speak: Speak) -> None:
    settings = {"description": "Best customers", "retention_days": 90}
    facebook = speak(sandbox)
    made = CONNECTOR.create(facebook, AudienceSpec(name="VIP", settings=settings))
    assert [each.id for each in CONNECTOR.find(facebook, "VIP")] == [made.id]
    assert CONNECTOR.find(facebook, "vip") == []
    assert [each.name for each in CONNECTOR.list(facebook)] == ["VIP"]
    body = next(each.body for each in sandbox.requests if each.kind == "create")
    assert body == {
        "name": "VIP",
        "description": "Best customers",
        "subtype": "CUSTOM",
        "customer_file_source": "USER_PROVIDED_ONLY",
        "retention_days": 90,
    }


def test_an_audience_is_value_based_when_a_value_is_mapped(sandbox: Sandbox, speak: Speak) -> None:
    facebook = speak(sandbox, "EMAIL", "LOOKALIKE_VALUE")
    made = CONNECTOR.create(facebook, VIP)
    assert CONNECTOR.open is not None
    assert CONNECTOR.open(facebook, made.id).facts["is_value_based"] is True


@pytest.mark.parametrize("fault", ["reset_after", "truncated"])
def test_a_creation_whose_answer_got_lost_does_not_make_a_second_audience(
    sandbox: Sandbox, speak: Speak, fault: str
) -> None:
    sandbox.fault(fault, kind="create")
    made = CONNECTOR.create(speak(sandbox), VIP)
    assert [each.id for each in sandbox.summary()] == [made.id]


def test_a_creation_that_was_never_applied_is_left_to_the_next_run(sandbox: Sandbox, speak: Speak) -> None:
    sandbox.fault("reset_before", kind="create")
    with pytest.raises(Unavailable) as caught:
        CONNECTOR.create(speak(sandbox), VIP)
    assert not caught.value.certain
    assert sandbox.summary() == []


def test_the_list_is_read_to_its_end_page_by_page(sandbox: Sandbox, speak: Speak) -> None:
    names = [f"audience {number}" for number in range(2 * LIST_PAGE + 5)]
    for name in names:
        sandbox.create_audience(name)
    assert [each.name for each in CONNECTOR.list(speak(sandbox))] == names
    assert len(sandbox.requests) == 3


def test_a_list_that_is_too_large_is_asked_for_in_smaller_pages(sandbox: Sandbox, speak: Speak) -> None:
    sandbox.configure(list_limit=6)
    names = [f"audience {number}" for number in range(12)]
    for name in names:
        sandbox.create_audience(name)
    assert [each.name for each in CONNECTOR.list(speak(sandbox))] == names
    assert [each.query["limit"] for each in sandbox.requests] == ["20", "10", "5", "5", "5"]


def test_a_list_that_repeats_itself_is_an_error_and_not_an_end(speak: Speak) -> None:
    page = {"data": [{"id": "1", "name": "a"}], "paging": {"next": "https://x", "cursors": {"after": "same"}}}
    with platform(answer(page)) as script, pytest.raises(Unavailable) as caught:
        list(CONNECTOR.list(speak(script)))
    assert caught.value.code == "endless_list"


@pytest.mark.parametrize("body", [{}, {"data": {}}, {"data": [1]}, {"data": [{"name": "no id"}]}])
def test_a_list_in_another_form_is_no_empty_list(speak: Speak, body: Any) -> None:
    with platform(answer(body)) as script, pytest.raises(Unavailable) as caught:
        CONNECTOR.find(speak(script, retry_attempts=1), "VIP")
    assert caught.value.code == "unexpected_answer"


def test_only_customer_lists_are_found_by_name(speak: Speak) -> None:
    nodes = [{"id": 1, "name": "VIP", "subtype": "LOOKALIKE"}, {"id": 23847289886350582, "name": "VIP"}]
    with platform(answer({"data": nodes})) as script:
        assert [each.id for each in CONNECTOR.find(speak(script), "VIP")] == ["23847289886350582"]


def opened(facebook: Facebook, audience: str) -> Any:
    assert CONNECTOR.open is not None
    return CONNECTOR.open(facebook, audience)


@pytest.mark.parametrize(
    ("mapped", "marks", "code"),
    [
        (("EMAIL",), {"status": 471}, "audience_flagged"),
        (("EMAIL",), {"is_value_based": True}, "audience_type"),
        (("EMAIL", "LOOKALIKE_VALUE"), {}, "audience_type"),
    ],
)
def test_an_audience_that_cannot_take_these_members_stops_the_sync(
    sandbox: Sandbox, speak: Speak, mapped: tuple[str, ...], marks: dict[str, Any], code: str
) -> None:
    audience = sandbox.create_audience("VIP", **marks)
    with pytest.raises(Denied) as caught:
        opened(speak(sandbox, *mapped), audience)
    assert (caught.value.code, caught.value.certain) == (code, True)


def test_an_audience_that_is_gone_stops_the_sync(sandbox: Sandbox, speak: Speak) -> None:
    with pytest.raises(Denied) as caught:
        opened(speak(sandbox), "23847289886350582")
    assert caught.value.code == "audience_missing"


def test_an_audience_under_replacement_is_waited_for(speak: Speak, time: Time) -> None:
    replacing = answer({"id": "42", "operation_status": {"code": 414}})
    with platform(replacing, replacing, answer({"id": "42", "operation_status": {"code": 200}})) as script:
        assert opened(speak(script), "42").id == "42"
    assert time.slept == [60.0, 120.0]


def test_a_lookalike_audience_takes_no_members(speak: Speak) -> None:
    with platform(answer({"id": "42", "subtype": "LOOKALIKE"})) as script, pytest.raises(Denied) as caught:
        opened(speak(script), "42")
    assert caught.value.code == "audience_type"


@pytest.mark.parametrize("audience", ["../me", "42/users", "42?x=1", "%2e%2e"])
def test_an_id_stays_one_segment_of_the_path(speak: Speak, audience: str) -> None:
    with platform(counted()) as script:
        CONNECTOR.send(speak(script), audience, "add", ROWS)
    assert script.requests[0].target.startswith("/v26.0/")
    assert script.requests[0].target.count("/") == 3
    assert "?" not in script.requests[0].target
