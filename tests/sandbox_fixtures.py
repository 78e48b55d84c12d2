"""Fixtures around the stand-in: `sandbox` in this process, and the official SDK pointed at it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from warehouse_sync.sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A fresh platform on loopback that records every request. A test leaves it without failures of its own."""
    with Sandbox.start() as platform:
        yield platform
        assert platform.journal.failures == []


@pytest.fixture
def facebook_sdk(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Meta's own SDK (facebook-business) as a default API object that talks to the sandbox.

    Mark the test `filterwarnings("ignore::DeprecationWarning")`, or narrower, for what the SDK imports.
    """
    api = pytest.importorskip("facebook_business.api")
    session = pytest.importorskip("facebook_business.session")
    monkeypatch.setattr(session.FacebookSession, "GRAPH", sandbox.url)
    monkeypatch.setattr(api.FacebookAdsApi, "_default_api", None)
    sdk = api.FacebookAdsApi.init(access_token=sandbox.token, api_version="v26.0", crash_log=False)
    yield sdk
    sdk._session.requests.close()
