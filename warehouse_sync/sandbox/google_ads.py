"""The Google Ads API as far as customer lists go, under /v26/: jobs that are made, filled, run, and asked about.

Rules: developers.google.com/google-ads/api, Customer Match (get started, manage), Offline user data jobs; the comments
of the messages in google-ads 34.0.0 (read 2026-11-22). On the same lists as the Data Manager API.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from . import google_ads_lists as ads_lists
from . import google_ads_shapes as shapes
from .google_ads_replies import (
    CONCURRENT,
    NOT_ALLOWLISTED,
    AdsProblem,
    Mistake,
    Place,
    job_error,
    quota,
    request_error,
    status_of,
)
from .google_lists import Row, Upload, UserList, new_id
from .google_rules import DEVICE, SHA256, US_POSTCODE, cells
from .google_settings import GoogleSettings
from .settings import Clock, Settings
from .wire import Call

PATH = re.compile(
    r"/(?P<version>v(?!1/)\d+)/customers(?:/(?P<account>[^/:]+))?"
    r"(?:/?(?P<service>\w+)(?:/(?P<node>\d+))?)?:(?P<verb>\w+)"
)
KINDS = {
    ("offlineUserDataJobs", "create"): "job",
    ("offlineUserDataJobs", "addOperations"): "add",
    ("offlineUserDataJobs", "run"): "run",
    ("googleAds", "search"): "status",
    ("userLists", "mutate"): "create",
    (None, "listAccessibleCustomers"): "list",
}
VERBS = {"create": "add", "remove": "remove", "removeAll": "clear"}
MOST_IDENTIFIERS, MOST_IN_ALL = 20, 100_000
KEYS = {"mobileId": "MOBILE_ID", "thirdPartyUserId": "USER_ID"}
NAMES = {"hashedEmail": "emailAddress", "hashedPhoneNumber": "phoneNumber", "thirdPartyUserId": "userId"}
PARTS = ("hashedFirstName", "hashedLastName", "countryCode", "postalCode")


class Holder(Protocol):
    """What has the lists and the requests, in either API."""

    settings: Settings
    clock: Clock
    lists: dict[str, UserList]
    uploads: dict[str, list[Upload]]
    jobs: dict[str, Job]

    @property
    def own(self) -> GoogleSettings: ...
    def settle(self) -> None: ...
    def count(self, bucket: str, seconds: float) -> int: ...


@dataclass
class Job:
    """One offline user data job. `running` are its uploads, once it runs."""

    id: str
    account: str
    target: str
    consent: Mapping[str, str]
    verb: Literal["add", "remove", "clear", ""] = ""
    clears: bool = False
    rows: list[Row] = field(default_factory=list)
    running: Sequence[Upload] = ()

    @property
    def resource(self) -> str:
        return f"customers/{self.account}/offlineUserDataJobs/{self.id}"

    def status(self) -> str:
        """PENDING until it is run. A job of which some rows failed is FAILED, and nobody says which they were."""
        if not self.running:
            return "PENDING"
        if not all(each.done for each in self.running):
            return "RUNNING"
        return "FAILED" if any(each.ordered in ("FAILED", "PARTIAL_SUCCESS") for each in self.running) else "SUCCESS"


def kind_of(path: str, body: Mapping[str, Any]) -> str:
    """The kind of a call; that of added operations is the first one's."""
    found = PATH.fullmatch(path)
    kind = KINDS.get((found["service"], found["verb"]), "unknown") if found else "unknown"
    first = next(iter(body.get("operations") or ()), None) if isinstance(body.get("operations"), list) else None
    if kind == "add" and isinstance(first, dict):
        return next((VERBS[name] for name in first if name in VERBS), "add")
    if kind == "create" and isinstance(first, dict):
        return "delete" if "remove" in first else "update" if "update" in first else "create"
    return "list" if kind == "status" and "user_list" in str(body.get("query", "")).split(" FROM ")[-1] else kind


def node_of(holder: Holder, path: str, body: Mapping[str, Any]) -> str:
    """The list that a call is about, else the account."""
    found = PATH.fullmatch(path)
    if found is None:
        return ""
    if found["node"] in holder.jobs:
        return holder.jobs[found["node"]].target
    job = body.get("job")
    metadata = job.get("customerMatchUserListMetadata") if isinstance(job, dict) else None
    named = str(metadata.get("userList", "")) if isinstance(metadata, dict) else ""
    return named.rpartition("/")[2] or found["account"] or ""


def perform(holder: Holder, call: Call) -> Any:
    """One call, by its path. Raises `Refusal`."""
    found = PATH.fullmatch(call.path)
    assert found is not None  # noqa: S101 - routed by it
    own, version = holder.own, found["version"]
    if version not in own.ads_versions:
        raise AdsProblem(400, request_error("UNSUPPORTED_VERSION"))
    if holder.count("operations", 24 * 3600) > own.ads_operations:
        about = quota("RESOURCE_EXHAUSTED", "DEVELOPER", "Number of operations for basic access", "41382s")
        raise AdsProblem(429, about, version=version)
    if found["account"] is None:
        return {"resourceNames": [f"customers/{each}" for each in own.accounts]}
    check_account(own, found["account"], call.headers.get("login-customer-id"))
    holder.settle()
    actions: Mapping[tuple[str, str], Callable[[], Any]] = {
        ("offlineUserDataJobs", "create"): lambda: create(holder, call, found["account"]),
        ("offlineUserDataJobs", "addOperations"): lambda: add(holder, call, job_of(holder, found), version),
        ("offlineUserDataJobs", "run"): lambda: run(holder, call, job_of(holder, found)),
        ("googleAds", "search"): lambda: ads_lists.search(holder, call, found["account"]),
        ("userLists", "mutate"): lambda: ads_lists.mutate(holder, call, found["account"]),
    }
    return actions[found["service"], found["verb"]]()


def check_account(own: GoogleSettings, account: str, login: str | None) -> None:
    """Raises `AdsProblem` for an account that the caller does not reach this way."""
    if login is not None and not re.fullmatch(r"\d{10}", login):
        raise AdsProblem(400, Mistake("headerError", "INVALID_LOGIN_CUSTOMER_ID"))
    if not re.fullmatch(r"\d{10}", account):
        raise AdsProblem(400, request_error("INVALID_CUSTOMER_ID"))
    manager = own.managed.get(account)
    if account not in own.accounts or (manager and login != manager) or login not in (None, account, manager):
        raise AdsProblem(403, Mistake("authorizationError", "USER_PERMISSION_DENIED"))


def job_of(holder: Holder, found: re.Match[str]) -> Job:
    job = holder.jobs.get(found["node"])
    if job is None or job.account != found["account"]:
        raise AdsProblem(404, request_error("RESOURCE_NOT_FOUND", ("resource_name", None)))
    return job


def create(holder: Holder, call: Call, account: str) -> dict[str, Any]:
    own, body = holder.own, shapes.CREATE_JOB(call.body, "")
    if not own.ads_allowed:
        raise AdsProblem(own.ads_refusal, NOT_ALLOWLISTED)
    job = body.get("job", {})
    metadata = job.get("customerMatchUserListMetadata", {})
    at: tuple[Place, ...] = (("job", None), ("customer_match_user_list_metadata", None))
    if job.get("type") != "CUSTOMER_MATCH_USER_LIST":
        raise AdsProblem(400, request_error("REQUIRED_FIELD_MISSING", ("job", None), ("type", None)))
    named = re.fullmatch(rf"customers/{account}/userLists/(\d+)", metadata.get("userList", ""))
    target = holder.lists.get(named[1]) if named else None
    if target is None or target.account != account:
        raise AdsProblem(400, job_error("INVALID_USER_LIST_ID", *at, ("user_list", None)))
    consent = metadata.get("consent", {})
    if "UNKNOWN" in consent.values():
        raise AdsProblem(400, request_error("INVALID_ENUM_VALUE", *at, ("consent", None)))
    if "DENIED" in consent.values():
        raise AdsProblem(400, job_error("CUSTOMER_NOT_ACCEPTED_CUSTOMER_DATA_TERMS", *at, ("consent", None)))
    made = Job(new_id(), account, target.id, consent)
    if body.get("validateOnly"):
        return {}
    holder.jobs[made.id] = made
    return {"resourceName": made.resource}


def add(holder: Holder, call: Call, job: Job, version: str) -> dict[str, Any]:
    """Takes the operations that are right, where partial failure is enabled; else all of them or none."""
    body = shapes.ADD_OPERATIONS(call.body, "")
    operations = body.get("operations", [])
    if job.running:
        raise AdsProblem(400, job_error("JOB_ALREADY_STARTED"), version=version)
    if not operations:
        raise AdsProblem(400, request_error("REQUIRED_FIELD_MISSING", ("operations", None)), version=version)
    people = [person(each)[1] for each in operations]
    if sum(len(each.get("userIdentifiers", ())) for each in people) > MOST_IN_ALL:
        raise AdsProblem(400, job_error("TOO_MANY_USER_IDENTIFIERS", ("operations", None)), version=version)
    key, verb, taken, found, warned = holder.lists[job.target].key_type, job.verb, [], list[Mistake](), list[Mistake]()
    for at, operation in enumerate(operations):
        mistakes = list(of_operation(operation, at, key, verb, first=not job.rows and at == 0))
        mistakes += ordered(holder.own.refused, people[at], at)
        found += mistakes
        if not mistakes:
            taken.append(operation)
            verb = verb or VERBS[person(operation)[0]]  # type: ignore[assignment]
        if "consent" in people[at]:
            warned.append(job_error("OPERATION_LEVEL_CONSENT_PROVIDED", ("operations", at), ("consent", None)))
    if found and not body.get("enablePartialFailure"):
        raise AdsProblem(400, *found, version=version)
    if not body.get("validateOnly"):
        take(holder, job, taken)
    problem = {"partialFailureError": status_of(found, version, "0")} if found else {}
    about = {"warning": status_of(warned, version, "0")} if warned and body.get("enableWarnings") else {}
    return {**problem, **about}


def take(holder: Holder, job: Job, operations: Sequence[Mapping[str, Any]]) -> None:
    late = holder.own.late
    for each in operations:
        name, given = person(each)
        if name == "removeAll":
            job.clears = True
            continue
        job.verb = VERBS[name]  # type: ignore[assignment]
        reason = next((late[cell] for cell in cells(given) if cell in late), None) if late else None
        job.rows.append(Row(tokens(given), reason))


def person(operation: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """An operation's verb, and its person if it has one."""
    name, given = next(iter(operation.items()), ("", {}))
    return name, given if isinstance(given, dict) else {}


def ordered(reasons: Mapping[str, str], given: Mapping[str, Any], at: int) -> Iterator[Mistake]:
    """A row that is refused for a cell, because that was ordered."""
    reason = next((reasons[each] for each in cells(given) if each in reasons), None) if reasons else None
    if reason is not None:
        yield job_error(reason, ("operations", at))


def of_operation(operation: Mapping[str, Any], at: int, key: str, verb: str, *, first: bool) -> Iterator[Mistake]:
    """What is wrong with one operation of a job for a list of this type of key."""
    name, given = person(operation)
    here: tuple[Place, ...] = (("operations", at),)
    if name == "removeAll":
        if not first:
            yield job_error("INVALID_OPERATION_ORDER", *here)
        return
    if not name:
        yield request_error("REQUIRED_FIELD_MISSING", *here)
        return
    if verb in ("add", "remove") and VERBS[name] != verb:
        yield job_error("CONFLICTING_OPERATION", *here)
    identifiers = given.get("userIdentifiers", ())
    if not identifiers:
        yield job_error("MISSING_USER_IDENTIFIER", *here, (name, None))
    if len(identifiers) > MOST_IDENTIFIERS:
        yield job_error("TOO_MANY_USER_IDENTIFIERS", *here, (name, None))
    for place, each in enumerate(identifiers):
        yield from of_identifier(each, key, (*here, (name, None), ("user_identifiers", place)))


def of_identifier(given: Mapping[str, Any], key: str, here: tuple[Place, ...]) -> Iterator[Mistake]:
    name, value = identifier(given)
    if not value:
        yield job_error("MISSING_USER_IDENTIFIER", *here)
    elif KEYS.get(name, "CONTACT_ID") != key:
        yield job_error("INCOMPATIBLE_UPLOAD_KEY_TYPE", *here)
    elif name == "mobileId" and not DEVICE.fullmatch(value):
        yield job_error("INVALID_MOBILE_ID_FORMAT", *here, ("mobile_id", None), trigger=value)
    elif name in ("hashedEmail", "hashedPhoneNumber") and not SHA256.fullmatch(value):
        yield sha(value, (*here, (re.sub("[A-Z]", lambda found: "_" + found[0].lower(), name), None)))
    elif name == "addressInfo":
        yield from of_address(value, (*here, ("address_info", None)))


def identifier(given: Mapping[str, Any]) -> tuple[str, Any]:
    """An identifier's name and value."""
    return next(((name, value) for name, value in given.items() if name != "userIdentifierSource"), ("", ""))


def of_address(given: Mapping[str, str], here: tuple[Place, ...]) -> Iterator[Mistake]:
    first, last, country, code = (given.get(name, "") for name in PARTS)
    if not (first and last and country and code):
        yield job_error("MISSING_USER_IDENTIFIER", *here)
    for name, value in (("hashed_first_name", first), ("hashed_last_name", last)):
        if value and not SHA256.fullmatch(value):
            yield sha(value, (*here, (name, None)))
    if country and not re.fullmatch(r"[A-Z]{2}", country):
        yield job_error("INVALID_COUNTRY_CODE", *here, ("country_code", None), trigger=country)
    if country == "US" and code and not US_POSTCODE.fullmatch(code):
        yield job_error("MISSING_USER_IDENTIFIER", *here, ("postal_code", None))


def sha(value: str, here: tuple[Place, ...]) -> Mistake:
    return job_error("INVALID_SHA256_FORMAT", *here, message="The SHA256 encoded value is malformed.", trigger=value)


def tokens(given: Mapping[str, Any]) -> frozenset[str]:
    """A person's identifiers as the Data Manager API would have them, so that both leave the same members."""
    found: list[str] = []
    for each in given["userIdentifiers"]:
        name, value = identifier(each)
        if name == "addressInfo":
            parts = (*(value[part].lower() for part in PARTS[:2]), *(value[part] for part in PARTS[2:]))
            found.append(f"address:{'|'.join(parts)}")
        else:
            found.append(f"{NAMES.get(name, name)}:{value.lower() if name.startswith('hashed') else value}")
    return frozenset(found)


def run(holder: Holder, call: Call, job: Job) -> dict[str, Any]:
    """Begins a job. Two jobs on one list cannot run at once."""
    shapes.RUN(call.body, "")
    own, now, target = holder.own, holder.clock.now(), holder.lists.get(job.target)
    if job.running:
        raise AdsProblem(400, job_error("JOB_ALREADY_STARTED"))
    if target is None:
        raise AdsProblem(400, job_error("INVALID_USER_LIST_ID"))
    others = (each for each in holder.jobs.values() if each.target == job.target and each is not job)
    if any(each.status() == "RUNNING" for each in others):
        raise AdsProblem(400, CONCURRENT)
    due = now + (own.remove_seconds if job.verb == "remove" or job.clears else own.add_seconds)
    verbs: list[tuple[Any, Sequence[Row]]] = [("clear", ())] if job.clears else []
    verbs.append((job.verb or "add", job.rows if consented(own, job) else ()))
    ordered = target.outcome()
    job.running = [Upload(job.id, job.target, verb, rows, now, due, ordered=ordered) for verb, rows in verbs]
    holder.uploads[f"job {job.id}"] = list(job.running)
    holder.settle()
    return {"name": f"customers/{job.account}/operations/{job.id}"}


def consented(own: GoogleSettings, job: Job) -> bool:
    """Without both consents nobody in the EEA is used, and nobody says so."""
    said = {job.consent.get(name) for name in ("adUserData", "adPersonalization")}
    return job.verb != "add" or own.unconsented == "accepted" or said == {"GRANTED"}
