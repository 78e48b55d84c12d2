"""How TikTok says no: always HTTP 200, the verdict in `code`; and the catalogue of what can be ordered by name.

Codes: TikTok API for Business, Appendix: Return codes (read 2026-11-22). There are neither rate headers nor a
Retry-After.
"""

from __future__ import annotations

from dataclasses import replace

from .replies import Refusal, Refusals, Reply, answer

EDIT = "Audience is not editable, please check audience status"


class Problem(Refusal):
    """A refusal in TikTok's envelope, which has `data`, too."""

    def reply(self, trace: str) -> Reply:
        told = {"code": self.code, "message": self.message, "request_id": trace, "data": {}}
        return replace(answer(told), refused=True)


class NoSuchPage(Refusal):
    """What the edge says of a path it does not know, such as one without its last slash."""

    def __init__(self) -> None:
        super().__init__(404, "404 page not found", status=404)

    def reply(self, trace: str) -> Reply:
        return Reply(404, b"404 page not found", content_type="text/plain; charset=utf-8", refused=True)


def no_token() -> Problem:
    return Problem(40104, "Access token is null, you should set it in http header with key Access-Token.")


def bad_token() -> Problem:
    return Problem(40105, "Access token is incorrect or has been revoked.")


def wrong(text: str) -> Problem:
    """A parameter that is not as documented."""
    return Problem(40002, text)


REFUSALS: Refusals = {
    "bad_parameter": lambda: wrong("Invalid parameter"),
    "bad_token": bad_token,
    "busy": lambda: wrong("The audience is being processed, please try again later."),
    "conflict": lambda: Problem(40202, "Write conflict, please retry."),
    "duplicate": lambda: Problem(40050, "Duplicate request."),
    "expired_token": lambda: Problem(40102, "Access token has expired."),
    "maintenance": lambda: Problem(60001, "The system is under maintenance."),
    "missing": lambda: Problem(40007, "The audience does not exist."),
    "not_allowed": lambda: Problem(40118, "The app is not allowlisted for this API."),
    "not_editable": lambda: wrong(EDIT),
    "permission": lambda: Problem(40001, "No permission to operate the advertiser."),
    "throttled": lambda: Problem(40100, "App reaches the QPS limit."),
    "throttled_advertiser": lambda: Problem(40133, "Advertiser requests made too frequently."),
    "throttled_day": lambda: Problem(40100, "App reaches the daily limit."),
    "throttled_minute": lambda: Problem(40100, "App reaches the QPM limit."),
    "transient": lambda: Problem(50000, "Internal service error."),
    "unhashed": lambda: Problem(40062, "PII not hashed"),
}
