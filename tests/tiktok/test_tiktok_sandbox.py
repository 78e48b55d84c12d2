"""The stand-in is as strict as TikTok's documents say, and answers in TikTok's words."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
import requests

from tests.tiktok.case import DEVICE_MD5, JANE, PHONE
from warehouse_sync.sandbox import ACCOUNT, TOKEN, Sandbox
from warehouse_sync.sandbox.tiktok import ADVERTISER

AUDIENCE, MAPPING, LIST = "segment/audience/", "segment/mapping/", "dmp/custom_audience/list/"


def ask(sandbox: Sandbox, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> Any:
    given = {"Access-Token": TOKEN} if headers is None else headers
    return requests.request(method, f"{sandbox.url}/open_api/v1.3/{path}", headers=given, timeout=30, **more)


def code(reply: Any) -> int:
    """An application's answer comes under HTTP 200, with an id and with data."""
    assert reply.status_code == 200
    assert reply.json()["request_id"]
    assert "data" in reply.json()
    return int(reply.json()["code"])


def mapping(audience: str, schema: list[str], *rows: list[str | None], action: str = "add") -> dict[str, Any]:
    cells = [[{"id": token, "audience_ids": [audience]} if token else {} for token in row] for row in rows]
    return {"advertiser_ids": [ADVERTISER], "action": action, "id_schema": schema, "batch_data": cells}


@pytest.mark.parametrize("path", ["segment/mapping", "segment/audience", "dmp/custom_audience/list", "nonsense/"])
def test_a_path_without_its_last_slash_is_not_there(sandbox: Sandbox, path: str) -> None:
    reply = ask(sandbox, "POST", path, json={})
    assert (reply.status_code, reply.text) == (404, "404 page not found")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [({}, 40104), ({"Authorization": f"Bearer {TOKEN}"}, 40104), ({"Access-Token": "another"}, 40105)],
)
def test_the_token_comes_in_its_own_header(sandbox: Sandbox, headers: dict[str, str], expected: int) -> None:
    reply = ask(sandbox, "POST", MAPPING, headers, json={})
    assert code(reply) == expected
    assert reply.json()["data"] == {}


def test_no_answer_has_rate_headers(sandbox: Sandbox) -> None:
    sandbox.fault("throttled", kind="list", platform="tiktok")
    reply = ask(sandbox, "GET", LIST, params={"advertiser_id": ADVERTISER})
    assert code(reply) == 40100
    assert not [name for name in reply.headers if "rate" in name.lower() or "retry" in name.lower()]


def test_audiences_of_one_name_may_be_many_and_long_names_are_cut(sandbox: Sandbox) -> None:
    for name in ("VIP", "VIP", "x" * 71):
        given = {"advertiser_id": ADVERTISER, "action": "create", "custom_audience_name": name}
        assert code(ask(sandbox, "POST", AUDIENCE, json=given)) == 0
    assert [each.name for each in sandbox.summary()] == ["VIP", "VIP", f"{'x' * 67}..."]


def test_ids_may_come_as_numbers_and_success_as_200() -> None:
    with Sandbox.start(platforms={"tiktok": {"numeric_ids": True, "code": 200}}) as sandbox:
        given = {"advertiser_id": ADVERTISER, "custom_audience_name": "VIP"}
        reply = ask(sandbox, "POST", AUDIENCE, json=given)
        assert code(reply) == 200
        assert isinstance(reply.json()["data"]["audience_id"], int)


def test_members_are_kept_by_the_type_of_their_ids(sandbox: Sandbox, audience: str) -> None:
    body = mapping(audience, ["idfa_md5", "EMAIL_SHA256"], [DEVICE_MD5, JANE], [None, PHONE])
    assert code(ask(sandbox, "POST", MAPPING, json=body)) == 0
    assert sandbox.members(audience) == {f"IDFA_MD5:{DEVICE_MD5}", f"EMAIL_SHA256:{JANE}", f"EMAIL_SHA256:{PHONE}"}
    body = mapping(audience, ["EMAIL_SHA256"], [JANE], action="delete")
    assert code(ask(sandbox, "POST", MAPPING, json=body)) == 0
    assert sandbox.summary()[0].tokens == {"EMAIL_SHA256": 1, "IDFA_MD5": 1}


EMPTY = hashlib.sha256(b"").hexdigest()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"action": "replace"}, 40002),
        ({"advertiser_ids": []}, 40002),
        ({"advertiser_ids": ["42"]}, 40001),
        ({"id_schema": []}, 40002),
        ({"id_schema": ["EMAIL"]}, 40002),
        ({"id_schema": ["GAID_SHA256"]}, 40002),
        ({"id_schema": ["EMAIL_SHA256", "email_sha256"]}, 40002),
        ({"id_schema": ["EMAIL_SHA256", "PHONE_SHA256"]}, 40002),
        ({"id_schema": ["IDFA_MD5"]}, 40062),
        ({"batch_data": []}, 40002),
        ({"batch_data": [[{}]]}, 40002),
        ({"batch_data": [[None]]}, 40002),
        ({"batch_data": [{}]}, 40002),
        ({"batch_data": [[{"id": JANE}]]}, 40002),
        ({"batch_data": [[{"id": JANE, "audience_ids": []}]]}, 40002),
        ({"batch_data": [[{"id": JANE, "audience_ids": ["7"]}]]}, 40007),
        ({"batch_data": [[{"id": "jane@example.com", "audience_ids": ["7"]}]]}, 40062),
        ({"batch_data": [[{"id": EMPTY, "audience_ids": ["7"]}]]}, 40062),
    ],
)
def test_a_mapping_is_checked(sandbox: Sandbox, audience: str, changes: dict[str, Any], expected: int) -> None:
    body = {**mapping(audience, ["EMAIL_SHA256"], [JANE]), **changes}
    assert code(ask(sandbox, "POST", MAPPING, json=body)) == expected
    assert sandbox.members(audience) == set()


def test_a_request_of_too_many_rows_is_refused(sandbox: Sandbox, audience: str) -> None:
    sandbox.configure(platforms={"tiktok": {"row_limit": 2}})
    assert code(ask(sandbox, "POST", MAPPING, json=mapping(audience, ["EMAIL_SHA256"], *[[JANE]] * 3))) == 40061


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        ({"audience_type": "Customer File"}, "not made by the streaming API"),
        ({"busy": True}, "being processed"),
        ({"expired_at": 1.0}, "not editable"),
    ],
)
def test_an_audience_of_another_kind_or_state_takes_no_members(
    sandbox: Sandbox, audience: str, marks: dict[str, Any], words: str
) -> None:
    sandbox.mark(audience, **marks)
    reply = ask(sandbox, "POST", MAPPING, json=mapping(audience, ["EMAIL_SHA256"], [JANE]))
    assert code(reply) == 40002
    assert words in reply.json()["message"]
    assert sandbox.members(audience) == set()


def test_a_body_that_is_no_json_is_told_in_tiktoks_envelope(sandbox: Sandbox) -> None:
    headers = {"Access-Token": TOKEN, "Content-Type": "application/json"}
    assert code(ask(sandbox, "POST", MAPPING, headers, data=b"{")) == 40000


def test_the_list_has_ten_to_a_page_unless_asked_and_at_most_a_hundred(sandbox: Sandbox) -> None:
    for number in range(12):
        sandbox.create_audience(f"{number}", platform="tiktok")
    reply = ask(sandbox, "GET", LIST, params={"advertiser_id": ADVERTISER})
    assert (len(reply.json()["data"]["list"]), reply.json()["data"]["page_info"]["total_page"]) == (10, 2)
    assert code(ask(sandbox, "GET", LIST, params={"advertiser_id": ADVERTISER, "page_size": 101})) == 40002
    assert code(ask(sandbox, "GET", LIST, params={"advertiser_id": "42"})) == 40001


def test_the_size_shows_a_day_later_and_from_a_thousand_people_up(sandbox: Sandbox, audience: str) -> None:
    def size() -> int:
        reply = ask(sandbox, "GET", LIST, params={"advertiser_id": ADVERTISER})
        return int(reply.json()["data"]["list"][0]["cover_num"])

    rows = [[hashlib.sha256(bytes([number % 256, number // 256])).hexdigest()] for number in range(1200)]
    ask(sandbox, "POST", MAPPING, json=mapping(audience, ["EMAIL_SHA256"], *rows))
    assert size() == 0
    sandbox.advance(90_000)
    assert size() == 1200


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"file_signature": "0" * 32}, 40900),
        ({"calculate_type": "EMAIL"}, 40909),
        ({"file": ("ids.xlsx", "abc")}, 40908),
        ({"file": ("ids.csv", " ")}, 40906),
    ],
)
def test_a_file_is_checked(sandbox: Sandbox, changes: dict[str, Any], expected: int) -> None:
    name, content = changes.pop("file", ("ids.csv", "abc"))
    signature = hashlib.md5(content.encode(), usedforsecurity=False).hexdigest()
    given = {"advertiser_id": ADVERTISER, "calculate_type": "EMAIL_SHA256", "file_signature": signature, **changes}
    path = "dmp/custom_audience/file/upload/"
    assert code(ask(sandbox, "POST", path, data=given, files={"file": (name, content)})) == expected


def test_a_change_by_file_replaces_by_default_and_leaves_a_thousand_people(sandbox: Sandbox) -> None:
    def uploaded(ids: range) -> str:
        content = "\n".join(f"{number:064x}" for number in ids)
        signature = hashlib.md5(content.encode(), usedforsecurity=False).hexdigest()
        given = {"advertiser_id": ADVERTISER, "calculate_type": "EMAIL_SHA256", "file_signature": signature}
        reply = ask(sandbox, "POST", "dmp/custom_audience/file/upload/", data=given, files={"file": ("a.txt", content)})
        return str(reply.json()["data"]["file_path"])

    given = {"advertiser_id": ADVERTISER, "custom_audience_name": "f", "calculate_type": "EMAIL_SHA256"}
    made = ask(sandbox, "POST", "dmp/custom_audience/create/", json={**given, "file_paths": [uploaded(range(1500))]})
    audience = made.json()["data"]["custom_audience_id"]
    change = {"advertiser_id": ADVERTISER, "custom_audience_id": audience}
    too_few = {**change, "file_paths": [uploaded(range(10))]}
    assert code(ask(sandbox, "POST", "dmp/custom_audience/update/", json=too_few)) == 40002
    fine = {**change, "file_paths": [uploaded(range(5000, 6200))]}
    assert code(ask(sandbox, "POST", "dmp/custom_audience/update/", json=fine)) == 0
    assert len(sandbox.members(audience)) == 1200


# One stand-in, several platforms.


def test_each_platform_answers_on_its_own_paths(sandbox: Sandbox, audience: str) -> None:
    meta = requests.get(
        f"{sandbox.url}/v26.0/{ACCOUNT}/customaudiences", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30
    )
    assert meta.json()["data"] == []
    assert "x-fb-trace-id" in meta.headers
    ours = ask(sandbox, "GET", LIST, params={"advertiser_id": ADVERTISER})
    assert [each["audience_id"] for each in ours.json()["data"]["list"]] == [audience]
    assert "x-fb-trace-id" not in ours.headers
    assert [each.platform for each in sandbox.requests] == ["meta", "tiktok"]
    assert sandbox.counts()["received"] == {"list": 1, "tiktok list": 1}


def test_an_answer_ordered_of_one_platform_is_not_given_by_another(sandbox: Sandbox, audience: str) -> None:
    sandbox.fault("throttled", times=None)
    assert code(ask(sandbox, "GET", LIST, params={"advertiser_id": ADVERTISER})) == 0
    with pytest.raises(ValueError, match="unknown answer"):
        sandbox.fault("flagged", platform="tiktok")
    with pytest.raises(ValueError, match="unknown platform"):
        sandbox.fault("throttled", platform="orkut")


@pytest.mark.parametrize("platforms", [{"tiktok": {"x": 1}}, {"orkut": {}}])
def test_unknown_settings_of_a_platform_are_refused(sandbox: Sandbox, platforms: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="unknown"):
        Sandbox.start(platforms=platforms)
    with pytest.raises(ValueError, match="unknown"):
        sandbox.configure(platforms=platforms)
