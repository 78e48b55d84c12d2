"""What only Snowflake has: ways to log in, query tags, PUT and COPY, lost answers, its errors and grants.

Runs in fakesnow's environment, with the real connector's errors and keys; `tests/contract/test_emulated.py` starts it.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.contract.syncing import Syncing
from tests.emulators.fake_snowflake import Account, account, staged_files
from tests.places import Place
from tests.places.snowflake import ENGINE, absent, settings
from tests.scenario import SECOND
from warehouse_sync.adapters import snowflake, snowflake_load
from warehouse_sync.adapters.snowflake import Settings, Snowflake, connect
from warehouse_sync.errors import AlreadyExists, AnswerLost, ConfigError, WarehouseBusy, WarehouseError

if absent():
    pytest.skip(f"{absent()}", allow_module_level=True)

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from snowflake.connector import errors


@pytest.fixture
def fake() -> Iterator[Account]:
    """An account whose database has the schemas PUBLIC and WSYNC."""
    with account() as made:
        for schema in ("PUBLIC", "WSYNC"):
            made.server.connect(database="SHOP", schema=schema).close()
        yield made


@pytest.fixture
def warehouse(fake: Account) -> Iterator[Snowflake]:
    opened = connect(Settings(**settings()))
    opened.sleep = lambda _seconds: None
    yield opened
    opened.close()


def logged_in(**told: Any) -> Settings:
    """Settings that log in another way than with a password."""
    plain = settings()
    del plain["password"]
    return Settings(**plain, **told)


# -- settings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("told", [{}, {"password": "p", "token": "t"}, {"private_key": "k", "private_key_file": "f"}])
def test_exactly_one_way_to_log_in_is_needed(told: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="give one of password, private_key, private_key_file, token"):
        logged_in(**told)


def test_a_missing_driver_says_which_command_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "snowflake", None)
    with pytest.raises(ConfigError, match=r'pip install "warehouse-sync\[snowflake\]"'):
        connect(Settings(**settings()))


KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
DER = KEY.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def pem(passphrase: str | None = None) -> str:
    secret = serialization.BestAvailableEncryption(passphrase.encode()) if passphrase else serialization.NoEncryption()
    return KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, secret).decode()


@pytest.mark.parametrize(
    "told",
    [
        {"private_key": pem()},
        {"private_key": pem().replace("\n", "\\n")},
        {"private_key": b64encode(DER).decode()},
        {"private_key": pem("open"), "private_key_passphrase": "open"},
    ],
    ids=["pem", "pem on one line", "base64", "encrypted"],
)
def test_a_private_key_in_a_variable_is_taken_in_every_usual_form(fake: Account, told: dict[str, str]) -> None:
    connect(logged_in(**told)).close()
    assert (fake.logins[-1]["authenticator"], fake.logins[-1]["private_key"]) == ("SNOWFLAKE_JWT", DER)


def test_a_private_key_is_read_from_a_file_with_its_passphrase(fake: Account, tmp_path: Path) -> None:
    path = tmp_path / "key.p8"
    path.write_text(pem("open"))
    connect(logged_in(private_key_file=str(path), private_key_passphrase="open")).close()
    assert fake.logins[-1]["private_key"] == DER


@pytest.mark.parametrize("told", [{"private_key": pem("open"), "private_key_passphrase": "shut"}, {"private_key": "x"}])
def test_a_key_that_cannot_be_read_is_named_and_not_shown(fake: Account, told: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as refused:
        connect(logged_in(**told))
    assert refused.value.key == "warehouse.private_key"
    assert not {"open", "shut", "BEGIN"} & set(str(refused.value).split())
    assert fake.logins == []


def test_a_token_file_is_read_again_at_every_connection(fake: Account, tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("first\n")
    opened = connect(logged_in(token_file=str(path)))
    path.write_text("second\n")
    opened.connection = opened.opened()
    assert [(each["authenticator"], each["token"]) for each in fake.logins] == [("OAUTH", "first"), ("OAUTH", "second")]


def test_a_programmatic_access_token_is_told_as_one(fake: Account) -> None:
    connect(logged_in(token="t", token_type="programmatic_access_token")).close()
    assert fake.logins[-1]["authenticator"] == "PROGRAMMATIC_ACCESS_TOKEN"


def test_a_browser_sign_in_is_refused_where_nobody_can_see_it(fake: Account) -> None:
    with pytest.raises(ConfigError, match="needs somebody at a terminal"):
        connect(logged_in(authenticator="externalbrowser"))


def test_no_secret_is_in_the_settings_text() -> None:
    told = repr(logged_in(private_key="key-value", private_key_passphrase="phrase-value"))
    assert "key-value" not in told
    assert "phrase-value" not in told


def test_a_session_is_the_same_whatever_account_user_and_role_have_set(fake: Account) -> None:
    connect(Settings(**settings(role="SYNCER", statement_timeout_seconds=7, lock_timeout_seconds=3))).close()
    login = fake.logins[-1]
    session = login["session_parameters"]
    assert (login["role"], login["warehouse"], login["database"]) == ("SYNCER", "WSYNC_WH", "SHOP")
    assert (session["STATEMENT_TIMEOUT_IN_SECONDS"], session["LOCK_TIMEOUT"], session["TIMEZONE"]) == (7, 3, "UTC")
    assert (session["ABORT_DETACHED_QUERY"], session["QUOTED_IDENTIFIERS_IGNORE_CASE"]) == (True, False)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.DatabaseError("secret-value", errno=250001, sqlstate="08001"), "credentials"),
        (errors.DatabaseError("secret-value", errno=390100, sqlstate="08001"), "credentials"),
        (errors.DatabaseError("secret-value", errno=394304, sqlstate="28000"), "credentials"),
        (errors.OperationalError("secret-value", errno=250001), "connection"),
        (errors.OperationalError("secret-value", errno=251001), "connection"),
        (ConnectionResetError("secret-value"), "connection"),
    ],
)
def test_a_login_that_fails_says_whether_the_network_or_the_credentials_are_wrong(
    fake: Account, error: Exception, code: str
) -> None:
    fake.login = raising(error)
    with pytest.raises(WarehouseError) as refused:
        connect(Settings(**settings()))
    assert refused.value.code == code
    assert "secret-value" not in str(refused.value)


def raising(error: Exception) -> Any:
    def fault(*_told: Any) -> None:
        raise error

    return fault


# -- tags ----------------------------------------------------------------------------------------------------------


def test_every_statement_has_a_tag_of_its_own_that_names_its_step(fake: Account) -> None:
    opened = connect(Settings(**settings(query_tag="nightly")))
    opened.query("select 1", "run/clock")
    opened.query("select 1", "run/clock")
    opened.load("public", "none", ("a",), [])
    tags = [json.loads(asked.tag or "") for asked in fake.asked]
    assert [(tag["app"], tag["tag"], tag["step"]) for tag in tags] == [("wsync", "nightly", "run/clock")] * 2
    assert tags[0]["id"] != tags[1]["id"]
    assert json.loads(fake.logins[0]["session_parameters"]["QUERY_TAG"])["tag"] == "nightly"


def test_every_statement_of_a_run_is_tagged_without_a_round_trip_of_its_own(
    fake: Account, warehouse: Snowflake
) -> None:
    syncing = Syncing(place_of(fake), warehouse)
    syncing.rows(*SECOND)
    fake.asked.clear()
    syncing.run()
    assert all(asked.tag for asked in fake.asked)
    assert not any(asked.sql.upper().startswith(("ALTER SESSION", "USE ", "SET ")) for asked in fake.asked)
    steps = {json.loads(asked.tag or "")["step"] for asked in fake.asked}
    assert {"run/changes", "run/plan", "settle/log"} <= steps


def place_of(_fake: Account) -> Place:
    return Place(ENGINE, settings(), "PUBLIC")


# -- load ----------------------------------------------------------------------------------------------------------

VALUES = [
    (1, "", None, True, Decimal("0.10"), date(2026, 2, 28), "00" * 16),
    (2, None, 1.5, False, Decimal("-12345678901234567890.12"), None, None),
    (3, 'a "quoted", \\ \\N\r\nline', None, None, None, None, "ab" * 16),
    (4, "\\N", None, None, None, None, None),
    (5, "007", None, None, None, None, None),
    (6, "NULL", None, None, None, None, None),
    (7, "Łódź 東京 😀 \u200b", None, None, None, None, None),
    (8, " padded ", None, None, None, None, None),
]
COLUMNS = ("a", "b", "c", "d", "e", "f", "g")


def a_table(warehouse: Snowflake) -> None:
    warehouse.execute(
        "create table WSYNC.T (A INT, B VARCHAR, C FLOAT, D BOOLEAN, E NUMBER(38, 2), F DATE, G BINARY(16))", "test"
    )


def test_what_is_loaded_is_what_comes_back(warehouse: Snowflake) -> None:
    a_table(warehouse)
    warehouse.load("wsync", "t", COLUMNS, VALUES)
    back = warehouse.query("select A, B, C, D, E, F, HEX_ENCODE(G, 0) from WSYNC.T order by A", "test")
    assert back == VALUES


def test_a_time_with_its_zone_comes_back_as_the_same_instant(warehouse: Snowflake) -> None:
    warehouse.execute("create table WSYNC.TIMES (W TIMESTAMP_TZ)", "test")
    then = datetime(2026, 3, 29, 1, 30, 15, 123456, tzinfo=UTC)
    warehouse.load("wsync", "times", ("w",), [(then,)])
    assert warehouse.query("select W from WSYNC.TIMES", "test") == [(then,)]


def test_a_load_is_one_put_and_one_copy_and_leaves_no_file(fake: Account, warehouse: Snowflake) -> None:
    a_table(warehouse)
    fake.asked.clear()
    warehouse.load("wsync", "t", COLUMNS, VALUES)
    assert [asked.sql.split()[0] for asked in fake.asked] == ["PUT", "COPY"]
    assert "PURGE = TRUE" in fake.asked[1].sql
    assert staged_files() == []
    assert not Path(fake.asked[0].sql.split("'")[1].removeprefix("file://")).parent.exists()


def test_a_load_may_be_many_files(fake: Account, warehouse: Snowflake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snowflake_load, "FILE_ROWS", 3)
    a_table(warehouse)
    warehouse.load("wsync", "t", COLUMNS, iter(VALUES))
    assert warehouse.query("select count(*) from WSYNC.T", "test") == [(len(VALUES),)]


def test_a_load_of_nothing_is_no_statement(fake: Account, warehouse: Snowflake) -> None:
    fake.asked.clear()
    warehouse.load("wsync", "t", COLUMNS, iter(()))
    assert fake.asked == []


def test_a_load_that_fails_leaves_neither_rows_nor_files(fake: Account, warehouse: Snowflake) -> None:
    a_table(warehouse)
    with pytest.raises(WarehouseError) as refused:
        warehouse.load("wsync", "t", ("a", "b"), [(1, "kept"), ("secret-value", "x")])
    assert "secret-value" not in str(refused.value)
    assert warehouse.query("select * from WSYNC.T", "test") == []
    assert staged_files() == []


def test_fewer_rows_than_were_sent_are_an_error(fake: Account, warehouse: Snowflake) -> None:
    a_table(warehouse)
    fake.fault = lambda when, sql: emptied(sql) if when == "before" and sql.startswith("COPY") else None
    with pytest.raises(WarehouseError, match="0 of 8 rows arrived"):
        warehouse.load("wsync", "t", COLUMNS, VALUES)


def emptied(_sql: str) -> None:
    """Somebody took the files from the stage."""
    for path in staged_files():
        path.unlink()


# -- lost answers --------------------------------------------------------------------------------------------------

GONE = (
    errors.OperationalError("secret-value", errno=250003),
    errors.OperationalError("secret-value", errno=251012),
    errors.InterfaceError("secret-value", errno=250002),
    errors.OperationalError("secret-value"),
    errors.ServiceUnavailableError(errno=503),
    ConnectionResetError("secret-value"),
)


def once(fake: Account, when: str, error: Exception, part: str = "") -> None:
    """The next statement with this part of its text loses its connection before or after it took effect."""

    def fault(now: str, sql: str) -> None:
        if now == when and part in sql:
            fake.fault = lambda _when, _sql: None
            raise error

    fake.fault = fault


@pytest.mark.parametrize("error", GONE, ids=lambda error: type(error).__name__)
def test_a_statement_that_never_arrived_is_told_as_lost_on_a_new_connection(
    fake: Account, warehouse: Snowflake, error: Exception
) -> None:
    once(fake, "before", error)
    with pytest.raises(AnswerLost) as lost:
        warehouse.execute("create table WSYNC.MADE as select 1 as ONE", "run/changes")
    assert "secret-value" not in str(lost.value)
    assert (warehouse.tables("wsync"), len(fake.logins)) == (set(), 2)


def test_a_statement_whose_answer_was_lost_is_done_when_the_history_says_so(
    fake: Account, warehouse: Snowflake
) -> None:
    once(fake, "after", GONE[0])
    warehouse.execute("create table WSYNC.MADE as select 1 as ONE", "run/changes")
    assert warehouse.tables("wsync") == {"made"}


def test_a_query_whose_answer_was_lost_is_told_as_lost(fake: Account, warehouse: Snowflake) -> None:
    once(fake, "after", GONE[0])
    with pytest.raises(AnswerLost):
        warehouse.query("select 1 as ONE", "run/clock")


def test_a_statement_that_still_runs_is_stopped_before_it_is_told_as_lost(fake: Account, warehouse: Snowflake) -> None:
    once(fake, "before", GONE[0])
    fake.statuses["run/changes"] = ["RUNNING", "BLOCKED", "FAILED_WITH_ERROR"]
    with pytest.raises(AnswerLost):
        warehouse.execute("create table WSYNC.MADE as select 1 as ONE", "run/changes")
    assert len(fake.cancelled) == 2


def test_a_statement_that_does_not_end_stops_the_run_and_is_named(fake: Account, warehouse: Snowflake) -> None:
    once(fake, "before", GONE[0])
    fake.statuses["run/changes"] = ["RUNNING"]
    with pytest.raises(WarehouseError, match="stop query 01b2-0000 and run again") as stopped:
        warehouse.execute("create table WSYNC.MADE as select 1 as ONE", "run/changes")
    assert not isinstance(stopped.value, AnswerLost)


def test_a_session_that_is_over_is_opened_again_and_the_statement_may_be_tried_again(
    fake: Account, warehouse: Snowflake
) -> None:
    once(fake, "before", errors.ProgrammingError("secret-value", errno=390112, sqlstate="08001"))
    with pytest.raises(WarehouseBusy):
        warehouse.execute("create table WSYNC.MADE as select 1 as ONE", "run/changes")
    warehouse.execute("create table WSYNC.MADE as select 1 as ONE", "run/changes")
    assert len(fake.logins) == 2


@pytest.mark.parametrize("lost_at", [1, 2, 4])
def test_a_stream_that_loses_its_connection_goes_on_where_it_was(
    fake: Account, warehouse: Snowflake, lost_at: int
) -> None:
    warehouse.execute("create table WSYNC.MANY as select 1 as N", "test")
    warehouse.load("wsync", "many", ("n",), [(n,) for n in range(2, 1001)])
    fetched = iter(range(1, 100))

    def fault(when: str, _sql: str) -> None:
        if when == "fetch" and next(fetched) == lost_at:
            raise GONE[0]

    fake.fault = fault
    batches = list(warehouse.stream("select N from WSYNC.MANY order by N", "run/pages", 300))
    assert [n for batch in batches for (n,) in batch] == list(range(1, 1001))


def test_a_stream_that_loses_every_connection_gives_up(fake: Account, warehouse: Snowflake) -> None:
    fake.fault = lambda when, _sql: raising(GONE[0])() if when == "fetch" else None
    with pytest.raises(WarehouseError, match="again and again"):
        list(warehouse.stream("select 1 as N", "run/pages", 10))


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_that_loses_every_first_answer_sends_and_logs_the_same(
    fake: Account, warehouse: Snowflake, when: str
) -> None:
    seen: set[str] = set()

    def fault(now: str, sql: str) -> None:
        step = " ".join(re.sub(r"'[^']*'|/\w{32}/", "", sql).split()[:4])
        if now == when and step not in seen and "QUERY_HISTORY" not in sql:
            seen.add(step)
            raise GONE[0]

    syncing = Syncing(place_of(fake), warehouse)
    syncing.rows(*SECOND)
    fake.fault = fault
    run = syncing.run()
    fake.fault = lambda _when, _sql: None
    assert len(seen) > 20
    assert {line[2] for line in syncing.log(run)} == {"succeeded"}
    assert len(syncing.log(run)) == len(SECOND)
    assert {row[1] for row in syncing.mirror()} == {"member"}


# -- errors --------------------------------------------------------------------------------------------------------

SAID = "Numeric value 'secret-value' is not recognized"


@pytest.mark.parametrize(
    ("errno", "sqlstate", "kind", "code"),
    [
        (2002, "42710", AlreadyExists, "exists"),
        (625, "57014", WarehouseBusy, "busy"),
        (390114, "08001", WarehouseBusy, "busy"),
        (604, "57014", WarehouseError, "timeout"),
        (630, "57014", WarehouseError, "timeout"),
        (90073, "22000", WarehouseError, "quota"),
        (666, "57014", WarehouseError, "quota"),
        (606, "57P03", WarehouseError, "grants"),
        (2003, "02000", WarehouseError, "missing"),
        (904, "42000", WarehouseError, "missing"),
        (3001, "42501", WarehouseError, "grants"),
        (390100, "08001", WarehouseError, "credentials"),
        (390318, "08001", WarehouseError, "credentials"),
        (1003, "42000", WarehouseError, "statement"),
        (100038, "22018", WarehouseError, "statement"),
        (2999, "XX000", WarehouseError, "warehouse"),
    ],
)
def test_an_error_says_what_to_do_and_quotes_no_value(
    fake: Account, warehouse: Snowflake, errno: int, sqlstate: str, kind: type[WarehouseError], code: str
) -> None:
    fake.fault = raising(errors.ProgrammingError(SAID, errno=errno, sqlstate=sqlstate, sfqid="01b2-0001"))
    with pytest.raises(kind) as refused:
        warehouse.query("select 1", "run/clock")
    assert (type(refused.value), refused.value.code) == (kind, code)
    assert str(refused.value).startswith("run/clock: ")
    assert "secret-value" not in str(refused.value)


def test_what_is_missing_is_named(warehouse: Snowflake) -> None:
    with pytest.raises(WarehouseError, match="MISSING_TABLE does not exist, or the role may not see it") as refused:
        warehouse.query("select * from PUBLIC.MISSING_TABLE", "run/changes")
    assert refused.value.code == "missing"


def test_rows_that_the_driver_cannot_read_are_not_asked_for_again(fake: Account, warehouse: Snowflake) -> None:
    once(fake, "after", errors.InterfaceError("secret-value", errno=252005))
    with pytest.raises(WarehouseError, match="refused it") as refused:
        warehouse.query("select 1", "run/clock")
    assert type(refused.value) is WarehouseError
    assert len(fake.logins) == 1


def test_an_error_of_the_driver_itself_is_told_without_its_text(fake: Account, warehouse: Snowflake) -> None:
    fake.fault = raising(ValueError("secret-value"))
    with pytest.raises(WarehouseError, match=r"the driver failed \(ValueError\)"):
        warehouse.query("select 1", "run/clock")


# -- grants --------------------------------------------------------------------------------------------------------

STATE = [("SCHEMA", None, "WSYNC", privilege) for privilege in ("USAGE", "CREATE TABLE", "CREATE VIEW")]
SOURCE = [
    ("DATABASE", None, "SHOP", "USAGE"),
    ("SCHEMA", None, "PUBLIC", "USAGE"),
    ("TABLE", "PUBLIC", "PEOPLE", "SELECT"),
]
ASKED = [("PUBLIC", "PEOPLE")]


@pytest.mark.parametrize(
    ("held", "told"),
    [
        ([*STATE, *SOURCE], []),
        ([("SCHEMA", None, "WSYNC", "OWNERSHIP"), *SOURCE], []),
        ([("DATABASE", None, "SHOP", "CREATE SCHEMA"), *SOURCE], []),
        (SOURCE, ['GRANT CREATE SCHEMA ON DATABASE "SHOP" TO ROLE "WSYNC_ROLE"']),
        (
            [*STATE[:1], *SOURCE],
            [
                'GRANT CREATE TABLE ON SCHEMA "SHOP"."WSYNC" TO ROLE "WSYNC_ROLE"',
                'GRANT CREATE VIEW ON SCHEMA "SHOP"."WSYNC" TO ROLE "WSYNC_ROLE"',
            ],
        ),
        ([*STATE, *SOURCE[:2]], ['GRANT SELECT ON TABLE "SHOP"."PUBLIC"."PEOPLE" TO ROLE "WSYNC_ROLE"']),
        (
            [*STATE, SOURCE[0]],
            [
                'GRANT USAGE ON SCHEMA "SHOP"."PUBLIC" TO ROLE "WSYNC_ROLE"',
                'GRANT SELECT ON TABLE "SHOP"."PUBLIC"."PEOPLE" TO ROLE "WSYNC_ROLE"',
            ],
        ),
    ],
    ids=["all", "owner", "may make the schema", "no schema", "schema only", "no select", "no source"],
)
def test_exactly_the_grants_that_are_missing_are_told(
    fake: Account, warehouse: Snowflake, held: list[Any], told: list[str]
) -> None:
    fake.privileges = held
    assert warehouse.missing_grants("wsync", ASKED) == told


def test_a_database_that_cannot_be_seen_needs_all_three_grants(fake: Account, warehouse: Snowflake) -> None:
    fake.privileges = STATE
    assert warehouse.missing_grants("wsync", [("CRM", "PUBLIC", "PEOPLE")]) == [
        'GRANT USAGE ON DATABASE "CRM" TO ROLE "WSYNC_ROLE"',
        'GRANT USAGE ON SCHEMA "CRM"."PUBLIC" TO ROLE "WSYNC_ROLE"',
        'GRANT SELECT ON TABLE "CRM"."PUBLIC"."PEOPLE" TO ROLE "WSYNC_ROLE"',
    ]


def test_a_warehouse_that_may_not_be_used_is_told_as_snowflake_spells_it(fake: Account, warehouse: Snowflake) -> None:
    warehouse.settings = warehouse.settings.model_copy(update={"warehouse": "wsync_Wh"})
    fake.privileges, fake.warehouse = [*STATE, *SOURCE], None
    (told,) = warehouse.missing_grants("wsync", ())
    assert told == 'GRANT USAGE ON WAREHOUSE "WSYNC_WH" TO ROLE "WSYNC_ROLE"'


# -- types ---------------------------------------------------------------------------------------------------------


def test_columns_are_described_without_running_their_select(warehouse: Snowflake) -> None:
    kinds = "A NUMBER(38, 0), B NUMBER(10, 2), C FLOAT, D VARCHAR, E BOOLEAN, F DATE, G TIMESTAMP_NTZ, H TIMESTAMP_TZ"
    warehouse.execute(f"create table WSYNC.TYPED ({kinds}, I BINARY, J VARIANT, K ARRAY, L OBJECT, M TIME)", "test")
    described = warehouse.describe("select * from WSYNC.TYPED -- all of it", "describe source")
    assert [column.kind for column in described] == [
        "integer", "decimal", "float", "text", "boolean", "date", "timestamp", "timestamp", *["other"] * 5,
    ]  # fmt: skip
    assert [column.name for column in described] == list("ABCDEFGHIJKLM")


def test_a_type_without_a_code_is_other() -> None:
    unknown = snowflake.Described("A", 99, None, None, None, None, None)
    assert snowflake.column_type(unknown).kind == "other"
