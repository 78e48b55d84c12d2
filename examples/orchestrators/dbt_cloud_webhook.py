"""`wsync run` after a job of dbt Cloud: receives the webhook "job.run.completed", checks its signature, answers, runs.

    DBT_CLOUD_WEBHOOK_SECRET=… WSYNC_PROJECT_DIR=/srv/shop python dbt_cloud_webhook.py 127.0.0.1:8323

With DBT_CLOUD_TOKEN (and DBT_CLOUD_URL where yours is not https://cloud.getdbt.com) the job's manifest.json and
run_results.json are fetched into the project's folder target first: wsync then knows itself which models and tests
failed, and runs after jobs that failed, too. Without it only a job that succeeded starts a run.

Standard library only. Put a proxy with TLS in front of it. Signature, payload, five deliveries at most and ten seconds
for an answer: https://docs.getdbt.com/docs/deploy/webhooks, read on 2026-11-22.
"""

import hashlib
import hmac
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import urllib.request
from collections import deque
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMAND = ["wsync", "run", "--threads", "4"]
LONGEST = 1_000_000  # bytes of a body
TOKEN = os.environ.get("DBT_CLOUD_TOKEN", "")
API = os.environ.get("DBT_CLOUD_URL", "https://cloud.getdbt.com") + "/api/v2"
TARGET = Path(os.environ.get("WSYNC_PROJECT_DIR", "."), "target")
WANTED = {"Success", "Errored"} if TOKEN else {"Success"}


def signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether dbt Cloud signed this body: its SHA-256 HMAC, keyed with the webhook's secret, in hex."""
    ours = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(ours.encode(), signature.strip().encode())


def fetch(account: int, run: int) -> None:
    """The artefacts of a job's run, as dbt would have left them here."""
    TARGET.mkdir(exist_ok=True)
    for name in ("manifest.json", "run_results.json"):
        url = f"{API}/accounts/{account}/runs/{run}/artifacts/{name}"
        asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {TOKEN}"})
        with urllib.request.urlopen(asked, timeout=60) as answer:
            Path(TARGET, f"{name}.new").write_bytes(answer.read())
        Path(TARGET, f"{name}.new").replace(TARGET / name)


class Runs:
    """Runs one after another. Of several jobs that end meanwhile, the last one has a run for all of them."""

    def __init__(self) -> None:
        self.waiting: queue.Queue[tuple[str, int, int]] = queue.Queue(maxsize=1)
        self.seen: deque[str] = deque(maxlen=1000)
        self.process: subprocess.Popen[bytes] | None = None
        self.stopping = False
        self.lock = threading.Lock()

    def ask(self, event: str, account: int, run: int) -> str:
        """Ask for a run after this event, once however often it is delivered."""
        with self.lock:
            if event in self.seen:
                return "known already"
            self.seen.append(event)
            try:
                self.waiting.get_nowait()
                told = "a run will start, instead of the one that waited"
            except queue.Empty:
                told = "a run will start"
            self.waiting.put_nowait((event, account, run))
            return told

    def keep(self) -> None:
        """Run whenever there is something to run for."""
        while True:
            event, account, run = self.waiting.get()
            try:
                if TOKEN:
                    fetch(account, run)
            except (OSError, HTTPException) as problem:
                print(f"{event}: no run, the artefacts cannot be fetched ({type(problem).__name__})", flush=True)
                continue
            with self.lock:
                if self.stopping:
                    return
                print(f"{event}: wsync starts", flush=True)
                self.process = subprocess.Popen(COMMAND)
            print(f"{event}: wsync ended with {self.process.wait()}", flush=True)

    def stop(self) -> None:
        """Start nothing more; let wsync end in order, and wait for it."""
        with self.lock:
            self.stopping = True
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()


def receiver(secret: str, runs: Runs) -> type[BaseHTTPRequestHandler]:
    class Receiver(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > LONGEST:
                return self.answer(413, "too long, or without a length")
            body = self.rfile.read(int(length))
            if not signed(body, self.headers.get("Authorization", ""), secret):
                return self.answer(401, "not signed by dbt Cloud")
            try:
                told = json.loads(body)
                data, name = told["data"], str(told["eventId"])
                event, status = told["eventType"], data["runStatus"]
                account, run = int(told["accountId"]), int(data["runId"])
            except (ValueError, KeyError, TypeError, AttributeError):
                return self.answer(400, "not an event of dbt Cloud")
            if event != "job.run.completed" or status not in WANTED:
                return self.answer(200, "nothing to do")
            return self.answer(202, runs.ask(name, account, run))

        def answer(self, code: int, words: str) -> None:
            self.send_response(code)
            self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words.encode())

    return Receiver


def main() -> None:
    host, _, port = (sys.argv[1:] or ["127.0.0.1:8323"])[0].rpartition(":")
    secret = os.environ.get("DBT_CLOUD_WEBHOOK_SECRET", "")
    if not secret:
        sys.exit("DBT_CLOUD_WEBHOOK_SECRET is not set: anybody could start a run")
    runs = Runs()
    server = ThreadingHTTPServer((host, int(port)), receiver(secret, runs))
    threading.Thread(target=runs.keep, daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"listens at {host}:{server.server_address[1]}", flush=True)
    server.serve_forever()
    runs.stop()


if __name__ == "__main__":
    main()
