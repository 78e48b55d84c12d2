"""TikTok's return codes as data: what each means, what is to be done, and whether anything was applied.

Codes: TikTok API for Business, Appendix: Return codes (read 2026-11-22). Nearly all arrive with HTTP 200, so an answer
is judged by its `code`. There are no rate headers: the message of a throttle says over which time the limit is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from warehouse_sync.http import Kind, Reply, Verdict, by_status


class Known(NamedTuple):
    """One kind of trouble. `codes` are TikTok's, `said` a word of the message without which it is another kind.

    `words` say what was found and `remedy` what to do; both are ours, so no text of the platform is ever shown.
    `certain`: the request was refused as a whole. `seconds` and `attempts` limit its repetition.
    """

    kind: Kind
    name: str
    codes: tuple[int, ...]
    words: str
    remedy: str = ""
    said: tuple[str, ...] = ()
    certain: bool = True
    seconds: float | None = None
    attempts: int | None = None


THROTTLES = (40100, 40016, 40133, 61000)
PER_MINUTE = 300.0
"""Seconds TikTok asks to wait when a limit per minute is reached."""
RENEWAL = (
    "authorise the app again (TikTok for Business, My Apps, Advertiser authorization URL) and use the new long-term "
    "token"
)
SLOWER = "run fewer syncs at once, or apply for a higher rate limit of your app"
ROLE = (
    "let the advertiser authorise the app with the scope Audience Management, and check advertiser_id; all advertisers "
    "must be of one Business Center"
)
LOOK = "open the audience in Ads Manager, Tools, Audience manager; one that has expired needs a new sync"

KNOWN: tuple[Known, ...] = (
    Known("wait", "throttled_day", THROTTLES, "the calls of today are used up, until 00:00 UTC", SLOWER,
          said=("qpd", "daily", "per day"), attempts=1),
    Known("wait", "throttled", THROTTLES, "too many calls in this minute", SLOWER, said=("qpm", "minute"),
          seconds=PER_MINUTE),
    Known("wait", "throttled", THROTTLES, "too many calls in this second", SLOWER, said=("qps", "second"), seconds=1.0),
    Known("wait", "throttled", THROTTLES, "too many calls of this app or advertiser", SLOWER),
    Known("busy", "throttled_value", (40132,), "too many calls for one value of a field", SLOWER),
    Known("retry", "write_conflict", (40202,), "another change of the audience is being written"),
    Known("retry", "task_not_ready", (40201,), "TikTok is not ready yet"),
    Known("busy", "server_fault", (50000, 50002, *range(51_000, 53_000)), "TikTok failed to answer", certain=False),
    Known("busy", "maintenance", (60001,), "TikTok is under maintenance", certain=False),
    Known("repeated", "duplicate_request", (40050,), "TikTok says that it has had this request", certain=False),
    Known("busy", "audience_busy", (40002,), "the audience is being processed", said=("process",)),
    Known("denied", "audience_not_editable", (40002,), "the audience cannot be changed in its present state", LOOK,
          said=("not editable", "audience status")),
    Known("rejected", "too_large", (40011, 40061), "too many rows or ids in one request", "lower rows_per_request"),
    Known("rejected", "not_hashed", (40062,), "a value was not hashed as its type says", "look at the hash setting"),
    Known("rejected", "bad_request", (40000, 40002, 40006, 40700), "a parameter was not accepted",
          "look at field_notes; where nothing is accepted, check that the audience was made by the streaming API"),
    Known("rejected", "bad_file", tuple(range(40_900, 40_911)), "a file was not accepted"),
    Known("denied", "no_permission", (40001, 40119, 40125, 40300, 40301),
          "the token's app has no permission for this advertiser or this audience", ROLE),
    Known("denied", "not_allow_listed", (40118,), "the app is not allow-listed for the streaming API",
          "ask your TikTok representative to allow-list your app for audience segments"),
    Known("denied", "token_expired", (40102,), "the access token has expired", RENEWAL),
    Known("denied", "token_invalid", (40101, 40104, 40105, 40106, 40113), "the access token is not accepted", RENEWAL),
    Known("denied", "missing", (40007, 40008, 41001), "the audience, or the address, does not exist",
          "check the audience's id, advertiser_id and api_version; a deleted audience needs a new sync"),
)  # fmt: skip

TABLE: Mapping[int, tuple[Known, ...]] = {
    code: tuple(known for known in KNOWN if code in known.codes) for each in KNOWN for code in each.codes
}
REMEDIES: Mapping[str, str] = {known.name: known.remedy for known in KNOWN}
_PASSING = Known("busy", "server_fault", (), "TikTok answered with a fault that may pass", certain=False)
_UNKNOWN = Known("rejected", "unknown_error", (), "TikTok refused the request for a reason we do not know")

is_trace = re.compile(r"[A-Za-z0-9_.:+/=-]{1,64}").fullmatch


def trace(reply: Reply) -> str | None:
    """The id by which TikTok's support finds the request, where it has the form of one."""
    found = reply.body.get("request_id") if isinstance(reply.body, dict) else None
    return found if isinstance(found, str) and is_trace(found) else None


def classify(reply: Reply) -> Verdict:
    """The verdict on any answer. A success is one only with status 200 and whole JSON whose code says so."""
    code = code_of(reply.body)
    if reply.status == 404 and code is None:
        words = "the address answers 404; check base_url and api_version"
        return Verdict("denied", "missing", words, certain=False)
    if code is None or (code in (0, 200, 20001) and reply.status not in (200, 201)):
        found = by_status(reply)
        return replace(found, kind="busy") if found.code == "server_fault" else found
    if code in (0, 20001) or (code == 200 and str(reply.body.get("message")).upper() == "OK"):
        return Verdict("ok", request_id=trace(reply))
    return _of_code(code, reply)


def code_of(body: Any) -> int | None:
    """The answer's own code; None where it has none."""
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def known(code: int, message: str) -> Known:
    """The row of the table for a code; where several share it, the first whose word the message has."""
    said = message.lower()
    for each in TABLE.get(code, ()):
        if not each.said or any(word in said for word in each.said):
            return each
    return _UNKNOWN if 40_000 <= code < 50_000 else _PASSING


def _of_code(code: int, reply: Reply) -> Verdict:
    found = known(code, str(reply.body.get("message")))
    advice = f"; {found.remedy}" if found.remedy else ""
    return Verdict(
        found.kind,
        found.name,
        f"{found.words}{advice}. TikTok responded with code: {code}",
        certain=found.certain and reply.status < 500,
        seconds=found.seconds,
        attempts=found.attempts,
        request_id=trace(reply),
    )
