"""What a warehouse prepared by itself is taken over whole, or not at all; either way the platform ends up the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.tasked import Tasked
from warehouse_sync.errors import WarehouseBusy, WsyncError
from warehouse_sync.ledger import moving
from warehouse_sync.ledger.core import Run
from warehouse_sync.model import GuardLimits, Mapped

FIRST = [
    (1, "ann@x.io", "111", "Ulm"),
    (2, "bob@x.io", "222", "Bonn"),
    (3, "cem@x.io", "333", None),
    (7, "gus@x.io", "222", None),
    (9, "no address", None, None),
]
SECOND = [
    (1, "ann@new.io", "111", "Ulm"),
    (3, "cem@x.io", "333", "東京"),
    (4, "dan@x.io", "111", None),
    (5, "eve@x.io", None, None),
    (5, "eva@x.io", None, None),
    (7, "gus@x.io", "222", None),
    (9, "no address", None, None),
    (9, "no address", None, None),
    (None, "nobody@x.io", None, None),
]
THIRD = [(1, "ann@new.io", "111", "Ulm"), (5, "eva@x.io", None, None), (9, "now@x.io", None, None)]

Make = Callable[..., Tasked]


@pytest.fixture(params=["duckdb", "postgres"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes a sync with a task on the warehouse; on PostgreSQL the next one takes the place of the one before."""
    server = dict(request.getfixturevalue("postgres")) if request.param == "postgres" else None

    def made(**settings: Any) -> Tasked:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        return Tasked(folder, server, **settings)

    return made


@pytest.fixture
def tasked(make: Make) -> Tasked:
    """A sync after its first run; its source has changed since."""
    return begun(make())


def begun(tasked: Tasked, rows: list[Any] = FIRST, later: list[Any] = SECOND) -> Tasked:
    tasked.source(rows)
    tasked.run()
    tasked.source(later)
    return tasked


def story(tasked: Tasked, *, digest_key: bool, with_task: bool) -> list[Any]:
    """Three runs, and everything that the last two did and left."""
    tasked.digest_key = digest_key
    begun(tasked)
    told: list[Any] = []
    for later in (SECOND, THIRD):
        tasked.source(later)
        if with_task:
            tasked.task()
        result = tasked.run()
        assert (result.prepared_at is not None) == with_task
        assert tasked.trigger(result.run_id) == ("cli+task" if with_task else "cli")
        assert tasked.left() == set()
        numbers = {name: found for name, found in result.counts.items() if isinstance(found, int) and name != "fence"}
        columns = "primary_key, operation, status, reason, error_code, field_notes, attempt, page"
        told += [result.status, numbers, tasked.log(result.run_id, columns), sorted(tasked.mirror().items())]
    asked = [(action, sorted(map(str, rows))) for action, rows in tasked.members.requests]
    return [*told, asked, sorted(tasked.members.tokens)]


SHAPES: dict[str, dict[str, Any]] = {
    "one key": {},
    "two keys": {"primary_key": ("id", "email")},
    "digests of keys": {},
    "rows kept": {"snapshot": "rows"},
    "a static value": {"mapping": (Mapped("EMAIL", "email"), Mapped("CITY", static="Ulm"))},
}


RARER = ("two keys", "a static value")
"""Shapes that the sweeps try."""


@pytest.mark.parametrize(
    "shape", [pytest.param(each, marks=pytest.mark.sweep) if each in RARER else each for each in SHAPES]
)
def test_a_run_that_takes_over_does_what_one_does_that_reads_the_source(make: Make, shape: str) -> None:
    digest_key = shape == "digests of keys"
    alone = story(make(**SHAPES[shape]), digest_key=digest_key, with_task=False)
    assert story(make(**SHAPES[shape]), digest_key=digest_key, with_task=True) == alone


def test_the_source_is_not_touched_by_a_run_that_takes_over(tasked: Tasked) -> None:
    tasked.task()
    tasked.by_hand(f"drop table {tasked.schema}.people")
    assert tasked.run().prepared_at is not None
    assert set(tasked.mirror()) == {"1", "3", "4", "7"}


def test_a_role_that_may_not_read_the_source_can_take_over(postgres: dict[str, Any], tmp_path: Path) -> None:
    tasked = Tasked(tmp_path, postgres)
    tasked.by_hand(
        "drop role if exists runner",
        "create role runner login",
        f"grant create on database {postgres['dbname']} to runner",
    )
    tasked.source(FIRST)
    tasked.server = {**postgres, "user": "runner"}
    with pytest.raises(WsyncError):
        tasked.run()
    owner = Tasked.__new__(Tasked)
    owner.server = postgres
    owner.by_hand("grant select on public.people to runner")
    tasked.run()
    script = tasked.script()
    owner.by_hand("insert into public.people values (4, 'dan@x.io', null, null)")
    tasked.task(script)
    owner.by_hand("revoke select on public.people from runner")
    assert tasked.run().prepared_at is not None
    assert "4" in tasked.mirror()
    with pytest.raises(WsyncError):
        tasked.run()
    owner.by_hand(
        "drop schema wsync cascade", f"revoke all on database {postgres['dbname']} from runner", "drop role runner"
    )


def test_cut_off_anywhere_a_task_leaves_nothing_that_is_half(tasked: Tasked) -> None:
    names = [name for name, _ in tasked.script()]
    first_word = names.index("task/clear") + 1
    for cut in range(len(names) + 1):
        old, new = (cut + 10, "old@x.io", None, None), (cut + 10, "new@x.io", None, None)
        tasked.source([*SECOND, old])
        tasked.task()
        tasked.source([*SECOND, new])
        tasked.task(tasked.script()[:cut])
        waiting = tasked.waiting()
        assert waiting is not None
        assert (waiting.why is None) == (cut < first_word or cut == len(names)), names[:cut]
        result = tasked.run()
        assert (result.prepared_at is not None) == (waiting.why is None)
        assert ("EMAIL", "old@x.io" if cut < first_word else "new@x.io") in tasked.members.tokens
        assert not {"changes", "source_rows"} & tasked.left() or waiting.verdict == "preparing"
        tasked.by_hand("drop table if exists wsync.task_marker_people")


def test_what_a_task_that_is_at_work_has_is_left_to_it(tasked: Tasked) -> None:
    script = tasked.script()
    half = [name for name, _ in script].index("run/changes") + 1
    tasked.task(script[:half])
    assert tasked.run().prepared_at is None
    assert tasked.left() == {"task_changes", "task_marker"}
    tasked.task(script[half:])
    waiting = tasked.waiting()
    assert waiting is not None and waiting.why == "a run was settled while the task was at work"
    assert tasked.by_hand("select count(*) from wsync.task_changes_people") == [(0,)]


def test_after_two_tasks_the_second_one_counts(tasked: Tasked) -> None:
    tasked.task()
    tasked.source(THIRD)
    tasked.task()
    assert tasked.run().prepared_at is not None
    assert set(tasked.mirror()) == {"1", "5", "9"}


TAMPERED: dict[str, tuple[str, str]] = {
    "another baseline": ("set baseline_run_id = '20200101000000aaaa'", "another run was settled since"),
    "another configuration": ("set config_hash = 'x'", "the configuration changed since the task was compiled"),
    "another statement": ("set statement_version = 'x'", "the task was compiled by another version"),
    "another engine": ("set engine = 'duckdb 1'", "the task ran on another version of the warehouse"),
    "too old": ("set prepared_at = prepared_at - interval '25' hour", "it is older than task.max_age"),
    "from the future": ("set prepared_at = prepared_at + interval '25' hour", "its time is yet to come"),
    "no columns": ("set source_columns = '[]'", "the task was compiled by another version"),
    "not JSON": ("set source_columns = 'x'", "the task was compiled by another version"),
    "another count": ("set changed_rows = changed_rows + 1", ""),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_a_marker_that_does_not_fit_is_not_believed(tasked: Tasked, how: str) -> None:
    tasked.task()
    change, why = TAMPERED[how]
    tasked.by_hand(f"update wsync.task_marker_people {change}")
    waiting = tasked.waiting()
    assert waiting is not None and (waiting.why or "").startswith(why)
    tasked.source(THIRD)
    assert tasked.run().prepared_at is None
    assert (set(tasked.mirror()), tasked.left()) == ({"1", "5", "9"}, set())


@pytest.mark.parametrize(
    "statement",
    [
        "delete from wsync.task_marker_people",
        "insert into wsync.task_marker_people select * from wsync.task_marker_people",
        "alter table wsync.task_marker_people drop column verdict",
        "drop table wsync.task_marker_people",
        "drop table wsync.task_changes_people",
        "delete from wsync.task_changes_people where primary_key = 4",
        "alter table wsync.task_changes_people drop column column_2",
    ],
)
def test_tables_that_are_not_as_the_task_left_them_are_not_believed(tasked: Tasked, statement: str) -> None:
    tasked.task()
    tasked.by_hand(statement)
    tasked.waiting()
    tasked.source(THIRD)
    assert tasked.run().prepared_at is None
    assert (set(tasked.mirror()), tasked.left()) == ({"1", "5", "9"}, set())


def test_a_configuration_that_changed_prepares_every_row_itself(tasked: Tasked) -> None:
    tasked.task()
    tasked.sync = replace(tasked.sync, mapping=(Mapped("EMAIL", "email"), Mapped("PHONE", "phone")))
    assert tasked.run().prepared_at is None
    assert tasked.left() == set()


def test_a_task_older_than_max_age_is_not_taken_over(tasked: Tasked) -> None:
    tasked.task()
    tasked.sync = replace(tasked.sync, task_max_age_seconds=0)
    assert tasked.run().prepared_at is None
    assert tasked.left() == set()


def test_a_task_between_plan_and_apply_changes_neither(tasked: Tasked) -> None:
    tasked.task()
    planned = tasked.run("plan")
    assert planned.prepared_at is not None
    tasked.source(THIRD)
    tasked.task()
    applied = tasked.run("apply", run_id=planned.run_id)
    assert (applied.exit_code, set(tasked.mirror())) == (6, {"1", "3", "4", "7"})
    waiting = tasked.waiting()
    assert waiting is not None and waiting.why == "another run was settled since"
    assert tasked.run().prepared_at is None
    assert (set(tasked.mirror()), tasked.left()) == ({"1", "5", "9"}, set())


def test_a_run_of_one_key_reads_the_source_itself(tasked: Tasked) -> None:
    tasked.task()
    assert tasked.run("test-record", key="4").prepared_at is None
    assert tasked.left() == set()


def test_a_first_run_has_nothing_to_take_over(make: Make) -> None:
    tasked = make()
    tasked.source(FIRST)
    tasked.run("plan")
    script = tasked.script()
    with pytest.raises(Exception, match="baseline_people"):
        tasked.task(script)
    waiting = tasked.waiting()
    assert waiting is not None
    assert waiting.why == "the task found no baseline: it works from the first settled run on"
    assert tasked.run().prepared_at is None
    assert set(tasked.mirror()) == {"1", "2", "3", "7"}


class Cut(Exception):
    """The process ends here."""


CRASHES = {
    "before task/adopt": True,
    "after task/adopt": True,
    "after run/prepared": True,
    "after task/adopted": True,
    "before drop table": True,
    "after drop table": False,
    "before run/changed_rows": False,
    "after run/snapshot": False,
}
"""Where the process ends, and whether what the task prepared can still be taken over then."""


@pytest.mark.parametrize("where", CRASHES)
def test_a_crash_while_taking_over_costs_nothing(tasked: Tasked, where: str) -> None:
    tasked.task()
    calm = tasked.ports

    def cut(name: str) -> None:
        if name == where:
            raise Cut

    tasked.ports = replace(calm, boundary=cut)
    with pytest.raises(Cut):
        tasked.run()
    tasked.by_hand("update wsync.claim_people_00000002 set released = 1")
    tasked.ports = calm
    assert (tasked.run().prepared_at is not None) == CRASHES[where]
    assert set(tasked.mirror()) == {"1", "3", "4", "7"}
    tables = tasked.by_hand("select table_name from information_schema.tables where table_schema = 'wsync'")
    assert [name for (name,) in tables if name.startswith(("changes_", "task_"))] == []


@pytest.mark.parametrize("when", ["before task/adopt", "after task/adopt", "before task/marker"])
@pytest.mark.parametrize("whole", [True, False])
def test_a_task_that_begins_meanwhile_makes_the_run_read_the_source(
    postgres: dict[str, Any], tmp_path: Path, when: str, *, whole: bool
) -> None:
    tasked = begun(Tasked(tmp_path, postgres))
    script = tasked.script()
    begins = script if whole else script[: [name for name, _ in script].index("drop task_changes") + 1]
    tasked.task()
    tasked.source(THIRD)
    seen = list[str]()

    def meanwhile(name: str) -> None:
        seen.append(name)
        if name == when and seen.count(name) == (2 if when == "before task/marker" else 1):
            tasked.task(begins)

    tasked.ports = replace(tasked.ports, boundary=meanwhile)
    assert tasked.run().prepared_at is None
    assert set(tasked.mirror()) == {"1", "5", "9"}


def test_a_task_whose_transaction_stays_open_delays_a_run_and_harms_nothing(
    postgres: dict[str, Any], tmp_path: Path
) -> None:
    tasked = begun(Tasked(tmp_path, {**postgres, "lock_timeout_seconds": 1}))
    tasked.task()
    tasked.source(THIRD)
    script = tasked.script()
    half = [name for name, _ in script].index("run/changes") + 1
    with tasked.plain() as execute:
        execute("begin")
        for _, sql in script[:half]:
            execute(sql)
        with pytest.raises(WarehouseBusy):
            tasked.run()  # at its end, when it replaces the view that the task reads
        for _, sql in script[half:]:
            execute(sql)
        execute("commit")
    tasked.by_hand("update wsync.claim_people_00000002 set released = 1")
    assert tasked.run().prepared_at is None
    assert (set(tasked.mirror()), tasked.left()) == ({"1", "5", "9"}, set())


def test_somebody_forgotten_does_not_wait_in_a_tasks_table(tasked: Tasked) -> None:
    tasked.task()
    seen = dict[str, set[str]]()

    def looked(name: str) -> None:
        if name == "before load suppressed" and tasked.server:
            seen[name] = tasked.left()

    tasked.ports = replace(tasked.ports, boundary=looked)
    tasked.run("forget", key="4")
    assert tasked.left() == set()
    assert set(map(frozenset, seen.values())) <= {frozenset()}


def test_an_abandoned_sync_takes_its_tasks_tables_with_it(tasked: Tasked) -> None:
    tasked.task()
    with tasked.ledger() as ledger:
        moving.abandon(ledger, Run("20261122090000abcd", 9, "", "", "", "", (), None))
    assert tasked.left() == set()


def test_a_renamed_sync_leaves_no_task_behind(tasked: Tasked) -> None:
    tasked.task()
    with tasked.ledger() as source:
        to = replace(source, sync=replace(source.sync, name="folks"))
        moving.copy(source, to)
        moving.switch(source, to)
        moving.clear(source, to)
    assert tasked.left() == set()
    tasked.sync = replace(tasked.sync, name="folks")
    assert tasked.run().prepared_at is None


MANY = [(n, f"p{n}@x.io", str(n), "Ulm") for n in range(40)]
STRICT = GuardLimits(removals_percent=None)
BAD: dict[str, tuple[list[Any], str]] = {
    "nobody": ([], "empty_source"),
    "keys lost": ([*MANY[:30], *((None, f"x{n}@x.io", None, None) for n in range(9))], "null_keys"),
    "a column lost": ([(n, email, " " if n % 2 else None, city) for n, email, _, city in MANY], "emptied: PHONE"),
}


@pytest.mark.parametrize("how", BAD)
def test_a_guard_that_trips_leaves_its_name_and_no_values(make: Make, how: str) -> None:
    later, verdict = BAD[how]
    tasked = begun(make(guards=STRICT), MANY, later)
    tasked.task()
    waiting = tasked.waiting()
    assert waiting is not None
    assert (waiting.verdict, waiting.why) == (verdict, f"the task's guard {verdict} stopped it")
    assert tasked.by_hand("select count(*) from wsync.task_changes_people") == [(0,)]
    assert tasked.run().status == "blocked"
    tasked.sync = replace(tasked.sync, guards=replace(STRICT, empty_source=False, null_keys_percent=None,
                                                      null_keys_rows=None, field_collapse_points=None))  # fmt: skip
    tasked.task()
    assert tasked.marker()[0][0] == "ready"


def test_a_column_that_half_the_rows_keep_is_not_lost(make: Make) -> None:
    later = [(n, email, None if n % 2 else phone, city) for n, email, phone, city in MANY]
    tasked = begun(make(guards=STRICT), MANY, later)
    tasked.task()
    assert tasked.marker() == [("ready", 20, 20)]


def test_the_task_keeps_the_log_as_short_as_a_run_does(tasked: Tasked) -> None:
    old = "insert into wsync.sync_log (connection_id, sync_run_id, status, logged_at) values ('{}', 'r', 'failed', {})"
    tasked.by_hand(
        old.format("people", "current_timestamp - interval '8' day"),
        old.format("people", "current_timestamp - interval '6' day"),
        old.format("others", "current_timestamp - interval '8' day"),
    )
    tasked.task()
    left = tasked.by_hand("select connection_id from wsync.sync_log where sync_run_id = 'r' order by 1")
    assert left == [("others",), ("people",)]
