"""What went wrong in BigQuery, named by what the caller should do. Its own words may quote data and go nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from warehouse_sync.errors import AlreadyExists, WarehouseBusy, WarehouseError

# Reasons as BigQuery's page on error messages lists them, 2026-11-22.
BUSY = {
    "backendError",
    "badGateway",
    "internalError",
    "jobBackendError",
    "jobInternalError",
    "jobRateLimitExceeded",
    "rateLimitExceeded",
    "tableUnavailable",
}
CONFLICT = re.compile(r"concurrent update|could not serialize|too many dml statements|transaction is aborted", re.I)

SAID: Mapping[str, tuple[str, str]] = {
    "accessDenied": ("grants", "access was denied; `wsync check` prints the grants that are missing"),
    "billingNotEnabled": ("quota", "the project has no billing account, and without one BigQuery refuses changes"),
    "billingTierLimitExceeded": ("quota", "it needs more computing than the project's billing tier allows"),
    "blocked": ("quota", "BigQuery blocks this kind of operation for the project; ask Google's support"),
    "bytesBilledLimitExceeded": ("quota", "it would be billed for more than warehouse.maximum_bytes_billed"),
    "invalidUser": ("credentials", "BigQuery does not accept the account; check its credentials"),
    "quotaExceeded": ("quota", "a quota of the project is used up; see BigQuery's quotas page, and run again later"),
    "resourcesExceeded": ("memory", "it needed more memory than BigQuery gives to one query"),
    "responseTooLarge": ("memory", "its answer is larger than BigQuery keeps"),
    "stopped": ("timeout", "the job was cancelled, by somebody or by warehouse.job_timeout"),
    "timeout": ("timeout", "it took longer than BigQuery allows"),
    "userProjectAccountDeactivated": ("credentials", "the project's account is deactivated"),
}
STATUS = {401: "invalidUser", 403: "accessDenied", 404: "notFound", 409: "duplicate", 429: "rateLimitExceeded"}

NAME = r"[\w.:$-]+"
MISSING = re.compile(
    rf"Not found: (?P<kind>Table|Dataset|Project|View) (?P<name>{NAME})"
    rf"|(?P<bare>Table) \"?(?P<table>{NAME})\"? must be qualified with a dataset"
)
UNKNOWN = re.compile(rf"(?:Unrecognized name: |Name |Function not found: )`?({NAME})`?(?: not found inside| at \[|;|$)")
PLACE = re.compile(r"\[(\d+:\d+)\]")


def failure(reason: str, message: str, statement: str) -> WarehouseError:
    """The error for a reason of BigQuery's. Of its message only names and places are used."""
    if reason in BUSY or CONFLICT.search(message):
        return WarehouseBusy(f"BigQuery asks to try again ({reason})", statement=statement, code="busy")
    if reason == "duplicate":
        return AlreadyExists("the table exists already", statement=statement, code="exists")
    if found := MISSING.search(message):
        name = found["name"] or found["table"]
        kind = (found["kind"] or found["bare"]).lower()
        hint = "" if found["kind"] else ", or its dataset is left out"
        return WarehouseError(f"there is no {kind} {name}{hint}", statement=statement, code="missing")
    if reason == "notFound":
        return WarehouseError("what it names is not there", statement=statement, code="missing")
    if reason in SAID:
        code, said = SAID[reason]
        return WarehouseError(said, statement=statement, code=code)
    return _refused(reason, message, statement)


def _refused(reason: str, message: str, statement: str) -> WarehouseError:
    if name := UNKNOWN.search(message):
        return WarehouseError(f"there is no column or function {name[1]}", statement=statement, code="missing")
    place = PLACE.search(message)
    where = f" at {place[1]}" if place else ""
    return WarehouseError(f"BigQuery refused it ({reason}{where})", statement=statement, code="statement")


@contextmanager
def errors(statement: str) -> Iterator[None]:
    """Turn whatever the driver raises into ours."""
    import google.auth.exceptions as auth
    import requests
    from google.api_core.exceptions import GoogleAPIError, RetryError

    try:
        yield
    except auth.TransportError:
        raise _unreachable(statement) from None
    except auth.GoogleAuthError:
        raise WarehouseError(
            "Google does not accept the credentials; sign in again (`gcloud auth application-default login`), or "
            "check warehouse.keyfile and warehouse.impersonate_service_account",
            statement=statement,
            code="credentials",
        ) from None
    except RetryError as error:
        raise _api_failure(error.cause, statement) from None
    except GoogleAPIError as error:
        raise _api_failure(error, statement) from None
    except (requests.RequestException, ConnectionError, TimeoutError):
        raise _unreachable(statement) from None


def _api_failure(error: Any, statement: str) -> WarehouseError:
    told = (getattr(error, "errors", None) or [{}])[0]
    reason = told.get("reason") or STATUS.get(getattr(error, "code", 0), "")
    if not reason and (getattr(error, "code", 0) or 0) < 500:
        return _unreachable(statement)
    return failure(reason or "backendError", told.get("message") or "", statement)


def _unreachable(statement: str) -> WarehouseError:
    return WarehouseError(
        "BigQuery cannot be reached, or the connection was lost for long; run again: nothing is lost",
        statement=statement,
        code="connection",
    )
