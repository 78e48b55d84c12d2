"""The stand-in for Google: who may ask, by which token, through which account, how often."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import pytest
import requests

from tests.google.raw import HASH, LISTS, Asked, Client, person
from warehouse_sync.sandbox import Sandbox
from warehouse_sync.sandbox.google import ACCOUNT, MANAGER, PROJECT

REFRESH = {
    "grant_type": "refresh_token",
    "refresh_token": "sandbox-refresh",
    "client_id": "sandbox-client",
    "client_secret": "sandbox-secret",
}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start() as sandbox:
        yield sandbox
        assert sandbox.journal.failures == []


@pytest.fixture
def google(sandbox: Sandbox) -> Client:
    return Client(sandbox)


@pytest.fixture
def behaves(sandbox: Sandbox) -> Callable[..., None]:
    return lambda **settings: sandbox.configure(platforms={"google": settings})


# Who may ask


def test_without_a_good_token_nothing_is_done(google: Client) -> None:
    for header, reason in (("", "CREDENTIALS_MISSING"), ("Bearer x", "ACCESS_TOKEN_TYPE_UNSUPPORTED")):
        google.headers = {"Authorization": header}
        found = google.ingest(person(HASH))
        assert (found.status, found.error["status"], found.reasons) == (401, "UNAUTHENTICATED", [reason])


def exchange(sandbox: Sandbox, **form: str) -> Asked:
    return Asked(requests.post(f"{sandbox.url}/token", data=form, timeout=30))


def test_a_token_lives_an_hour_and_for_its_scopes_only(
    sandbox: Sandbox, google: Client, behaves: Callable[..., None]
) -> None:
    made = exchange(sandbox, **REFRESH).body
    assert (made["token_type"], made["expires_in"]) == ("Bearer", 3599)
    google.headers = {"Authorization": f"Bearer {made['access_token']}"}
    assert google.ingest(person(HASH)).status == 200
    sandbox.advance(3600)
    assert google.ingest(person(HASH)).reasons == ["ACCESS_TOKEN_EXPIRED"]
    behaves(scopes=["https://www.googleapis.com/auth/adwords"])
    google.headers = {"Authorization": f"Bearer {exchange(sandbox, **REFRESH).body['access_token']}"}
    assert google.ingest(person(HASH)).reasons == ["ACCESS_TOKEN_SCOPE_INSUFFICIENT"]


@pytest.mark.parametrize(
    ("change", "error", "status"),
    [
        ({"refresh_token": "old"}, "invalid_grant", 400),
        ({"client_secret": "wrong"}, "invalid_client", 401),
        ({"grant_type": "password"}, "unsupported_grant_type", 400),
    ],
)
def test_a_refresh_token_that_is_none_is_refused_in_oauth_s_words(
    sandbox: Sandbox, change: dict[str, str], error: str, status: int
) -> None:
    found = exchange(sandbox, **{**REFRESH, **change})
    assert (found.status, found.body["error"]) == (status, error)


def test_a_service_account_signs_for_its_token(sandbox: Sandbox, behaves: Callable[..., None]) -> None:
    """With a key of toy size: the stand-in knows its public half."""
    prime, other, exponent = 2**607 - 1, 2**521 - 1, 65_537
    modulus, secret = prime * other, pow(exponent, -1, (prime - 1) * (other - 1))
    behaves(service_key=[modulus, exponent])
    claim = {
        "iss": "wsync@sandbox-project.iam.gserviceaccount.com",
        "scope": "https://www.googleapis.com/auth/datamanager",
        "aud": f"{sandbox.url}/token",
        "iat": int(sandbox.clock.now()),
        "exp": int(sandbox.clock.now()) + 3600,
    }
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    good = signed(claim, modulus, secret)
    made = exchange(sandbox, grant_type=grant, assertion=good)
    assert made.body["scope"] == "https://www.googleapis.com/auth/datamanager"
    for wrong in (
        signed(claim, modulus, secret + 2),
        signed({**claim, "iss": "somebody"}, modulus, secret),
        signed({**claim, "exp": claim["iat"] + 7200}, modulus, secret),
        signed({**claim, "iat": claim["iat"] - 7200, "exp": claim["iat"] - 3600}, modulus, secret),
    ):
        assert exchange(sandbox, grant_type=grant, assertion=wrong).body["error"] == "invalid_grant"
    assert exchange(sandbox, grant_type=grant, assertion="x").body["error"] == "invalid_request"


def signed(claim: dict[str, Any], modulus: int, secret: int) -> str:
    """A JSON Web Token, RS256 (RFC 7515, RFC 8017)."""
    parts = [json.dumps(each).encode() for each in ({"alg": "RS256", "typ": "JWT"}, claim)]
    text = ".".join(base64.urlsafe_b64encode(each).decode().rstrip("=") for each in parts)
    size = (modulus.bit_length() + 7) // 8
    digest = bytes.fromhex("3031300d060960864801650304020105000420") + sha256(text.encode()).digest()
    padded = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
    made = pow(int.from_bytes(padded, "big"), secret, modulus).to_bytes(size, "big")
    return f"{text}.{base64.urlsafe_b64encode(made).decode().rstrip('=')}"


def test_an_account_is_reached_by_its_manager_only(google: Client, behaves: Callable[..., None]) -> None:
    behaves(managed={ACCOUNT: MANAGER})
    through = {"loginAccount": {"accountType": "GOOGLE_ADS", "accountId": MANAGER}}
    assert google.ingest(person(HASH)).reasons == ["PERMISSION_DENIED"]
    assert google.ingest(person(HASH), destinations=[{**google.to(), **through}]).status == 200
    header = f"accountTypes/GOOGLE_ADS/accounts/{MANAGER}"
    assert google.ask("GET", LISTS).status == 403
    assert google.ask("GET", LISTS, login_account=header).status == 200
    assert google.ask("GET", LISTS, login_customer_id=MANAGER).status == 403  # the other API's header
    assert google.ask("GET", LISTS, login_account=MANAGER).violations[0][1] == "INVALID_RESOURCE_NAME"


def test_somebody_else_s_account_is_not_reached(google: Client) -> None:
    found = google.ingest(person(HASH), destinations=[google.to(account="1111111111")])
    assert (found.status, found.reasons) == (403, ["PERMISSION_DENIED"])


def test_the_project_that_pays_must_be_one_of_ours(google: Client, behaves: Callable[..., None]) -> None:
    assert google.ask("GET", LISTS, x_goog_user_project="another").reasons == ["USER_PROJECT_DENIED"]
    behaves(needs_project=True)
    assert google.ask("GET", LISTS).reasons == ["USER_PROJECT_DENIED"]
    assert google.ask("GET", LISTS, x_goog_user_project=PROJECT).status == 200


def test_each_quota_is_counted_by_the_minute_and_named(
    sandbox: Sandbox, google: Client, behaves: Callable[..., None]
) -> None:
    behaves(minute=2)
    calls = {
        "IngestionMutateRequestsPerMinutePerProject": lambda: google.ingest(person(HASH)),
        "IngestionReadRequestsPerMinutePerProject": lambda: google.status("x"),
        "ManagementReadRequestsPerMinutePerProject": lambda: google.ask("GET", LISTS),
        "ManagementMutateRequestsPerMinutePerProject": lambda: google.ask("POST", LISTS, {}),
    }
    sandbox.advance(60 - sandbox.clock.now() % 60)  # a minute begins
    for limit, call in calls.items():
        found = [call() for _ in range(3)]
        assert [each.status == 429 for each in found] == [False, False, True]
        assert found[-1].error["details"][0]["metadata"]["quota_limit"] == limit
    sandbox.advance(60)
    assert google.ingest(person(HASH)).status == 200
    behaves(day=1)
    last = [google.ingest(person(HASH)) for _ in range(2)][-1]
    assert last.error["details"][0]["metadata"]["quota_limit"] == "IngestionMutateRequestsPerDayPerProject"
