"""Fixtures around the stand-in: `sandbox` in this process, a plain client, and the official SDK pointed at it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import requests

from warehouse_sync.sandbox import ACCOUNT, Sandbox


def digest(value: str) -> str:
    """What a hashed cell of this value looks like."""
    return hashlib.sha256(value.encode()).hexdigest()


class Graph:
    """A client that does nothing of its own accord: one method, one request."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.session = sandbox, requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {sandbox.token}"

    def call(self, method: str, path: str, version: str = "v26.0", **more: Any) -> requests.Response:
        return self.session.request(method, f"{self.sandbox.url}/{version}/{path}", timeout=30, **more)

    def create(self, name: str = "customers", **more: Any) -> str:
        given = {"name": name, "subtype": "CUSTOM", "customer_file_source": "USER_PROVIDED_ONLY", **more}
        reply = self.call("POST", f"{ACCOUNT}/customaudiences", json=given)
        assert reply.status_code == 200, reply.text
        return str(reply.json()["id"])

    def list(self, **query: Any) -> requests.Response:
        return self.call("GET", f"{ACCOUNT}/customaudiences", params=query)

    def add(self, audience: str, schema: Any, rows: Sequence[Any], **more: Any) -> requests.Response:
        return self.users("POST", audience, schema, rows, **more)

    def remove(self, audience: str, schema: Any, rows: Sequence[Any], **more: Any) -> requests.Response:
        return self.users("DELETE", audience, schema, rows, **more)

    def users(
        self,
        method: str,
        audience: str,
        schema: Any,
        rows: Sequence[Any],
        *,
        session: dict[str, Any] | None = None,
        edge: str = "users",
        **payload: Any,
    ) -> requests.Response:
        body: dict[str, Any] = {"payload": {"schema": schema, "data": rows, **payload}}
        if session is not None:
            body["session"] = session
        return self.call(method, f"{audience}/{edge}", json=body)


def refusal(reply: requests.Response) -> tuple[int, int, int | None]:
    """HTTP status, code and subcode of an error answer."""
    error = reply.json()["error"]
    return reply.status_code, error["code"], error.get("error_subcode")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A fresh platform on loopback that records every request. A test leaves it without failures of its own."""
    with Sandbox.start() as platform:
        yield platform
        assert platform.journal.failures == []


@pytest.fixture
def graph(sandbox: Sandbox) -> Iterator[Graph]:
    """A plain client with the right token."""
    client = Graph(sandbox)
    yield client
    client.session.close()


@pytest.fixture
def audience(graph: Graph) -> str:
    """The id of an empty audience."""
    return graph.create()


@pytest.fixture
def facebook_sdk(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Meta's own SDK (facebook-business) as a default API object that talks to the sandbox.

    Requests it makes are in `sandbox.requests`; an `Exchange` has them parsed, whatever the encoding.
    """
    api = pytest.importorskip("facebook_business.api")
    session = pytest.importorskip("facebook_business.session")
    monkeypatch.setattr(session.FacebookSession, "GRAPH", sandbox.url)
    monkeypatch.setattr(api.FacebookAdsApi, "_default_api", None)
    sdk = api.FacebookAdsApi.init(access_token=sandbox.token, api_version="v26.0", crash_log=False)
    sdk._session.requests.trust_env = False
    yield sdk
    sdk._session.requests.close()
