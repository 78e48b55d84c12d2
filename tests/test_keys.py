"""Primary keys as the log and the state tables show them, and what a snapshot keeps beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from tests.members import FIELDS, connector
from tests.model.world import World
from warehouse_sync.errors import ConfigError
from warehouse_sync.model import Mapped
from warehouse_sync.runner import key_shape


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


def keyed(world: World, columns: str, *rows: str, key: tuple[str, ...]) -> Any:
    world.warehouse.execute(f"create or replace table main.people ({columns}, email text)", "test")
    for row in rows:
        world.warehouse.execute(f"insert into main.people values ({row})", "test")
    world.sync = replace(world.sync, primary_key=key, mapping=(Mapped("EMAIL", "email"),))
    return world.run()


def logged(world: World, seen: Any) -> list[str]:
    return [key for (key,) in world.log(seen, "primary_key")]


NASTY = ['plain "quoted"', "back\\slash", "tab\tand\nnewline", "comma, ]", "", "ünï©ode"]


def test_a_composite_key_is_a_json_array_of_texts_whatever_is_in_them(world: World) -> None:
    rows = [f"'{text}', {n}, 'e{n}@x.io'" for n, text in enumerate(NASTY)]
    seen = keyed(world, "a text, b integer", *rows, key=("a", "b"))
    assert sorted(json.loads(key) for key in logged(world, seen)) == sorted([t, str(n)] for n, t in enumerate(NASTY))


def test_composite_keys_that_read_alike_without_their_quotes_are_different(world: World) -> None:
    rows = ["""'a', 'b", "c', 'one@x.io'""", """'a", "b', 'c', 'two@x.io'"""]
    seen = keyed(world, "a text, b text", *rows, key=("a", "b"))
    assert len(seen.operations) == 2
    assert world.members_now() == ["one@x.io", "two@x.io"]


def test_a_composite_key_with_a_null_part_is_a_null_key(world: World) -> None:
    seen = keyed(world, "a text, b text", "'a', null, 'one@x.io'", key=("a", "b"))
    assert world.log(seen, "primary_key, error_code") == [(None, "null_key")]


@pytest.mark.parametrize(
    ("type_", "value", "text"),
    [
        ("integer", "7", "7"),
        ("text", "'007'", "007"),
        ("uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("date", "'2026-02-03'", "2026-02-03"),
        ("boolean", "true", "true"),
        ("decimal(20, 0)", "12345678901234567890", "12345678901234567890"),
    ],
)
def test_a_single_key_is_logged_as_its_text(world: World, type_: str, value: str, text: str) -> None:
    seen = keyed(world, f"k {type_}", f"{value}, 'one@x.io'", key=("k",))
    assert logged(world, seen) == [text]
    assert world.run().operations == []


@pytest.mark.parametrize("type_", ["double", "timestamp", "decimal(10, 2)"])
def test_a_key_of_a_type_without_one_spelling_is_refused(world: World, type_: str) -> None:
    seen = keyed(world, f"k {type_}", key=("k",))
    assert isinstance(seen.error, ConfigError)
    assert "cast it to text" in str(seen.error)


def test_a_digest_stands_for_the_key_in_every_table(world: World) -> None:
    world.digest_key = True
    seen = world.now((1, "ada@x.io"))
    key = sha256(b"1").hexdigest()
    assert logged(world, seen) == [key]
    assert world.sql("select primary_key from wsync.mirror_people") == [(key,)]
    assert [row[0] for row in seen.snapshot] == [key]
    gone = world.now((2, "bob@x.io"))
    assert world.log(gone, "primary_key, operation") == [(key, "delete"), (sha256(b"2").hexdigest(), "insert")]


def test_a_digest_may_take_the_place_of_a_plain_key(world: World) -> None:
    world.now((1, "ada@x.io"), (2, "bob@x.io"))
    world.digest_key = True
    seen = world.now((1, "ada@x.io"), (2, "bob@x.io"))
    assert (seen.status, seen.operations) == ("succeeded", [])


def test_a_key_column_mapped_in_another_case_is_digested(world: World) -> None:
    mapping = (Mapped("EMAIL", "Email"),)
    hashed = (replace(FIELDS[0], hash="sha256"), *FIELDS[1:])
    found = replace(connector(world.members), fields=hashed)
    assert key_shape(replace(world.sync, primary_key=("email",), mapping=mapping), found)


# -- snapshot: rows ------------------------------------------------------------------------------------------------


def kept(world: World, seen: Any) -> list[tuple[Any, ...]]:
    columns = "primary_key, operation, email, phone, city"
    return world.sql(f"select {columns} from wsync.snapshot_people_{seen.run_id} order by primary_key")


def test_a_snapshot_of_rows_keeps_the_mapped_columns_and_what_became_of_each_row(world: World) -> None:
    world.sync = replace(world.sync, snapshot="rows")
    world.now((1, "ada@x.io", "111", "Oslo"), (2, "bob@x.io"), (3, "eve@x.io"))
    seen = world.now((1, "ada@x.io", "111", "Rome"), (3, "eve@x.io"), (4, "joe@x.io"))
    assert kept(world, seen) == [
        (1, "update", "ada@x.io", "111", "Rome"),
        (2, "delete", "bob@x.io", None, None),
        (3, "unchanged", "eve@x.io", None, None),
        (4, "insert", "joe@x.io", None, None),
    ]


def test_a_snapshot_of_keys_keeps_no_mapped_column(world: World) -> None:
    seen = world.now((1, "ada@x.io"))
    columns = {row[0] for row in world.sql(f"describe wsync.snapshot_people_{seen.run_id}")}
    assert not columns & {"email", "phone", "city"}


def test_switching_from_keys_to_rows_prepares_every_row_again_and_sends_none(world: World) -> None:
    world.now((1, "ada@x.io", "111", "Oslo"))
    world.sync = replace(world.sync, snapshot="rows")
    seen = world.now((1, "ada@x.io", "111", "Oslo"))
    assert seen.operations == []
    assert kept(world, seen) == [(1, "update", "ada@x.io", "111", "Oslo")]
