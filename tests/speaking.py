"""A client and the script it speaks to, for the tests of `http` and `wire`."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.scripted import Script, Step, Time, answer, platform
from warehouse_sync.errors import DestinationError
from warehouse_sync.http import Budget, Http, Reply, Verdict, by_status

OK = answer({"done": True})
HTML = answer(b"<html>Sign in to the network</html>", kind="text/html")
SECRET = "tok-3f9a-secret"


def judged(reply: Reply) -> Verdict:
    return Verdict("ok") if reply.status == 200 and isinstance(reply.body, dict) else by_status(reply)


@contextmanager
def speaking(
    *steps: Step, time: Time | None = None, tls: ssl.SSLContext | None = None, **more: Any
) -> Iterator[tuple[Http, Script]]:
    budget = more.pop("budget", Budget(attempts=4, timeout=5))
    ports = more.pop("ports", (time or Time()).ports())
    with platform(*steps, tls=tls) as script:
        http = Http(script.url, judged, ports, connector="acme", budget=budget, **more)
        try:
            yield http, script
        finally:
            http.close()


def failure(http: Http, **more: Any) -> DestinationError:
    with pytest.raises(DestinationError) as caught:
        http.call("POST", "x/users", name="users", json={"a": 1}, **more)
    return caught.value
