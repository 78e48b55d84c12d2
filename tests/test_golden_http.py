"""Requests and answers kept as text for review: what we send, what came back, what we make of it.

`WSYNC_GOLDEN=write pytest tests/test_golden_http.py` rewrites `tests/golden/http/`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, is_dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.scripted import Asked, Time, answer, platform
from warehouse_sync.connectors.facebook import CONNECTOR as FACEBOOK
from warehouse_sync.errors import DestinationError
from warehouse_sync.model import Action, AudienceSpec, Mapped, PlanRow, Source, Sync

GOLDEN = Path(__file__).parent / "golden" / "http"
MARY = "f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79"
PHONE = "1ef970831d7963307784fa8688e8fce101a15685d62aa765fed23f3a2c576a4e"
US = "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621"
AUDIENCE = "23847289886350582"
SESSION = {"audience_id": AUDIENCE, "num_received": 1, "num_invalid_entries": 0, "invalid_entry_samples": {}}
VIP = AudienceSpec(name="VIP customers", settings={"description": "The best tenth"})


@dataclass(frozen=True)
class Reply:
    """What the platform answers: recorded, or as its documents show."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"x-fb-trace-id": "GSd3Ws0RmZ1"})


@dataclass(frozen=True)
class Case:
    """One exchange: what is asked of the connector, and how the platform answers."""

    call: Callable[[Any], Any]
    reply: Reply
    mapped: tuple[str, ...] = ("EMAIL", "PHONE")
    settings: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)


def sending(action: Action, *rows: dict[str, Any]) -> Callable[[Any], Any]:
    page = [PlanRow(number, tokens) for number, tokens in enumerate(rows, 1)]
    return lambda facebook: FACEBOOK.send(facebook, AUDIENCE, action, page)


def error(code: int, subcode: int | None = None, status: int = 400, **more: Any) -> Reply:
    body = {"message": "The platform's own words", "type": "OAuthException", "code": code, "fbtrace_id": "AbCdEf12345"}
    sub = {} if subcode is None else {"error_subcode": subcode}
    return Reply({"error": {**body, **sub, **more}}, status, {})


def opening(facebook: Any) -> Any:
    assert FACEBOOK.open is not None
    return FACEBOOK.open(facebook, AUDIENCE)


ADD, REMOVE = sending("add", {"EMAIL": MARY}), sending("remove", {"EMAIL": MARY})
NODE = {"id": AUDIENCE, "name": "VIP customers", "subtype": "CUSTOM", "operation_status": {"code": 200}}
USED_UP = {"1000000001": [{"type": "custom_audience", "call_count": 100, "estimated_time_to_regain_access": 4}]}

CASES = {
    "create": Case(lambda it: FACEBOOK.create(it, VIP), Reply({"id": AUDIENCE})),
    "create_value_based": Case(
        lambda it: FACEBOOK.create(it, VIP), Reply({"id": AUDIENCE}), mapped=("EMAIL", "LOOKALIKE_VALUE")
    ),
    "list": Case(lambda it: list(FACEBOOK.list(it)), Reply({"data": [NODE], "paging": {"cursors": {"after": "MQ"}}})),
    "find": Case(lambda it: FACEBOOK.find(it, "VIP customers"), Reply({"data": [NODE, {"id": "2", "name": "vip"}]})),
    "open": Case(opening, Reply(NODE)),
    "open_flagged": Case(opening, Reply({**NODE, "operation_status": {"code": 471}})),
    "add": Case(
        sending("add", {"EMAIL": MARY, "PHONE": PHONE}, {"EMAIL": MARY}, {"COUNTRY": US, "EXTERN_ID": "customer-42"}),
        Reply({**SESSION, "num_received": 3, "num_invalid_entries": 1, "invalid_entry_samples": {"2": "left out"}}),
        options={"data_source_type": "FILE_IMPORTED", "data_source_sub_type": "HASHES"},
    ),
    "add_with_values": Case(
        sending("update", {"EMAIL": MARY, "LOOKALIKE_VALUE": 44.5}, {"EMAIL": PHONE}),
        Reply({**SESSION, "num_received": 2}),
    ),
    "add_page_scoped": Case(
        sending("add", {"PAGEUID": "1254477777772919", "page_ids": ["20531316728"]}), Reply(SESSION)
    ),
    "add_signed": Case(ADD, Reply(SESSION), settings={"app_secret": "SECRET", "appsecret_proof": "timed"}),
    "add_flagged": Case(ADD, error(100, 1713230)),
    "add_mixed_sources": Case(ADD, error(2650)),
    "add_throttled": Case(ADD, Reply(error(80003).body, 400, {"X-Business-Use-Case-Usage": json.dumps(USED_UP)})),
    "add_token_expired": Case(ADD, error(190, 463, 401)),
    "add_bad_parameter": Case(ADD, error(100)),
    "add_server_fault": Case(ADD, error(2, None, 500, is_transient=True)),
    "add_without_counts": Case(ADD, Reply({"audience_id": AUDIENCE})),
    "add_terms": Case(ADD, error(200, 1870034)),
    "remove": Case(REMOVE, Reply(SESSION)),
    "remove_by_post": Case(REMOVE, Reply(SESSION), settings={"delete_method": "post"}),
    "remove_too_small": Case(REMOVE, error(200, 1870047, is_transient=False, error_user_title="Audience Size too Low")),
}


def exchanged(case: Case) -> dict[str, Any]:
    with platform(answer(case.reply.body, case.reply.status, case.reply.headers)) as script:
        facebook = FACEBOOK.connect(a_sync(case, script.url), Time(draw=0.25).ports())
        try:
            outcome = {"returned": plain(case.call(facebook))}
        except DestinationError as problem:
            outcome = {"raised": {"class": type(problem).__name__, "message": str(problem), **vars(problem)}}
        finally:
            facebook.close()
    asked = script.requests[0]
    assert len(script.requests) == 1
    return {"request": shown(asked), "reply": asdict(case.reply), **outcome}


def a_sync(case: Case, url: str) -> Sync:
    given = {"ad_account_id": "1000000001", "access_token": "TOKEN", "base_url": url, "retry_attempts": 1}
    destination = FACEBOOK.destination.model_validate({**given, **case.settings})
    mapping = tuple(Mapped(name, name.lower()) for name in case.mapped)
    options = FACEBOOK.options.model_validate(case.options)
    return Sync("vip", Source(("customers",)), ("id",), "facebook", "ads", destination, VIP, mapping, options)


def shown(asked: Asked) -> dict[str, Any]:
    parts = urlsplit(asked.target)
    kept = {name: value for name, value in asked.headers.items() if name in ("authorization", "content-type")}
    body = {"json": asked.json} if asked.body else {}
    return {"method": asked.method, "path": parts.path, "query": dict(parse_qsl(parts.query)), "headers": kept, **body}


def plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


@pytest.mark.parametrize("name", CASES)
def test_an_exchange_is_what_was_reviewed(name: str) -> None:
    path = GOLDEN / "facebook" / f"{name}.json"
    found = json.dumps(exchanged(CASES[name]), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("WSYNC_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == found


def test_no_golden_file_is_left_of_a_case_that_is_gone() -> None:
    assert {path.stem for path in (GOLDEN / "facebook").glob("*.json")} == set(CASES)
