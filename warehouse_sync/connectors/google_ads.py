"""The Google Ads API: members travel in offline user data jobs, which are made, filled, run, and asked about.

developers.google.com/google-ads/api, Customer Match (read 2026-11-22). All pages of a run that do the same (add or
remove, with the same consent, which stands at the job) fill one job; what is wrong with a row is told as its page is
added, the verdict on the rest is the job's. The jobs are run when the session ends, those that remove first, and one
at a time: Google does not let two jobs change a list at once, nor say in which order they would. Whichever has to wait,
or was left behind by a crash, is run by the next poll: that of `wsync poll`, or of the next run. So a run costs two
operations of the day's quota a job and one a page, where a job for each page would cost three a page, and would make
all but the first wait.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from warehouse_sync.errors import ConfigError, Denied, DestinationError, Rejected
from warehouse_sync.http import Http, Reply, Verdict, encode
from warehouse_sync.model import Action, Audience, Check, Later, PlanRow, Receipt

from .google_ads_errors import classify, refused_rows
from .google_ads_lists import audiences, create, delete, find, path_of, quoted, read, resource, search
from .google_ads_operations import consent_of, new_job, operations_of
from .google_errors import SCOPES, incomplete, trace
from .google_lists import warn_of_duration
from .google_session import Google
from .google_settings import MOST_ROWS

__all__ = [
    "audiences",
    "clear",
    "connect_http",
    "create",
    "delete",
    "find",
    "finish",
    "lines",
    "open_audience",
    "poll",
    "preview",
    "read",
    "replace",
    "send",
]

JOB = re.compile(r"customers/\d+/offlineUserDataJobs/(\d+)")

log = logging.getLogger(__name__)


@dataclass
class Job:
    """A job of this session. `taken`: rows that must have a verdict are in it."""

    name: str
    taken: bool = False


def connect_http(google: Google) -> Http:
    """The API's address. Raises `ConfigError` where it is unfit."""
    settings = google.settings

    def judge(reply: Reply) -> Verdict:
        return google.judge(classify(reply), reply)

    manager, token, project = settings.login_customer_id, settings.developer_token, settings.quota_project
    try:
        return Http(
            settings.ads_base_url,
            judge,
            google.ports,
            connector="google",
            headers={
                **({"login-customer-id": manager} if manager else {}),
                **({"developer-token": token.get_secret_value()} if token else {}),
                **({"x-goog-user-project": project} if project else {}),
            },
            authorise=google.tokens.header,
            budget=settings.budget(),
            ca_bundle=settings.ca_bundle,
            trust_env=settings.trust_env,
        )
    except ConfigError as error:
        raise ConfigError(error.message.replace("base_url", "ads_base_url"), key="ads_base_url") from None


# Jobs


def send(google: Google, audience: str, action: Action, rows: Sequence[PlanRow]) -> Receipt:
    """Put the rows of one page into the job for their like; those that Google refuses by name fail at once."""
    operations = operations_of(action, _required(rows))
    job = _filling(google, audience, action, rows)
    try:
        reply = _added(google, job.name, operations)
    except Rejected as error:
        if error.code != "job_started":
            raise
        job = _filling(google, audience, action, rows, instead_of=job)
        reply = _added(google, job.name, operations)
    receipt = _receipt(job.name, reply, len(rows))
    job.taken = job.taken or receipt.accepted
    return receipt


def _filling(
    google: Google, audience: str, action: Action, rows: Sequence[PlanRow], instead_of: Job | None = None
) -> Job:
    """The job for rows like these; a new one `instead_of` one that somebody else has run."""
    consent = consent_of(action, rows)
    key = (audience, action, *sorted(consent.items()))
    with google.lock:
        found: Job | None = google.held.get(key)
        if found is None or found is instead_of:
            found = google.held[key] = Job(_made(google, audience, consent))
        return found


def _required(rows: Sequence[PlanRow]) -> Sequence[PlanRow]:
    if not 1 <= len(rows) <= MOST_ROWS:
        raise ValueError(f"a page has 1 to {MOST_ROWS} rows")
    return rows


def _made(google: Google, audience: str, consent: Mapping[str, str], *, really: bool = True) -> str:
    """A new job's name. What is wrong with it is not wrong with any row."""
    try:
        reply = google.http.call(
            "POST",
            path_of(google, "offlineUserDataJobs:create"),
            name="create job",
            json=new_job(google, audience, consent, really=really),
            examine=_expects_job if really else None,
        )
    except Rejected as error:
        raise Denied(
            str(error),
            connector="google",
            code=error.code,
            http_status=error.http_status,
            request_id=error.request_id,
            certain=error.certain,
        ) from None
    return str(reply.body.get("resourceName"))


def _expects_job(body: Any) -> Verdict | None:
    return None if JOB.fullmatch(str(body.get("resourceName"))) else incomplete("the new job's name")


def _added(google: Google, job: str, operations: Sequence[Mapping[str, Any]]) -> Reply:
    encoded = encode({"operations": operations, "enablePartialFailure": True})
    version = google.settings.ads_version
    return google.http.call("POST", f"{version}/{job}:addOperations", name="add operations", body=lambda: encoded)


def _receipt(job: str, reply: Reply, count: int, *, first: int = 0) -> Receipt:
    """What is known of the rows: those refused by name, and for the others a verdict to come."""
    refused, vague = refused_rows(reply.body, first=first)
    if vague:
        doubtful = {place: VAGUE for place in range(count) if place not in refused}
        return Receipt(reply.status, trace(reply), rejected=refused, doubtful=doubtful)
    if len(refused) >= count:
        return Receipt(reply.status, trace(reply), rejected=refused)
    return Receipt(reply.status, trace(reply), accepted=True, reference=job, rejected=refused)


VAGUE = ("partial_failure", "Google refused a part of the request and does not say which; the row is sent again.")


def preview(google: Google, audience: str, action: Action, rows: Sequence[PlanRow]) -> Mapping[str, Any]:
    """The request `send` would make, secrets masked; `first` is the one that makes its job."""
    job = new_job(google, audience, consent_of(action, rows))
    asked = {"operations": operations_of(action, _required(rows)), "enablePartialFailure": True}
    first = _shown(google, "offlineUserDataJobs:create", job)
    return {**_shown(google, "offlineUserDataJobs/JOB_ID:addOperations", asked), "first": [first]}


def _shown(google: Google, what: str, body: Mapping[str, Any]) -> dict[str, Any]:
    headers = {name: "***" if name == "developer-token" else value for name, value in google.http.headers.items()}
    return {
        "method": "POST",
        "url": f"{google.http.base.rstrip('/')}/{path_of(google, what)}",
        "query": {},
        "headers": {**headers, "Authorization": "Bearer ***", "Content-Type": "application/json; charset=utf-8"},
        "json": body,
    }


# Running them, and what became of them


def finish(google: Google) -> None:
    """Run what this session filled, removals first; what cannot be run now is left to the next poll.

    So is everything while an older job waits: one that removes, run after one that adds, would undo it.
    """
    waits = bool(google.held.pop(WAITING, False))
    for key, job in sorted(google.held.items(), key=lambda pair: pair[0][1] != "remove"):
        if job.taken:
            waits = waits or not _started(google, key[0], job.name)
    google.held.clear()
    if waits:
        log.info("google run job: another one of the list comes first; wsync poll runs what waits")


WAITING = ("waiting",)
"""Marks a session whose poll met a job that could not be run yet."""


def _started(google: Google, audience: str, job: str) -> bool:
    """Whether a job runs now; a refusal is a warning, since the next poll tries again."""
    try:
        return _start(google, audience, job)
    except DestinationError as error:
        log.warning("google run job: %s; wsync poll tries again", error.code)
        return False


def _start(google: Google, audience: str, job: str) -> bool:
    """Run a job, unless another one of its list is running: then it has to wait."""
    if _busy(google, audience):
        return False
    try:
        google.http.call("POST", f"{google.settings.ads_version}/{job}:run", name="run job", json={})
    except Rejected as error:
        if error.code != "job_started":
            raise
    return True


RUNNING = (
    "SELECT offline_user_data_job.id, offline_user_data_job.customer_match_user_list_metadata.user_list "
    "FROM offline_user_data_job WHERE offline_user_data_job.status = 'RUNNING'"
)


def _busy(google: Google, audience: str) -> bool:
    """Whether a job is changing the list now, whoever made it."""
    ours = resource(google, audience)
    jobs = search(google, RUNNING, "offlineUserDataJob", "running jobs")
    return any((job.get("customerMatchUserListMetadata") or {}).get("userList") == ours for job in jobs)


def poll(google: Google, audience: str, reference: str) -> Later:
    """What became of the rows in a job. One that waits to be run is run."""
    if not JOB.fullmatch(reference):
        return FORGOTTEN
    try:
        found = _described(google, reference)
        if found is None:
            return FORGOTTEN
        if found.get("status") == "PENDING" and not _first_started(google, audience, reference):
            google.held[WAITING] = True
    except DestinationError:
        google.held[WAITING] = True  # for all that is known
        raise
    if found.get("status") == "FAILED":
        return _failed(str(found.get("failureReason") or ""))
    return Later("succeeded" if found.get("status") == "SUCCESS" else "pending")


def _described(google: Google, reference: str) -> Mapping[str, Any] | None:
    query = (
        "SELECT offline_user_data_job.id, offline_user_data_job.status, offline_user_data_job.failure_reason "
        f"FROM offline_user_data_job WHERE offline_user_data_job.resource_name = {quoted(reference)}"
    )
    return next(search(google, query, "offlineUserDataJob", "job status"), None)


def _first_started(google: Google, audience: str, job: str) -> bool:
    """Whether a job that waited runs now; one that comes after another that still waits is not tried."""
    if google.held.get(WAITING):
        return False
    try:
        return _start(google, audience, job)
    except Rejected as error:
        log.warning("google run job: %s; the next poll tries again", error.code)
        return False


def _failed(reason: str) -> Later:
    known = re.fullmatch(r"[A-Z_]{3,80}", reason) and reason not in ("UNKNOWN", "UNSPECIFIED")
    about = f" Google's reason: {reason}." if known else ""
    return Later("partial", f"google_{reason.lower()}" if known else "job_failed", FAILED + about)


FAILED = "Google's job failed; some of its rows may have been processed, and nobody says which."
FORGOTTEN = Later(
    "in_doubt", "request_forgotten", "Google no longer says what became of the request; its rows are sent again."
)


# The whole list


def replace(google: Google, audience: str, rows: Sequence[PlanRow]) -> Receipt:
    """Remove everybody who is in the list, and add these rows, in one job that is run at once.

    What is added afterwards goes into other jobs, which wait until this one has ended.
    """
    consent = consent_of("add", _required(rows))
    job = _made(google, audience, consent)
    reply = _added(google, job, [{"removeAll": True}, *operations_of("add", rows)])
    receipt = _receipt(job, reply, len(rows), first=1)
    if receipt.accepted and not _start(google, audience, job):
        raise Denied(BUSY, connector="google", code="write_conflict")
    return receipt


BUSY = "google: another job is changing the list, so that it cannot be replaced now; try again when it has ended"


def clear(google: Google, audience: str) -> Receipt:
    """This API empties a list only together with what is added: see `replace`."""
    raise ConfigError("needs transport: data_manager", key="transport")


def open_audience(google: Google, audience: str) -> Audience:
    """The list, ready to take members by this API. Raises `Denied` where it, or the account, is not."""
    found = read(google, audience, usable=True)
    _made(google, audience, {}, really=False)
    warn_of_duration(google, found)
    return found


def lines(google: Google) -> Iterator[Check]:
    """The scope of the token, once there is one."""
    scopes, wanted = google.tokens.scopes, SCOPES["google_ads"]
    if scopes and wanted not in scopes:
        remedy = f"authorise again with the scope {wanted} and set the new refresh_token"
        yield Check("scope", ok=False, found="the token lacks the scope of the Google Ads API", remedy=remedy)
