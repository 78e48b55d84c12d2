"""The stand-in answers as Meta's documentation says, part by part: routes, tokens, bodies, audiences, rows."""

from __future__ import annotations

import hashlib
import hmac
import json
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import requests

from tests import sandbox_fixtures as fixtures
from tests.sandbox_fixtures import Graph, digest, refusal
from warehouse_sync.sandbox import ACCOUNT, Sandbox

sandbox, graph, audience = fixtures.sandbox, fixtures.graph, fixtures.audience

EMPTY_HASH = digest("")


# Routes and versions


@pytest.mark.parametrize("version", ["v25.0", "v26.0"])
def test_a_served_version_is_answered_and_named_in_the_headers(graph: Graph, version: str) -> None:
    reply = graph.call("GET", f"{ACCOUNT}/customaudiences", version=version)
    assert (reply.status_code, reply.headers["facebook-api-version"]) == (200, version)
    assert reply.headers["x-fb-trace-id"] and reply.headers["x-fb-request-id"]


@pytest.mark.parametrize("path", ["v24.0/me", "v2.0/me", "me", "", f"{ACCOUNT}/customaudiences"])
def test_an_old_or_missing_version_is_refused_with_2635(graph: Graph, sandbox: Sandbox, path: str) -> None:
    assert refusal(graph.session.get(f"{sandbox.url}/{path}")) == (400, 2635, None)


@pytest.mark.parametrize("path", ["v99.0/me", "v26.0/a/b/c", "v26.0/1/nosuchedge", "v26.0/"])
def test_an_unknown_path_is_refused_with_2500(graph: Graph, sandbox: Sandbox, path: str) -> None:
    assert refusal(graph.session.get(f"{sandbox.url}/{path}")) == (400, 2500, None)


@pytest.mark.parametrize("path", ["12345", "12345/users", "act_77/customaudiences", "act_77"])
def test_an_unknown_object_is_refused_with_100_and_33(graph: Graph, path: str) -> None:
    method = "POST" if path.endswith("users") else "GET"
    assert refusal(graph.call(method, path)) == (400, 100, 33)


def test_accounts_are_added_by_setting() -> None:
    with Sandbox.start(accounts=("act_1", "act_2")) as platform:
        graph = Graph(platform)
        assert [graph.call("GET", f"{name}/customaudiences").status_code for name in ("act_1", "act_2")] == [200, 200]
        graph.session.close()


# Who may call


@pytest.mark.parametrize("place", ["header", "query", "form", "json"])
def test_the_token_is_taken_from_every_place_meta_takes_it_from(sandbox: Sandbox, place: str) -> None:
    given = {"name": "a", "subtype": "CUSTOM", "customer_file_source": "USER_PROVIDED_ONLY"}
    token = {"access_token": sandbox.token}
    more: dict[str, Any] = {
        "header": {"json": given, "headers": {"Authorization": f"Bearer {sandbox.token}"}},
        "query": {"json": given, "params": token},
        "form": {"data": given | token},
        "json": {"json": given | token},
    }[place]
    reply = requests.post(f"{sandbox.url}/v26.0/{ACCOUNT}/customaudiences", timeout=10, **more)
    assert reply.status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic c2FuZA=="}])
@pytest.mark.parametrize("status", [400, 401])
def test_a_missing_or_wrong_token_is_refused_with_190(headers: dict[str, str], status: int) -> None:
    with Sandbox.start(auth_status=status) as platform:
        reply = requests.get(f"{platform.url}/v26.0/me", headers=headers, timeout=10)
    assert refusal(reply) == (status, 190, None)
    assert reply.json()["error"]["type"] == "OAuthException"


def proof(message: str) -> str:
    return hmac.new(b"SECRET", message.encode(), hashlib.sha256).hexdigest()


def test_the_documented_proofs_are_what_the_stand_in_expects() -> None:
    with Sandbox.start(token="TOKEN", app_secret="SECRET", require_proof=True) as platform:
        graph = Graph(platform)
        plain = "9bcde7f1d5e226d86e4692a62e5ec88f99306fb302d74b2dc3bff8a03770b63d"
        assert graph.call("GET", "me", params={"appsecret_proof": plain}).status_code == 200
        platform.advance(1_700_000_000 - platform.clock.now())
        timed = {
            "appsecret_proof": "8aa9481024615f3a5db850c026af0c76da656f66e54e80f238d560186cd48460",
            "appsecret_time": 1_700_000_000,
        }
        assert graph.call("GET", "me", params=timed).status_code == 200
        graph.session.close()


def test_a_timed_proof_ends_after_five_minutes_of_the_platforms_clock() -> None:
    with Sandbox.start(app_secret="SECRET") as platform:
        graph, now = Graph(platform), int(platform.clock.now())
        timed = {"appsecret_proof": proof(f"{platform.token}|{now}"), "appsecret_time": now}
        platform.advance(290)
        assert graph.call("GET", "me", params=timed).status_code == 200
        platform.advance(20)
        assert refusal(graph.call("GET", "me", params=timed)) == (400, 100, None)
        graph.session.close()


@pytest.mark.parametrize(
    ("query", "required", "status"),
    [({}, False, 200), ({}, True, 400), ({"appsecret_proof": "0" * 64}, False, 400)],
)
def test_a_wrong_proof_is_always_refused_and_a_missing_one_where_it_is_required(
    query: dict[str, str], required: bool, status: int
) -> None:
    with Sandbox.start(app_secret="SECRET", require_proof=required) as platform:
        graph = Graph(platform)
        assert graph.call("GET", "me", params=query).status_code == status
        graph.session.close()


# Bodies


@pytest.mark.parametrize("encoding", ["json", "form", "multipart", "query", "json of texts", "chunked"])
@pytest.mark.parametrize("verb", ["DELETE", "POST with method"])
def test_rows_are_taken_in_every_encoding_and_removed_by_either_verb(
    graph: Graph, sandbox: Sandbox, audience: str, encoding: str, verb: str
) -> None:
    graph.add(audience, ["EMAIL"], [[digest("a")], [digest("b")]])
    payload = {"schema": ["EMAIL"], "data": [[digest("a")]]}
    session = {"session_id": 7, "batch_seq": 1, "last_batch_flag": True}
    texts = {"payload": json.dumps(payload), "session": json.dumps(session)}
    method = "DELETE" if verb == "DELETE" else "POST"
    override = {} if verb == "DELETE" else {"method": "DELETE"}
    json_body = json.dumps({"payload": payload, "session": session} | override)
    more: dict[str, Any] = {
        "json": {"json": {"payload": payload, "session": session} | override},
        "form": {"data": texts | override},
        "multipart": {"files": {name: (None, value) for name, value in (texts | override).items()}},
        "query": {"params": texts | override},
        "json of texts": {"json": texts | override},
        "chunked": {"data": iter([json_body.encode()]), "headers": {"Content-Type": "application/json"}},
    }[encoding]
    reply = graph.call(method, f"{audience}/users", **more)
    assert reply.json() == {
        "audience_id": audience,
        "session_id": "7",
        "num_received": 1,
        "num_invalid_entries": 0,
        "invalid_entry_samples": {},
    }
    assert sandbox.members(audience) == {f"EMAIL:{digest('b')}"}


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("application/json", b"{", 2500),
        ("application/json", b"[1]", 2500),
        ("application/x-www-form-urlencoded", b"payload=%7B", 100),
        ("application/x-www-form-urlencoded", b"\xff", 100),
        ("application/json", b"{}", 100),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(graph: Graph, audience: str, kind: str, body: bytes, code: int) -> None:
    reply = graph.call("POST", f"{audience}/users", data=body, headers={"Content-Type": kind})
    assert refusal(reply) == (400, code, None)


@pytest.mark.parametrize("size", [9_000, 3_000_000])
def test_a_request_line_over_eight_thousand_bytes_gets_a_page_instead_of_json(graph: Graph, size: int) -> None:
    reply = graph.call("GET", "me", params={"filler": "x" * size})
    assert (reply.status_code, reply.headers["content-type"]) == (414, "text/html; charset=utf-8")
    assert reply.text.startswith("<!DOCTYPE html>")


def test_one_connection_carries_many_requests(sandbox: Sandbox) -> None:
    address = urlsplit(sandbox.url)
    with closing(HTTPConnection(str(address.hostname), address.port)) as connection:
        connection.connect()
        first = connection.sock
        for _ in range(5):
            connection.request("GET", f"/v26.0/me?access_token={sandbox.token}")
            assert connection.getresponse().read()
            assert connection.sock is first


# Audiences


def test_an_audience_is_created_with_an_id_too_large_for_a_float(graph: Graph) -> None:
    made = graph.create()
    assert len(made) in (17, 18)
    assert int(made) > 2**53


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"subtype": "LOOKALIKE"}, {"customer_file_source": "ELSEWHERE"}, {"retention_days": 181}],
)
def test_an_audience_without_what_it_needs_is_refused(graph: Graph, wrong: dict[str, Any]) -> None:
    given = {"name": "a", "subtype": "CUSTOM", "customer_file_source": "USER_PROVIDED_ONLY", **wrong}
    assert refusal(graph.call("POST", f"{ACCOUNT}/customaudiences", json=given)) == (400, 100, None)


def test_two_audiences_may_have_one_name_unless_fetch_or_create_is_asked_for(graph: Graph) -> None:
    first, second = graph.create("same"), graph.create("same")
    assert first != second
    assert graph.create("same", enable_fetch_or_create=True) == first


def test_an_audience_is_read_renamed_and_deleted(graph: Graph, audience: str) -> None:
    assert graph.call("POST", audience, data={"name": "renamed"}).json() == {"success": True}
    reply = graph.call("GET", f"{audience}/", params={"fields": "name,operation_status{code},delivery_status"})
    assert reply.json()["name"] == "renamed"
    assert reply.json()["operation_status"]["code"] == 200
    assert reply.json()["delivery_status"]["code"] == 300
    assert graph.call("DELETE", audience).json() == {"success": True}
    assert refusal(graph.call("GET", audience)) == (400, 100, 33)


def test_without_fields_only_the_id_is_told(graph: Graph, audience: str) -> None:
    assert graph.call("GET", audience).json() == {"id": audience}
    assert refusal(graph.call("GET", audience, params={"fields": "nonsense"})) == (400, 100, None)


def test_an_audience_with_lookalikes_is_not_deleted(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    sandbox.mark(audience, has_lookalikes=True)
    assert refusal(graph.call("DELETE", audience)) == (400, 2656, None)


def test_a_list_is_paged_by_cursors_and_only_the_last_page_has_no_next(graph: Graph) -> None:
    made = [graph.create(f"audience {n}") for n in range(5)]
    found, query = [], {"limit": 2, "fields": "name"}
    for more in (True, True, False):
        page = graph.list(**query).json()
        found += [each["id"] for each in page["data"]]
        assert set(page["paging"]["cursors"]) == {"before", "after"}
        assert ("next" in page["paging"]) == more
        query["after"] = page["paging"]["cursors"]["after"]
    assert found == made


def test_the_next_address_leads_to_the_next_page(graph: Graph) -> None:
    made = [graph.create(f"audience {n}") for n in range(3)]
    following = graph.list(limit=2, summary="true").json()
    assert following["summary"] == {"total_count": 3}
    assert [each["id"] for each in graph.session.get(following["paging"]["next"]).json()["data"]] == made[2:]


def test_a_page_too_large_is_refused_with_code_1(graph: Graph) -> None:
    assert graph.list(limit=500).status_code == 200
    reply = graph.list(limit=501)
    assert refusal(reply) == (500, 1, None)
    assert "reduce the amount of data" in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    ("operator", "value", "names"),
    [
        ("EQUAL", "red", ["red"]),
        ("CONTAIN", "RE", ["red", "green"]),
        ("STARTS_WITH", "g", ["green"]),
        ("IN", ["red", "blue"], ["red", "blue"]),
    ],
)
def test_a_list_is_filtered(graph: Graph, operator: str, value: Any, names: list[str]) -> None:
    for name in ("red", "green", "blue"):
        graph.create(name)
    rule = json.dumps([{"field": "name", "operator": operator, "value": value}])
    assert [each["name"] for each in graph.list(fields="name", filtering=rule).json()["data"]] == names


def test_a_new_audience_may_not_be_known_to_users_for_a_while() -> None:
    with Sandbox.start(settle_seconds=30) as platform:
        graph = Graph(platform)
        audience = graph.create()
        assert refusal(graph.add(audience, ["EMAIL"], [[digest("a")]])) == (404, 803, None)
        platform.advance(31)
        assert graph.add(audience, ["EMAIL"], [[digest("a")]]).status_code == 200
        graph.session.close()


# Rows


def row(schema: list[str], **cells: Any) -> list[Any]:
    return [cells.get(key, "") for key in schema]


@pytest.mark.parametrize(
    ("schema", "rows"),
    [
        pytest.param(["EMAIL"], [[digest("a")]] * 10_001, id="more than 10,000 rows"),
        pytest.param(["EMAIL", "PHONE"], [[digest("a")]], id="a short row"),
        pytest.param(["EMAIL"], [[digest("a"), ""]], id="a long row"),
        pytest.param(["EMAIL", "SHOE_SIZE"], [[digest("a"), "43"]], id="an unknown key"),
        pytest.param(["EMAIL", "EMAIL"], [[digest("a"), digest("b")]], id="a key twice"),
        pytest.param(["EMAIL"], [digest("a")], id="no list of lists"),
        pytest.param(["EMAIL"], [[None]], id="a null cell"),
        pytest.param(["EXTERN_ID"], [[None]], id="a null plain cell"),
        pytest.param(["EMAIL"], [[1]], id="a number for a hash"),
        pytest.param(["EMAIL"], [], id="no rows"),
        pytest.param([], [[]], id="no schema"),
        pytest.param(["LOOKALIKE_VALUE"], [[1]], id="a value on an ordinary audience"),
        pytest.param(["PAGEUID"], [["1"]], id="a page's user without its page"),
    ],
)
def test_a_malformed_request_is_refused_whole_with_100(
    graph: Graph, sandbox: Sandbox, audience: str, schema: Any, rows: Any
) -> None:
    assert refusal(graph.add(audience, schema, rows)) == (400, 100, None)
    assert sandbox.members(audience) == set()


def test_ten_thousand_rows_are_taken(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    rows = [[digest(str(number))] for number in range(10_000)]
    assert graph.add(audience, ["EMAIL"], rows).json()["num_received"] == 10_000
    assert len(sandbox.members(audience)) == 10_000


@pytest.mark.parametrize(
    ("key", "cell"),
    [
        ("EMAIL", "mary@example.com"),
        ("EMAIL", digest("a").upper()),
        ("EMAIL", digest("a") + "\n"),
        ("EMAIL", EMPTY_HASH),
        ("PHONE", "15559876543"),
        ("FN", "mary"),
        ("COUNTRY", "us"),
        ("MADID", "AB1234CD-E123-12EF-A123-000000000001"),
        ("MADID", digest("ab1234cd-e123-12ef-a123-000000000001")),
        ("EXTERN_ID", EMPTY_HASH),
    ],
)
def test_a_badly_made_value_is_counted_as_invalid_and_finds_nobody(
    graph: Graph, sandbox: Sandbox, audience: str, key: str, cell: str
) -> None:
    schema = ["EMAIL", key] if key != "EMAIL" else ["PHONE", "EMAIL"]
    rows = [row(schema, **{schema[0]: digest("good")}), row(schema, **{key: cell})]
    reply = graph.add(audience, schema, rows).json()
    assert (reply["num_received"], reply["num_invalid_entries"]) == (2, 1)
    assert sandbox.members(audience) == {f"{schema[0]}:{digest('good')}"}


def test_an_empty_cell_is_not_invalid(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    reply = graph.add(audience, ["EMAIL", "PHONE"], [["", digest("p")]]).json()
    assert reply["num_invalid_entries"] == 0
    assert sandbox.members(audience) == {f"PHONE:{digest('p')}"}


@pytest.mark.parametrize("rows", [[digest("a")], [[digest("a")]]])
def test_a_single_key_may_be_named_the_old_way(graph: Graph, sandbox: Sandbox, audience: str, rows: list[Any]) -> None:
    assert graph.add(audience, "EMAIL_SHA256", rows).status_code == 200
    assert sandbox.members(audience) == {f"EMAIL:{digest('a')}"}


def test_scoped_ids_are_members_of_their_app_alone(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    graph.add(audience, ["APPUID"], [["5"]], app_ids=["1"])
    graph.remove(audience, ["APPUID"], [["5"]], app_ids=["2"])
    assert sandbox.members(audience) == {"APPUID:1:5"}


def test_limited_data_use_is_a_list_and_two_numbers(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    options = [f"DATA_PROCESSING_OPTIONS{tail}" for tail in ("", "_COUNTRY", "_STATE")]
    rows = [[digest("a"), ["LDU"], 1, 1000], [digest("b"), [], "", ""]]
    assert graph.add(audience, ["EMAIL", *options], rows).status_code == 200
    assert {len(entry.attributes) for entry in sandbox.entries(audience)} == {0, 3}
    assert refusal(graph.add(audience, ["EMAIL", *options], [[digest("a"), "LDU", 1, []]])) == (400, 100, None)


@pytest.mark.parametrize(("value", "status"), [(44.5, 200), (0, 200), (-1, 400), ("44.5", 400), (True, 400), ("", 400)])
def test_a_value_is_a_number_from_zero_up(graph: Graph, value: Any, status: int) -> None:
    audience = graph.create(is_value_based=True)
    assert graph.add(audience, ["EMAIL", "LOOKALIKE_VALUE"], [[digest("a"), value]]).status_code == status


def test_a_removal_from_a_value_based_audience_needs_no_value(graph: Graph, sandbox: Sandbox) -> None:
    audience = graph.create(is_value_based=True)
    graph.add(audience, ["EMAIL", "LOOKALIKE_VALUE"], [[digest("a"), 1]])
    assert graph.remove(audience, ["EMAIL", "LOOKALIKE_VALUE"], [[digest("a"), ""]]).status_code == 200
    assert sandbox.entries(audience) == []


def test_flagged_and_foreign_audiences_take_no_changes(graph: Graph, sandbox: Sandbox) -> None:
    flagged, foreign = graph.create(), sandbox.create_audience("made elsewhere", foreign_source=True)
    sandbox.mark(flagged, status=471)
    assert refusal(graph.add(flagged, ["EMAIL"], [[digest("a")]])) == (400, 100, 1713230)
    assert refusal(graph.remove(flagged, ["EMAIL"], [[digest("a")]])) == (400, 100, 1713230)
    assert refusal(graph.add(foreign, ["EMAIL"], [[digest("a")]])) == (400, 2650, None)


# Headers


def test_usage_headers_come_with_the_calls_they_were_recorded_with(graph: Graph, audience: str) -> None:
    added, listed = graph.add(audience, ["EMAIL"], [[digest("a")]]), graph.list()
    assert json.loads(added.headers["X-Ad-Account-Usage"])["acc_id_util_pct"] == 1
    assert "X-Business-Use-Case-Usage" not in added.headers
    business = json.loads(listed.headers["X-Business-Use-Case-Usage"])
    assert business[ACCOUNT.removeprefix("act_")][0]["type"] == "custom_audience"
    assert "X-Ad-Account-Usage" not in listed.headers


def test_usage_can_be_turned_up(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    sandbox.configure(usage_percent=80)
    reply = graph.add(audience, ["EMAIL"], [[digest("a")]])
    assert json.loads(reply.headers["X-Ad-Account-Usage"])["acc_id_util_pct"] == 80


def test_the_query_of_a_form_is_read_as_meta_reads_it(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    body = urlencode({"payload": json.dumps({"schema": ["EMAIL"], "data": [[digest("a")]]})})
    reply = graph.call(
        "POST", f"{audience}/users", data=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert reply.status_code == 200
    assert len(sandbox.members(audience)) == 1
