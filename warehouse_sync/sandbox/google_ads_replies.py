"""How the Google Ads API says no: Google's envelope around a GoogleAdsFailure, whole requests and single operations.

Rules: developers.google.com/google-ads/api, Errors; the errors of google-ads 34.0.0 (v26; read 2026-11-22).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .google_replies import STATUSES
from .replies import Refusal, Reply, answer

Place = tuple[str, int | None]
"""A field's name, in snake case, and its place in a list."""


@dataclass(frozen=True)
class Mistake:
    """One error: its family and code, where it is, and the value that gave rise to it, which Google repeats."""

    family: str
    code: str
    message: str = ""
    at: tuple[Place, ...] = ()
    trigger: str | None = None
    details: Mapping[str, Any] | None = None

    def told(self) -> dict[str, Any]:
        places = [{"fieldName": name, **({} if index is None else {"index": index})} for name, index in self.at]
        return {
            "errorCode": {self.family: self.code},
            "message": self.message or f"{self.code.replace('_', ' ').capitalize()}.",
            **({} if self.trigger is None else {"trigger": {"stringValue": self.trigger}}),
            **({"location": {"fieldPathElements": places}} if places else {}),
            **({"details": self.details} if self.details else {}),
        }


def failure(mistakes: Iterable[Mistake], version: str, trace: str) -> dict[str, Any]:
    """The message that all errors of this API come in."""
    return {
        "@type": f"type.googleapis.com/google.ads.googleads.{version}.errors.GoogleAdsFailure",
        "errors": [each.told() for each in mistakes],
        "requestId": trace,
    }


def status_of(mistakes: Sequence[Mistake], version: str, trace: str) -> dict[str, Any]:
    """A google.rpc.Status inside a success: what is wrong with single operations."""
    return {"code": 3, "message": mistakes[0].told()["message"], "details": [failure(mistakes, version, trace)]}


class AdsProblem(Refusal):
    """A refusal of a whole request."""

    def __init__(self, status: int, *mistakes: Mistake, version: str = "v26") -> None:
        text = "Internal error encountered." if status >= 500 else "Request contains an invalid argument."
        super().__init__(status, text, status=status)
        self.mistakes, self.version = mistakes, version

    def reply(self, trace: str) -> Reply:
        told = {"code": self.status, "message": self.message, "status": STATUSES[self.status]}
        details = [failure(self.mistakes, self.version, trace)]
        return replace(answer({"error": {**told, "details": details}}, self.status), refused=True)


def job_error(code: str, *at: Place, message: str = "", trigger: str | None = None) -> Mistake:
    return Mistake("offlineUserDataJobError", code, message, at, trigger)


def list_error(code: str, *at: Place) -> Mistake:
    return Mistake("userListError", code, at=at)


def request_error(code: str, *at: Place) -> Mistake:
    return Mistake("requestError", code, at=at)


def quota(code: str, scope: str, rate: str, delay: str) -> Mistake:
    details = {"quotaErrorDetails": {"rateScope": scope, "rateName": rate, "retryDelay": delay}}
    return Mistake("quotaError", code, "Resource has been exhausted.", details=details)


CONCURRENT = Mistake(
    "databaseError",
    "CONCURRENT_MODIFICATION",
    "Multiple requests were attempting to modify the same resource at once. Retry the request.",
)
NOT_ALLOWLISTED = Mistake(
    "notAllowlistedError",
    "CUSTOMER_NOT_ALLOWLISTED_FOR_THIS_FEATURE",
    "Customer is not allowlisted for accessing this feature.",
)
REFUSALS: Mapping[str, Callable[[], AdsProblem]] = {
    "ads_concurrent": lambda: AdsProblem(400, CONCURRENT),
    "ads_daily_quota": lambda: AdsProblem(
        429, quota("RESOURCE_EXHAUSTED", "DEVELOPER", "Number of operations for basic access", "41382s")
    ),
    "ads_internal": lambda: AdsProblem(500, Mistake("internalError", "INTERNAL_ERROR")),
    "ads_not_allowlisted": lambda: AdsProblem(403, NOT_ALLOWLISTED),
    "ads_not_approved": lambda: AdsProblem(
        403, Mistake("authorizationError", "CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION")
    ),
    "ads_throttled": lambda: AdsProblem(
        429, quota("RESOURCE_TEMPORARILY_EXHAUSTED", "ACCOUNT", "Requests per service per method", "30s")
    ),
    "ads_transient": lambda: AdsProblem(500, Mistake("internalError", "TRANSIENT_ERROR")),
    "ads_unknown": lambda: AdsProblem(400, Mistake("errorOfTomorrow", "SOMETHING_NEW")),
}
SAME = {
    "bad_parameter": lambda: AdsProblem(400, request_error("UNKNOWN")),
    "daily_quota": REFUSALS["ads_daily_quota"],
    "not_allowlisted": REFUSALS["ads_not_allowlisted"],
    "permission": lambda: AdsProblem(403, Mistake("authorizationError", "USER_PERMISSION_DENIED")),
    "throttled": REFUSALS["ads_throttled"],
    "transient": REFUSALS["ads_transient"],
}
"""What the same order means on this API's paths."""


def places(path: str) -> tuple[Place, ...]:
    """A path such as `operations[1].create` as places."""
    found = (re.fullmatch(r"(\w+)(?:\[(\d+)\])?", part) for part in path.split("."))
    return tuple((each[1], None if each[2] is None else int(each[2])) for each in found if each)
