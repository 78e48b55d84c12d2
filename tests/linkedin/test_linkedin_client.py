"""LinkedIn's own Python client works against the stand-in, and the requests it makes are ours where it can make them.

It is the one client of the API that we did not write. Its addresses are constants, which point at the stand-in here.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.linkedin.case import CONNECTOR, DANA_256, DEVICE, REFRESHED, USERS, Speak, by_id
from warehouse_sync.connectors.linkedin_segments import delete, open_audience
from warehouse_sync.model import PlanRow
from warehouse_sync.sandbox import TOKEN, Exchange, Sandbox
from warehouse_sync.sandbox.linkedin import ACCOUNT, PLATFORM

pytest.importorskip("linkedin_api")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")

ASKED = {"access_token": TOKEN, "version_string": "202608"}


@pytest.fixture
def client(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Any:
    from linkedin_api.clients.restli.client import RestliClient
    from linkedin_api.common import constants

    monkeypatch.setattr(constants, "VERSIONED_BASE_URL", f"{sandbox.url}/rest")
    monkeypatch.setattr(constants, "OAUTH_BASE_URL", f"{sandbox.url}/oauth/v2")
    return RestliClient()


def meant(exchange: Exchange) -> tuple[Any, ...]:
    """A request without what differs by the client."""
    names = ("authorization", "linkedin-version", "x-restli-protocol-version", "x-restli-method")
    kept = {name: exchange.headers.get(name) for name in names}
    return exchange.kind, exchange.method, exchange.path, dict(exchange.query), exchange.body, kept


def same_twice(sandbox: Sandbox) -> None:
    """The last two requests mean the same."""
    ours, theirs = sandbox.requests[-2:]
    assert meant(ours) == meant(theirs)


def test_the_segment_it_makes_is_ours(sandbox: Sandbox, client: Any, speak: Speak) -> None:
    made = CONNECTOR.create(speak(sandbox), USERS)
    body = dict(sandbox.requests[-1].body)
    theirs = client.create(resource_path="/dmpSegments", entity=body, **ASKED)
    same_twice(sandbox)
    assert theirs.status_code == 201
    assert {theirs.entity_id, made.id} == {each.id for each in sandbox.summary()}


def test_its_finder_asks_as_we_do(sandbox: Sandbox, client: Any, speak: Speak, segment: str) -> None:
    ours = list(CONNECTOR.list(speak(sandbox)))
    query = {"account": ACCOUNT, "sourcePlatform": PLATFORM, "start": 0, "count": 100}
    theirs = client.finder(resource_path="/dmpSegments", finder_name="account", query_params=query, **ASKED)
    same_twice(sandbox)
    assert [str(each["id"]) for each in theirs.elements] == [each.id for each in ours] == [segment]
    assert theirs.paging.total == 1


def test_it_reads_and_deletes_one_as_we_do(sandbox: Sandbox, client: Any, speak: Speak, segment: str) -> None:
    where = {"resource_path": "/dmpSegments/{id}", "path_keys": {"id": int(segment)}, **ASKED}
    open_audience(speak(sandbox), segment)
    assert client.get(**where).entity["name"] == "VIP"
    same_twice(sandbox)
    other = sandbox.create_audience("VIP", platform="linkedin")
    delete(speak(sandbox), other)
    assert client.delete(**where).status_code == 204
    ours, theirs = (each for each in sandbox.requests if each.kind == "delete")
    assert meant(ours)[5] == meant(theirs)[5]
    assert sandbox.summary() == []


@pytest.mark.parametrize(("action", "word"), [("add", "ADD"), ("remove", "REMOVE")])
def test_the_batches_of_people_it_makes_are_ours(
    sandbox: Sandbox, client: Any, speak: Speak, segment: str, action: Any, word: str
) -> None:
    rows = [PlanRow(1, {"SHA256_EMAIL": DANA_256, "GOOGLE_AID": DEVICE}), PlanRow(2, {"GOOGLE_AID": "no device"})]
    receipt = CONNECTOR.send(speak(sandbox), segment, action, rows)
    entities = [
        {
            "action": word,
            "userIds": [
                {"idType": "SHA256_EMAIL", "idValue": DANA_256},
                {"idType": "GOOGLE_AID", "idValue": DEVICE},
            ],
        },
        {"action": word, "userIds": [{"idType": "GOOGLE_AID", "idValue": "no device"}]},
    ]
    path, keys = "/dmpSegments/{id}/users", {"id": int(segment)}
    theirs = client.batch_create(resource_path=path, path_keys=keys, entities=entities, **ASKED)
    same_twice(sandbox)
    assert [each.status for each in theirs.elements] == [201, 400]
    assert list(receipt.rejected) == [1]
    assert theirs.elements[1].error["status"] == 400


def test_the_batches_of_companies_it_makes_are_ours(
    sandbox: Sandbox, client: Any, speak: Speak, companies: str
) -> None:
    firm = {"companyName": "Acme", "organizationUrn": "urn:li:organization:1035", "industries": ["Technology"]}
    CONNECTOR.send(speak(sandbox, audience=by_id(companies, "COMPANY")), companies, "add", [PlanRow(1, firm)])
    path, keys = "/dmpSegments/{id}/companies", {"id": int(companies)}
    client.batch_create(resource_path=path, path_keys=keys, entities=[{"action": "ADD", **firm}], **ASKED)
    same_twice(sandbox)
    assert len(sandbox.entries(companies)) == 1


def test_it_exchanges_a_refresh_token_as_we_do(sandbox: Sandbox, client: Any, speak: Speak) -> None:
    from linkedin_api.clients.auth.client import AuthClient

    linkedin = speak(sandbox, **REFRESHED)
    list(CONNECTOR.list(linkedin))
    ours = sandbox.requests[0]
    auth = AuthClient(client_id="sandbox-client", client_secret="sandbox-secret", redirect_url="https://example.com")
    theirs = auth.exchange_refresh_token_for_access_token(refresh_token="sandbox-refresh")
    assert meant(sandbox.requests[-1])[:5] == meant(ours)[:5]
    assert (theirs.expires_in, theirs.refresh_token_expires_in > 365 * 86_400 - 60) == (60 * 86_400, True)
    query = {"account": ACCOUNT}
    asked = {**ASKED, "access_token": theirs.access_token}
    assert (
        client.finder(resource_path="/dmpSegments", finder_name="account", query_params=query, **asked).elements == []
    )


def test_without_the_batch_header_the_same_address_wants_a_single_element(
    sandbox: Sandbox, client: Any, segment: str
) -> None:
    one = {"action": "ADD", "userIds": [{"idType": "GOOGLE_AID", "idValue": DEVICE}]}
    path, keys = "/dmpSegments/{id}/users", {"id": int(segment)}
    assert client.create(resource_path=path, path_keys=keys, entity=one, **ASKED).status_code == 201
    assert sandbox.members(segment) == {f"GOOGLE_AID:{DEVICE}"}
    several = client.create(resource_path=path, path_keys=keys, entity={"elements": [one]}, **ASKED)
    assert several.status_code == 400
