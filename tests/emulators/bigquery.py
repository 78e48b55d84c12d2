"""local-bigquery, a stand-in for the BigQuery service, as a process of its own with a Python 3.13 of its own.

Its load jobs need Python 3.13 and duckdb 1.5, for which alone PyPI has the extensions that it uses.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.request import urlopen

from tests.emulators.venvs import Absent, environment
from tests.postgres_server import free_port

EMULATOR = "local-bigquery==0.4.0"
DUCKDB = "1.5.5"
REQUIREMENTS = (
    f"duckdb=={DUCKDB}",
    f"duckdb-extension-icu=={DUCKDB}",
    f"duckdb-extension-ducklake=={DUCKDB}",
    f"duckdb-extension-spatial=={DUCKDB}",
    "fastapi>=0.139",
    "fastavro>=1.13.1",
    "google-cloud-bigquery-storage>=2.41.0",
    "grpcio>=1.84.1",
    "mini-racer>=0.12.4",
    "numpy>=2.5.4",
    "prompt-toolkit>=3.0.50",
    "pyarrow>=26.0.0",
    "pydantic-settings>=2.8.1",
    "pygments>=2.19.1",
    "sqlglot>=30.24",
    "uvicorn>=0.35",
)
"""What the emulator asks for, but with the duckdb that its extensions are made for."""
PROJECT = "wsync-test-1"
SECONDS = 60


@cache
def python_313() -> str | None:
    """A Python 3.13 that runs: this one, one on the path, or one that pyenv or uv keeps; None where there is none."""
    if sys.version_info[:2] == (3, 13):
        return sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR", Path.home() / ".local" / "share" / "uv" / "python"))
    kept = [*pyenv.glob("versions/3.13.*/bin/python3.13"), *uv.glob("cpython-3.13*/bin/python3.13")]
    on_path = shutil.which("python3.13")
    return next((found for found in [*([on_path] if on_path else []), *map(str, sorted(kept))] if _runs(found)), None)


def _runs(python: str) -> bool:
    """A shim on the path may be there without a Python behind it."""
    told = [python, "-c", "import sys, venv; print(sys.version_info[:2])"]
    done = subprocess.run(told, capture_output=True, text=True, check=False)
    return done.stdout.strip() == "(3, 13)"


@cache
def absent() -> str | None:
    """Why the emulator cannot be had on this machine."""
    try:
        _python()
    except Absent as error:
        return str(error)
    return None


def _python() -> Path:
    python = python_313()
    if python is None:
        raise Absent("the emulator local-bigquery needs Python 3.13, and none is to be had here")
    return environment("bigquery", REQUIREMENTS, python, server=True, unchecked=(EMULATOR,))


@contextmanager
def running() -> Iterator[str]:
    """Start an emulator in a folder of its own, yield its address, stop it."""
    memory = Path("/dev/shm")  # every job writes small files: on a disk that takes three times as long
    folder = Path(tempfile.mkdtemp(prefix="wsync-bq-", dir=memory if memory.is_dir() else None))
    port = free_port()
    with (folder / "log").open("wb") as log:
        starter = Path(__file__).parent / "bigquery_server.py"
        server = subprocess.Popen([_python(), starter, folder, str(port), PROJECT], stdout=log, stderr=log)
    try:
        _await(server, port, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _await(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            urlopen(f"http://127.0.0.1:{port}/bigquery/v2/projects", timeout=30).close()
        except OSError:
            said = log.read_text(errors="replace")[-1000:]
            assert server.poll() is None and time.monotonic() < deadline, said
            time.sleep(0.1)
        else:
            return
