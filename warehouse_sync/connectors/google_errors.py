"""Google's refusals as data: what each means, what is to be done, and whether anything was applied.

developers.google.com, Data Manager API, Understand errors and ErrorReason; OAuth 2.0 errors (read 2026-11-22). An error
has an HTTP status and, in its details, reasons of an enumeration that Google goes on extending.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from warehouse_sync.http import Kind, Reply, Verdict, by_status


class Known(NamedTuple):
    """One kind of trouble. `codes` are an HTTP status with Google's own reason, where that tells them apart.

    `words` say what was found and `remedy` what to do; both are ours, so no text of the platform is ever shown.
    `certain`: the request was refused as a whole. `seconds` and `attempts` limit its repetition.
    """

    kind: Kind
    name: str
    codes: tuple[tuple[int, str | None], ...]
    words: str
    remedy: str = ""
    certain: bool = True
    seconds: float | None = None
    attempts: int | None = None


MINUTE = 60.0
"""Seconds: the window of the limits per minute."""
SCOPES = {
    "data_manager": "https://www.googleapis.com/auth/datamanager",
    "google_ads": "https://www.googleapis.com/auth/adwords",
}
"""The scope of each transport."""
AGAIN = (
    "authorise again with the transport's scope and set the new refresh_token; for a service account make a new key, "
    "and see that this machine's clock is right"
)
ACCESS = (
    "the user or service account needs Standard or Admin access to the Google Ads account (Admin, Access and "
    "security); check customer_id, and login_customer_id where access is through a manager"
)
SLOWER = "run fewer syncs at once, or ask for more quota of the Cloud project"
TYPES = "set audience: list_type as the list has it, or name another list in a new sync; a list keeps its type"


def _codes(status: int, *reasons: str) -> tuple[tuple[int, str | None], ...]:
    return tuple((status, reason) for reason in reasons)


KNOWN: tuple[Known, ...] = (
    Known("denied", "reauthorise", _codes(400, "invalid_grant"), "the credentials are not accepted any more", AGAIN),
    Known("denied", "client_refused",
          (*_codes(401, "invalid_client"), *_codes(400, "unauthorized_client"), *_codes(403, "disabled_client")),
          "client_id and client_secret are not accepted", "take both from the Cloud console, APIs and services, "
          "Credentials; the refresh token must be made for this client"),
    Known("denied", "scope_missing", (*_codes(403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"), *_codes(400, "invalid_scope")),
          "the token lacks the scope of the transport",
          "authorise again: data_manager needs the scope datamanager, google_ads the scope adwords"),
    Known("denied", "api_disabled", _codes(403, "SERVICE_DISABLED"), "the API is not enabled in the Cloud project",
          "enable the Data Manager API (or, for the transport google_ads, the Google Ads API) in the Cloud console"),
    Known("denied", "quota_project_refused", _codes(403, "USER_PROJECT_DENIED", "CONSUMER_INVALID"),
          "the credentials may not use the quota project",
          "grant the role Service Usage Consumer on the project, and check quota_project"),
    Known("denied", "token_refused", ((401, None),), "the access token is not accepted", AGAIN),
    Known("denied", "terms_not_signed", _codes(400, "TERMS_AND_CONDITIONS_NOT_SIGNED", "ADVERTISER_TOS_NOT_ACCEPTED"),
          "the account has not accepted the terms of Customer Match",
          "accept them in Google Ads, Tools, Audience manager, Your data segments"),
    Known("denied", "not_allowlisted", _codes(403, "NOT_ALLOWLISTED", "ADVERTISER_NOT_ALLOWLISTED_FOR_UPLOADED_DATA"),
          "the account may not use Customer Match of this kind",
          "see Google's Customer Match policy; CRM_ID needs Google's permission"),
    Known("denied", "political_declaration", _codes(400, "EU_POLITICAL_ADVERTISING_DECLARATION_REQUIRED"),
          "Google asks for a declaration about political advertising in the European Union",
          "declare it in Google Ads, Admin, Account settings"),
    Known("denied", "list_type",
          _codes(400, "INVALID_USER_LIST_TYPE", "MULTIPLE_DATA_TYPES_NOT_ALLOWED",
                 "UNSUPPORTED_USER_LIST_UPLOAD_KEY_TYPES"),
          "the list is of another type than the members sent", TYPES),
    Known("denied", "missing", ((400, "INVALID_USER_LIST_ID"), (404, None)), "there is no such list or address",
          "check audience: id, customer_id and base_url; a list that was removed needs a new sync"),
    Known("denied", "not_ours",
          _codes(400, "OWNERSHIP_REQUIRED_FOR_UPDATE", "USER_LIST_MUTATION_NOT_SUPPORTED",
                 "SENSITIVE_USER_LIST_IMMUTABLE"),
          "the list takes no changes from this account", "name a list that the account itself made by Customer Match"),
    Known("denied", "name_used", _codes(400, "DISPLAY_NAME_ALREADY_USED", "ALREADY_EXISTS", "USER_LIST_NAME_RESERVED"),
          "another list has this name", "rename the sync's audience, or name the list by audience: id"),
    Known("denied", "list_refused",
          _codes(400, "INVALID_DISPLAY_NAME", "INVALID_DESCRIPTION", "MEMBERSHIP_DURATION_TOO_LONG",
                 "USER_LIST_TYPE_NOT_SUPPORTED_FOR_ACCOUNT", "UNSUPPORTED_INGESTED_USER_LIST_INFO_CONFIG"),
          "Google does not make such a list", "look at audience: name, description, membership_duration and list_type"),
    Known("denied", "no_permission",
          ((403, None), *_codes(400, "INVALID_DESTINATION", "OPERATING_ACCOUNT_LOGIN_ACCOUNT_MISMATCH",
                                "DESTINATION_ACCOUNT_TYPE_MISMATCH")),
          "the credentials give no right to this account", ACCESS),
    Known("denied", "clock_ahead", _codes(400, "INVALID_REMOVE_AS_OF_TIME"),
          "this machine's clock is ahead of Google's", "set the clock by a time server"),
    Known("denied", "request_forgotten", _codes(400, "REQUEST_TOO_OLD", "INVALID_REQUEST_ID"),
          "Google no longer knows what became of the request"),
    Known("wait", "throttled_day", _codes(429, "PerDay"), "the requests of today are used up", SLOWER, attempts=1),
    Known("wait", "throttled", ((429, None),), "too many requests in this minute", SLOWER, seconds=MINUTE),
    Known("retry", "write_conflict", ((409, None),), "another change is being made"),
    Known("rejected", "too_large", ((413, None), *_codes(400, "TOO_MANY_AUDIENCE_MEMBERS", "TOO_MANY_ELEMENTS")),
          "the request is larger than Google or a proxy takes", "lower rows_per_request"),
    Known("rejected", "bad_request", ((400, None),), "Google did not accept the request and names no row",
          "look at field_notes; where nothing is accepted, run wsync check"),
    Known("retry", "server_fault", ((408, None), (500, None), (502, None), (503, None), (504, None)),
          "Google failed to answer", certain=False),
)  # fmt: skip

BY_REASON: Mapping[str, Known] = {reason: each for each in KNOWN for _, reason in each.codes if reason}
BY_STATUS: Mapping[int, Known] = {status: each for each in KNOWN for status, reason in each.codes if not reason}
REMEDIES: Mapping[str, str] = {each.name: each.remedy for each in KNOWN}

is_trace = re.compile(r"[A-Za-z0-9_.:+/=-]{1,200}").fullmatch
is_reason = re.compile(r"[A-Za-z][A-Za-z0-9_]{2,80}").fullmatch


def details(body: Any) -> Sequence[Mapping[str, Any]]:
    """The details of an error, as far as they are objects."""
    error = body.get("error") if isinstance(body, dict) else None
    found = error.get("details") if isinstance(error, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def violations(body: Any) -> Iterator[tuple[str, str]]:
    """What was wrong: a path into the request and Google's reason, each empty where it is not told."""
    for each in details(body):
        told = each.get("fieldViolations")
        for violation in told if isinstance(told, list) else ():
            if isinstance(violation, dict):
                yield str(violation.get("field") or ""), _reason(violation.get("reason"))


def _reason(found: Any) -> str:
    return found if isinstance(found, str) and is_reason(found) else ""


def reasons(body: Any) -> list[str]:
    """Every reason an error has, the telling ones first."""
    found = [reason for _, reason in violations(body)]
    for each in details(body):
        facts = each.get("metadata")
        limit = str(facts.get("quota_limit") or "") if isinstance(facts, dict) else ""
        found += ["PerDay"] if "PerDay" in limit else []
        found.append(_reason(each.get("reason")))
    error = body.get("error") if isinstance(body, dict) else None
    found.append(_reason(error.get("status") if isinstance(error, dict) else error))
    return [each for each in found if each]


def trace(reply: Reply) -> str | None:
    """The id by which Google's support finds the request, where it has the form of one."""
    for each in details(reply.body):
        told = each.get("requestId")
        if isinstance(told, str) and is_trace(told):
            return told
    found = reply.headers.get("request-id")
    return found if found and is_trace(found) else None


def classify(reply: Reply) -> Verdict:
    """The verdict on any answer that is not about single rows."""
    if reply.status == 200 and isinstance(reply.body, dict) and "error" not in reply.body:
        return Verdict("ok", request_id=trace(reply))
    told = reasons(reply.body)
    found = _known(reply.status, told)
    if reply.status == 404 and not told:
        words = "the address answers 404 in words that are not Google's; check base_url"
        return Verdict("denied", "missing", words, certain=False)
    if found is None or not (told or reply.status in (413, 429)):
        return by_status(reply)
    return verdict(found, reply)


def _known(status: int, told: Sequence[str]) -> Known | None:
    """What stops the sync goes before what concerns a row or passes."""
    named = [BY_REASON[each] for each in told if each in BY_REASON]
    if stopping := [each for each in named if each.kind == "denied"]:
        return stopping[0]
    return named[0] if named else BY_STATUS.get(status)


def verdict(found: Known, reply: Reply) -> Verdict:
    """What is to be done about a known trouble."""
    advice = f"; {found.remedy}" if found.remedy else ""
    told = next(iter(reasons(reply.body)), "")
    return Verdict(
        found.kind,
        found.name,
        f"{found.words}{advice}. Google responded with status: {reply.status}{f' {told}' if told else ''}",
        certain=found.certain and reply.status < 500,
        seconds=found.seconds,
        attempts=found.attempts,
        request_id=trace(reply),
    )


def incomplete(what: str) -> Verdict:
    """The verdict on a success that lacks what it should have."""
    return Verdict("retry", "unexpected_answer", f"the answer lacks {what}", certain=False)
