"""Meta's own SDK, told to do the same, makes the same requests: only the way they are packed differs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.scripted import Time
from warehouse_sync.connectors.facebook import CONNECTOR
from warehouse_sync.connectors.facebook_account import Facebook
from warehouse_sync.connectors.facebook_audiences import FACTS
from warehouse_sync.model import AudienceSpec, Mapped, PlanRow, Source, Sync
from warehouse_sync.sandbox import ACCOUNT, Exchange, Sandbox

MARY = "f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79"
PHONE = "1ef970831d7963307784fa8688e8fce101a15685d62aa765fed23f3a2c576a4e"
SECRET = "SECRET"
ROWS = [
    PlanRow(1, {"EMAIL": MARY, "LOOKALIKE_VALUE": 44.5}),
    PlanRow(2, {"PHONE": PHONE, "EXTERN_ID": "Kundin Ñ & Söhne"}),
]
VIP = AudienceSpec(name="VIP Größe & more", settings={"description": "a=b&c"})


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(app_secret=SECRET, require_proof=True) as sandbox:
        yield sandbox


@pytest.fixture
def ours(sandbox: Sandbox) -> Iterator[Facebook]:
    given = {"ad_account_id": ACCOUNT, "access_token": sandbox.token, "app_secret": SECRET, "base_url": sandbox.url}
    mapping = tuple(Mapped(name, name.lower()) for name in ("EMAIL", "PHONE", "EXTERN_ID", "LOOKALIKE_VALUE"))
    destination = CONNECTOR.destination.model_validate(given)
    options = CONNECTOR.options.model_validate({"data_source_type": "FILE_IMPORTED"})
    sync = Sync("vip", Source(("t",)), ("id",), "facebook", "ads", destination, VIP, mapping, options)
    session = CONNECTOR.connect(sync, Time(draw=0.25).ports())
    yield session
    session.close()


@pytest.fixture
def theirs(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The SDK's module of objects, pointed at the same stand-in."""
    api = pytest.importorskip("facebook_business.api")
    session = pytest.importorskip("facebook_business.session")
    monkeypatch.setattr(session.FacebookSession, "GRAPH", sandbox.url)
    monkeypatch.setattr(api.FacebookAdsApi, "_default_api", None)
    sdk = api.FacebookAdsApi.init("1", SECRET, sandbox.token, api_version="v26.0", crash_log=False)
    yield pytest.importorskip("facebook_business.adobjects")
    sdk._session.requests.close()


def canonical(exchange: Exchange) -> dict[str, Any]:
    """What a request means, however it is packed: texts that are JSON read, credentials aside."""
    ways = {"access_token", "appsecret_proof", "method", "summary"}
    given = {**exchange.query, **exchange.body}
    parameters = {name: parsed(value) for name, value in given.items() if name not in ways}
    return {"kind": exchange.kind, "path": exchange.path.rstrip("/"), "parameters": parameters}


def parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def last(sandbox: Sandbox) -> Exchange:
    exchange = sandbox.requests[-1]
    assert exchange.status == 200
    return exchange


def audience_of(theirs: Any, identity: str) -> Any:
    from facebook_business.adobjects.customaudience import CustomAudience

    return CustomAudience(identity)


def account_of(theirs: Any) -> Any:
    from facebook_business.adobjects.adaccount import AdAccount

    return AdAccount(ACCOUNT)


@pytest.mark.parametrize(("action", "sdk"), [("add", "create_user"), ("remove", "delete_users")])
def test_adding_and_removing_members(sandbox: Sandbox, ours: Facebook, theirs: Any, action: Any, sdk: str) -> None:
    audience = sandbox.create_audience("VIP", is_value_based=True)
    preview = CONNECTOR.preview(ours, audience, action, ROWS)["json"]
    CONNECTOR.send(ours, audience, action, ROWS)
    mine = canonical(last(sandbox))
    session = {**preview["session"], "session_id": mine["parameters"]["session"]["session_id"] + 1}
    getattr(audience_of(theirs, audience), sdk)(params={"payload": preview["payload"], "session": session})
    yours = canonical(last(sandbox))
    assert yours["parameters"].pop("session") == session
    assert mine["parameters"].pop("session") == {**session, "session_id": session["session_id"] - 1}
    assert mine == yours
    assert mine["parameters"]["payload"]["data"][1] == ["", PHONE, "Kundin Ñ & Söhne", 0]


def test_both_leave_the_same_members(sandbox: Sandbox, ours: Facebook, theirs: Any) -> None:
    one, two = (sandbox.create_audience(name, is_value_based=True) for name in ("one", "two"))
    CONNECTOR.send(ours, one, "add", ROWS)
    payload = CONNECTOR.preview(ours, two, "add", ROWS)["json"]["payload"]
    audience_of(theirs, two).create_user(params={"payload": payload})
    assert sandbox.members(one) == sandbox.members(two) != set()


def test_making_an_audience(sandbox: Sandbox, ours: Facebook, theirs: Any) -> None:
    CONNECTOR.create(ours, VIP)
    mine = last(sandbox)
    account_of(theirs).create_custom_audience(params=dict(mine.body))
    assert canonical(mine) == canonical(last(sandbox))


def test_listing_audiences(sandbox: Sandbox, ours: Facebook, theirs: Any) -> None:
    for number in range(3):
        sandbox.create_audience(f"audience {number}")
    listed = [each.id for each in CONNECTOR.list(ours)]
    mine = last(sandbox)
    theirs_listed = account_of(theirs).get_custom_audiences(fields=FACTS.split(","), params={"limit": 20})
    assert listed == [each["id"] for each in theirs_listed]
    assert canonical(mine) == canonical(last(sandbox))


def test_reading_an_audience(sandbox: Sandbox, ours: Facebook, theirs: Any) -> None:
    audience = sandbox.create_audience("VIP", is_value_based=True)
    assert CONNECTOR.open is not None
    CONNECTOR.open(ours, audience)
    mine = last(sandbox)
    audience_of(theirs, audience).api_get(fields=FACTS.split(","))
    assert canonical(mine) == canonical(last(sandbox))


def test_the_proof_of_the_app_secret(sandbox: Sandbox, ours: Facebook, theirs: Any) -> None:
    list(CONNECTOR.list(ours))
    mine = last(sandbox).query["appsecret_proof"]
    list(account_of(theirs).get_custom_audiences())
    assert mine == last(sandbox).query["appsecret_proof"]
