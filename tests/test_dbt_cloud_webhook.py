"""The receiver for dbt Cloud's webhook, as a process of its own, by real requests."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

from tests.shop import ROOT, Shop, shop
from tests.test_orchestrators import FOLDER, Machine, machine

__all__ = ["machine", "shop"]

SECRET = "the-webhooks-secret"
COMPLETED = {
    "accountId": 1,
    "eventId": "wev_1",
    "eventType": "job.run.completed",
    "data": {"jobId": "123", "runId": "12345", "runStatus": "Success"},
}


def with_status(status: str) -> dict[str, Any]:
    """The event of a job that ended so."""
    return {**COMPLETED, "data": {"jobId": "123", "runId": "12345", "runStatus": status}}


class Receiver:
    """The process, and a client that signs as dbt Cloud does."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout
        self.address = "http://" + process.stdout.readline().removeprefix("listens at ").strip()
        self.session = requests.Session()
        self.session.trust_env = False

    def send(self, event: Any, secret: str = SECRET, **more: str) -> tuple[int, str]:
        body = json.dumps(event).encode()
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        reply = self.session.post(self.address, data=body, headers={"Authorization": signature, **more}, timeout=10)
        return reply.status_code, reply.text

    def says(self) -> str:
        """The next line it prints."""
        assert self.process.stdout
        return self.process.stdout.readline().strip()


@contextmanager
def receiver(environ: dict[str, str]) -> Iterator[Receiver]:
    told = [sys.executable, str(FOLDER / "dbt_cloud_webhook.py"), "127.0.0.1:0"]
    environ = {**environ, "DBT_CLOUD_WEBHOOK_SECRET": SECRET}
    with subprocess.Popen(told, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        made = Receiver(process)
        try:
            yield made
        finally:
            made.session.close()
            process.kill()


def test_a_job_that_succeeded_starts_a_run_once_however_often_it_is_told(machine: Machine) -> None:
    with receiver(machine.environ) as here:
        assert here.send(COMPLETED) == (202, "a run will start")
        assert here.send(COMPLETED) == (202, "known already")
        assert here.says() == "wev_1: wsync starts"
        assert "told" in here.says()
        assert here.says() == "wev_1: wsync ended with 0"
    assert machine.calls == [("wsync", ["run", "--threads", "4"])]


OTHERS: list[tuple[Any, int]] = [
    (with_status("Errored"), 200),
    ({**with_status("Running"), "eventType": "job.run.started"}, 200),
    ({**COMPLETED, "accountId": "../1"}, 400),
    ({"eventType": "job.run.completed"}, 400),
    ({**COMPLETED, "data": "Success"}, 400),
    (["Success"], 400),
]


def test_any_other_event_starts_nothing(machine: Machine) -> None:
    with receiver(machine.environ) as here:
        assert [here.send(event)[0] for event, _ in OTHERS] == [code for _, code in OTHERS]
    assert machine.calls == []


def test_what_dbt_cloud_did_not_sign_is_refused(machine: Machine) -> None:
    with receiver(machine.environ) as here:
        assert here.send(COMPLETED, "another secret") == (401, "not signed by dbt Cloud")
        assert here.send(COMPLETED, Authorization="") == (401, "not signed by dbt Cloud")
        assert here.send(COMPLETED, Authorization="ä".encode().decode("latin-1"))[0] == 401
        assert here.session.post(here.address, data=b"x" * 1_000_001, timeout=10).status_code == 413
    assert machine.calls == []


def test_without_a_secret_it_does_not_begin(machine: Machine) -> None:
    told = [sys.executable, str(FOLDER / "dbt_cloud_webhook.py")]
    environ = {**machine.environ, "DBT_CLOUD_WEBHOOK_SECRET": ""}
    done = subprocess.run(told, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, "DBT_CLOUD_WEBHOOK_SECRET is not set" in done.stderr) == (1, True)


@contextmanager
def dbt_cloud(files: dict[str, bytes]) -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    """A stand-in for dbt Cloud's API with these artefacts: its address, and what it was asked."""
    asked = list[tuple[str, str | None]]()

    class Api(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers.get("Authorization")))
            body = files.get(self.path.rpartition("/")[2])
            self.send_response(404 if body is None else 200)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_said: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()
        thread.join()


def test_with_a_token_the_jobs_artefacts_are_there_before_the_run_also_of_a_job_that_failed(machine: Machine) -> None:
    with dbt_cloud({"manifest.json": b"{}", "run_results.json": b"[]"}) as (address, asked):
        more = {
            "DBT_CLOUD_TOKEN": "t",
            "DBT_CLOUD_URL": address,
            "no_proxy": "*",
            "WSYNC_PROJECT_DIR": str(machine.folder),
        }
        with receiver({**machine.environ, **more}) as here:
            assert here.send(with_status("Errored"))[0] == 202
            assert here.says() == "wev_1: wsync starts"
    assert asked == [
        (f"/api/v2/accounts/1/runs/12345/artifacts/{name}", "Bearer t")
        for name in ("manifest.json", "run_results.json")
    ]
    target = machine.folder / "target"
    assert {path.name: path.read_text() for path in target.iterdir()} == {
        "manifest.json": "{}",
        "run_results.json": "[]",
    }


def test_without_the_artefacts_that_were_asked_for_nothing_runs(machine: Machine) -> None:
    with dbt_cloud({"manifest.json": b"{}"}) as (address, _asked):
        more = {
            "DBT_CLOUD_TOKEN": "t",
            "DBT_CLOUD_URL": address,
            "no_proxy": "*",
            "WSYNC_PROJECT_DIR": str(machine.folder),
        }
        with receiver({**machine.environ, **more}) as here:
            assert here.send(COMPLETED)[0] == 202
            assert here.says() == "wev_1: no run, the artefacts cannot be fetched (HTTPError)"
    assert machine.calls == []


def test_runs_follow_one_another_and_sigterm_is_handed_on(machine: Machine) -> None:
    with receiver({**machine.environ, "SLOW": "yes"}) as here:
        assert here.send(COMPLETED) == (202, "a run will start")
        machine.until("ready")
        assert here.send({**COMPLETED, "eventId": "wev_2"}) == (202, "a run will start")
        assert here.send({**COMPLETED, "eventId": "wev_3"}) == (202, "a run will start, instead of the one that waited")
        here.process.send_signal(signal.SIGTERM)
        assert here.process.wait(timeout=30) == 0
    machine.until("term")
    assert len(machine.calls) == 1


def test_wsync_itself_runs_after_the_webhook(shop: Shop, machine: Machine) -> None:
    (machine.bin / "wsync").write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -c "from warehouse_sync.cli import main; main()" "$@"\n'
    )
    environ = {**machine.environ, **shop.environ, "PYTHONPATH": str(ROOT), "WSYNC_PROJECT_DIR": str(shop.folder)}
    with receiver({**os.environ, **environ}) as here:
        assert here.send(COMPLETED)[0] == 202
        end = time.monotonic() + 60
        while (said := here.says()) != "wev_1: wsync ended with 0":
            assert time.monotonic() < end, said
            assert "ended" not in said
    assert shop.members == 3
