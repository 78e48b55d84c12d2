"""The connectors under contract: how to start each one's platform, and how it is made to misbehave.

A new connector joins by one entry in `PLATFORMS`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

import requests

from warehouse_sync.connectors import Connector
from warehouse_sync.connectors.facebook import CONNECTOR as FACEBOOK
from warehouse_sync.connectors.google import CONNECTOR as GOOGLE
from warehouse_sync.connectors.http import CONNECTOR as HTTP
from warehouse_sync.connectors.linkedin import CONNECTOR as LINKEDIN
from warehouse_sync.connectors.tiktok import CONNECTOR as TIKTOK
from warehouse_sync.model import AudienceSpec, Mapped, PlanRow, Source, Sync
from warehouse_sync.sandbox import Sandbox
from warehouse_sync.sandbox.google import ACCOUNT as GOOGLE_ACCOUNT
from warehouse_sync.sandbox.linkedin import ACCOUNT as LINKEDIN_ACCOUNT
from warehouse_sync.sandbox.linkedin import PLATFORM as LINKEDIN_PLATFORM
from warehouse_sync.sandbox.tiktok import ADVERTISER


class Running(Protocol):
    """A platform that runs. `fault` makes the next `times` membership changes (None: all) go wrong."""

    url: str

    def fault(self, trouble: str, times: int | None = 1) -> None: ...
    def members(self, audience: str) -> set[str]: ...
    def changes(self) -> list[tuple[str, int]]:
        """Membership changes that arrived: method and number of rows."""
        ...

    def requests(self) -> int: ...
    def audiences(self) -> int: ...


VIP = AudienceSpec(name="VIP")


@dataclass(frozen=True)
class Platform:
    """One connector and its stand-in. `secrets` are in every destination made by `destination`.

    `creates`: whether it makes, finds and lists audiences; else `audience` is one that is there. `tokens`: how many
    requests a session makes for the right to make others. `called`: the test's name, where it is not the connector's.
    """

    connector: Connector
    start: Callable[[], AbstractContextManager[Running]]
    destination: Callable[[str], dict[str, Any]]
    mapped: tuple[str, ...]
    row: Callable[[int], dict[str, Any]]
    secrets: tuple[str, ...]
    canary: str
    audience: AudienceSpec = VIP
    creates: bool = True
    tokens: int = 0
    called: str = ""

    def sync(self, url: str, **settings: Any) -> Sync:
        """A sync of this platform's connector; `settings` override the destination's."""
        destination = self.connector.destination.model_validate({**self.destination(url), **settings})
        return Sync(
            "vip",
            Source(("customers",)),
            ("id",),
            self.connector.name,
            "ads",
            destination,
            self.audience,
            tuple(Mapped(name, name.lower()) for name in self.mapped),
            self.connector.options(),
        )

    def rows(self, count: int) -> list[PlanRow]:
        return [PlanRow(number, self.row(number)) for number in range(1, count + 1)]


FACEBOOK_TROUBLES = {
    "credentials": "bad_token",
    "throttled": "throttled_429",
    "server_fault": "transient",
    "bad_request": "bad_parameter",
    "not_json": "html",
    "lost_answer": "reset_after",
    "lost_request": "reset_before",
}


class FacebookRunning:
    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.url = sandbox, sandbox.url

    def fault(self, trouble: str, times: int | None = 1) -> None:
        self.sandbox.fault(FACEBOOK_TROUBLES[trouble], kind="users", times=times)

    def members(self, audience: str) -> set[str]:
        return self.sandbox.members(audience)

    def changes(self) -> list[tuple[str, int]]:
        return [(each.method, each.rows) for each in self.sandbox.requests if each.kind in ("add", "remove")]

    def requests(self) -> int:
        return len(self.sandbox.requests)

    def audiences(self) -> int:
        return len(self.sandbox.summary())


@contextmanager
def facebook() -> Iterator[FacebookRunning]:
    with Sandbox.start(token="tok-canary-17", app_secret="app-canary-18", require_proof=True) as sandbox:
        yield FacebookRunning(sandbox)


TIKTOK_TROUBLES = {
    "credentials": "bad_token",
    "throttled": "throttled",
    "server_fault": "transient",
    "bad_request": "bad_parameter",
    "not_json": "html",
    "lost_answer": "reset_after",
    "lost_request": "reset_before",
}


class TikTokRunning:
    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.url = sandbox, sandbox.url

    def fault(self, trouble: str, times: int | None = 1) -> None:
        self.sandbox.fault(TIKTOK_TROUBLES[trouble], kind="users", times=times, platform="tiktok")

    def members(self, audience: str) -> set[str]:
        return self.sandbox.members(audience)

    def changes(self) -> list[tuple[str, int]]:
        return [(each.method, each.rows) for each in self.sandbox.requests if each.kind in ("add", "remove")]

    def requests(self) -> int:
        return len(self.sandbox.requests)

    def audiences(self) -> int:
        return len(self.sandbox.summary())


@contextmanager
def tiktok() -> Iterator[TikTokRunning]:
    with Sandbox.start(token="tok-canary-19") as sandbox:
        yield TikTokRunning(sandbox)


LINKEDIN_TROUBLES = {
    "credentials": "bad_token",
    "throttled": "throttled",
    "server_fault": "transient",
    "bad_request": "bad_parameter",
    "not_json": "html",
    "lost_answer": "reset_after",
    "lost_request": "reset_before",
}


class LinkedInRunning:
    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.url = sandbox, sandbox.url

    def fault(self, trouble: str, times: int | None = 1) -> None:
        self.sandbox.fault(LINKEDIN_TROUBLES[trouble], kind="users", times=times, platform="linkedin")

    def members(self, audience: str) -> set[str]:
        return self.sandbox.members(audience)

    def changes(self) -> list[tuple[str, int]]:
        return [(each.method, each.rows) for each in self.sandbox.requests if each.kind in ("add", "remove")]

    def requests(self) -> int:
        return len(self.sandbox.requests)

    def audiences(self) -> int:
        return len(self.sandbox.summary())


@contextmanager
def linkedin() -> Iterator[LinkedInRunning]:
    with Sandbox.start(token="tok-canary-20") as sandbox:
        yield LinkedInRunning(sandbox)


GOOGLE_TROUBLES = {
    "credentials": "bad_token",
    "throttled": "throttled",
    "server_fault": "transient",
    "bad_request": "bad_parameter",
    "not_json": "html",
    "lost_answer": "reset_after",
    "lost_request": "reset_before",
}


class GoogleRunning:
    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.url = sandbox, sandbox.url

    def fault(self, trouble: str, times: int | None = 1) -> None:
        self.sandbox.fault(GOOGLE_TROUBLES[trouble], kind="users", times=times, platform="google")

    def members(self, audience: str) -> set[str]:
        return self.sandbox.members(audience)

    def changes(self) -> list[tuple[str, int]]:
        return [(each.method, each.rows) for each in self.sandbox.requests if each.kind in ("add", "remove")]

    def requests(self) -> int:
        return len(self.sandbox.requests)

    def audiences(self) -> int:
        return len(self.sandbox.summary())


@contextmanager
def google() -> Iterator[GoogleRunning]:
    given = {"client_secret": "app-canary-22", "refresh_token": "tok-canary-23"}
    with Sandbox.start(platforms={"google": given}) as sandbox:
        yield GoogleRunning(sandbox)


class GoogleAdsRunning(GoogleRunning):
    """By the other transport: members are those whom the jobs would leave that were filled so far."""

    def members(self, audience: str) -> set[str]:
        part: Any = self.sandbox.parts["google"]
        for job in list(part.jobs.values()):
            if job.rows and job.status() == "PENDING":
                token = {"Authorization": f"Bearer {self.sandbox.token}"}
                requests.post(f"{self.url}/v26/{job.resource}:run", json={}, headers=token, timeout=30)
        return super().members(audience)


@contextmanager
def google_ads() -> Iterator[GoogleAdsRunning]:
    with google() as running:
        yield GoogleAdsRunning(running.sandbox)


HTTP_TROUBLES = {
    "credentials": "bad_token",
    "throttled": "throttled",
    "server_fault": "transient",
    "bad_request": "bad_request",
    "not_json": "html_502",
    "lost_answer": "reset_after",
    "lost_request": "reset_before",
}


class HttpRunning:
    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.url = sandbox, sandbox.url

    def fault(self, trouble: str, times: int | None = 1) -> None:
        self.sandbox.fault(HTTP_TROUBLES[trouble], kind="users", times=times, platform="receiver")

    def members(self, audience: str) -> set[str]:
        return self.sandbox.members(audience)

    def changes(self) -> list[tuple[str, int]]:
        return [(each.method, each.rows) for each in self.sandbox.requests]

    def requests(self) -> int:
        return len(self.sandbox.requests)

    def audiences(self) -> int:
        return len(self.sandbox.summary())


@contextmanager
def http() -> Iterator[HttpRunning]:
    with Sandbox.start(token="tok-canary-21") as sandbox:
        sandbox.create_audience("VIP", id="4711", platform="receiver")
        yield HttpRunning(sandbox)


def receiver(action: str) -> dict[str, Any]:
    """What is sent to the receiver for an action: a list of records with their ids."""
    endpoint = f"/receiver/{{{{connection.audienceId}}}}/{action}"
    return {"endpoint": endpoint, "body": '[$$.records.{"id": id}]', "batch_size": 5000, "fields": [{"name": "id"}]}


CANARY_START = "cafecafe0001"
"""What every hashed value sent to TikTok, LinkedIn and Google begins with: its tokens must be hexadecimal."""

GOOGLE_PLATFORM = Platform(
    GOOGLE,
    google,
    lambda url: {
        "customer_id": GOOGLE_ACCOUNT,
        "client_id": "sandbox-client",
        "client_secret": "app-canary-22",
        "refresh_token": "tok-canary-23",
        "base_url": url,
        "ads_base_url": url,
        "token_url": f"{url}/token",
    },
    ("EMAIL",),
    lambda number: {"EMAIL": f"{CANARY_START}{hashlib.sha256(str(number).encode()).hexdigest()[12:]}"},
    ("app-canary-22", "tok-canary-23"),
    CANARY_START,
    tokens=1,
)

PLATFORMS = (
    Platform(
        LINKEDIN,
        linkedin,
        lambda url: {
            "account_id": LINKEDIN_ACCOUNT,
            "source_platform": LINKEDIN_PLATFORM,
            "access_token": "tok-canary-20",
            "base_url": url,
            "oauth_url": f"{url}/oauth/v2",
        },
        ("SHA256_EMAIL",),
        lambda number: {"SHA256_EMAIL": f"{CANARY_START}{hashlib.sha256(str(number).encode()).hexdigest()[12:]}"},
        ("tok-canary-20",),
        CANARY_START,
    ),
    GOOGLE_PLATFORM,
    replace(
        GOOGLE_PLATFORM,
        start=google_ads,
        destination=lambda url: {**GOOGLE_PLATFORM.destination(url), "transport": "google_ads"},
        tokens=2,
        called="google_ads",
    ),
    Platform(
        FACEBOOK,
        facebook,
        lambda url: {
            "ad_account_id": "1000000001",
            "access_token": "tok-canary-17",
            "app_secret": "app-canary-18",
            "base_url": url,
        },
        ("EXTERN_ID",),
        lambda number: {"EXTERN_ID": f"val-canary-{number}"},
        ("tok-canary-17", "app-canary-18"),
        "val-canary",
    ),
    Platform(
        TIKTOK,
        tiktok,
        lambda url: {
            "advertiser_id": ADVERTISER,
            "access_token": "tok-canary-19",
            "base_url": url,
            "rows_per_request": 10_000,
            "bytes_per_request": 2_000_000,
        },
        ("EMAIL_SHA256",),
        lambda number: {"EMAIL_SHA256": f"{CANARY_START}{hashlib.sha256(str(number).encode()).hexdigest()[12:]}"},
        ("tok-canary-19",),
        CANARY_START,
    ),
    Platform(
        HTTP,
        http,
        lambda url: {
            "base_url": url,
            "allow_private": True,
            "authentication": "bearerToken",
            "token": "tok-canary-21",
            "retry_attempts": 6,
            "actions": {action: receiver(action) for action in ("insert", "update", "delete")},
        },
        ("id",),
        lambda number: {"id": f"val-canary-{number}"},
        ("tok-canary-21",),
        "val-canary",
        AudienceSpec(id="4711"),
        creates=False,
    ),
)
