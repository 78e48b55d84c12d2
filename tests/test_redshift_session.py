"""Redshift's connections: credentials, pins, what errors mean, and a session that is lost."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from threading import Timer
from typing import Any

import boto3
import psycopg
import pytest
from botocore.stub import Stubber
from pydantic import ValidationError

from tests.places import Place
from tests.places.redshift import place as fresh
from warehouse_sync.adapters import Warehouse, redshift_iam, redshift_session
from warehouse_sync.adapters.redshift import Redshift, Settings
from warehouse_sync.adapters.redshift_iam import Iam, credentials
from warehouse_sync.errors import AnswerLost, ConfigError, WarehouseBusy, WarehouseError
from warehouse_sync.ledger.tries import tried
from warehouse_sync.model import Ports


@pytest.fixture
def place(request: pytest.FixtureRequest) -> Place:
    return fresh(request)


@pytest.fixture
def warehouse(place: Place) -> Iterator[Redshift]:
    opened = place.open()
    assert isinstance(opened, Redshift)
    yield opened
    opened.close()


def admin(place: Place, statement: str) -> None:
    assert place.grant is not None
    place.grant(statement)


# -- settings ----------------------------------------------------------------------------------------------------------

BLOCK = {"host": "h", "dbname": "d"}


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({}, "needs `user`"),
        ({"user": "u", "password": "p", "iam": {"cluster": "c"}}, "keep one"),
        ({"iam": {}}, "exactly one"),
        ({"iam": {"cluster": "c", "workgroup": "w"}}, "exactly one"),
    ],
)
def test_there_is_one_way_in(told: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValidationError, match=wrong):
        Settings.model_validate({**BLOCK, **told})


def test_a_connection_is_encrypted_unless_told_otherwise() -> None:
    assert Settings.model_validate({**BLOCK, "user": "u"}).sslmode == "require"


def test_settings_of_the_session_are_set_by_statements(place: Place) -> None:
    warehouse = place.open({**place.settings, "statement_timeout_seconds": 7, "query_group": "it's"})
    shown = [warehouse.query(f"SHOW {name}", "test")[0][0] for name in ("timezone", "datestyle", "statement_timeout")]
    assert shown == ["UTC", "ISO, YMD", "7s"]
    assert warehouse.query("SHOW wsync_shim.query_group", "test") == [("it's",)]
    warehouse.close()


def test_nothing_is_prepared_and_statements_go_whole(warehouse: Redshift) -> None:
    connection = warehouse.session.connection
    assert connection.prepare_threshold is None
    assert issubclass(connection.cursor_factory, psycopg.ClientCursor)
    assert connection.info.encoding == "utf-8"


def test_the_engine_has_no_version(warehouse: Redshift) -> None:
    assert warehouse.engine == "redshift"


# -- temporary credentials ---------------------------------------------------------------------------------------------


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> dict[str, Stubber]:
    """Stubs of AWS's services, which the adapter gets in place of clients."""
    keys = {"region_name": "eu-central-1", "aws_access_key_id": "k", "aws_secret_access_key": "s"}
    services = ("redshift", "redshift-serverless")
    clients = {service: boto3.client(service, **keys) for service in services}  # type: ignore[call-overload]
    stubs = {service: Stubber(made) for service, made in clients.items()}
    for stub in stubs.values():
        stub.activate()
    monkeypatch.setattr(redshift_iam, "client", lambda service, *_facts: clients[service])
    return stubs


def test_a_cluster_gives_credentials_for_a_database_user(aws: dict[str, Stubber]) -> None:
    asked = {"ClusterIdentifier": "c", "DbName": "d", "DbUser": "wsync", "AutoCreate": False}
    aws["redshift"].add_response("get_cluster_credentials", {"DbUser": "IAM:wsync", "DbPassword": "p"}, asked)
    assert credentials(Iam(cluster="c"), "wsync", "d") == {"user": "IAM:wsync", "password": "p"}


def test_a_cluster_gives_credentials_for_the_aws_identity(aws: dict[str, Stubber]) -> None:
    asked = {"ClusterIdentifier": "c", "DbName": "d"}
    aws["redshift"].add_response("get_cluster_credentials_with_iam", {"DbUser": "IAMR:r", "DbPassword": "p"}, asked)
    assert credentials(Iam(cluster="c"), None, "d") == {"user": "IAMR:r", "password": "p"}


def test_a_workgroup_gives_credentials(aws: dict[str, Stubber]) -> None:
    asked = {"workgroupName": "wide", "dbName": "d"}
    aws["redshift-serverless"].add_response("get_credentials", {"dbUser": "IAMR:r", "dbPassword": "p"}, asked)
    assert credentials(Iam(workgroup="wide"), None, "d") == {"user": "IAMR:r", "password": "p"}


def test_credentials_that_aws_refuses_are_told_by_its_code(aws: dict[str, Stubber]) -> None:
    aws["redshift"].add_client_error("get_cluster_credentials", "ClusterNotFound", "secret words", 404)
    with pytest.raises(WarehouseError, match=r"\(ClusterNotFound\)") as refused:
        credentials(Iam(cluster="c"), "wsync", "d")
    assert (refused.value.code, "secret" in str(refused.value)) == ("credentials", False)


def test_every_connection_asks_for_credentials_anew(place: Place, aws: dict[str, Stubber]) -> None:
    given = {"DbUser": place.settings["user"], "DbPassword": "p"}
    block = {key: value for key, value in place.settings.items() if key != "user"}
    for _ in range(3):
        aws["redshift"].add_response("get_cluster_credentials_with_iam", given)
    warehouse = place.open({**block, "iam": {"cluster": "c"}})
    assert list(warehouse.stream("SELECT 1", "test", 10)) == [[(1,)]]
    warehouse.session.connection.close()  # type: ignore[attr-defined]
    assert warehouse.query("SELECT 1", "test") == [(1,)]
    aws["redshift"].assert_no_pending_responses()
    warehouse.close()


def test_a_missing_library_is_told_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(ConfigError, match=r'pip install "warehouse-sync\[redshift-aws\]"'):
        credentials(Iam(cluster="c"), "wsync", "d")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigError, match=r'pip install "warehouse-sync\[redshift\]"'):
        redshift_session.driver()


def test_an_aws_configuration_that_cannot_be_used_is_the_users_to_mend() -> None:
    with pytest.raises(ConfigError, match="ProfileNotFound"):
        redshift_iam.client("redshift", "eu-central-1", "no such profile")


# -- errors ------------------------------------------------------------------------------------------------------------

CYCLE = "Serializable isolation violation on table - 119371, transactions forming the cycle are: 1, 2 (pid:3) secret"


@pytest.mark.parametrize(
    ("state", "message", "detail", "kind", "code"),
    [
        ("XX000", "1023", CYCLE, WarehouseBusy, "conflict"),
        ("XX000", "could not complete because of conflict with concurrent transaction", "", WarehouseBusy, "conflict"),
        ("40001", "could not serialize", "", WarehouseBusy, "conflict"),
        ("40P01", "deadlock detected", "", WarehouseBusy, "locked"),
        ("55P03", "lock timeout", "", WarehouseBusy, "locked"),
        ("XX000", "Disk Full", "node 0 secret", WarehouseError, "disk_full"),
        ("53100", "Disk Full", "", WarehouseError, "disk_full"),
        ("57014", "Query (1) cancelled on user's request", "", WarehouseError, "timeout"),
        ("XX000", "Query (1) aborted by WLM", "", WarehouseError, "timeout"),
        ("XX000", "S3ServiceException:Access Denied,Status 403", "secret", WarehouseError, "grants"),
        ("XX000", "Load into table x failed.  Check 'stl_load_errors'", "secret", WarehouseError, "statement"),
        ("0A000", "This type of correlated subquery pattern is not supported", "", WarehouseError, "statement"),
        ("XX000", "This type of correlated subquery pattern is not supported", "", WarehouseError, "statement"),
        ("42501", "permission denied for relation t", "", WarehouseError, "grants"),
        ("42P01", 'relation "t" does not exist', "", WarehouseError, "missing"),
        ("22001", "Value too long for character type", "secret", WarehouseError, "statement"),
        ("XX000", "Assert", "secret", WarehouseError, "warehouse"),
    ],
)
def test_an_error_says_what_to_do(
    warehouse: Redshift, state: str, message: str, detail: str, kind: type[WarehouseError], code: str
) -> None:
    told = message.replace("'", "''")
    raising = f"raise exception using errcode = '{state}', message = '{told}', detail = '{detail}'"
    warehouse.session.connection.cursor_factory = psycopg.ClientCursor
    with pytest.raises(WarehouseError) as raised:
        warehouse.execute(f"do $$ begin {raising}; end $$", "run/changes")
    assert (type(raised.value), raised.value.code, raised.value.statement) == (kind, code, "run/changes")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"dbname": "nowhere"}, "missing"), ({"user": "nobody_here"}, "credentials"), ({"port": 1}, "connection")],
)
def test_what_keeps_us_from_connecting_is_told(place: Place, changed: dict[str, Any], code: str) -> None:
    with pytest.raises(WarehouseError) as refused:
        place.open({**place.settings, **changed})
    assert refused.value.code == code


# -- a lost session ----------------------------------------------------------------------------------------------------


def test_a_session_that_is_lost_in_a_statement_is_over_and_another_takes_its_place(
    place: Place, warehouse: Redshift
) -> None:
    lost = warehouse.session.name
    end = Timer(0.3, lambda: admin(place, f"select pg_terminate_backend({lost})"))
    end.start()
    with pytest.raises(AnswerLost):
        warehouse.execute("CREATE TABLE public.made AS SELECT 1 AS one FROM (SELECT PG_SLEEP(30)) AS t", "test")
    assert warehouse.session.name != lost
    assert warehouse.tables("public") == {"svv_transactions"}


def test_what_the_server_still_does_for_a_lost_session_is_ended(place: Place, warehouse: Redshift) -> None:
    busy = place.open()
    assert isinstance(busy, Redshift)
    pgconn = busy.session.connection.pgconn
    pgconn.send_query(b"create table public.late as select pg_sleep(60)")
    pgconn.finish()  # the network goes away while the server works on
    assert busy.query("SELECT 1", "test") == [(1,)]
    assert warehouse.query("SELECT pid FROM svv_transactions WHERE pid <> PG_BACKEND_PID()", "test") == []
    busy.close()


def test_a_stream_that_breaks_leaves_the_session_as_it_is(place: Place, warehouse: Redshift) -> None:
    warehouse.execute("CREATE TABLE public.many AS SELECT 1 AS n", "test")
    for _ in range(15):
        warehouse.execute("INSERT INTO public.many SELECT n FROM public.many", "test")
    batches = warehouse.stream("SELECT REPEAT('x', 1000) FROM public.many", "test", 100)
    next(batches)
    admin(place, f"select pg_terminate_backend(pid) from pg_stat_activity where pid not in (pg_backend_pid(), "
          f"{warehouse.session.name}) and datname = '{place.settings['dbname']}'")  # fmt: skip
    with pytest.raises(AnswerLost):
        list(batches)
    assert warehouse.query("SELECT COUNT(*) FROM public.many", "test") == [(2**15,)]


# -- grants ------------------------------------------------------------------------------------------------------------


def test_a_user_is_told_exactly_the_grants_that_are_missing(place: Place, warehouse: Redshift) -> None:
    assert place.poor is not None
    warehouse.execute("CREATE SCHEMA shop", "test")
    warehouse.execute('CREATE TABLE shop."my orders" AS SELECT 1 AS id', "test")
    poor, database = place.poor["user"], place.settings["dbname"]
    relations = [("shop", "my orders"), (database, "shop", "my orders"), ("elsewhere", "x", "t"), ("shop", "missing")]
    stranger = place.open(place.poor)
    told = stranger.missing_grants("wsync", relations)
    assert told == [
        f'GRANT CREATE ON DATABASE "{database}" TO "{poor}"',
        f'GRANT USAGE ON SCHEMA "shop" TO "{poor}"',
        f'GRANT SELECT ON "shop"."my orders" TO "{poor}"',
    ]
    for statement in told:
        admin(place, statement)
    assert stranger.missing_grants("wsync", relations) == []
    stranger.execute("CREATE SCHEMA wsync", "test")
    assert stranger.query('SELECT * FROM shop."my orders"', "test") == [(1,)]
    stranger.close()


def test_state_that_somebody_else_made_needs_its_own_grants(place: Place, warehouse: Warehouse) -> None:
    assert place.poor is not None
    warehouse.execute("CREATE SCHEMA wsync", "test")
    warehouse.execute("CREATE TABLE wsync.runs AS SELECT 1 AS id", "test")
    warehouse.execute("CREATE VIEW wsync.latest AS SELECT id FROM wsync.runs", "test")
    stranger, poor = place.open(place.poor), place.poor["user"]
    told = stranger.missing_grants("wsync", [])
    assert told == [
        f'GRANT USAGE, CREATE ON SCHEMA "wsync" TO "{poor}"',
        f'GRANT SELECT ON "wsync"."latest" TO "{poor}"',
        f'GRANT SELECT, INSERT, UPDATE, DELETE ON "wsync"."runs" TO "{poor}"',
    ]
    for statement in told:
        admin(place, statement)
    assert stranger.missing_grants("wsync", []) == []
    stranger.close()


# -- trying again ------------------------------------------------------------------------------------------------------


def test_a_step_that_lost_to_another_transaction_is_tried_again(place: Place, warehouse: Redshift) -> None:
    warehouse.execute("CREATE TABLE public.tries AS SELECT 1 AS n WHERE 1 = 0", "test")

    def act(attempt: int) -> int:
        warehouse.execute(f"INSERT INTO public.tries VALUES ({attempt})", "test")
        if attempt < 2:
            warehouse.query("SELECT ANOTHER_TRANSACTION_WON()", "test")
        return attempt

    assert tried(Ports(sleep=lambda _seconds: None), act) == 2
    assert warehouse.query("SELECT COUNT(*) FROM public.tries", "test") == [(3,)]
