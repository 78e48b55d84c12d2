"""How Google says no: an HTTP status and `{"error": {...}}` with typed details; and what can be ordered by name.

Shapes: google.rpc.Status with ErrorInfo, RequestInfo and BadRequest; developers.google.com/data-manager/api,
Understand errors, Limits; the reasons and their texts are those of the ErrorReason enum (read 2026-11-22).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .replies import Refusal, Refusals, Reply, answer

TYPES = "type.googleapis.com/google.rpc."
SERVICE = "datamanager.googleapis.com"
STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


@dataclass(frozen=True)
class Violation:
    """One thing wrong with one field; `field` is its path in the names of the protocol buffers."""

    field: str
    reason: str
    description: str

    def told(self) -> dict[str, str]:
        return {"field": self.field, "description": self.description, "reason": self.reason}


class Problem(Refusal):
    """A refusal in Google's envelope; `details` are messages with their `@type`."""

    def __init__(self, status: int, message: str, *details: Mapping[str, Any], word: str = "") -> None:
        super().__init__(status, message, status=status)
        self.word, self.details = word or STATUSES[status], details

    def reply(self, trace: str) -> Reply:
        told = {"code": self.status, "message": self.message, "status": self.word}
        if self.details:
            told["details"] = [filled(each, trace) for each in self.details]
        return replace(answer({"error": told}, self.status), refused=True)


class NoToken(Refusal):
    """What the address for tokens says: OAuth's own envelope."""

    def __init__(self, error: str, message: str, status: int = 400) -> None:
        super().__init__(status, message, status=status)
        self.error = error

    def reply(self, trace: str) -> Reply:
        return replace(answer({"error": self.error, "error_description": self.message}, self.status), refused=True)


def filled(detail: Mapping[str, Any], trace: str) -> dict[str, Any]:
    """A detail with the id of the request where it has one."""
    if detail["@type"] == f"{TYPES}ErrorInfo" and detail["domain"] == SERVICE:
        return {**detail, "metadata": {**detail["metadata"], "requestId": trace}}
    return {**detail, "requestId": trace} if "requestId" in detail else dict(detail)


def info(reason: str, domain: str = SERVICE, **metadata: str) -> dict[str, Any]:
    return {"@type": f"{TYPES}ErrorInfo", "reason": reason, "domain": domain, "metadata": metadata}


REQUEST = {"@type": f"{TYPES}RequestInfo", "requestId": ""}


def wrong(*violations: Violation, reason: str = "INVALID_ARGUMENT") -> Problem:
    """What the service says of a request that is readable but not right: nothing of it is done."""
    bad = {"@type": f"{TYPES}BadRequest", "fieldViolations": [each.told() for each in violations]}
    details = (info(reason), REQUEST, *([bad] if violations else []))
    return Problem(400, "There was a problem with the request.", *details)


def malformed(messages: Iterable[tuple[str, str]]) -> Problem:
    """What Google's front end says of JSON that does not fit the message: (path, text) each."""
    told = [{"field": path, "description": text} if path else {"description": text} for path, text in messages]
    bad = {"@type": f"{TYPES}BadRequest", "fieldViolations": told}
    return Problem(400, "\n".join(each["description"] for each in told), bad)


def unreadable() -> Problem:
    return Problem(400, "Invalid JSON payload received. Unexpected token.")


def unauthenticated(reason: str) -> Problem:
    """401, with the reason that the front end gives: expired, invalid, or none at all."""
    text = (
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
        "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
    )
    return Problem(401, text, info(reason, "googleapis.com", service=SERVICE))


def denied(reason: str = "PERMISSION_DENIED") -> Problem:
    return Problem(403, "The caller does not have permission", info(reason), REQUEST)


def no_scope() -> Problem:
    about = info("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "googleapis.com", service=SERVICE)
    return Problem(403, "Request had insufficient authentication scopes.", about)


def no_project(project: str) -> Problem:
    text = (
        f"Caller does not have required permission to use project {project}. Grant the caller the "
        "roles/serviceusage.serviceUsageConsumer role, or a custom role with the serviceusage.services.use permission."
    )
    return Problem(403, text, info("USER_PROJECT_DENIED", "googleapis.com", consumer=f"projects/{project}"))


def missing() -> Problem:
    return Problem(404, "Requested entity was not found.", info("NOT_FOUND"), REQUEST)


def exhausted(limit: str = "IngestionMutateRequestsPerMinutePerProject", value: int = 300) -> Problem:
    """Too many calls; `quota_limit` names the bucket that is empty."""
    about = info(
        "RATE_LIMIT_EXCEEDED",
        "googleapis.com",
        quota_limit=limit,
        quota_limit_value=str(value),
        service=SERVICE,
        consumer="projects/1",
    )
    return Problem(429, f"Quota exceeded for the limit '{limit}' of service '{SERVICE}'.", about)


def daily() -> Problem:
    return exhausted("IngestionMutateRequestsPerDayPerProject", 100_000)


def invalid_grant() -> NoToken:
    return NoToken("invalid_grant", "Token has been expired or revoked.")


REFUSALS: Refusals = {
    "aborted": lambda: Problem(409, "The operation was aborted.", REQUEST),
    "bad_parameter": wrong,
    "bad_token": lambda: unauthenticated("ACCESS_TOKEN_TYPE_UNSUPPORTED"),
    "daily_quota": daily,
    "expired_token": lambda: unauthenticated("ACCESS_TOKEN_EXPIRED"),
    "invalid_grant": invalid_grant,
    "missing": missing,
    "not_allowlisted": lambda: Problem(403, "The account is not allowlisted.", info("NOT_ALLOWLISTED"), REQUEST),
    "permission": denied,
    "terms": lambda: wrong(reason="TERMS_AND_CONDITIONS_NOT_SIGNED"),
    "throttled": exhausted,
    "timeout": lambda: Problem(504, "The request took too long to respond.", info("DEADLINE_EXCEEDED"), REQUEST),
    "transient": lambda: Problem(500, "An internal error has occurred.", info("INTERNAL_ERROR"), REQUEST),
    "unavailable": lambda: Problem(503, "The service is currently unavailable."),
    "unknown_reason": lambda: wrong(reason="A_REASON_OF_TOMORROW"),
}
