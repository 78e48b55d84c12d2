"""Meta's official SDK works against the stand-in, and fails where it fails against Meta.

The SDK is the one client of the Marketing API that we did not write: what it can do here, our connector can rely on.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests import sandbox_fixtures as fixtures
from tests.sandbox_fixtures import digest
from warehouse_sync.sandbox import ACCOUNT, Sandbox

pytest.importorskip("facebook_business")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:facebook_business")

sandbox, facebook_sdk = fixtures.sandbox, fixtures.facebook_sdk

GIVEN = {"name": "customers", "subtype": "CUSTOM", "customer_file_source": "USER_PROVIDED_ONLY"}


def payload(*names: str) -> dict[str, Any]:
    return {"schema": ["EMAIL", "PHONE"], "data": [[digest(name), ""] for name in names]}


def session(number: int, *, last: bool) -> dict[str, Any]:
    return {"session_id": 5, "batch_seq": number, "last_batch_flag": last, "estimated_num_total": 3}


def tokens(*names: str) -> set[str]:
    return {f"EMAIL:{digest(name)}" for name in names}


@pytest.fixture
def account(facebook_sdk: Any) -> Any:
    from facebook_business.adobjects.adaccount import AdAccount

    return AdAccount(ACCOUNT)


@pytest.fixture
def audience(account: Any) -> Any:
    from facebook_business.adobjects.customaudience import CustomAudience

    return CustomAudience(account.create_custom_audience(params=GIVEN)["id"])


def test_it_creates_reads_renames_and_deletes(audience: Any, sandbox: Sandbox) -> None:
    audience.api_update(params={"name": "renamed"})
    found = audience.api_get(fields=["name", "operation_status", "approximate_count_lower_bound"])
    assert (found["name"], found["operation_status"]["code"]) == ("renamed", 200)
    audience.api_delete()
    assert sandbox.summary() == []


def test_it_lists_over_several_pages(account: Any) -> None:
    made = [account.create_custom_audience(params=GIVEN | {"name": f"audience {n}"})["id"] for n in range(7)]
    found = account.get_custom_audiences(fields=["name"], params={"limit": 3})
    assert [each["id"] for each in found] == made
    assert found.total() == 7


def test_it_adds_and_removes(audience: Any, sandbox: Sandbox) -> None:
    reply = audience.create_user(params={"payload": payload("a", "b"), "session": session(1, last=True)})
    assert (reply["num_received"], reply["session_id"]) == (2, "5")
    audience.delete_users(params={"payload": payload("a")})
    assert sandbox.members(audience["id"]) == tokens("b")


def test_it_replaces(audience: Any, sandbox: Sandbox) -> None:
    audience.create_user(params={"payload": payload("old")})
    audience.create_users_replace(params={"payload": payload("a"), "session": session(1, last=False)})
    assert sandbox.members(audience["id"]) == tokens("old")
    audience.create_users_replace(params={"payload": payload("b"), "session": session(2, last=True)})
    assert sandbox.members(audience["id"]) == tokens("a", "b")
    assert [each["num_received"] for each in audience.get_sessions(params={"session_id": 5})] == ["2"]


def test_its_large_removal_travels_in_the_address_and_fails(audience: Any, sandbox: Sandbox) -> None:
    """It takes the page it gets for a success, and stumbles over it."""
    names = [str(number) for number in range(2000)]
    audience.create_user(params={"payload": payload(*names)})
    with pytest.raises(TypeError):
        audience.delete_users(params={"payload": payload(*names)})
    assert len(sandbox.members(audience["id"])) == 2000


def test_it_reads_our_errors_as_metas(audience: Any, sandbox: Sandbox) -> None:
    from facebook_business.exceptions import FacebookRequestError

    sandbox.fault("transient")
    with pytest.raises(FacebookRequestError) as failed:
        audience.create_user(params={"payload": payload("a")})
    assert (failed.value.api_error_code(), failed.value.api_transient_error()) == (2, True)
    sandbox.refuse(digest("a"), answer="too_small", kind="remove")
    with pytest.raises(FacebookRequestError) as failed:
        audience.delete_users(params={"payload": payload("a")})
    assert (failed.value.api_error_code(), failed.value.api_error_subcode()) == (200, 1870047)


def test_it_notices_an_error_under_a_200(audience: Any, sandbox: Sandbox) -> None:
    from facebook_business.exceptions import FacebookRequestError

    sandbox.fault("error_in_200")
    with pytest.raises(FacebookRequestError) as failed:
        audience.create_user(params={"payload": payload("a")})
    assert (failed.value.http_status(), failed.value.api_error_code()) == (200, 2)


def test_its_proof_of_the_secret_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    from facebook_business.adobjects.adaccount import AdAccount
    from facebook_business.api import FacebookAdsApi
    from facebook_business.session import FacebookSession

    with Sandbox.start(app_secret="s3cret", require_proof=True) as platform:
        monkeypatch.setattr(FacebookSession, "GRAPH", platform.url)
        monkeypatch.setattr(FacebookAdsApi, "_default_api", None)
        sdk = FacebookAdsApi.init("1", "s3cret", platform.token, api_version="v26.0", crash_log=False)
        assert len(AdAccount(ACCOUNT, api=sdk).get_custom_audiences()) == 0
        sdk._session.requests.close()


def test_its_own_hashing_of_a_missing_cell_is_told_as_invalid(audience: Any, sandbox: Sandbox) -> None:
    rows = [["mary@example.com", ""]]
    reply = audience.add_users(schema=["EMAIL", "FN"], users=rows, is_raw=True).json()
    assert (reply["num_received"], reply["num_invalid_entries"]) == (1, 1)
    assert sandbox.members(audience["id"]) == tokens("mary@example.com")
