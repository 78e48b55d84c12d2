"""Audiences: looked for before they are made, listed page by page, opened when they can take members, deleted."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.scripted import platform, reset
from tests.tiktok.case import VIP, Speak, told
from warehouse_sync.connectors.tiktok import CONNECTOR
from warehouse_sync.connectors.tiktok_audiences import delete, open_audience
from warehouse_sync.errors import ConfigError, Denied, Unavailable
from warehouse_sync.model import AudienceSpec
from warehouse_sync.sandbox import Sandbox
from warehouse_sync.sandbox.tiktok import ADVERTISER

LONG = "Customers who bought in the last ninety days and have not been seen since"
CUT = "Customers who bought in the last ninety days and have not been seen..."


def named(sandbox: Sandbox, name: str = "VIP", **marks: Any) -> str:
    return sandbox.create_audience(name, platform="tiktok", **marks)


def ids(found: Any) -> list[str]:
    return [each.id for each in found]


def test_an_audience_is_looked_for_before_it_is_made(sandbox: Sandbox, speak: Speak) -> None:
    assert CONNECTOR.find(speak(sandbox), "VIP") == []
    made = CONNECTOR.create(speak(sandbox), VIP)
    assert ids(CONNECTOR.find(speak(sandbox), "VIP")) == [made.id]


def test_the_request_of_an_audience_is_the_documents(speak: Speak) -> None:
    with platform(told(data={"audience_id": "7212345678901234567"})) as script:
        assert CONNECTOR.create(speak(script), VIP).id == "7212345678901234567"
        asked = script.requests[0]
    assert (asked.method, asked.target) == ("POST", "/open_api/v1.3/segment/audience/")
    assert asked.json == {"advertiser_id": ADVERTISER, "action": "create", "custom_audience_name": "VIP"}


def test_an_id_that_comes_as_a_number_keeps_every_digit(speak: Speak) -> None:
    with Sandbox.start(platforms={"tiktok": {"numeric_ids": True, "code": 200}}) as sandbox:
        made = CONNECTOR.create(speak(sandbox), VIP)
        assert ids(CONNECTOR.find(speak(sandbox), "VIP")) == [made.id]


def test_a_long_name_is_kept_and_found_as_tiktok_cuts_it(sandbox: Sandbox, speak: Speak) -> None:
    assert (len(LONG), len(CUT), LONG[:67]) == (73, 70, CUT[:67])
    made = CONNECTOR.create(speak(sandbox), AudienceSpec(name=LONG))
    assert made.name == CUT
    assert ids(CONNECTOR.find(speak(sandbox), LONG)) == [made.id]
    assert [each.name for each in sandbox.summary()] == [CUT]


def test_a_name_of_seventy_characters_stays_whole(sandbox: Sandbox, speak: Speak) -> None:
    assert CONNECTOR.create(speak(sandbox), AudienceSpec(name="x" * 70)).name == "x" * 70


def test_the_list_goes_on_to_its_last_page(sandbox: Sandbox, speak: Speak) -> None:
    made = [named(sandbox, f"audience {number}") for number in range(205)]
    assert sorted(ids(CONNECTOR.list(speak(sandbox)))) == sorted(made)
    assert [each.query["page"] for each in sandbox.requests] == ["1", "2", "3"]
    assert {each.query["page_size"] for each in sandbox.requests} == {"100"}


def test_a_list_that_does_not_end_is_given_up(speak: Speak) -> None:
    endless = {"list": [{"audience_id": "1", "audience_type": "Partner"}], "page_info": {"total_page": 10**9}}
    with platform(told(data=endless)) as script, pytest.raises(Unavailable, match="does not end"):
        list(CONNECTOR.list(speak(script)))


@pytest.mark.parametrize("data", [{}, {"list": []}, {"list": [1], "page_info": {"total_page": 1}}, None])
def test_a_list_that_lacks_something_is_not_taken_for_an_empty_one(speak: Speak, data: Any) -> None:
    with platform(told(data=data)) as script, pytest.raises(Unavailable, match="list of audiences"):
        CONNECTOR.find(speak(script, retry_attempts=1), "VIP")


def test_only_audiences_of_the_streaming_api_are_listed_and_found(sandbox: Sandbox, speak: Speak) -> None:
    mine = [named(sandbox), named(sandbox, audience_type="Partner Audience")]
    for kind in ("Customer File", "Lookalike Audience", "Engagement"):
        named(sandbox, audience_type=kind)
    assert sorted(ids(CONNECTOR.list(speak(sandbox)))) == sorted(mine)
    assert len(CONNECTOR.find(speak(sandbox), "VIP")) == 2


def test_the_states_of_an_audience_are_listed_with_it(sandbox: Sandbox, speak: Speak) -> None:
    named(sandbox, is_valid=False, is_expiring=True, covers=1200)
    facts = next(iter(CONNECTOR.list(speak(sandbox)))).facts
    assert (facts["is_valid"], facts["is_expiring"], facts["cover_num"]) == (False, True, 1200)


@pytest.mark.parametrize(
    ("marks", "code"),
    [({}, ""), ({"is_valid": False}, ""), ({"is_expiring": True}, ""), ({"audience_type": "Partner Audience"}, ""),
     ({"audience_type": "Customer File"}, "audience_type"), ({"expired_at": 1_600_000_000.0}, "audience_expired")],
)  # fmt: skip
def test_an_audience_is_opened_unless_it_can_take_no_members(
    sandbox: Sandbox, speak: Speak, marks: dict[str, Any], code: str
) -> None:
    audience = named(sandbox, **marks)
    if not code:
        assert open_audience(speak(sandbox), audience).id == audience
        return
    with pytest.raises(Denied) as caught:
        open_audience(speak(sandbox), audience)
    assert caught.value.code == code


def test_an_audience_that_is_not_there_is_named_so(sandbox: Sandbox, speak: Speak) -> None:
    with pytest.raises(Denied, match="no audience of this id"):
        open_audience(speak(sandbox), "7")


def test_lists_in_a_query_are_json_text(sandbox: Sandbox, speak: Speak, audience: str) -> None:
    open_audience(speak(sandbox), audience)
    assert json.loads(sandbox.requests[0].query["custom_audience_ids"]) == [audience]


def test_an_audience_is_deleted(sandbox: Sandbox, speak: Speak) -> None:
    kept, gone = named(sandbox), named(sandbox)
    delete(speak(sandbox), gone)
    assert ids(CONNECTOR.list(speak(sandbox))) == [kept]
    with pytest.raises(Denied):
        delete(speak(sandbox), gone)


def test_an_audience_of_another_kind_is_not_deleted(sandbox: Sandbox, speak: Speak) -> None:
    other = named(sandbox, audience_type="Lookalike Audience")
    with pytest.raises(Denied, match="not made by the streaming API"):
        delete(speak(sandbox), other)
    assert len(sandbox.summary()) == 1


# A creation without an answer.


def test_a_creation_whose_answer_is_lost_is_looked_for_and_not_made_twice(sandbox: Sandbox, speak: Speak) -> None:
    sandbox.fault("reset_after", kind="create", platform="tiktok")
    made = CONNECTOR.create(speak(sandbox), VIP)
    assert [each.id for each in sandbox.summary()] == [made.id]


def test_a_creation_that_TikTok_has_had_is_looked_for(speak: Speak) -> None:
    found = {"list": [{"audience_id": "7", "name": "VIP", "audience_type": "Partner"}], "page_info": {"total_page": 1}}
    with platform(told(40050), told(data=found)) as script:
        assert CONNECTOR.create(speak(script), VIP).id == "7"
        assert parse_qs(urlsplit(script.requests[1].target).query)["advertiser_id"] == [ADVERTISER]


def test_a_creation_that_never_arrived_says_so(speak: Speak) -> None:
    nobody = {"list": [], "page_info": {"total_page": 1}}
    with platform(reset(), told(data=nobody)) as script, pytest.raises(Unavailable):
        CONNECTOR.create(speak(script), VIP)
    assert len(script.requests) == 2


def test_an_audience_needs_a_name_to_be_made(sandbox: Sandbox, speak: Speak) -> None:
    with pytest.raises(ConfigError, match="name"):
        CONNECTOR.create(speak(sandbox), AudienceSpec(id="7"))
