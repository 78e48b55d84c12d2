"""What the stand-in can answer: Meta's error envelope, and the catalogue of faults by name.

Codes and texts: developers.facebook.com, Marketing API error reference and rate limiting, read 2026-11.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Delivery = Literal["whole", "truncated", "reset", "drip", "hangup"]

JSON = "application/json; charset=UTF-8"
HTML = "text/html; charset=utf-8"
PAGE = b"<!DOCTYPE html><html><head><title>Error</title></head><body>Sorry, something went wrong.</body></html>"


@dataclass(frozen=True)
class Reply:
    """An HTTP answer and how it reaches the client; `seconds` is the wait before it (a drip's: how long).

    `refused`: the platform said no, with whatever status.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = JSON
    delivery: Delivery = "whole"
    seconds: float = 0.0
    refused: bool = False


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A JSON answer."""
    return Reply(status, json.dumps(value, separators=(",", ":")).encode(), headers or {})


class Refusal(Exception):
    """The platform says no: raised by the checks, turned into its error envelope by the server.

    The envelope is Meta's; the refusals of another platform are a subclass with its own `reply`.
    """

    def __init__(self, code: int, message: str, *, subcode: int | None = None, status: int = 400, **more: Any) -> None:
        super().__init__(code)
        self.code, self.message, self.subcode, self.status, self.more = code, message, subcode, status, more

    def reply(self, trace: str) -> Reply:
        headers = self.more.get("headers", {})
        extra = {name: value for name, value in self.more.items() if name != "headers"}
        body = {"message": f"(#{self.code}) {self.message}", "type": "OAuthException", "code": self.code}
        if self.subcode is not None:
            body["error_subcode"] = self.subcode
        return replace(answer({"error": {**body, **extra, "fbtrace_id": trace}}, self.status, headers), refused=True)


def too_small() -> Refusal:
    """As recorded: removals that would leave too few members look like a permission error."""
    return Refusal(
        200,
        "Permissions error",
        subcode=1870047,
        is_transient=False,
        error_user_title="Audience Size too Low",
        error_user_msg="The audience would have too few people left.",
        headers={"WWW-Authenticate": 'OAuth "Facebook Platform" "invalid_request" "Permissions error"'},
    )


def flagged() -> Refusal:
    return Refusal(100, "This custom audience is flagged", subcode=1713230, error_user_title="Audience Flagged")


def missing(what: str = "object") -> Refusal:
    return Refusal(
        100,
        f"Unsupported request. The {what} does not exist, cannot be loaded due to missing permissions, "
        "or does not support this operation",
        subcode=33,
        type="GraphMethodException",
    )


def updating(subcode: int | None, why: str) -> Refusal:
    """The 2650 family, told apart by subcode."""
    return Refusal(2650, "Failed to update the custom audience", subcode=subcode, error_user_msg=why)


def bad_token(status: int = 400, subcode: int | None = None) -> Refusal:
    return Refusal(190, "Invalid OAuth access token - Cannot parse access token", subcode=subcode, status=status)


def usage(percent: int, minutes: int, account: str) -> dict[str, str]:
    """The three usage headers: percentages, and minutes until calls are let through again."""
    buc = {"type": "custom_audience", "call_count": percent, "total_cputime": percent, "total_time": percent}
    return {
        "X-Business-Use-Case-Usage": json.dumps(
            {account.removeprefix("act_"): [{**buc, "estimated_time_to_regain_access": minutes}]}
        ),
        "X-Ad-Account-Usage": json.dumps(
            {
                "acc_id_util_pct": percent,
                "reset_time_duration": 60 * minutes,
                "ads_api_access_tier": "standard_access",
            }
        ),
        "X-App-Usage": json.dumps({"call_count": percent, "total_time": percent, "total_cputime": percent}),
    }


Refusals = Mapping[str, Callable[[], Refusal]]
"""Refusals by the name they are ordered by."""

THROTTLES = {"throttled": 80003, "throttled_user": 17, "throttled_429": 80003}

REFUSALS: Refusals = {
    "bad_parameter": lambda: Refusal(100, "Invalid parameter"),
    "bad_token": bad_token,
    "expired_token": lambda: bad_token(401, 463),
    "blocked": lambda: Refusal(368, "The action attempted has been deemed abusive or is otherwise disallowed"),
    "busy": lambda: updating(1870145, "The audience is being updated."),
    "error_in_200": lambda: Refusal(2, "Service temporarily unavailable", status=200, is_transient=True),
    "failed_update": lambda: updating(None, "The audience could not be updated."),
    "flagged": flagged,
    "missing": missing,
    "not_yet": lambda: Refusal(803, "Some of the aliases you requested do not exist: users", status=404),
    "old_version": lambda: Refusal(2635, "You are calling a deprecated version of the Ads API."),
    "partial": lambda: updating(1870148, "The audience was updated in part."),
    "permission": lambda: Refusal(200, "Requires ads_management permission", status=403),
    "terms": lambda: Refusal(200, "Custom Audience terms have not been accepted", subcode=1870034),
    "throttled": lambda: Refusal(80003, "There have been too many calls from this ad-account."),
    "throttled_429": lambda: Refusal(80003, "There have been too many calls from this ad-account.", status=429),
    "throttled_user": lambda: Refusal(17, "User request limit reached", subcode=2446079, is_transient=False),
    "too_much_data": lambda: Refusal(1, "Please reduce the amount of data you're asking for", status=500),
    "too_small": too_small,
    "transient": lambda: Refusal(2, "Service temporarily unavailable", status=500, is_transient=True),
    "unknown": lambda: Refusal(1, "An unknown error has occurred.", status=500),
}


def bomb() -> bytes:
    return gzip.compress(bytes(64 << 20))


PAGES: Mapping[str, Callable[[], Reply]] = {
    "html": lambda: Reply(200, PAGE, content_type=HTML),
    "html_413": lambda: Reply(413, PAGE, content_type=HTML),
    "html_502": lambda: Reply(502, PAGE, content_type=HTML),
    "huge": lambda: Reply(200, b'{"padding":"' + b"x" * (16 << 20) + b'"}'),
    "gzip_bomb": lambda: Reply(200, bomb(), {"Content-Encoding": "gzip"}),
    "not_json": lambda: Reply(200, b'{"audience_id":'),
    "empty": lambda: Reply(200, b""),
    "no_content": lambda: Reply(204, b""),
}
