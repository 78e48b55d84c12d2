"""Jobs of BigQuery, run on the emulator: their ids, labels and limits, and what becomes of one whose answer is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.emulators import bigquery as emulator
from tests.emulators.bigquery_answers import Asked, Between, between, denied, failed
from warehouse_sync.adapters import bigquery, bigquery_jobs
from warehouse_sync.adapters.bigquery import BigQuery, Settings
from warehouse_sync.adapters.bigquery_sql import EXPIRY
from warehouse_sync.errors import AlreadyExists, ConfigError, WarehouseBusy, WarehouseError

INSERT = r"^/bigquery/v2/projects/[^/]+/jobs$"
UPLOAD = r"^/upload/"


@pytest.fixture
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Between]:
    """The way to the emulator, and short waits."""
    if why := emulator.absent():
        pytest.skip(f"bigquery: {why}")
    monkeypatch.setattr(bigquery_jobs, "PAUSES", (0.01,) * 6)
    with between(request.getfixturevalue("bigquery")) as made:
        yield made


def opened(way: Between, **told: Any) -> BigQuery:
    settings = {"project": emulator.PROJECT, "api_endpoint": way.address, "anonymous": True, **told}
    return bigquery.connect(Settings.model_validate(settings))


@pytest.fixture
def warehouse(way: Between) -> Iterator[BigQuery]:
    made = opened(way)
    yield made
    made.close()


@pytest.fixture
def table(warehouse: BigQuery) -> Iterator[str]:
    """An empty table of digests and names, in a dataset of its own."""
    schema = f"jobs_{uuid4().hex[:12]}"
    warehouse.execute(f"create schema {schema}", "test")
    warehouse.execute(f"create table {schema}.t (digest bytes(16), name string)", "test")
    yield f"{schema}.t"
    warehouse.execute(f"drop schema {schema} cascade", "test")


def names(warehouse: BigQuery, table: str) -> list[Any]:
    return sorted(name for (name,) in warehouse.query(f"select name from {table}", "test"))


ROWS = [("00ff" * 8, "Ännchen"), (None, "東京")]


@pytest.mark.parametrize("lost", ["request", "answer"])
def test_a_change_is_made_once_whichever_half_of_the_talk_is_lost(
    way: Between, warehouse: BigQuery, table: str, lost: str
) -> None:
    way.once(lost, "POST", INSERT)
    warehouse.execute(f"insert into {table} (name) values ('once')", "test")
    assert names(warehouse, table) == ["once"]


@pytest.mark.parametrize("lost", ["request", "answer"])
def test_a_load_is_made_once_whichever_half_of_the_talk_is_lost(
    way: Between, warehouse: BigQuery, table: str, lost: str
) -> None:
    schema, name = table.split(".")
    way.once(lost, "PUT", UPLOAD)
    warehouse.load(schema, name, ("digest", "name"), ROWS)
    assert names(warehouse, table) == ["Ännchen", "東京"]


def test_a_table_made_by_a_statement_whose_answer_was_lost_is_not_said_to_be_another_s(
    way: Between, warehouse: BigQuery, table: str
) -> None:
    way.once("answer", "POST", INSERT)
    warehouse.execute(f"create table {table}_2 as select 1 as one", "test")
    with pytest.raises(AlreadyExists):
        warehouse.execute(f"create table {table}_2 as select 1 as one", "test")


def test_the_error_of_a_statement_whose_answer_was_lost_is_still_told(way: Between, warehouse: BigQuery) -> None:
    way.once("answer", "POST", INSERT)
    with pytest.raises(WarehouseError, match=r"there is no dataset .*nowhere") as refused:
        warehouse.query("select * from nowhere.t", "test")
    assert refused.value.code == "missing"


def test_a_service_that_stays_away_is_no_answer(way: Between, warehouse: BigQuery, monkeypatch: Any) -> None:
    monkeypatch.setattr(bigquery_jobs, "LOOKUP_SECONDS", 0.1)
    way.loses = lambda _asked: "request"
    with pytest.raises(WarehouseError, match="cannot be reached") as unreachable:
        warehouse.execute("select 1 as one", "test")
    assert unreachable.value.code == "connection"


def test_every_statement_is_a_job_of_an_own_id_with_its_step_as_a_label(way: Between) -> None:
    warehouse = opened(way, labels={"team": "growth"}, maximum_bytes_billed=10_000_000, job_timeout=60)
    for statement in ("run/changes", "Load Ünicode " * 9):
        warehouse.query("select 1 as one", statement)
    jobs = [warehouse.client.get_job(found) for found in ids(way)]
    assert len({job.job_id for job in jobs}) == 2
    assert [job.labels for job in jobs] == [
        {"team": "growth", "wsync_step": "run_changes"},
        {"team": "growth", "wsync_step": ("load__nicode_" * 9)[:63]},
    ]
    told = [job._properties["configuration"] for job in jobs]
    assert {each["query"]["maximumBytesBilled"] for each in told} == {"10000000"}
    assert {each["jobTimeoutMs"] for each in told} == {"60000"}
    assert [each["query"]["connectionProperties"] for each in told] == 2 * [[{"key": "time_zone", "value": "UTC"}]]


def ids(way: Between) -> list[str]:
    """The ids of the jobs that were sent."""
    return [
        found for asked in way.asked if asked.method == "POST" for found in re.findall(r"wsync_\w+_\d+", asked.body)
    ]


def test_rows_are_loaded_by_a_job_and_never_streamed(way: Between, warehouse: BigQuery, table: str) -> None:
    schema, name = table.split(".")
    warehouse.load(schema, name, ("digest", "name"), ROWS)
    warehouse.load(schema, name, ("name",), [])
    assert warehouse.query(f"select digest, name from {table} order by name", "test") == [
        (bytes.fromhex("00ff" * 8), "Ännchen"),
        (None, "東京"),
    ]
    assert not any("insertAll" in asked.path for asked in way.asked)
    assert len([asked for asked in way.asked if asked.path.startswith("/upload/")]) == 2  # one load: begun, and sent


def test_a_load_puts_in_all_its_rows_or_none(warehouse: BigQuery, table: str) -> None:
    schema, name = table.split(".")
    warehouse.execute(f"create table {table}_n (n int64)", "test")
    with pytest.raises(WarehouseError) as refused:
        warehouse.load(schema, f"{name}_n", ("n",), [(1,), ("secret-value",)])
    assert "secret" not in str(refused.value)
    assert warehouse.query(f"select count(*) as n from {table}_n", "test") == [(0,)]


def test_the_columns_of_a_select_are_asked_for_without_running_it(way: Between, warehouse: BigQuery) -> None:
    kinds = {
        "1": "integer", "'a'": "text", "1.5": "float", "numeric '1.5'": "decimal", "true": "boolean",
        "date '2026-11-22'": "date", "timestamp '2026-11-22 00:00:00+00'": "timestamp", "['a']": "other",
        "b'a'": "other", "struct(1 as a)": "other",
    }  # fmt: skip
    sql = ", ".join(f"{value} as c{n}" for n, value in enumerate(kinds))
    assert [column.kind for column in warehouse.describe(f"select {sql}", "test")] == list(kinds.values())
    assert all('"dryRun": true' in asked.body or '"dryRun":true' in asked.body for asked in way.asked)


def test_an_estimate_is_the_bytes_that_a_dry_run_tells(way: Between, warehouse: BigQuery) -> None:
    """The emulator says 0 of everything."""
    assert warehouse.estimate("select 1 as one", "test") == 0
    job = {"jobReference": {"projectId": "p"}, "configuration": {"query": {}, "dryRun": True}}
    told = {"totalBytesProcessed": "123456", "query": {"totalBytesProcessed": "123456"}}
    way.answer = lambda _asked: (200, {**job, "status": {"state": "DONE"}, "statistics": told})
    assert warehouse.estimate("select 1 as one", "test") == 123456


def test_a_view_names_its_project_for_whoever_reads_it_from_another(warehouse: BigQuery, table: str) -> None:
    schema, name = table.split(".")
    warehouse.execute(f"CREATE VIEW `{schema}`.`v` AS SELECT `t`.`name` FROM `{schema}`.`{name}` AS `t`", "test")
    view = warehouse.client.get_table(f"{emulator.PROJECT}.{schema}.v")
    assert f"`{emulator.PROJECT}`.`{schema}`.`t`" in (view.view_query or "")
    assert warehouse.tables(schema) == {"t", "v"}


def test_a_dataset_that_forgets_its_tables_is_refused(warehouse: BigQuery) -> None:
    name = f"forgets_{uuid4().hex[:12]}"
    warehouse.execute(f"create schema {name} options (default_table_expiration_days = 60)", "test")
    with pytest.raises(ConfigError, match="default table expiration"):
        warehouse.has_schema(name)


def test_a_table_that_can_be_made_again_goes_by_itself_after_a_week(warehouse: BigQuery, table: str) -> None:
    schema, _ = table.split(".")
    option = f"OPTIONS (expiration_timestamp={EXPIRY})"
    warehouse.execute(f"create table {schema}.w {option} as select 1 as one", "test")
    found = warehouse.client.get_table(f"{emulator.PROJECT}.{schema}.w")
    assert found.expires is not None and found.created is not None
    assert round((found.expires - found.created).total_seconds() / 86400, 2) == 7


# -- what the real service says and the emulator cannot ----------------------------------------------------------------


def test_nothing_is_missing_where_everything_is_allowed(warehouse: BigQuery, table: str) -> None:
    assert warehouse.missing_grants(table.split(".", maxsplit=1)[0], [table.split(".")]) == []


def grants(way: Between, warehouse: BigQuery, schema: str, denies: str) -> list[str]:
    """What is missing for one source where the service denies statements that match."""

    def answer(asked: Asked) -> tuple[int, dict[str, Any]] | None:
        return denied("Project wsync-test-1") if asked.sql and re.search(denies, asked.sql) else None

    way.answer = answer
    return warehouse.missing_grants(schema, [("other-project", "shop", "people")])


WHO = 'TO "user:YOUR_ACCOUNT"'
JOBS = f"GRANT `roles/bigquery.jobUser` ON PROJECT `wsync-test-1` {WHO}"
SOURCE = f"GRANT `roles/bigquery.dataViewer` ON TABLE `other-project`.`shop`.`people` {WHO}"


def test_the_grants_that_are_missing_are_told_as_statements(way: Between, warehouse: BigQuery, table: str) -> None:
    schema = table.split(".", maxsplit=1)[0]
    state = f"GRANT `roles/bigquery.dataEditor` ON SCHEMA `wsync-test-1`.`{schema}` {WHO}"
    new = f"GRANT `roles/bigquery.user` ON PROJECT `wsync-test-1` {WHO}"
    assert grants(way, warehouse, schema, ".") == [JOBS, state, SOURCE]
    assert grants(way, warehouse, schema, "SESSION_USER|people") == [SOURCE]
    assert grants(way, warehouse, schema, "SESSION_USER|CREATE TABLE|people") == [state, SOURCE]
    assert grants(way, warehouse, "not_there", "SESSION_USER|CREATE SCHEMA|people") == [new, SOURCE]


def test_a_service_that_asks_for_patience_is_busy(way: Between, warehouse: BigQuery) -> None:
    way.answer = lambda _asked: failed(403, "rateLimitExceeded", "Exceeded rate limits: secret-value")
    with pytest.raises(WarehouseBusy) as busy:
        warehouse.execute("select 1 as one", "test")
    assert "secret" not in str(busy.value)
