"""Facebook's errors as data: what each code means, what is to be done, and whether anything was applied.

Codes: developers.facebook.com, Marketing API error reference, Custom Audience Users and rate limiting (read
2026-11). Most arrive with HTTP 400, so an answer is judged by code and subcode, never by its status alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from warehouse_sync.http import Kind, Reply, Verdict, by_status


class Known(NamedTuple):
    """One kind of trouble. `codes` are Facebook's (code, subcode), subcode None for any other subcode.

    `words` say what was found and `remedy` what to do; both are ours, so no text of the platform is ever
    shown. `certain`: the request was refused as a whole. `seconds` and `attempts` limit its repetition,
    `whole` marks a refusal that smaller pages cannot cure.
    """

    kind: Kind
    name: str
    codes: tuple[tuple[int, int | None], ...]
    words: str
    remedy: str = ""
    certain: bool = True
    seconds: float | None = None
    attempts: int | None = None
    whole: bool = False


TERMS = (
    "let an admin of the ad account accept the Custom Audience terms at "
    "business.facebook.com/ads/manage/customaudiences/tos"
)
RENEWAL = (
    "make a new token: Business settings, Users, System users, Generate new token, with ads_read and ads_management"
)
ROLE = (
    "give the token's user ads_read and ads_management, and the role of advertiser or admin on the ad "
    "account (Business settings, System users, Assign assets)"
)
MIXED = (
    "Facebook does not mix data sources in one audience: let wsync create a new audience (audience: name) "
    "instead of using one made by file upload or another tool"
)
FLAGGED = (
    "open the audience in Ads Manager and resolve the flag; names and descriptions that hint at health "
    "or finances are often the cause"
)

KNOWN: tuple[Known, ...] = (
    Known(
        "wait",
        "throttled",
        (
            *((4, None), (17, None), (17, 2446079), (32, None), (341, None), (613, None), (613, 1996)),
            *((613, 1487742), (80000, None), (80003, None), (80004, None), (80014, None)),
        ),
        "too many calls for this app or ad account",
        "run fewer syncs at once, or apply for a higher access tier of the Marketing API",
    ),
    Known(
        "retry",
        "server_fault",
        ((1, None), (2, None), (21009, None)),
        "Facebook failed to answer",
        certain=False,
    ),
    Known(
        "busy",
        "audience_busy",
        ((2650, 1870145),),
        "the audience is being updated",
        "wait until the update or replacement under way has ended",
    ),
    Known(
        "retry",
        "partially_updated",
        ((2650, 1870148),),
        "the audience was updated in part",
        certain=False,
        attempts=2,
    ),
    Known(
        "retry",
        "session_broken",
        ((2650, 1870147), (2650, 1870158), (2650, 1870159)),
        "the upload session was not accepted",
        certain=False,
        attempts=2,
    ),
    Known(
        "denied",
        "audience_too_large",
        ((2650, 1870144),),
        "the audience is too large for this",
        "use a new audience",
    ),
    Known("denied", "update_failed", ((2650, None),), "failed to update the custom audience", MIXED),
    Known(
        "retry",
        "audience_not_ready",
        ((803, None),),
        "the audience is not there, or not yet",
        "if it was not made a moment ago, check the audience's id",
        seconds=10.0,
    ),
    Known(
        "denied",
        "audience_missing",
        ((100, 33), (1487301, None), (1487366, None)),
        "the audience or ad account does not exist, was deleted, or is not shared with the token's user",
        "check ad_account_id (Ads Manager shows it) and the audience's id; a deleted one needs a new sync",
    ),
    Known(
        "denied",
        "audience_flagged",
        ((100, 1713228), (100, 1713230), (100, 1713231)),
        "the audience is flagged for a possible breach of Facebook's rules",
        FLAGGED,
    ),
    Known(
        "rejected",
        "bad_request",
        ((100, None), (105, None), (194, None), (2500, None)),
        "a parameter was not accepted",
        "look at field_notes; where nothing is accepted, check app_secret and the audience's type",
    ),
    Known("denied", "token_expired", ((190, 463),), "the access token has expired", RENEWAL),
    Known("denied", "token_invalid", ((190, 460),), "the access token ended with a change of password", RENEWAL),
    Known("denied", "token_invalid", ((190, 458),), "the app is no longer allowed by the token's user", RENEWAL),
    Known(
        "denied",
        "token_invalid",
        ((190, 459), (190, 464), (190, 492)),
        "the token's user must first confirm or log in at facebook.com",
        "use a system user's token, or let the user log in once",
    ),
    Known(
        "denied",
        "token_invalid",
        ((190, None), (190, 467), (102, None)),
        "the access token is not accepted",
        RENEWAL,
    ),
    Known(
        "denied",
        "terms_not_accepted",
        ((200, 1870034), (200, 1870090), (2655, None)),
        "the Custom Audience terms are not accepted for this ad account",
        TERMS,
    ),
    Known(
        "rejected",
        "refused_min_size",
        ((200, 1870047),),
        "the removal would leave too few people in the audience",
        "it is planned again in every run; it succeeds when the audience has grown, or delete the audience",
        whole=True,
    ),
    Known(
        "denied",
        "app_tier",
        ((200, 1870050),),
        "the app has development access only",
        "apply for standard access to the Marketing API, or use an app that has it",
    ),
    Known(
        "denied",
        "no_permission",
        ((3, None), (10, None), (200, None), (270, None), (294, None)),
        "the token lacks a permission for this",
        ROLE,
    ),
    Known(
        "denied",
        "blocked",
        ((368, None),),
        "Facebook blocks this action for the time being",
        "look at the account's quality page; the next run tries again",
    ),
    Known(
        "denied",
        "api_version",
        ((2635, None),),
        "this version of the Marketing API has ended",
        "set api_version to a newer one",
    ),
    Known(
        "denied",
        "audience_in_use",
        ((2656, None),),
        "lookalike audiences depend on the audience",
        "delete those lookalike audiences first",
    ),
)

TABLE: Mapping[tuple[int, int | None], Known] = {code: known for known in KNOWN for code in known.codes}
REMEDIES: Mapping[str, str] = {known.name: known.remedy for known in KNOWN}
_TRANSIENT = Known("retry", "server_fault", (), "Facebook answered with a fault that may pass", certain=False)
_UNKNOWN = Known("rejected", "unknown_error", (), "Facebook refused the request for a reason we do not know")

is_trace = re.compile(r"[A-Za-z0-9_.:+/=-]{1,64}").fullmatch


def trace(reply: Reply) -> str | None:
    """The id by which Facebook's support finds the request, where it has the form of one."""
    error = _error(reply.body) or {}
    names = ("x-fb-trace-id", "x-fb-request-id")
    found = (str(each) for each in (error.get("fbtrace_id"), *map(reply.headers.get, names)) if each)
    return next((each for each in found if is_trace(each)), None)


def classify(reply: Reply) -> Verdict:
    """The verdict on any answer. A success is one only with status 200, whole JSON and no error object."""
    error = _error(reply.body)
    if error is not None:
        return _of_error(error, reply)
    if reply.status == 200 and isinstance(reply.body, dict):
        return Verdict("ok", request_id=trace(reply))
    return replace(by_status(reply), request_id=trace(reply))


def _error(body: Any) -> Mapping[str, Any] | None:
    error = body.get("error") if isinstance(body, dict) else None
    if error is None or isinstance(error, dict):
        return error
    return {}


def _of_error(error: Mapping[str, Any], reply: Reply) -> Verdict:
    code, subcode = _whole(error.get("code")), _whole(error.get("error_subcode"))
    if code == 1 and "reduce the amount of data" in str(error.get("message")).lower():
        return Verdict("rejected", "too_much_data", "the page of the list is too large", request_id=trace(reply))
    known = _known(code, subcode, error, reply)
    certain = known.certain and (reply.status < 500 or known.kind == "wait")
    return Verdict(
        known.kind,
        known.name,
        _reason(known, code, subcode),
        certain=certain,
        whole=known.whole,
        seconds=known.seconds,
        attempts=known.attempts,
        request_id=trace(reply),
    )


def _known(code: int | None, subcode: int | None, error: Mapping[str, Any], reply: Reply) -> Known:
    exact = TABLE.get((code, subcode)) if code is not None and subcode is not None else None
    by_code = TABLE.get((code, None)) if code is not None else None
    if exact is not None:
        return exact
    if by_code is not None and by_code.kind == "wait":
        return by_code
    if error.get("is_transient") is True:
        return _TRANSIENT
    if by_code is not None:
        return by_code
    return _UNKNOWN if 400 <= reply.status < 500 else _TRANSIENT


def _reason(known: Known, code: int | None, subcode: int | None) -> str:
    advice = f"; {known.remedy}" if known.remedy else ""
    suffix = f" and sub-code: {subcode}" if subcode is not None else ""
    return f"{known.words}{advice}. Facebook responded with error code: {code}{suffix}"


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
