"""The Google Ads API's refusals as data, and what they name: whole requests, and single operations.

developers.google.com/google-ads/api, Errors, Understand API errors, Partial failures (read 2026-11-22). An error is a
code of one of many families; in a success, `partialFailureError` has those of single operations by their place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from warehouse_sync.http import Kind, Reply, Verdict

from . import google_errors
from .google_errors import ACCESS, AGAIN, MINUTE, SLOWER, TYPES, details, is_reason, trace

MOVE = "set transport: data_manager and authorise for its scope; the lists stay what they are"


class Known(NamedTuple):
    """One kind of trouble, as in `google_errors`; `codes` are families with their codes."""

    kind: Kind
    name: str
    codes: tuple[tuple[str, str], ...]
    words: str
    remedy: str = ""
    certain: bool = True
    seconds: float | None = None
    attempts: int | None = None


def _codes(family: str, *codes: str) -> tuple[tuple[str, str], ...]:
    return tuple((family, code) for code in codes)


_JOB, _LIST, _ALLOWED = "offlineUserDataJobError", "userListError", "authorizationError"

KNOWN: tuple[Known, ...] = (
    Known("denied", "transport_refused",
          _codes("notAllowlistedError", "CUSTOMER_NOT_ALLOWLISTED_FOR_THIS_FEATURE"),
          "the Google Ads API takes customer lists only from those who sent some between October 2025 and March 2026",
          MOVE),
    Known("denied", "terms_not_signed",
          _codes(_JOB, "CUSTOMER_NOT_ACCEPTED_CUSTOMER_DATA_TERMS"),
          "the account has not accepted the terms of Customer Match",
          "accept them in Google Ads, Tools, Audience manager, Your data segments"),
    Known("denied", "not_allowlisted",
          (*_codes(_JOB, "NOT_ON_ALLOWLIST_FOR_USER_ID"),
           *_codes(_LIST, "ADVERTISER_NOT_ON_ALLOWLIST_FOR_USING_UPLOADED_DATA")),
          "the account may not use Customer Match of this kind",
          "see Google's Customer Match policy; CRM_ID needs Google's permission"),
    Known("denied", "list_type", _codes(_JOB, "INVALID_USER_LIST_TYPE"),
          "the list is of another type than the members sent", TYPES),
    Known("denied", "missing",
          (*_codes(_JOB, "INVALID_USER_LIST_ID"), *_codes("requestError", "RESOURCE_NOT_FOUND")),
          "there is no such list or address",
          "check audience: id, customer_id and ads_base_url; a list that was removed needs a new sync"),
    Known("denied", "not_ours",
          _codes(_LIST, "OWNERSHIP_REQUIRED_FOR_SET", "USER_LIST_MUTATE_NOT_SUPPORTED",
                 "CAN_NOT_MUTATE_SENSITIVE_USERLIST"),
          "the list takes no changes from this account", "name a list that the account itself made by Customer Match"),
    Known("denied", "name_used",
          _codes(_LIST, "NAME_ALREADY_USED", "USERLIST_NAME_IS_RESERVED_FOR_SYSTEM_LIST"),
          "another list has this name", "rename the sync's audience, or name the list by audience: id"),
    Known("denied", "list_refused",
          (*_codes(_LIST, "INVALID_NAME", "INVALID_DESCRIPTION", "APP_ID_NOT_SET", "APP_ID_NOT_ALLOWED"),
           *_codes("rangeError", "TOO_HIGH", "TOO_LOW")),
          "Google does not make such a list", "look at audience: name, description, membership_duration and list_type"),
    Known("denied", "project_not_approved",
          _codes(_ALLOWED, "CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION", "DEVELOPER_TOKEN_NOT_APPROVED",
                 "DEVELOPER_TOKEN_PROHIBITED", "PROJECT_DISABLED"),
          "the Cloud project may not use the Google Ads API for real accounts",
          "ask for Basic access of the project in the API Center of Google Ads, or set transport: data_manager"),
    Known("denied", "no_permission",
          (*_codes(_ALLOWED, "USER_PERMISSION_DENIED", "AUTHORIZATION_ERROR", "CUSTOMER_NOT_ENABLED",
                   "ACTION_NOT_PERMITTED", "INVALID_LOGIN_CUSTOMER_ID_SERVING_CUSTOMER_ID_COMBINATION"),
           *_codes("authenticationError", "CLIENT_CUSTOMER_ID_INVALID", "CUSTOMER_NOT_FOUND", "NOT_ADS_USER"),
           *_codes("headerError", "INVALID_LOGIN_CUSTOMER_ID"), *_codes("requestError", "INVALID_CUSTOMER_ID")),
          "the credentials give no right to this account", ACCESS),
    Known("denied", "token_refused",
          _codes("authenticationError", "OAUTH_TOKEN_INVALID", "OAUTH_TOKEN_EXPIRED", "OAUTH_TOKEN_REVOKED",
                 "OAUTH_TOKEN_DISABLED", "AUTHENTICATION_ERROR"),
          "the access token is not accepted", AGAIN),
    Known("denied", "old_version", _codes("requestError", "UNSUPPORTED_VERSION"),
          "this version of the Google Ads API is not served", "set ads_version to one that is"),
    Known("wait", "throttled_day",
          _codes("quotaError", "RESOURCE_EXHAUSTED", "EXCESSIVE_LONG_TERM_QUERY_RESOURCE_CONSUMPTION"),
          "the requests of today are used up", "ask for Standard access, or set transport: data_manager", attempts=1),
    Known("wait", "throttled",
          _codes("quotaError", "RESOURCE_TEMPORARILY_EXHAUSTED", "EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION"),
          "too many requests for the moment", SLOWER, seconds=MINUTE),
    Known("retry", "write_conflict", _codes("databaseError", "CONCURRENT_MODIFICATION"),
          "another change is being made"),
    Known("rejected", "job_started", _codes(_JOB, "JOB_ALREADY_STARTED"),
          "the job takes no more rows: it runs already", "run the sync again"),
    Known("rejected", "too_large",
          (*_codes(_JOB, "TOO_MANY_USER_IDENTIFIERS"), *_codes("databaseError", "REQUEST_TOO_LARGE")),
          "the request is larger than Google takes", "lower rows_per_request"),
    Known("retry", "server_fault",
          _codes("internalError", "INTERNAL_ERROR", "TRANSIENT_ERROR", "DEADLINE_EXCEEDED"),
          "Google failed to answer", certain=False),
)  # fmt: skip

BY_CODE: Mapping[tuple[str, str], Known] = {code: each for each in KNOWN for code in each.codes}
REMEDIES: Mapping[str, str] = {**google_errors.REMEDIES, **{each.name: each.remedy for each in KNOWN}}

ROW_WORDS = {
    "INCOMPATIBLE_UPLOAD_KEY_TYPE": "the list is of another type than the member",
    "INVALID_COUNTRY_CODE": "the country is not one that Google knows",
    "INVALID_ENCODING": "the value is encoded in a way that Google does not take",
    "INVALID_MOBILE_ID_FORMAT": "the device id has not the form of one",
    "INVALID_SHA256_FORMAT": "the hash is not one of SHA-256",
    "MISSING_USER_IDENTIFIER": "the member has no identifier that can be used",
    "TOO_MANY_USER_IDENTIFIERS": "the member has too many identifiers",
}
"""What Google's codes mean of a row."""
FIELDS = {
    "hashed_email": "EMAIL",
    "hashed_phone_number": "PHONE",
    "hashed_first_name": "FIRST_NAME",
    "hashed_last_name": "LAST_NAME",
    "country_code": "COUNTRY",
    "postal_code": "POSTAL_CODE",
    "mobile_id": "MOBILE_ID",
    "third_party_user_id": "USER_ID",
}


class Mistake(NamedTuple):
    """One error: its family and code, the place of the operation it is about if it is about one, and the field."""

    family: str
    code: str
    operation: int | None
    field: str | None
    delay: float | None


def mistakes(told: Sequence[Mapping[str, Any]]) -> Iterator[Mistake]:
    """The errors in a status's details."""
    for each in told:
        found = each.get("errors")
        for error in found if isinstance(found, list) else ():
            if isinstance(error, dict):
                yield _mistake(error)


def _mistake(error: Mapping[str, Any]) -> Mistake:
    codes = error.get("errorCode")
    family, code = next(iter(codes.items()), ("", "")) if isinstance(codes, dict) else ("", "")
    location = error.get("location")
    path = location.get("fieldPathElements") if isinstance(location, dict) else None
    places = [each for each in path if isinstance(each, dict)] if isinstance(path, list) else []
    rows = [each.get("index") for each in places if each.get("fieldName") == "operations"]
    fields = [FIELDS[str(each.get("fieldName"))] for each in places if each.get("fieldName") in FIELDS]
    row = int(str(rows[0])) if rows and str(rows[0]).isdecimal() else None
    named = code if isinstance(code, str) and is_reason(code) else ""
    return Mistake(str(family), named, row, fields[-1] if fields else None, _delay(error))


def _delay(error: Mapping[str, Any]) -> float | None:
    """How long a quota asks us to wait, in seconds."""
    inner = error.get("details")
    quota = inner.get("quotaErrorDetails") if isinstance(inner, dict) else None
    told = quota.get("retryDelay") if isinstance(quota, dict) else None
    found = re.fullmatch(r"(\d{1,6})(\.\d+)?s", told) if isinstance(told, str) else None
    return float(found[1]) if found else None


def classify(reply: Reply) -> Verdict:
    """The verdict on any answer that is not about single operations."""
    found = list(mistakes(details(reply.body)))
    known = [(BY_CODE[each[:2]], each) for each in found if each[:2] in BY_CODE]
    if reply.status < 400 or not known:
        return google_errors.classify(reply)
    stopping = [pair for pair in known if pair[0].kind == "denied"]
    which, mistake = (stopping or known)[0]
    advice = f"; {which.remedy}" if which.remedy else ""
    return Verdict(
        which.kind,
        which.name,
        f"{which.words}{advice}. Google responded with status: {reply.status} {mistake.code}",
        certain=which.certain and reply.status < 500,
        seconds=which.seconds if mistake.delay is None or which.attempts else mistake.delay,
        attempts=which.attempts,
        request_id=trace(reply),
    )


def refused_rows(body: Mapping[str, Any], *, first: int = 0) -> tuple[dict[int, tuple[str, str]], bool]:
    """The rows that a partial failure names, by their place, and whether something in it is about no row.

    `first` is how many operations stood before the rows.
    """
    failure = body.get("partialFailureError")
    found: dict[int, tuple[str, str]] = {}
    if not isinstance(failure, dict):
        return found, False
    told = list(mistakes(details({"error": failure})))
    for each in told:
        if each.operation is not None and each.operation >= first:
            found.setdefault(each.operation - first, (each.code.lower() or "refused", _told(each)))
    return found, not told or any(each.operation is None or each.operation < first for each in told)


def _told(mistake: Mistake) -> str:
    words = ROW_WORDS.get(mistake.code, "the row was not accepted")
    about = f" for {mistake.field}" if mistake.field else ""
    code = f" Google's reason: {mistake.code}." if mistake.code else ""
    return f"Google refused the row{about}: {words}.{code}"
