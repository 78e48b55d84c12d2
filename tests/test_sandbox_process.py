"""The stand-in in another process: how it starts and ends, and its control doors."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
import requests

from tests import sandbox_fixtures as fixtures
from tests.sandbox_fixtures import Graph, digest
from warehouse_sync.sandbox import ACCOUNT, Remote, Sandbox

sandbox, graph, audience = fixtures.sandbox, fixtures.graph, fixtures.audience

COMMAND = [sys.executable, "-m", "warehouse_sync.sandbox", "--port", "0"]


def begin(*arguments: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
    process = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = [process.stdout.readline().strip().split(" ", 1) for _ in range(3)]
    return process, dict(said)


@pytest.fixture(scope="module")
def remote() -> Iterator[Remote]:
    process, said = begin("--account", "act_5")
    yield Remote(said["url"])
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "", "")


def test_it_says_where_it_is_and_how_to_get_in() -> None:
    process, said = begin("--token", "secret-of-mine")
    reply = requests.get(f"{said['url']}/v26.0/me?access_token={said['token']}", timeout=10)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert (reply.status_code, said["accounts"], said["url"].startswith("http://127.0.0.1:")) == (200, ACCOUNT, True)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_taken_port_is_told_in_one_line(sandbox: Sandbox) -> None:
    port = sandbox.url.rpartition(":")[2]
    done = subprocess.run([*COMMAND, "--port", port], capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"cannot listen on 127.0.0.1:{port}: Address already in use\n"


def test_the_doors_do_what_the_class_does(remote: Remote) -> None:
    remote.reset()
    audience = remote.create_audience("vip", id="123450001", account="act_5")
    payload = {"payload": {"schema": ["EMAIL", "CT"], "data": [[digest("a"), digest("rome")]]}}
    headers = {"Authorization": "Bearer sandbox-token"}
    remote.fault("transient", kind="add")
    users = f"{remote.url}/v26.0/{audience}/users"
    statuses = [requests.post(users, json=payload, headers=headers, timeout=10).status_code for _ in range(2)]
    assert statuses == [500, 200]
    assert remote.members(audience) == {f"EMAIL:{digest('a')}"}
    assert remote.entries(audience) == [
        {"tokens": [f"EMAIL:{digest('a')}"], "context": [f"CT:{digest('rome')}"], "attributes": []}
    ]
    assert remote.counts() == {
        "received": {"add": 2},
        "applied": {"add": 1},
        "acknowledged": {"add": 1},
        "rows": {"add": 1},
    }
    assert [line["fault"] for line in remote.journal()] == ["transient", ""]
    assert remote.summary()[0]["tokens"] == {"EMAIL": 1}
    assert remote.state()["failures"] == []


def test_marks_refusals_settings_and_the_clock_have_doors(remote: Remote) -> None:
    remote.reset()
    audience = remote.create_audience("vip")
    remote.refuse(digest("a"))
    remote.mark(audience, foreign_source=True)
    remote.configure(usage_percent=3, record="all")
    now = remote.state()["now"]
    assert remote.advance(1000) - now >= 1000
    payload = {"payload": {"schema": ["EMAIL"], "data": [[digest("a")]]}}
    users = f"{remote.url}/v26.0/{audience}/users?access_token=sandbox-token"
    codes = [requests.post(users, json=payload, timeout=10).json()["error"]["code"]]
    remote.clear_faults()
    codes.append(requests.post(users, json=payload, timeout=10).json()["error"]["code"])
    assert codes == [100, 2650]
    assert remote.journal(full=True)[-1]["body"] == payload


@pytest.mark.parametrize(
    ("method", "door", "body", "status"),
    [
        ("GET", "nonsense", None, 404),
        ("POST", "faults", {"answer": "nonsense"}, 400),
        ("POST", "faults", {"answer": "html", "nonsense": 1}, 400),
        ("POST", "settings", {"nonsense": 1}, 400),
        ("POST", "audiences", {}, 400),
        ("POST", "clock", {}, 404),
        ("GET", "members/1", None, 400),
    ],
)
def test_a_door_that_is_used_wrongly_says_so(
    sandbox: Sandbox, method: str, door: str, body: object, status: int
) -> None:
    reply = requests.request(method, f"{sandbox.url}/_sandbox/{door}", json=body, timeout=10)
    assert (reply.status_code, set(reply.json())) == (status, {"error"})


def test_the_doors_are_not_in_the_journal(graph: Graph, sandbox: Sandbox, audience: str) -> None:
    before = len(sandbox.requests)
    Remote(sandbox.url).state()
    assert len(sandbox.requests) == before


def test_only_this_machine_can_reach_it_unless_told_otherwise(sandbox: Sandbox) -> None:
    assert sandbox.server is not None
    assert sandbox.server.server_address[0] == "127.0.0.1"
