"""Snowflake as fakesnow plays it, in this process: the real connector's `connect` is replaced.

Only inside the environment of `venvs.SNOWFLAKE`. What fakesnow does otherwise than Snowflake is mended here, and listed
in `DIFFERENCES`: the adapter is written for Snowflake and knows nothing of it.
"""

from __future__ import annotations

import os
import re
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

DIFFERENCES = {
    "BINARY(16)": "duckdb's BLOB takes no length: the length is left out",
    "INFORMATION_SCHEMA.TABLES": "lists no views: those of INFORMATION_SCHEMA.VIEWS are added",
    "PUT of several files": "fakesnow copies one named file: the folder's files are put one by one",
    "COPY of CSV": 'fakesnow lets duckdb guess types, reads "" as NULL and hex as text: fields are read as text, '
    "an enclosed empty field as an empty text, and hex into BINARY as BINARY_FORMAT = HEX says",
    "REMOVE": "not implemented: the files of the stage's folder are deleted",
    "error numbers": "duckdb's errors come as 2003 or 2043: an object that is there is 2002, a column that is not "
    "there 904, and a message names the object as Snowflake does",
    "concurrency": "duckdb refuses a conflict where Snowflake waits: a table made twice at once is 2002, others 625",
    "query history, SYSTEM$CANCEL_QUERY": "not implemented: answered from the statements this stand-in was given",
    "OBJECT_PRIVILEGES, IS_ROLE_IN_SESSION, CURRENT_WAREHOUSE": "not implemented: answered from `Account`",
    "NUMBER(p, 0)": "comes as a decimal: Snowflake's connector makes an integer of it",
    "session parameters": "fakesnow ignores them; TIMEZONE is told to duckdb here, the others are only recorded",
    "retention, TRANSIENT": "parsed and ignored",
    "names": "duckdb finds a table whatever the case of its name",
}
"""What fakesnow 0.12.1 lacks or does otherwise, and what is done about it here."""


LISTED = "SELECT TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA"
REWRITTEN = (
    ("BINARY(16)", "BINARY"),
    ("INFORMATION_SCHEMA.TABLES", f"({LISTED}.TABLES UNION ALL {LISTED}.VIEWS)"),
)
"""Text that is written otherwise for fakesnow; `DIFFERENCES` says why."""


class Asked(NamedTuple):
    """A statement the stand-in was given, with its query tag."""

    sql: str
    tag: str | None
    query_id: str


@dataclass
class Account:
    """One Snowflake account: what is in it, what the role holds, and what goes wrong.

    `fault` is asked before ("before") and after ("after") every statement and may raise in the connector's name.
    `statuses` are the execution statuses that the query history shows one after the other, by part of the tag.
    """

    server: Any = None
    asked: list[Asked] = field(default_factory=list)
    logins: list[dict[str, Any]] = field(default_factory=list)
    fault: Callable[[str, str], None] = lambda _when, _sql: None
    history: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    statuses: dict[str, list[str]] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)
    warehouse: str | None = "WSYNC_WH"
    privileges: list[tuple[str, str | None, str, str]] = field(default_factory=list)
    login: Callable[[dict[str, Any]], None] = lambda _told: None

    def connect(self, **told: Any) -> Connection:
        self.logins.append(told)
        self.login(told)
        inner = self.server.connect(**told)
        inner._duck_conn.execute(f"set timezone = '{told['session_parameters']['TIMEZONE']}'")
        return Connection(self, inner)

    def in_tokyo(self) -> None:
        """Tokyo's is the zone of every session that does not ask for another."""
        self.server.duck_conn.execute("set global timezone = 'Asia/Tokyo'")


class Connection:
    """A connection as the adapter sees it."""

    def __init__(self, account: Account, inner: Any) -> None:
        self.account, self.inner = account, inner

    def cursor(self) -> Cursor:
        return Cursor(self, self.inner.cursor())

    def close(self) -> None:
        self.inner.close()


class Cursor:
    """A cursor that mends what fakesnow does otherwise."""

    def __init__(self, connection: Connection, inner: Any) -> None:
        self.connection, self.inner = connection, inner
        self.answer: list[tuple[Any, ...]] | None = None

    @property
    def account(self) -> Account:
        return self.connection.account

    def execute(self, sql: str, *, _statement_params: dict[str, str] | None = None) -> Cursor:
        tag = (_statement_params or {}).get("QUERY_TAG")
        asked = Asked(sql, tag, str(uuid.uuid4()))
        self.account.asked.append(asked)
        self.account.fault("before", sql)
        status = "SUCCESS"
        try:
            with _as_snowflake_tells_it():
                self._execute(sql)
        except Exception:
            status = "FAILED_WITH_ERROR"
            raise
        finally:
            if tag:
                self.account.history.setdefault(tag, []).append((asked.query_id, status))
        self.account.fault("after", sql)
        return self

    def _execute(self, sql: str) -> None:
        answered = _answered(self.account, sql)
        if answered is not None:
            self.answer = answered
            return
        self.answer = None
        if sql.startswith("REMOVE "):
            _removed(sql)
            return
        for theirs, ours in REWRITTEN:
            sql = sql.replace(theirs, ours)
        for statement in _each_file(sql):
            self.inner.execute(statement)

    def describe(self, sql: str) -> list[Any]:
        self.account.fault("before", sql)
        with _as_snowflake_tells_it():
            return list(self.inner.describe(sql))

    @property
    def description(self) -> Any:
        with _as_snowflake_tells_it():
            return self.inner.description

    @property
    def sfqid(self) -> str | None:
        return self.inner.sfqid

    def get_results_from_sfqid(self, query_id: str) -> None:
        self.inner.get_results_from_sfqid(query_id)

    def fetchall(self) -> list[Any]:
        return self.answer if self.answer is not None else list(map(_whole, self.inner.fetchall()))

    def fetchmany(self, size: int) -> list[Any]:
        self.account.fault("fetch", "")
        return list(map(_whole, self.inner.fetchmany(size)))

    def close(self) -> None:
        self.inner.close()


# -- what fakesnow has not ---------------------------------------------------------------------------------------------


def _whole(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Decimals without digits after the point as integers."""
    return tuple(int(cell) if isinstance(cell, Decimal) and cell.as_tuple().exponent == 0 else cell for cell in row)


def _answered(account: Account, sql: str) -> list[tuple[Any, ...]] | None:
    """The rows of a statement about the account; None for every other statement."""
    if "QUERY_HISTORY_BY_USER" in sql:
        return _history(account, sql)
    if "SYSTEM$CANCEL_QUERY" in sql:
        account.cancelled.append(re.findall(r"'([^']+)'", sql)[-1])
        return [("query cancelled",)]
    if "CURRENT_WAREHOUSE()" in sql:
        return [("WSYNC_ROLE", "SHOP", account.warehouse)]
    if "OBJECT_PRIVILEGES" in sql:
        return list(account.privileges)
    if "INFORMATION_SCHEMA.DATABASES" in sql:
        return [(1,)] if "'SHOP'" in sql else []
    return None


def _history(account: Account, sql: str) -> list[tuple[Any, ...]]:
    tag = re.findall(r"QUERY_TAG = '(.*)'$", sql)[0].replace("''", "'").replace("\\\\", "\\")
    for part, statuses in account.statuses.items():
        if part in tag:
            status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
            return [("01b2-0000", status)] if status else []
    return list(account.history.get(tag, []))


def _each_file(sql: str) -> Iterator[str]:
    named = re.match(r"PUT 'file://([^']+\*\.csv\.gz)'", sql)
    if not named:
        yield sql
        return
    folder = Path(named[1]).parent
    for path in sorted(folder.glob("*.csv.gz")):
        yield sql.replace(named[1], str(path))


def _removed(sql: str) -> None:
    for path in staged_files():
        if re.findall(r"/(\w{32})/", sql)[0] in str(path):
            path.unlink()


def staged_files() -> list[Path]:
    """Every file on a stage."""
    from fakesnow.transforms.stage import LOCAL_BUCKET_PATH

    return [path for path in Path(LOCAL_BUCKET_PATH).rglob("*") if path.is_file()]


@contextmanager
def _as_snowflake_tells_it() -> Iterator[None]:
    """duckdb's errors with Snowflake's numbers and the form of its messages."""
    import duckdb
    from snowflake.connector.errors import ProgrammingError

    try:
        warnings.filterwarnings("ignore", "Arrow output", UserWarning)  # pytest takes it back after each test
        yield
    except duckdb.TransactionException as error:
        if "Catalog write-write conflict" in str(error):
            raise ProgrammingError(msg="Object 'X' already exists.", errno=2002, sqlstate="42710") from None
        raise ProgrammingError(msg="has locked table", errno=625, sqlstate="57014") from None
    except ProgrammingError as error:
        text = str(error.msg)
        if "already exists" in text:
            raise ProgrammingError(msg="Object 'X' already exists.", errno=2002, sqlstate="42710") from None
        column = re.search(r'Referenced column "([^"]+)"', text)
        if column:
            told = f"invalid identifier '{column[1]}'"
            raise ProgrammingError(msg=told, errno=904, sqlstate="42000") from None
        named = re.search(r"(?:Table|View|Schema) with name \"?([\w.]+)", text)
        if named:
            told = f"Object '{named[1]}' does not exist or not authorized."
            raise ProgrammingError(msg=told, errno=2003, sqlstate="02000") from None
        raise


# -- COPY ----------------------------------------------------------------------------------------------------------

_types: ContextVar[dict[str, str]] = ContextVar("types")


def _mended_copy(original: Callable[..., str]) -> Callable[..., str]:
    """fakesnow's COPY, told the types of the columns it loads into."""

    def copy_into(duck_conn: Any, database: str, schema: str, expression: Any, *rest: Any, **named: Any) -> str:
        table = expression.this.this
        described = duck_conn.execute(f'describe "{database}"."{table.db or schema}"."{table.name}"').fetchall()
        _types.set({row[0]: row[1] for row in described})
        return original(duck_conn, database, schema, expression, *rest, **named)

    return copy_into


def _inserts(expression: Any, params: Any, urls: list[str], _parquet: Any = None) -> list[Any]:
    """One INSERT a file: every field as text, hex decoded, and cast as the column asks."""
    import sqlglot

    target = expression.this
    names = [column.name for column in target.expressions]
    told = [f"unhex(column{n})" if _types.get()[name] == "BLOB" else f"column{n}" for n, name in enumerate(names)]
    columns = ", ".join(f"'column{n}': 'VARCHAR'" for n in range(len(names)))
    options = (
        "header = false, auto_detect = false, delim = ',', quote = '\"', escape = '\"', nullstr = '', "
        f"allow_quoted_nulls = false, parallel = false, compression = 'gzip', columns = {{{columns}}}"
    )
    assert (params.file_format.quote, params.file_format.null_if) == ('"', [""]), "COPY's options are not ours"
    into = target.sql("duckdb")
    return [
        sqlglot.parse_one(
            f"insert into {into} select {', '.join(told)} from read_csv('{url}', {options})", read="duckdb"
        )
        for url in urls
    ]


@contextmanager
def account() -> Iterator[Account]:
    """An account with an empty database SHOP, which `snowflake.connector.connect` leads to."""
    import fakesnow.copy_into
    import fakesnow.cursor
    import pytest
    from fakesnow.instance import FakeSnow
    from snowflake import connector

    os.environ.setdefault("TZ", "UTC")
    made = Account(FakeSnow())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(connector, "connect", made.connect)
        patched.setattr(fakesnow.cursor, "copy_into", _mended_copy(fakesnow.copy_into.copy_into))
        patched.setattr(fakesnow.copy_into, "_inserts", _inserts)
        yield made
        made.server.duck_conn.close()
