"""Every error raised on purpose, named by what the caller should do.

```
WsyncError                        exit 1    everything raised on purpose
├─ ConfigError                         2    the user edits a file: has path, line, key
├─ WarehouseError                      3    a statement failed: its name, our code, never the driver's text
│  ├─ WarehouseBusy                         safe to try again: lock, serialisation, rate quota
│  ├─ AnswerLost                            it may or may not have taken effect: look for its artefact
│  └─ AlreadyExists                         a table of this name is there (a lost race, or a repeated step)
├─ AudienceRefused                     4    a guard said no, or an approval no longer fits
├─ DestinationError                    5    has the connector, http status, the platform's code, the request id
│  ├─ Denied                                stop the sync: credentials, permission, terms, the audience itself
│  ├─ Rejected                              this page is wrong: halve it, at one row the row fails
│  └─ Unavailable                           tried until the budget ended: what was sent is in doubt
├─ Held                               75    another run holds the sync, or another process the database
├─ Gated                               7    dbt's last invocation failed for what the sync reads
└─ Stopped                       130/143    a signal asked the run to end
```

A message says what was found, where, and what to do. It never holds a value from the data or a secret.
"""

from __future__ import annotations

from pathlib import Path


class WsyncError(Exception):
    """Everything raised on purpose. `exit_code` is what the command line ends with."""

    exit_code = 1


class ConfigError(WsyncError):
    """The user edits a file. `path`, `line` (from 1) and `key` say where, when known."""

    exit_code = 2

    def __init__(
        self, message: str, *, path: Path | str | None = None, line: int | None = None, key: str | None = None
    ) -> None:
        super().__init__(message)
        self.message, self.path, self.line, self.key = message, path, line, key

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.path and self.line else str(self.path or "")
        return ": ".join(part for part in (place, self.key or "", self.message) if part)


class WarehouseError(WsyncError):
    """A statement failed. `statement` names the canonical file.

    `code` is ours: credentials, grants, quota, connection, missing, exists, needed (somebody's view reads it), locked,
    conflict, busy, timeout, disk_full, memory, cannot_open, io, statement, warehouse.
    """

    exit_code = 3

    def __init__(self, message: str, *, statement: str = "", code: str = "warehouse") -> None:
        super().__init__(f"{statement}: {message}" if statement else message)
        self.statement, self.code = statement, code


class WarehouseBusy(WarehouseError):
    """The statement had no effect and may be tried again: a lock, a serialisation conflict, a rate quota."""


class AnswerLost(WarehouseError):
    """The connection or the answer was lost: the statement may or may not have taken effect, and is over."""


class AlreadyExists(WarehouseError):
    """A table or view of this name is there already."""


class AudienceRefused(WsyncError):
    """A guard blocked the plan, or an approval no longer fits what would be sent."""

    exit_code = 4


class DestinationError(WsyncError):
    """The platform, or the way to it, said no.

    `certain` is False when some attempt of the same request may have been applied (a timeout, a broken answer, a
    server fault), so that its rows are in doubt whatever the last answer was.
    """

    exit_code = 5

    def __init__(
        self,
        message: str,
        *,
        connector: str = "",
        code: str = "destination",
        http_status: int | None = None,
        request_id: str | None = None,
        certain: bool = True,
    ) -> None:
        super().__init__(message)
        self.connector, self.code, self.http_status = connector, code, http_status
        self.request_id, self.certain = request_id, certain


class Denied(DestinationError):
    """Stop the sync: credentials, permission, terms, or the audience itself. Nothing more is sent."""


class Rejected(DestinationError):
    """The page is wrong as it stands. `whole` is True where halving cannot help (it concerns the audience)."""

    def __init__(self, message: str, *, whole: bool = False, **facts: object) -> None:
        super().__init__(message, **facts)  # type: ignore[arg-type]
        self.whole = whole


class Unavailable(DestinationError):
    """Tried until the budget ended. `certain` False: what was sent is in doubt; True: it never left."""


class Held(WsyncError):
    """Another run holds the sync, or another process the database file.

    `patience`: the seconds for which trying again is worth it; 0 where a holder may take as long as a run does.
    """

    exit_code = 75

    def __init__(self, message: str, *, patience: float = 0) -> None:
        super().__init__(message)
        self.patience = patience


class Gated(WsyncError):
    """dbt's last invocation says that a sync may not run. `code` is ours, such as `dbt_model_failed`."""

    exit_code = 7

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class Stopped(WsyncError):
    """A signal asked the run to end; what was sent is recorded, the rest is not attempted."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(f"stopped by signal {signal_number}")
        self.exit_code = 128 + signal_number
