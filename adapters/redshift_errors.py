"""Redshift's errors as ours. Its SQLSTATEs are PostgreSQL's, but what only Redshift knows comes as XX000 with a number.

docs.aws.amazon.com/redshift/latest/dg/c_serial_isolation.html and, for how 1023 looks on the wire (SQLSTATE XX000,
the message is the number alone), github.com/aws/aws-sdk-pandas/issues/665; both read 2026-11-22.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from warehouse_sync.adapters import postgres_errors
from warehouse_sync.errors import WarehouseBusy, WarehouseError

if TYPE_CHECKING:
    import psycopg

CONFLICT = re.compile(
    "^(1023|1018)( |$)|Serializable isolation violation|conflict with concurrent transaction|concurrent (update|delete)"
)
"""1023 under SERIALIZABLE, the sentence under SNAPSHOT isolation; 1018: a table was dropped under the statement."""

OWN: tuple[tuple[str, str, str], ...] = (
    ("Disk Full", "disk_full", "the cluster's disk is full; free space and run again: nothing is lost"),
    ("abort|cancel", "timeout", "it was cancelled: by a timeout, a workload rule or an administrator"),
    ("out of memory", "memory", "the cluster is out of memory for this statement"),
    ("S3ServiceException|IAM|not authorized|Access ?Denied", "grants",
     "COPY may not read the stage: check warehouse.s3_stage and what its iam_role may do"),
    ("stl_load_errors|sys_load_error|Load into table", "statement",
     "a loaded value does not fit its column; sys_load_error_detail says which"),
    ("not supported|not implemented", "statement", "Redshift cannot run a statement of this form"),
)  # fmt: skip
"""What begins with XX000: a word of its text, our code, and what is said. The text itself may quote data."""


@contextmanager
def errors(statement: str) -> Iterator[None]:
    """Turn a driver's error into ours. A lost connection raises `AnswerLost`; whoever uses this mends it first."""
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        raise translated(error, statement) from None
    except UnicodeDecodeError:
        raise WarehouseError("the server sent text that is not UTF-8", statement=statement, code="statement") from None


def translated(error: psycopg.Error, statement: str) -> WarehouseError:
    """One error of a statement as ours."""
    text = f"{error.diag.message_primary or ''} {error.diag.message_detail or ''}"
    if (error.sqlstate or "") not in ("XX000", "58030"):
        return postgres_errors.translated(error, statement)
    if CONFLICT.search(text):
        return WarehouseBusy("another transaction changed the same tables", statement=statement, code="conflict")
    for words, code, told in OWN:
        if re.search(words, text, re.IGNORECASE):
            return WarehouseError(told, statement=statement, code=code)
    return postgres_errors.translated(error, statement)
