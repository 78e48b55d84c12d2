"""How LinkedIn says no: an HTTP status and a short body; and the catalogue of what can be ordered by name.

Statuses and codes: learn.microsoft.com/linkedin, Error handling, Rate limiting, Versioning (read 2026-11-22). There is
no Retry-After, and no header about rates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .replies import Refusal, Refusals, Reply, answer


class Problem(Refusal):
    """A refusal in LinkedIn's envelope; `word` is its `code`."""

    def __init__(self, status: int, word: str, message: str, service: int = 100) -> None:
        super().__init__(service, message, status=status)
        self.word = word

    def reply(self, trace: str) -> Reply:
        told = {"status": self.status, "code": self.word, "message": self.message, "serviceErrorCode": self.code}
        return replace(answer(told, self.status), refused=True)


class NoToken(Refusal):
    """What the address for tokens says: OAuth's own envelope."""

    def __init__(self, error: str, message: str, status: int = 400) -> None:
        super().__init__(status, message, status=status)
        self.error = error

    def reply(self, trace: str) -> Reply:
        return replace(answer({"error": self.error, "error_description": self.message}, self.status), refused=True)


def wrong(text: str) -> Problem:
    return Problem(400, "ILLEGAL_ARGUMENT", text)


def bad_token() -> Problem:
    return Problem(401, "INVALID_ACCESS_TOKEN", "Invalid access token", 65600)


def expired_token() -> Problem:
    return Problem(401, "EXPIRED_ACCESS_TOKEN", "The token used in the request has expired", 65601)


def missing(what: str = "DMP segment") -> Problem:
    return Problem(404, "RESOURCE_NOT_FOUND", f"could not find {what}")


def throttled() -> Problem:
    return Problem(
        429, "TOO_MANY_REQUESTS", "Resource level throttle limit for calls to this resource is reached.", 101
    )


def segment_limit() -> Problem:
    return Problem(429, "SEGMENT_LIMIT_EXCEEDED", "The account has as many segments as it can have.")


def version(given: str) -> Problem:
    return Problem(426, "NONEXISTENT_VERSION", f"Requested version {given} is not active", 0)


def invalid_grant() -> NoToken:
    return NoToken("invalid_grant", "The provided authorization grant or refresh token is invalid, expired or revoked.")


REFUSALS: Refusals = {
    "bad_parameter": lambda: wrong("Invalid parameter"),
    "bad_token": bad_token,
    "conflict": lambda: Problem(409, "CONFLICT", "Write conflict, please retry."),
    "expired_token": expired_token,
    "invalid_grant": invalid_grant,
    "length_required": lambda: Problem(411, "LENGTH_REQUIRED", "Length required"),
    "missing": missing,
    "old_version": lambda: version("20250101"),
    "permission": lambda: Problem(403, "ACCESS_DENIED", "Not enough permissions to access: dmpSegments"),
    "segment_limit": segment_limit,
    "throttled": throttled,
    "transient": lambda: Problem(500, "INTERNAL_SERVER_ERROR", "Internal Server Error", 0),
    "unavailable": lambda: Problem(503, "SERVICE_UNAVAILABLE", "Service Unavailable", 0),
}


def result(status: int, message: str = "") -> Mapping[str, Any]:
    """The verdict on one element."""
    return {"status": status} if status < 300 else {"status": status, "error": {"status": status, "message": message}}
