"""What the stand-in for Google answers is what Google's own messages can say: every field, status and reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

pytest.importorskip("google.ads.datamanager_v1")

from google.protobuf.json_format import ParseDict

from warehouse_sync import sandbox
from warehouse_sync.sandbox import google_ads_lists, google_status
from warehouse_sync.sandbox.google_ads import Job
from warehouse_sync.sandbox.google_lists import Members, Outcome, Row, Upload, UserList
from warehouse_sync.sandbox.google_replies import REFUSALS, Problem

FOLDER = Path(sandbox.__file__).parent
ROWS = [
    Row(frozenset({"emailAddress:a", "address:b"})),
    Row(frozenset({"phoneNumber:c"}), "PROCESSING_ERROR_REASON_NO_CONSENT"),
]


def calls(name: str, file: str) -> Iterator[ast.Call]:
    """Every call of a function by this name in a file of the sandbox."""
    for node in ast.walk(ast.parse((FOLDER / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def texts(nodes: list[ast.expr]) -> list[str]:
    return [each.value for each in nodes if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def test_every_reason_of_a_violation_is_one_of_google_s() -> None:
    from google.ads.datamanager_v1.types import ErrorReason

    files = ("google.py", "google_rules.py", "google_resources.py")
    told = {texts(call.args[1:2])[0] for file in files for call in calls("Violation", file) if texts(call.args[1:2])}
    assert len(told) > 20
    assert told <= {each.name for each in ErrorReason}


def test_so_is_every_reason_that_the_service_itself_gives() -> None:
    from google.ads.datamanager_v1.types import ErrorReason

    made = [make() for name, make in REFUSALS.items() if name != "unknown_reason"]
    problems = [each for each in made if isinstance(each, Problem)]
    ours = [
        detail for each in problems for detail in each.details if detail.get("domain") == "datamanager.googleapis.com"
    ]
    assert len(ours) > 5
    assert {each["reason"] for each in ours} <= {each.name for each in ErrorReason}


@pytest.mark.parametrize("outcome", [None, *get_args(Outcome)])
@pytest.mark.parametrize("data", [*google_status.COUNTS, "compositeData"])
@pytest.mark.parametrize("verb", ["add", "remove", "clear"])
def test_every_status_is_one(outcome: Any, data: str, verb: Any) -> None:
    from google.ads.datamanager_v1.types import RequestStatusPerDestination

    upload = Upload("id", "1", verb, ROWS, 0.0, 0.0, data, ordered=outcome, done=True)
    ParseDict(google_status.block(upload), RequestStatusPerDestination.pb()())


@pytest.mark.parametrize("key", ["CONTACT_ID", "USER_ID", "MOBILE_ID"])
def test_a_list_is_one_by_either_api(key: str) -> None:
    from google.ads.datamanager_v1.types import UserList as Ours

    pytest.importorskip("google.ads.googleads.v26")
    from google.ads.googleads.v26.resources.types.user_list import UserList as Theirs

    found = UserList(
        "1", "1234567890", "VIP", key, Members("entries"), "about", closing_reason="UNUSED", read_only=True
    )
    found.mobile = {"keySpace": "IOS", "appId": "1"} if key == "MOBILE_ID" else {}
    ParseDict(found.described(), Ours.pb()())
    ParseDict(google_ads_lists.described(found), Theirs.pb()())


@pytest.mark.parametrize("outcome", ["SUCCESS", "FAILED"])
def test_so_is_a_job(outcome: Any) -> None:
    pytest.importorskip("google.ads.googleads.v26")
    from google.ads.googleads.v26.resources.types.offline_user_data_job import OfflineUserDataJob

    job = Job("1", "1234567890", "2", {})
    for running in (
        (),
        (Upload("1", "2", "add", ROWS, 0.0, 9.0),),
        (Upload("1", "2", "add", ROWS, 0.0, 0.0, ordered=outcome, done=True),),
    ):
        job.running = running
        ParseDict(google_ads_lists.shown(job), OfflineUserDataJob.pb()())


def test_every_error_of_the_google_ads_api_is_one() -> None:
    pytest.importorskip("google.ads.googleads.v26")
    from google.ads.googleads.v26.errors.types.errors import ErrorCode

    fields = {each.json_name: each.enum_type for each in ErrorCode.pb()().DESCRIPTOR.fields}
    families = {"job_error": "offlineUserDataJobError", "list_error": "userListError", "request_error": "requestError"}
    told = [
        (family, code)
        for file in ("google_ads.py", "google_ads_lists.py", "google_ads_replies.py")
        for name, family in families.items()
        for call in calls(name, file)
        for code in texts(call.args[:1])
    ]
    for file in ("google_ads.py", "google_ads_lists.py", "google_ads_replies.py"):
        pairs = [texts(call.args[:2]) for call in calls("Mistake", file)]
        told += [(family, code) for family, *rest in pairs for code in rest if family != "errorOfTomorrow"]
    assert len(told) > 30
    assert [each for each in told if each[1] not in fields[each[0]].values_by_name] == []
