"""Segments: looked for before they are made, made once, read with what LinkedIn knows of them, deleted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.linkedin.case import (
    COMPANIES,
    CONNECTOR,
    SEGMENT,
    USERS,
    Speak,
    by_id,
    failure,
    people,
    sync_of,
    told,
)
from tests.scripted import Time, platform, raw
from warehouse_sync.connectors.linkedin_segments import delete, emptied, find, open_audience, read
from warehouse_sync.connectors.linkedin_settings import AudienceSettings
from warehouse_sync.errors import ConfigError, Denied, DestinationError, Unavailable
from warehouse_sync.model import AudienceSpec, PlanRow
from warehouse_sync.sandbox import Sandbox
from warehouse_sync.sandbox.linkedin import ACCOUNT, PLATFORM

DAY = 86_400.0


def refusal(of: Any, *given: Any) -> DestinationError:
    with pytest.raises(DestinationError) as caught:
        of(*given)
    return caught.value


def test_a_segment_is_made_with_what_linkedin_wants(speak: Speak, sandbox: Sandbox) -> None:
    made = CONNECTOR.create(speak(sandbox, audience=COMPANIES), COMPANIES)
    [request] = sandbox.requests
    assert {name: request.body[name] for name in ("name", "sourcePlatform", "account", "type", "destinations")} == {
        "name": "VIP",
        "sourcePlatform": PLATFORM,
        "account": ACCOUNT,
        "type": "COMPANY",
        "destinations": [{"destination": "LINKEDIN"}],
    }
    assert made.id.isdecimal()


@pytest.mark.parametrize("header", ["x-restli-id", "x-linkedin-id"])
def test_the_new_id_is_in_either_header(speak: Speak, header: str) -> None:
    with platform(told(201, body=b"", **{header: SEGMENT})) as script:
        assert CONNECTOR.create(speak(script), USERS).id == SEGMENT


def test_a_segment_whose_answer_got_lost_is_looked_for_and_not_made_twice(speak: Speak, sandbox: Sandbox) -> None:
    sandbox.fault("reset_after", kind="create", platform="linkedin")
    made = CONNECTOR.create(speak(sandbox), USERS)
    assert [each.id for each in sandbox.summary()] == [made.id]
    assert [each.kind for each in sandbox.requests] == ["create", "list"]
    assert sandbox.requests[1].query["sourceSegmentId"] == sandbox.requests[0].body["sourceSegmentId"]


def test_a_segment_that_was_never_made_is_told_as_such(speak: Speak, sandbox: Sandbox) -> None:
    sandbox.fault("reset_before", kind="create", platform="linkedin")
    assert isinstance(refusal(CONNECTOR.create, speak(sandbox), USERS), Unavailable)
    assert sandbox.summary() == []


def test_an_answer_without_an_id_is_not_taken_for_one(speak: Speak) -> None:
    nothing = told(body={"paging": {"start": 0, "count": 100, "links": [], "total": 0}, "elements": []})
    with platform(told(201, body=b""), nothing) as script:
        assert refusal(CONNECTOR.create, speak(script), USERS).code == "unexpected_answer"


def test_segments_are_found_by_name_and_type_page_by_page(speak: Speak, sandbox: Sandbox) -> None:
    for number in range(205):
        sandbox.create_audience(f"Segment {number}", platform="linkedin", type="COMPANY" if number % 2 else "USER")
    linkedin = speak(sandbox)
    assert len(list(CONNECTOR.list(linkedin))) == 103
    assert [each.query["start"] for each in sandbox.requests] == ["0", "100", "200"]
    assert len(find(linkedin, "Segment 204")) == 1
    assert find(linkedin, "Segment 3") == find(linkedin, "segment 204") == []
    assert len(find(speak(sandbox, audience=by_id("", "COMPANY")), "Segment 3")) == 1


def test_a_segment_that_was_renamed_is_found_by_its_key(speak: Speak, sandbox: Sandbox) -> None:
    linkedin = speak(sandbox)
    made = CONNECTOR.create(linkedin, USERS)
    sandbox.mark(made.id, name="Renamed in Campaign Manager")
    assert [each.id for each in find(linkedin, "VIP")] == [made.id]
    own = AudienceSpec(name="VIP", settings=AudienceSettings(source_segment_id="crm-vip").model_dump())
    assert find(speak(sandbox, audience=own), "VIP") == []
    CONNECTOR.create(speak(sandbox, audience=own), own)
    assert sandbox.requests[-1].body["sourceSegmentId"] == "crm-vip"


def test_an_endless_list_ends(speak: Speak) -> None:
    node = {"id": 1, "name": "x", "type": "USER"}
    endless = told(body={"paging": {"start": 0, "count": 1, "links": []}, "elements": [node]})
    with platform(endless) as script:
        assert refusal(lambda to: list(CONNECTOR.list(to)), speak(script)).code == "endless_list"


@pytest.mark.parametrize(
    "body", [{}, {"elements": []}, {"elements": [{}], "paging": {}}, {"elements": {}, "paging": 1}]
)
def test_a_list_that_cannot_be_read_is_no_list(speak: Speak, body: Any) -> None:
    with platform(told(body=body)) as script:
        assert refusal(find, speak(script, retry_attempts=1), "VIP").code == "unexpected_answer"


def test_the_account_has_no_room_for_another_segment(speak: Speak, sandbox: Sandbox) -> None:
    sandbox.configure(platforms={"linkedin": {"segment_limit": 1}})
    CONNECTOR.create(speak(sandbox), USERS)
    error = refusal(CONNECTOR.create, speak(sandbox), AudienceSpec(name="Another"))
    assert (type(error), error.code) == (Denied, "segment_limit")
    assert "delete segments" in str(error)
    assert len(sandbox.requests) == 2


def test_a_new_segment_may_answer_404_for_some_minutes(speak: Speak, sandbox: Sandbox, time: Time) -> None:
    linkedin = speak(sandbox)
    made = CONNECTOR.create(linkedin, USERS)
    sandbox.fault("missing", kind="users", platform="linkedin", times=3)
    CONNECTOR.send(linkedin, made.id, "add", people(1))
    assert time.slept == [5.0, 5.0, 30.0]
    assert len(sandbox.members(made.id)) == 1


def test_a_segment_of_long_ago_that_is_missing_is_missing(speak: Speak, sandbox: Sandbox, time: Time) -> None:
    linkedin = speak(sandbox)
    made = CONNECTOR.create(linkedin, USERS)
    time.now += 200
    sandbox.fault("missing", kind="users", platform="linkedin")
    assert (failure(linkedin, audience=made.id).code, time.slept) == ("missing", [])


def test_a_run_that_begins_soon_after_the_creation_knows_it_too(speak: Speak, sandbox: Sandbox, time: Time) -> None:
    made = sandbox.create_audience("VIP", platform="linkedin", created=time.now - 60)
    linkedin = speak(sandbox)
    open_audience(linkedin, made)
    sandbox.fault("missing", kind="users", platform="linkedin")
    CONNECTOR.send(linkedin, made, "add", people(1))
    assert time.slept == [30.0]


@pytest.mark.parametrize(
    ("marks", "code"), [({"type": "COMPANY"}, "segment_type"), ({"status": "FAILED"}, "segment_failed")]
)
def test_a_segment_that_takes_no_members_is_refused(
    speak: Speak, sandbox: Sandbox, segment: str, marks: dict[str, Any], code: str
) -> None:
    sandbox.mark(segment, **marks)
    error = refusal(open_audience, speak(sandbox), segment)
    assert (type(error), error.code) == (Denied, code)


def test_a_segment_of_another_account_is_refused(speak: Speak) -> None:
    body = {"id": 1, "type": "USER", "account": "urn:li:sponsoredAccount:9"}
    with platform(told(body=body)) as script:
        assert refusal(open_audience, speak(script), "1").code == "other_account"


@pytest.mark.parametrize("state", ["BUILDING", "READY", "UPDATING", "ARCHIVED"])
def test_a_segment_in_any_living_state_takes_members(speak: Speak, sandbox: Sandbox, segment: str, state: str) -> None:
    sandbox.mark(segment, status=state)
    assert open_audience(speak(sandbox), segment).facts["status"] == state
    assert emptied(speak(sandbox), segment) is None


def test_a_segment_that_nobody_used_for_ninety_days_has_lost_its_members(
    speak: Speak, sandbox: Sandbox, segment: str
) -> None:
    linkedin = speak(sandbox)
    CONNECTOR.send(linkedin, segment, "add", people(2))
    states = []
    for _ in range(3):
        states.append(read(linkedin, segment).facts["status"])
        sandbox.advance(45 * DAY)
    assert states == ["UPDATING", "ARCHIVED", "EXPIRED"]
    assert "added again" in (emptied(linkedin, segment) or "")
    assert sandbox.members(segment) == set()
    open_audience(linkedin, segment)
    CONNECTOR.send(linkedin, segment, "add", people(2))
    assert emptied(linkedin, segment) is None
    assert read(linkedin, segment).facts["status"] == "BUILDING"


def test_a_segment_is_deleted_if_it_is_of_the_syncs_type(
    speak: Speak, sandbox: Sandbox, segment: str, companies: str
) -> None:
    assert refusal(delete, speak(sandbox), companies).code == "segment_type"
    delete(speak(sandbox), segment)
    assert [each.id for each in sandbox.summary()] == [companies]
    assert refusal(delete, speak(sandbox), segment).code == "missing"


def test_a_segment_without_a_name_is_a_mistake_of_the_file(speak: Speak, sandbox: Sandbox) -> None:
    with pytest.raises(ConfigError, match=r"audience\.name"):
        CONNECTOR.create(speak(sandbox), AudienceSpec())


def test_a_company_is_taken_out_by_all_that_names_it(speak: Speak, sandbox: Sandbox, companies: str) -> None:
    linkedin = speak(sandbox, audience=by_id(companies, "COMPANY"))
    firm = {"companyName": "Acme", "companyWebsiteDomain": "acme.com", "city": "New York"}
    CONNECTOR.send(linkedin, companies, "add", [PlanRow(1, firm)])
    CONNECTOR.send(linkedin, companies, "remove", [PlanRow(1, {"companyName": "Acme"})])
    assert len(sandbox.entries(companies)) == 1
    CONNECTOR.send(linkedin, companies, "remove", [PlanRow(1, firm)])
    assert sandbox.entries(companies) == []


@pytest.mark.parametrize(("given", "fine"), [("17667093", True), ("VIP", False), ("1/../2", False)])
def test_a_segments_id_is_digits(given: str, fine: bool) -> None:
    found = CONNECTOR.validate(sync_of("https://example.com", audience=AudienceSpec(id=given)))
    assert (found is None) is fine


def test_at_least_one_identifier_is_mapped() -> None:
    found = CONNECTOR.validate(sync_of("https://example.com", "firstName"))
    assert "SHA256_EMAIL, SHA512_EMAIL, GOOGLE_AID" in (found or "")
    assert "companyName" in (CONNECTOR.validate(sync_of("https://x.com", "city", audience=COMPANIES)) or "")
    assert CONNECTOR.validate(sync_of("https://x.com", "companyName", audience=COMPANIES)) is None


def test_a_broken_answer_of_the_deletion_is_tried_again(speak: Speak, sandbox: Sandbox, segment: str) -> None:
    sandbox.fault("transient", kind="delete", platform="linkedin")
    delete(speak(sandbox), segment)
    assert sandbox.summary() == []


def test_a_connection_that_ends_is_no_success(speak: Speak) -> None:
    with platform(raw(b"")) as script:
        assert failure(speak(script, retry_attempts=1)).certain is False
