"""Who is in an audience after adds and removes: two kinds of platform, and external ids that are forgotten."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import sandbox_fixtures as fixtures
from tests.sandbox_fixtures import Graph, digest, refusal
from warehouse_sync.sandbox import Sandbox
from warehouse_sync.sandbox.members import Entries, TokenSet
from warehouse_sync.sandbox.payload import Batch, check

sandbox, graph, audience = fixtures.sandbox, fixtures.graph, fixtures.audience

DAY = 86_400
BOTH = ["EMAIL", "PHONE"]


def pair(email: str, phone: str) -> list[str]:
    return [digest(email) if email else "", digest(phone) if phone else ""]


def tokens(email: str, phone: str) -> frozenset[str]:
    return frozenset(f"{key}:{cell}" for key, cell in zip(BOTH, pair(email, phone), strict=True) if cell)


def entries(sandbox: Sandbox, audience: str) -> set[frozenset[str]]:
    return {entry.tokens for entry in sandbox.entries(audience)}


@pytest.fixture
def token_graph() -> Iterator[Graph]:
    """A platform that is a set of tokens."""
    with Sandbox.start(members="tokens") as platform:
        client = Graph(platform)
        yield client
        client.session.close()


def test_a_removal_drops_every_entry_that_shares_any_identifier(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    graph.add(audience, BOTH, [pair("a", "1"), pair("b", "1"), pair("c", "2")])
    graph.remove(audience, BOTH, [pair("a", "1")])
    assert entries(sandbox, audience) == {tokens("c", "2")}


def test_on_a_token_platform_a_removal_takes_exactly_its_tokens(token_graph: Graph) -> None:
    audience = token_graph.create()
    token_graph.add(audience, BOTH, [pair("a", "1"), pair("b", "1")])
    token_graph.remove(audience, BOTH, [pair("a", "1")])
    assert token_graph.sandbox.members(audience) == tokens("b", "")
    assert entries(token_graph.sandbox, audience) == {tokens("b", "")}


def test_adding_a_row_twice_changes_nothing(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    for _ in range(2):
        graph.add(audience, BOTH, [pair("a", "1"), pair("a", "1")])
    assert entries(sandbox, audience) == {tokens("a", "1")}


def test_the_order_of_the_schema_does_not_matter(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    graph.add(audience, BOTH, [pair("a", "1")])
    graph.add(audience, BOTH[::-1], [pair("a", "1")[::-1]])
    assert entries(sandbox, audience) == {tokens("a", "1")}


def test_the_same_identifiers_with_another_context_replace_it(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    for city in ("rome", "oslo"):
        graph.add(audience, ["EMAIL", "CT"], [[digest("a"), digest(city)]])
    assert [entry.context for entry in sandbox.entries(audience)] == [(f"CT:{digest('oslo')}",)]


def test_a_row_without_identifiers_is_found_by_its_whole_context(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    names = ["FN", "CT"]
    graph.add(audience, names, [[digest("mary"), digest("rome")], [digest("mary"), digest("oslo")]])
    graph.remove(audience, names, [[digest("mary"), ""]])
    assert len(sandbox.entries(audience)) == 2
    graph.remove(audience, names, [[digest("mary"), digest("rome")]])
    assert [entry.context for entry in sandbox.entries(audience)] == [(f"FN:{digest('mary')}", f"CT:{digest('oslo')}")]


def test_context_finds_nobody_who_has_identifiers(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    graph.add(audience, ["EMAIL", "CT"], [[digest("a"), digest("rome")]])
    graph.remove(audience, ["CT"], [[digest("rome")]])
    assert len(sandbox.entries(audience)) == 1


def test_removing_a_stranger_is_no_error(graph: Graph, audience: str) -> None:
    assert graph.remove(audience, BOTH, [pair("nobody", "")]).json()["num_received"] == 1


def test_an_external_id_finds_its_entry_for_ninety_days(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    graph.add(audience, ["EXTERN_ID", "EMAIL"], [["u-1", digest("a")], ["u-2", digest("b")]])
    sandbox.advance(89 * DAY)
    graph.remove(audience, ["EXTERN_ID"], [["u-1"]])
    assert len(sandbox.entries(audience)) == 1
    sandbox.advance(2 * DAY)
    assert graph.remove(audience, ["EXTERN_ID"], [["u-2"]]).status_code == 200
    assert len(sandbox.entries(audience)) == 1
    graph.remove(audience, ["EXTERN_ID", "EMAIL"], [["u-2", digest("b")]])
    assert sandbox.entries(audience) == []


def test_an_external_id_sent_again_is_remembered_anew(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    graph.add(audience, ["EXTERN_ID"], [["u-1"]])
    sandbox.advance(80 * DAY)
    graph.add(audience, ["EXTERN_ID"], [["u-1"]])
    sandbox.advance(80 * DAY)
    graph.remove(audience, ["EXTERN_ID"], [["u-1"]])
    assert sandbox.entries(audience) == []


def test_a_removal_below_the_floor_is_refused_as_recorded() -> None:
    with Sandbox.start(removal_floor=2) as platform:
        graph = Graph(platform)
        audience = graph.create()
        graph.add(audience, BOTH, [pair("a", ""), pair("b", ""), pair("c", "")])
        assert graph.remove(audience, BOTH, [pair("a", "")]).status_code == 200
        reply = graph.remove(audience, BOTH, [pair("b", "")])
        assert refusal(reply) == (400, 200, 1870047)
        assert reply.json()["error"]["error_user_title"] == "Audience Size too Low"
        assert reply.json()["error"]["is_transient"] is False
        assert reply.headers["WWW-Authenticate"].startswith('OAuth "Facebook Platform" "invalid_request"')
        assert len(platform.entries(audience)) == 2
        assert graph.remove(audience, BOTH, [pair("stranger", "")]).status_code == 200
        graph.session.close()


def test_people_can_be_removed_from_every_audience_of_the_account(graph: Graph, sandbox: Sandbox) -> None:
    made = [graph.create("one"), graph.create("two")]
    for each in made:
        graph.add(each, BOTH, [pair("a", "1"), pair("b", "2")])
    reply = graph.users("DELETE", "act_1000000001", BOTH, [pair("a", "")], edge="usersofanyaudience")
    assert (reply.json()["account_id"], reply.json()["num_received"]) == ("1000000001", 1)
    assert [entries(sandbox, each) for each in made] == [{tokens("b", "2")}] * 2


def test_the_summary_counts_entries_and_tokens_by_type(graph: Graph, sandbox: Sandbox) -> None:
    audience = graph.create("vip")
    graph.add(audience, BOTH, [pair("a", "1"), pair("b", "")])
    (summary,) = sandbox.summary()
    assert (summary.entries, summary.tokens) == (2, {"EMAIL": 2, "PHONE": 1})
    assert str(summary) == f"vip ({audience}): 2 entries; 2 EMAIL, 1 PHONE"


cells = st.sampled_from(["", "a", "b", "c", "d"])
operations = st.lists(st.tuples(st.booleans(), st.tuples(cells, cells)), max_size=30)


def batch(email: str, phone: str, *, adding: bool) -> Batch:
    return check({"schema": BOTH, "data": [pair(email, phone)]}, value_based=False, adding=adding)


@given(operations)
def test_entries_agree_with_a_search_through_all_of_them(history: list[tuple[bool, tuple[str, str]]]) -> None:
    store, plain = Entries(), set[frozenset[str]]()
    for adding, cells in history:
        rows, found = batch(*cells, adding=adding), tokens(*cells)
        if adding:
            store.add(rows)
            plain |= {found} if found else set()
        else:
            store.drop(store.find(rows, rows.identifiers))
            plain = {entry for entry in plain if not entry & found}
        assert {entry.tokens for entry in store.entries()} == plain
        assert store.tokens() == set().union(*plain)
        assert len(store) == len(plain)


@given(operations)
def test_a_token_set_is_a_set(history: list[tuple[bool, tuple[str, str]]]) -> None:
    store, plain = TokenSet(), set[str]()
    for adding, cells in history:
        rows = batch(*cells, adding=adding)
        if adding:
            store.add(rows)
        else:
            store.drop(store.find(rows, rows.identifiers))
        plain = plain | tokens(*cells) if adding else plain - tokens(*cells)
        assert store.tokens() == plain


def test_a_platform_that_keeps_nobody_still_checks_and_counts() -> None:
    with Sandbox.start(members="none") as platform:
        graph = Graph(platform)
        audience = graph.create()
        assert graph.add(audience, BOTH, [pair("a", "1")]).json()["num_received"] == 1
        assert graph.remove(audience, BOTH, [pair("a", "1")]).status_code == 200
        assert refusal(graph.add(audience, BOTH, [["x"]])) == (400, 100, None)
        assert (platform.members(audience), platform.entries(audience)) == (set(), [])
        graph.session.close()
