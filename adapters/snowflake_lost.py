"""Snowflake: what became of a statement whose answer was lost, told by the query tag that only it had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from warehouse_sync.adapters.snowflake_errors import translated
from warehouse_sync.errors import WarehouseError

OVER = ("SUCCESS", "FAILED_WITH_ERROR", "FAILED_WITH_INCIDENT")
LOOKS = 30
PAUSE = 2.0
"""Seconds between two looks: a statement that is not in the history by the second look never arrived."""


@dataclass(frozen=True)
class Lost:
    """Looks statements up on a new connection, in the history of the user's own queries, which needs no grant."""

    connection: Any
    sleep: Callable[[float], None]

    def ended(self, tag: str, statement: str) -> bool:
        """Whether the statement of this tag succeeded; one that still runs is cancelled first.

        False where it failed or never arrived. Raises `WarehouseError` where it does not end.
        """
        for look in range(LOOKS):
            found = self._rows(_history(tag), statement)
            if found and found[0][1].upper() in OVER:
                return bool(found[0][1].upper() == "SUCCESS")
            if not found and look:
                return False
            if found:
                self._rows(_cancel(found[0][0]), statement)
            self.sleep(PAUSE)
        raise WarehouseError(
            f"its answer was lost, and it does not end; stop query {found[0][0]} and run again",
            statement=statement,
            code="connection",
        )

    def _rows(self, sql: str, statement: str) -> list[tuple[Any, ...]]:
        try:
            cursor = self.connection.cursor()
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()]
        except Exception as error:  # noqa: BLE001 - the connector lets errors of its HTTP client through
            raise translated(error, statement) from None


def _history(tag: str) -> str:
    """The user's last statements (docs.snowflake.com/en/sql-reference/functions/query_history, read 2026-11-22)."""
    told = exp.Literal.string(tag).sql("snowflake")
    return (
        "SELECT QUERY_ID, EXECUTION_STATUS FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY_BY_USER(RESULT_LIMIT => 1000)) "
        f"WHERE QUERY_TAG = {told}"
    )


def _cancel(query_id: str) -> str:
    return f"SELECT SYSTEM$CANCEL_QUERY({exp.Literal.string(query_id).sql('snowflake')})"
