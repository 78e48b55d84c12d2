"""LinkedIn's refusals as data: what each means, what is to be done, and whether anything was applied.

Statuses and codes: learn.microsoft.com/linkedin, Error handling, Rate limiting and DMP segments (read 2026-11-22). A
throttle says neither how long nor which of the limits (minute or day) was reached.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from warehouse_sync.http import Kind, Reply, Verdict, by_status


class Known(NamedTuple):
    """One kind of trouble. `codes` are an HTTP status with LinkedIn's own code, where that tells them apart.

    `words` say what was found and `remedy` what to do; both are ours, so no text of the platform is ever shown.
    `seconds` and `attempts` limit its repetition.
    """

    kind: Kind
    name: str
    codes: tuple[tuple[int, str | None], ...]
    words: str
    remedy: str = ""
    certain: bool = True
    seconds: float | None = None
    attempts: int | None = None


AGAIN = "authorise the app again (developer portal, your app, Auth, OAuth 2.0 tools) with the scope rw_dmp_segments"
THROTTLE_PAUSE = 60.0
"""Seconds: the minute limits' window."""
NEWER = "set api_version to one that LinkedIn serves; this version of wsync was made for 202608"
ROLE = (
    "the token's member needs a role above VIEWER on the ad account, the app the product Matched Audiences and the "
    "scope rw_dmp_segments; check account_id, too"
)

KNOWN: tuple[Known, ...] = (
    Known("denied", "segment_limit", ((429, "SEGMENT_LIMIT_EXCEEDED"),), "the ad account has its 1,000 segments",
          "delete segments that nobody uses, or name an existing one by audience: id"),
    Known("wait", "throttled", ((429, None),), "too many calls; a daily limit ends at 00:00 UTC",
          "where it goes on after some minutes, run again after 00:00 UTC", seconds=THROTTLE_PAUSE, attempts=4),
    Known("denied", "reauthorise", ((400, "invalid_grant"),), "the refresh token is not accepted any more",
          f"{AGAIN} and set the new refresh_token; it lives 365 days"),
    Known("denied", "client_refused", ((401, "invalid_client"),), "client_id and client_secret are not accepted",
          "take both from the developer portal, your app, Auth"),
    Known("denied", "token_refused", ((401, None),), "the access token has ended or is not accepted",
          f"{AGAIN} and set the new access_token; it lives 60 days"),
    Known("denied", "no_permission", ((403, None),), "the token gives no right to this account's segments", ROLE),
    Known("denied", "missing", ((404, None),), "there is no such segment, or no such address",
          "check audience: id, account_id and base_url; a deleted segment needs a new sync"),
    Known("retry", "write_conflict", ((409, None),), "another change of the segment is being written"),
    Known("rejected", "length_required", ((411, None),), "a proxy took the length of the request away",
          "go round the proxy"),
    Known("rejected", "too_large", ((413, None),), "the request is larger than LinkedIn or a proxy takes",
          "lower rows_per_request"),
    Known("denied", "version_ended", ((426, None),), "LinkedIn no longer serves this version of its API", NEWER),
    Known("denied", "version_refused", ((400, "VERSION_MISSING"),), "LinkedIn does not know this version", NEWER),
    Known("rejected", "bad_request", ((400, None), (422, None)), "LinkedIn did not accept the request",
          "look at field_notes; where nothing is accepted, run wsync check"),
    Known("retry", "server_fault", ((500, None), (502, None), (503, None), (504, None)), "LinkedIn failed to answer",
          certain=False),
)  # fmt: skip

TABLE: Mapping[tuple[int, str | None], Known] = {code: each for each in KNOWN for code in each.codes}
REMEDIES: Mapping[str, str] = {each.name: each.remedy for each in KNOWN}
VERSION_WORDS = ("VERSION_MISSING", "NONEXISTENT_VERSION", "INVALID_VERSION")
"""Codes of answers to a version header that names no version."""

is_trace = re.compile(r"[A-Za-z0-9_.:+/=-]{1,64}").fullmatch


def trace(reply: Reply) -> str | None:
    """The id by which LinkedIn's support finds the request, where it has the form of one."""
    for name in ("x-li-uuid", "x-li-request-id"):
        found = reply.headers.get(name)
        if found and is_trace(found):
            return found
    return None


def code_of(body: Any) -> str | None:
    """LinkedIn's own word for what went wrong: `code`, or `error` of the token address."""
    found = (body.get("code") or body.get("error")) if isinstance(body, dict) else None
    if not isinstance(found, str):
        return None
    return "VERSION_MISSING" if found in VERSION_WORDS else found


def is_envelope(reply: Reply) -> bool:
    """Whether the answer is LinkedIn's own: its members, or its headers."""
    told = isinstance(reply.body, dict) and bool({"status", "code", "message", "error", "elements"} & set(reply.body))
    return told or trace(reply) is not None


def classify(reply: Reply) -> Verdict:
    """The verdict on any answer. A created segment's and a deletion's have no body: their status is enough."""
    if reply.status in (201, 204) or (reply.status == 200 and isinstance(reply.body, dict)):
        return Verdict("ok", request_id=trace(reply))
    found = TABLE.get((reply.status, code_of(reply.body))) or TABLE.get((reply.status, None))
    if found is None or not (is_envelope(reply) or reply.status in (413, 429)):
        return replace(by_status(reply), request_id=trace(reply))
    return verdict(found, reply)


def verdict(found: Known, reply: Reply) -> Verdict:
    """What is to be done about a known trouble."""
    advice = f"; {found.remedy}" if found.remedy else ""
    return Verdict(
        found.kind,
        found.name,
        f"{found.words}{advice}. LinkedIn responded with status: {reply.status}",
        certain=found.certain,
        seconds=found.seconds,
        attempts=found.attempts,
        request_id=trace(reply),
    )
