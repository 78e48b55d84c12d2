"""The transport google_ads: pages of a kind fill one job, jobs run one at a time, and verdicts find their rows.

Every error is also read as Google's own messages, both those that the stand-in makes and those that we take apart.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.google.case import ADDRESS, CLOUDY, DANA, PHONE, VIP, Speak, people, sync_of
from tests.google.judges import judge_all
from tests.scripted import Time
from warehouse_sync.connectors.google import CONNECTOR
from warehouse_sync.connectors.google_ads_errors import KNOWN, classify, refused_rows
from warehouse_sync.connectors.google_settings import AudienceSettings
from warehouse_sync.errors import ConfigError, Denied, Rejected, Unavailable
from warehouse_sync.http import Reply
from warehouse_sync.model import AudienceSpec, PlanRow
from warehouse_sync.previewing import preview
from warehouse_sync.sandbox import Sandbox
from warehouse_sync.sandbox.google import ACCOUNT, MANAGER

GRANTED = {"AD_USER_DATA_CONSENT": "granted", "AD_PERSONALIZATION_CONSENT": "granted"}
MAIL, OTHER = f"emailAddress:{DANA}", f"emailAddress:{CLOUDY}"
Ads = Callable[..., Any]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """What is sent to it is judged where a test does not send what is wrong on purpose."""
    with Sandbox.start() as sandbox:
        yield sandbox
        assert sandbox.journal.failures == []


@pytest.fixture
def ads(sandbox: Sandbox, speak: Speak) -> Ads:
    return lambda **more: speak(sandbox, transport="google_ads", **more)


def add(google: Any, audience: str, *rows: Any) -> Any:
    return CONNECTOR.send(google, audience, "add", [PlanRow(at, tokens) for at, tokens in enumerate(rows)])


def remove(google: Any, audience: str, *rows: Any) -> Any:
    return CONNECTOR.send(google, audience, "remove", [PlanRow(at, tokens) for at, tokens in enumerate(rows)])


def poll(ads: Ads, audience: str, reference: str) -> str:
    """What the poll of another session says."""
    assert CONNECTOR.poll is not None
    google = ads()
    found = CONNECTOR.poll(google, audience, reference)
    google.close()
    return found.status


def kinds(sandbox: Sandbox) -> list[str]:
    return [each.kind for each in sandbox.requests if each.kind in ("job", "add", "remove", "clear", "run")]


# Jobs


def test_pages_of_a_kind_fill_one_job_and_it_runs_when_the_session_ends(
    sandbox: Sandbox, ads: Ads, audience: str
) -> None:
    google = ads()
    first, second = add(google, audience, {"EMAIL": DANA}), add(google, audience, {"EMAIL": CLOUDY})
    assert (first.accepted, first.reference) == (True, second.reference)
    assert (kinds(sandbox), sandbox.members(audience)) == (["job", "add", "add"], set())
    google.close()
    assert (kinds(sandbox)[3:], sandbox.members(audience)) == (["run"], {MAIL, OTHER})
    assert poll(ads, audience, first.reference) == "succeeded"
    assert judge_all(sandbox.requests) == 6


def test_every_kind_of_identifier_travels(sandbox: Sandbox, ads: Ads, audience: str) -> None:
    google = ads()
    add(google, audience, {"EMAIL": DANA, "PHONE": PHONE, "ADDRESS": ADDRESS})
    google.close()
    home = f"address:{ADDRESS['FIRST_NAME']}|{ADDRESS['LAST_NAME']}|US|94043"
    assert sandbox.members(audience) == {MAIL, f"phoneNumber:{PHONE}", home}
    assert judge_all(sandbox.requests) == 4


@pytest.mark.parametrize(
    ("list_type", "key", "tokens", "kept"),
    [
        ("CRM_ID", "USER_ID", {"USER_ID": "customer 1"}, "userId:customer 1"),
        (
            "MOBILE_ADVERTISING_ID",
            "MOBILE_ID",
            {"MOBILE_ID": "EA7583CD-A667-48BC-B806-42ECB2B48606"},
            "mobileId:EA7583CD-A667-48BC-B806-42ECB2B48606",
        ),
    ],
)
def test_so_does_what_is_not_hashed(
    sandbox: Sandbox, ads: Ads, audience: str, list_type: str, key: str, tokens: Any, kept: str
) -> None:
    sandbox.mark(audience, key_type=key)
    google = ads(audience=AudienceSpec(id=audience, settings={"list_type": list_type}))
    add(google, audience, tokens)
    google.close()
    assert sandbox.members(audience) == {kept}
    assert judge_all(sandbox.requests) == 4


def test_rows_of_other_consent_go_into_another_job(sandbox: Sandbox, ads: Ads, audience: str) -> None:
    sandbox.configure(platforms={"google": {"unconsented": "refused"}})
    google = ads()
    granted = add(google, audience, {"EMAIL": DANA, **GRANTED})
    silent = add(google, audience, {"EMAIL": CLOUDY, "AD_USER_DATA_CONSENT": "unspecified"})
    assert granted.reference != silent.reference
    google.close()
    bodies = [each.body["job"]["customerMatchUserListMetadata"] for each in sandbox.requests if each.kind == "job"]
    assert [each.get("consent") for each in bodies] == [
        {"adUserData": "GRANTED", "adPersonalization": "GRANTED"},
        None,
    ]
    assert sandbox.members(audience) == {MAIL}
    assert judge_all(sandbox.requests) > 0


def test_a_removal_says_nothing_of_consent_and_goes_first(sandbox: Sandbox, ads: Ads, audience: str) -> None:
    google = ads()
    add(google, audience, {"EMAIL": DANA}, {"EMAIL": CLOUDY})
    remove(google, audience, {"EMAIL": DANA, **GRANTED})
    google.close()
    made = [each.body["job"]["customerMatchUserListMetadata"] for each in sandbox.requests if each.kind == "job"]
    assert all("consent" not in each for each in made)
    assert sandbox.members(audience) == {MAIL, OTHER}  # the removal ran before the addition


def test_of_two_jobs_the_second_waits_until_the_first_has_ended(sandbox: Sandbox, ads: Ads, audience: str) -> None:
    sandbox.configure(platforms={"google": {"add_seconds": 3600, "remove_seconds": 3600}})
    google = ads()
    leaving = remove(google, audience, {"EMAIL": CLOUDY}).reference
    coming = add(google, audience, {"EMAIL": DANA}).reference
    google.close()
    assert kinds(sandbox).count("run") == 1
    assert [poll(ads, audience, each) for each in (leaving, coming)] == ["pending", "pending"]
    assert kinds(sandbox).count("run") == 1
    sandbox.advance(3601)
    assert [poll(ads, audience, each) for each in (leaving, coming)] == ["succeeded", "pending"]
    assert kinds(sandbox).count("run") == 2
    sandbox.advance(3601)
    assert poll(ads, audience, coming) == "succeeded"
    assert sandbox.members(audience) == {MAIL}


def test_a_job_of_a_session_that_died_is_run_by_the_next_poll(sandbox: Sandbox, ads: Ads, audience: str) -> None:
    reference = add(ads(), audience, {"EMAIL": DANA}).reference  # that session ends after this test
    assert [poll(ads, audience, reference) for _ in range(2)] == ["pending", "succeeded"]
    assert sandbox.members(audience) == {MAIL}


def test_a_job_that_runs_already_is_left_alone(sandbox: Sandbox, ads: Ads, audience: str) -> None:
    google = ads()
    reference = add(google, audience, {"EMAIL": DANA}).reference
    assert poll(ads, audience, reference) == "pending"
    google.close()
    assert poll(ads, audience, reference) == "succeeded"


def test_rows_that_come_after_somebody_else_ran_their_job_go_into_another(
    sandbox: Sandbox, ads: Ads, audience: str
) -> None:
    google = ads()
    first = add(google, audience, {"EMAIL": DANA}).reference
    assert poll(ads, audience, first) == "pending"
    second = add(google, audience, {"EMAIL": CLOUDY}).reference
    google.close()
    assert first != second
    assert sandbox.members(audience) == {MAIL, OTHER}


def test_a_job_that_cannot_be_run_now_is_told_of_and_run_later(
    sandbox: Sandbox, ads: Ads, audience: str, caplog: pytest.LogCaptureFixture
) -> None:
    google = ads(retry_attempts=1)
    reference = add(google, audience, {"EMAIL": DANA}).reference
    sandbox.fault("ads_concurrent", platform="google", kind="run")
    with caplog.at_level(logging.WARNING):
        google.close()
    assert "google run job: write_conflict; wsync poll tries again" in caplog.messages
    assert [poll(ads, audience, reference) for _ in range(2)] == ["pending", "succeeded"]


def test_a_conflict_with_another_change_is_tried_again(sandbox: Sandbox, ads: Ads, audience: str) -> None:
    google = ads()
    for kind in ("job", "add", "run"):
        sandbox.fault("ads_concurrent", platform="google", kind=kind, times=2)
    add(google, audience, {"EMAIL": DANA})
    google.close()
    assert sandbox.members(audience) == {MAIL}


# Verdicts


def test_rows_that_are_refused_by_name_fail_and_the_others_go_on(sandbox: Sandbox, ads: Ads, audience: str) -> None:
    google = ads()
    home = {**ADDRESS, "FIRST_NAME": "dana"}
    receipt = add(google, audience, {"EMAIL": "x"}, {"EMAIL": DANA}, {"ADDRESS": home}, {"EMAIL": CLOUDY})
    google.close()
    assert receipt.accepted
    assert receipt.rejected == {
        0: ("invalid_sha256_format", refused_for("EMAIL")),
        2: ("invalid_sha256_format", refused_for("FIRST_NAME")),
    }
    assert sandbox.members(audience) == {MAIL, OTHER}


def refused_for(field: str) -> str:
    words = "the hash is not one of SHA-256. Google's reason: INVALID_SHA256_FORMAT."
    return f"Google refused the row for {field}: {words}"


def test_a_page_of_which_all_rows_are_refused_waits_for_nothing(sandbox: Sandbox, ads: Ads, audience: str) -> None:
    google = ads()
    receipt = add(google, audience, {"EMAIL": "x"})
    google.close()
    assert (receipt.accepted, receipt.reference, list(receipt.rejected)) == (False, None, [0])
    assert "run" not in kinds(sandbox)


def test_a_job_that_failed_may_have_been_processed_in_part(sandbox: Sandbox, ads: Ads, audience: str) -> None:
    sandbox.mark(audience, outcomes=["FAILED"])
    google = ads()
    reference = add(google, audience, *({"EMAIL": each.tokens["EMAIL"]} for each in people(3))).reference
    google.close()
    assert CONNECTOR.poll is not None
    found = CONNECTOR.poll(ads(), audience, reference)
    assert (found.status, found.error_code) == ("partial", "job_failed")


@pytest.mark.parametrize(
    "reference", ["474e3458-68da-4f6b-8eb1-26796b31d74d", f"customers/{ACCOUNT}/offlineUserDataJobs/1"]
)
def test_what_this_api_knows_nothing_of_is_in_doubt(ads: Ads, audience: str, reference: str) -> None:
    assert poll(ads, audience, reference) == "in_doubt"


def test_the_other_api_knows_nothing_of_jobs(sandbox: Sandbox, speak: Speak, ads: Ads, audience: str) -> None:
    google = ads()
    reference = add(google, audience, {"EMAIL": DANA}).reference
    google.close()
    assert CONNECTOR.poll is not None
    assert CONNECTOR.poll(speak(sandbox), audience, reference).status == "in_doubt"


# Who may use it


def test_who_is_refused_is_told_which_switch_to_make(sandbox: Sandbox, ads: Ads, audience: str) -> None:
    for status in (400, 403):
        sandbox.configure(platforms={"google": {"ads_allowed": False, "ads_refusal": status}})
        for call in (lambda google: add(google, audience, {"EMAIL": DANA}), opened(audience)):
            with pytest.raises(Denied, match="set transport: data_manager") as caught:
                call(ads())
            assert caught.value.code == "transport_refused"


def opened(audience: str) -> Callable[[Any], Any]:
    assert CONNECTOR.open is not None
    open_audience = CONNECTOR.open
    return lambda google: open_audience(google, audience)


def test_the_check_says_so_too(sandbox: Sandbox, ads: Ads, audience: str) -> None:
    sandbox.configure(platforms={"google": {"ads_allowed": False}})
    lines = {each.what: each for each in CONNECTOR.check(ads(), VIP)}
    ready = lines["audience can take members"]
    assert (ready.ok, ready.remedy.startswith("set transport: data_manager")) == (False, True)
    assert "set transport" not in ready.found


def test_a_check_that_finds_nothing_wrong(sandbox: Sandbox, ads: Ads, audience: str) -> None:
    assert all(each.ok for each in CONNECTOR.check(ads(), VIP))
    assert kinds(sandbox) == ["job"]
    assert sandbox.requests[-1].body["validateOnly"] is True


def test_the_token_s_scope_is_looked_at(sandbox: Sandbox, ads: Ads, audience: str) -> None:
    sandbox.configure(platforms={"google": {"scopes": ["https://www.googleapis.com/auth/datamanager"]}})
    [line] = [each for each in CONNECTOR.check(ads(), VIP) if each.what == "scope"]
    assert not line.ok
    with pytest.raises(Denied) as caught:
        add(ads(), audience, {"EMAIL": DANA})
    assert caught.value.code == "scope_missing"


def test_the_manager_is_named_by_a_header_and_no_developer_token_is_needed(
    sandbox: Sandbox, ads: Ads, audience: str
) -> None:
    sandbox.configure(platforms={"google": {"managed": {ACCOUNT: MANAGER}}})
    with pytest.raises(Denied) as caught:
        list(CONNECTOR.list(ads()))
    assert caught.value.code == "no_permission"
    google = ads(login_customer_id=MANAGER, developer_token="developer-canary", quota_project="sandbox-project")
    assert [each.id for each in CONNECTOR.list(google)] == [audience]
    headers = sandbox.requests[-1].headers
    assert (headers["login-customer-id"], headers["developer-token"]) == (MANAGER, "developer-canary")
    assert "login-account" not in headers
    assert "developer-token" not in sandbox.requests[-3].headers


def test_a_token_that_ended_is_renewed_once(sandbox: Sandbox, ads: Ads, audience: str) -> None:
    google = ads()
    sandbox.fault("expired_token", platform="google", kind="add")
    assert add(google, audience, {"EMAIL": DANA}).accepted
    sandbox.fault("expired_token", platform="google", kind="add", times=None)
    with pytest.raises(Denied) as caught:
        add(google, audience, {"EMAIL": DANA})
    assert caught.value.code == "token_refused"


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        ("ads_daily_quota", Unavailable, "throttled_day"),
        ("ads_throttled", Unavailable, "throttled"),
        ("ads_not_approved", Denied, "project_not_approved"),
        ("ads_transient", Unavailable, "server_fault"),
        ("ads_unknown", Rejected, "bad_request"),
        ("unavailable", Unavailable, "server_fault"),
    ],
)
def test_a_refusal_is_named_by_what_is_to_be_done(
    sandbox: Sandbox, ads: Ads, audience: str, answer: str, kind: type[Exception], code: str
) -> None:
    google = ads(retry_attempts=2)
    sandbox.fault(answer, platform="google", kind="add", times=None)
    with pytest.raises(kind) as caught:
        add(google, audience, {"EMAIL": DANA})
    assert caught.value.code == code  # type: ignore[attr-defined]


def test_a_job_that_cannot_be_made_stops_the_sync_and_halves_nothing(sandbox: Sandbox, ads: Ads, audience: str) -> None:
    sandbox.fault("bad_parameter", platform="google", kind="job")
    with pytest.raises(Denied):
        add(ads(), audience, {"EMAIL": DANA}, {"EMAIL": CLOUDY})
    assert kinds(sandbox) == ["job"]


# Lists


def test_lists_are_made_found_read_and_deleted(sandbox: Sandbox, ads: Ads) -> None:
    google = ads()
    made = CONNECTOR.create(google, AudienceSpec(name="Tom's \\ best"))
    assert [each.id for each in CONNECTOR.find(google, "Tom's \\ best")] == [made.id]
    assert CONNECTOR.find(google, "tom's \\ best") == []
    [listed] = CONNECTOR.list(google)
    assert (listed.name, listed.facts["membershipDuration"]) == ("Tom's \\ best", "46656000s")
    with pytest.raises(Denied) as caught:
        CONNECTOR.create(google, AudienceSpec(name="Tom's \\ best"))
    assert caught.value.code == "name_used"
    assert CONNECTOR.delete is not None
    CONNECTOR.delete(google, made.id)
    assert sandbox.summary() == []
    assert judge_all(sandbox.requests) > 5


def test_a_list_of_devices_names_its_app(sandbox: Sandbox, ads: Ads) -> None:
    spec = AudienceSpec(name="Players", settings={"list_type": "MOBILE_ADVERTISING_ID", "app_id": "com.example.game"})
    CONNECTOR.create(ads(audience=spec), spec)
    crm = sandbox.requests[-1].body["operations"][0]["create"]["crmBasedUserList"]
    assert crm == {
        "uploadKeyType": "MOBILE_ADVERTISING_ID",
        "appId": "com.example.game",
        "dataSourceType": "FIRST_PARTY",
    }
    bare = AudienceSpec(name="Others", settings=AudienceSettings(list_type="MOBILE_ADVERTISING_ID").model_dump())
    with pytest.raises(ConfigError, match="app"):
        CONNECTOR.create(ads(audience=bare), bare)
    assert judge_all(sandbox.requests) == 1


@pytest.mark.parametrize(
    ("marks", "code"),
    [
        ({"status": "CLOSED"}, "list_closed"),
        ({"read_only": True}, "not_ours"),
        ({"key_type": "USER_ID"}, "list_type"),
    ],
)
def test_a_list_that_takes_no_members_is_seen_when_it_is_opened(
    sandbox: Sandbox, ads: Ads, audience: str, marks: dict[str, Any], code: str
) -> None:
    sandbox.mark(audience, **marks)
    with pytest.raises(Denied) as caught:
        opened(audience)(ads())
    assert caught.value.code == code


@pytest.mark.parametrize("audience_id", ["404", "no number"])
def test_so_is_one_that_is_not_there(ads: Ads, audience_id: str) -> None:
    with pytest.raises(Denied) as caught:
        opened(audience_id)(ads())
    assert caught.value.code == "missing"


def test_answers_in_pages_are_read_to_the_end(sandbox: Sandbox, ads: Ads) -> None:
    sandbox.configure(platforms={"google": {"ads_page": 2}})
    made = {sandbox.create_audience(f"list {at}", platform="google") for at in range(5)}
    assert {each.id for each in CONNECTOR.list(ads())} == made


# The list anew


def test_a_list_is_replaced_in_one_job_that_runs_at_once(sandbox: Sandbox, ads: Ads, audience: str) -> None:
    google = ads()
    add(google, audience, {"EMAIL": DANA})
    google.close()
    google = ads()
    to = CONNECTOR.fitted(google.settings, VIP, None)
    assert (to.clear, to.replace is not None) == (None, True)
    assert to.replace is not None
    receipt = to.replace(google, audience, [PlanRow(1, {"EMAIL": CLOUDY}), PlanRow(2, {"EMAIL": "x"})])
    assert (receipt.accepted, list(receipt.rejected)) == (True, [1])
    assert sandbox.members(audience) == {OTHER}
    add(google, audience, {"EMAIL": DANA})
    google.close()
    assert sandbox.members(audience) == {MAIL, OTHER}


def test_it_is_not_replaced_while_another_job_changes_it(sandbox: Sandbox, ads: Ads, audience: str) -> None:
    sandbox.configure(platforms={"google": {"add_seconds": 3600}})
    google = ads()
    add(google, audience, {"EMAIL": DANA})
    google.close()
    to = CONNECTOR.fitted(google.settings, VIP, None)
    assert to.replace is not None
    with pytest.raises(Denied, match="another job"):
        to.replace(ads(), audience, [PlanRow(1, {"EMAIL": CLOUDY})])
    sandbox.advance(3601)
    assert sandbox.members(audience) == {MAIL}


# What is shown


def test_the_preview_is_the_request(sandbox: Sandbox, ads: Ads, audience: str) -> None:
    rows = [PlanRow(1, {"EMAIL": DANA, **GRANTED})]
    google = ads(developer_token="developer-canary")
    shown = CONNECTOR.preview(google, audience, "add", rows)
    CONNECTOR.send(google, audience, "add", rows)
    job, sent = sandbox.requests[-2:]
    [first] = shown["first"]
    assert (first["json"], shown["json"]) == (job.body, sent.body)
    assert [each["url"].rpartition(":")[2] for each in (first, shown)] == ["create", "addOperations"]
    assert "developer-canary" not in str(shown)


def test_a_preview_shows_both_requests_in_order() -> None:
    sync = sync_of("http://127.0.0.1:1", "EMAIL", "AD_USER_DATA_CONSENT", transport="google_ads")
    found = preview(sync, [{"id": 1, "email": "d@example.com", "ad_user_data_consent": "yes"}])
    first, second = (each["body"] for each in found.requests)
    assert first["job"]["customerMatchUserListMetadata"]["consent"] == {"adUserData": "GRANTED"}
    assert len(second["operations"]) == 1


def test_an_address_that_is_not_safe_is_named() -> None:
    unsafe = sync_of("http://example.com", transport="google_ads", token_url="https://oauth2.googleapis.com/token")
    with pytest.raises(ConfigError) as caught:
        CONNECTOR.connect(unsafe, Time().ports())
    assert caught.value.key == "ads_base_url"


# Google's own messages


def test_the_failures_the_stand_in_makes_are_google_s(sandbox: Sandbox, ads: Ads, audience: str) -> None:
    pytest.importorskip("google.ads.googleads.v26")
    from google.ads.googleads.v26.errors.types.errors import GoogleAdsFailure
    from google.ads.googleads.v26.services.types import offline_user_data_job_service as jobs
    from google.protobuf.json_format import ParseDict

    from warehouse_sync.sandbox import google_ads_replies as replies

    every = [mistake for make in (*replies.REFUSALS.values(), *replies.SAME.values()) for mistake in make().mistakes]
    known = [each for each in every if each.family != "errorOfTomorrow"]
    told = replies.failure(known, "v26", "trace")
    ParseDict({name: value for name, value in told.items() if name != "@type"}, GoogleAdsFailure.pb()())
    partial = {"partialFailureError": replies.status_of([replies.job_error("INVALID_SHA256_FORMAT")], "v26", "trace")}
    ParseDict(partial, jobs.AddOfflineUserDataJobOperationsResponse.pb()())


def test_a_failure_that_google_s_own_messages_make_is_read(sandbox: Sandbox) -> None:
    pytest.importorskip("google.ads.googleads.v26")
    from google.ads.googleads.v26.errors.types import errors
    from google.ads.googleads.v26.services.types import offline_user_data_job_service as jobs
    from google.protobuf.json_format import MessageToDict
    from google.rpc.status_pb2 import Status

    path = errors.ErrorLocation.FieldPathElement
    wrong = errors.GoogleAdsError(
        error_code={"offline_user_data_job_error": "INVALID_MOBILE_ID_FORMAT"},
        message="Google's own words",
        location={"field_path_elements": [path(field_name="operations", index=0), path(field_name="create")]},
    )
    failure = errors.GoogleAdsFailure(errors=[wrong], request_id="abc")
    status = Status(code=3, message="Google's own words")
    status.details.add().Pack(errors.GoogleAdsFailure.pb(failure))
    answer = jobs.AddOfflineUserDataJobOperationsResponse(partial_failure_error=status)
    body = MessageToDict(jobs.AddOfflineUserDataJobOperationsResponse.pb(answer))
    found, vague = refused_rows(body)
    assert (list(found), found[0][0], vague) == ([0], "invalid_mobile_id_format", False)
    assert "own words" not in str(found)


def test_every_code_we_know_is_one_of_google_s() -> None:
    pytest.importorskip("google.ads.googleads.v26")
    from google.ads.googleads.v26.errors.types.errors import ErrorCode

    fields = {each.json_name: each.enum_type for each in ErrorCode.pb()().DESCRIPTOR.fields}
    unknown = [
        (family, code)
        for each in KNOWN
        for family, code in each.codes
        if family not in fields or code not in fields[family].values_by_name
    ]
    assert unknown == []


def test_a_partial_failure_that_names_no_row_leaves_all_in_doubt() -> None:
    error = {"errorCode": {"internalError": "INTERNAL_ERROR"}}
    body = {"partialFailureError": {"code": 13, "details": [{"errors": [error]}]}}
    assert refused_rows(body) == ({}, True)
    assert refused_rows({"partialFailureError": {"code": 13}}) == ({}, True)
    assert refused_rows({}) == ({}, False)


def test_a_quota_says_how_long_to_wait() -> None:
    details = {"quotaErrorDetails": {"rateScope": "ACCOUNT", "retryDelay": "41s"}}
    error = {"errorCode": {"quotaError": "RESOURCE_TEMPORARILY_EXHAUSTED"}, "details": details}
    verdict = classify(Reply(429, {}, {"error": {"code": 429, "details": [{"errors": [error]}]}}))
    assert (verdict.kind, verdict.code, verdict.seconds) == ("wait", "throttled", 41.0)
