"""LinkedIn: requests and answers kept as text for review."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.golden_http import Case, Golden, Reply
from tests.linkedin.case import DANA_256, DANA_512, DEVICE, SEGMENT
from warehouse_sync.connectors.linkedin import CONNECTOR as LINKEDIN
from warehouse_sync.model import Action, AudienceSpec, PlanRow

VIP = AudienceSpec(name="VIP customers", settings={"type": "USER", "description": "The best tenth"})
FIRMS = AudienceSpec(name="VIP customers", settings={"type": "COMPANY"})
ACCOUNT = "urn:li:sponsoredAccount:500000001"
GOLDEN = Golden(LINKEDIN, {"account_id": "500000001", "source_platform": "ACME", "access_token": "TOKEN"}, VIP)
COMPANIES = replace(GOLDEN, audience=FIRMS)
TRACE = {"x-li-uuid": "AAYX1/2+3==", "x-li-fabric": "prod-lva1"}
NODE = {
    "id": int(SEGMENT),
    "name": "VIP customers",
    "type": "USER",
    "account": ACCOUNT,
    "sourcePlatform": "ACME",
    "created": 1_690_000_000_000,
    "lastModified": 1_690_000_000_000,
    "inputCount": 2,
    "destinations": [{"destination": "LINKEDIN", "status": "READY", "audienceSize": 240000, "matchedCount": 2}],
}
FIRM = {"companyName": "Acme", "organizationUrn": "urn:li:organization:1035", "industries": ["Technology"]}


def told(status: int, code: str = "", body: Any = None, **headers: str) -> Reply:
    refusal = {"status": status, "message": "The platform's own words", **({"code": code} if code else {})}
    return Reply(refusal if body is None and status >= 300 else body, status, {**TRACE, **headers})


def results(*statuses: int) -> Reply:
    return told(200, body={"elements": [{"status": status} for status in statuses]})


def listed(*nodes: dict[str, Any]) -> Reply:
    paging = {"start": 0, "count": 100, "links": [], "total": len(nodes)}
    return told(200, body={"paging": paging, "elements": list(nodes)})


def case(call: Callable[[Any], Any], reply: Reply, **more: Any) -> Case:
    return Case(call, reply, ("SHA256_EMAIL", "GOOGLE_AID"), **more)


def sending(action: Action, *rows: dict[str, Any]) -> Callable[[Any], Any]:
    page = [PlanRow(number, tokens) for number, tokens in enumerate(rows, 1)]
    return lambda linkedin: LINKEDIN.send(linkedin, SEGMENT, action, page)


def opening(linkedin: Any) -> Any:
    assert LINKEDIN.open is not None
    return LINKEDIN.open(linkedin, SEGMENT)


def emptied(linkedin: Any) -> Any:
    assert LINKEDIN.emptied is not None
    return LINKEDIN.emptied(linkedin, SEGMENT)


def deleting(linkedin: Any) -> Any:
    return linkedin.http.call("DELETE", f"dmpSegments/{SEGMENT}", name="delete segment").status


DANA = {"SHA256_EMAIL": DANA_256}
EVERYTHING = {**DANA, "SHA512_EMAIL": DANA_512, "GOOGLE_AID": DEVICE, "firstName": "Dana", "country": "US"}
ADD, REMOVE = sending("add", DANA), sending("remove", EVERYTHING)
EXPIRED = {**NODE, "destinations": [{"destination": "LINKEDIN", "status": "EXPIRED"}]}
FAILED = {**NODE, "destinations": [{"destination": "LINKEDIN", "status": "FAILED"}]}

CASES = {
    "create": case(lambda it: LINKEDIN.create(it, VIP), told(201, body={}, **{"x-restli-id": SEGMENT})),
    "create_beyond_the_limit": case(lambda it: LINKEDIN.create(it, VIP), told(429, "SEGMENT_LIMIT_EXCEEDED")),
    "list": case(lambda it: list(LINKEDIN.list(it)), listed(NODE, {**NODE, "type": "COMPANY"})),
    "find": case(lambda it: LINKEDIN.find(it, "VIP customers"), listed(NODE, {**NODE, "name": "vip customers"})),
    "open": case(opening, told(200, body=NODE)),
    "open_missing": case(opening, told(404)),
    "open_other_type": case(opening, told(200, body={**NODE, "type": "COMPANY"})),
    "open_failed": case(opening, told(200, body=FAILED)),
    "emptied": case(emptied, told(200, body=EXPIRED)),
    "not_emptied": case(emptied, told(200, body=NODE)),
    "delete": case(deleting, told(204, body={})),
    "add": case(ADD, results(201)),
    "add_everything": case(sending("add", EVERYTHING, DANA, DANA), results(201, 400)),
    "add_conflict": case(ADD, told(409)),
    "add_throttled": case(ADD, told(429, "TOO_MANY_REQUESTS")),
    "add_bad_request": case(ADD, told(400, "ILLEGAL_ARGUMENT")),
    "add_token_ended": case(ADD, told(401, "EXPIRED_ACCESS_TOKEN")),
    "add_no_permission": case(ADD, told(403, "ACCESS_DENIED")),
    "add_version_ended": case(ADD, told(426, "NONEXISTENT_VERSION"), settings={"api_version": "202511"}),
    "add_server_fault": case(ADD, told(500)),
    "remove": case(REMOVE, results(201)),
}
COMPANY_CASES = {
    "company_add": case(sending("add", FIRM), results(201)),
    "company_remove": case(sending("remove", FIRM), results(201)),
}


@pytest.mark.parametrize("name", CASES)
def test_an_exchange_is_what_was_reviewed(name: str) -> None:
    GOLDEN.require_reviewed(name, CASES[name])


@pytest.mark.parametrize("name", COMPANY_CASES)
def test_an_exchange_about_companies_is_what_was_reviewed(name: str) -> None:
    COMPANIES.require_reviewed(name, COMPANY_CASES[name])


def test_no_golden_file_is_left_of_a_case_that_is_gone() -> None:
    GOLDEN.require_no_other([*CASES, *COMPANY_CASES])
