"""Warehouses whose stand-in needs an environment of its own: their contract, run there as a session of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.emulators.venvs import Absent, environment
from tests.places import snowflake
from tests.postgres_server import free_port
from tests.warehouses import LINE, printed

ROOT = Path(__file__).parent.parent.parent
SESSION = ("-m", "pytest", "-q", "-rs", "-o", "addopts=", "-p", "no:cacheprovider", "--tb=short", "--show-capture=no")
SUITE = ("tests/contract", "tests/test_statements_run.py", "tests/test_snowflake.py")
USUAL = f"(snowflake and ({' or '.join(sorted(snowflake.ENGINE.usual or ()))})) or test_snowflake.py"
SECONDS = 3600
WIRE = ("-W", "ignore", "-m", "tests.emulators.snowflake_wire")


def made(name: str, *requirements: str) -> Path:
    """An environment's Python; skips the test with the reason where there can be none."""
    try:
        return environment(name, requirements)
    except Absent as reason:
        pytest.skip(f"snowflake: {reason}")


@pytest.mark.parametrize("which", [USUAL, pytest.param("snowflake", marks=pytest.mark.sweep)], ids=["usual", "whole"])
def test_snowflake_keeps_the_contract_on_fakesnow(which: str, record_property: Callable[[str, object], None]) -> None:
    try:
        python = environment("fakesnow", snowflake.REQUIREMENTS)
    except Absent as reason:
        record_property(LINE, f"snowflake: not run: {reason}")
        pytest.skip(f"snowflake: {reason}")
    apart = {**os.environ, "WSYNC_ENGINES": "snowflake"}
    ignored = (f"--ignore={Path(__file__).relative_to(ROOT)}", "--ignore=tests/contract/test_connector.py")
    done = subprocess.run(
        [python, *SESSION, *SUITE, "-k", which, *ignored],
        cwd=ROOT,
        env={name: value for name, value in apart.items() if not name.startswith("PYTEST_")},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    for line in printed(done.stdout):
        record_property(LINE, line)
    counted = re.search(r"^(\d+ passed.*?) in ", done.stdout, re.MULTILINE)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert counted
    record_property(LINE, f"snowflake: in its own environment {counted[1]}")


@pytest.fixture
def server() -> Iterator[int]:
    """The port of a fakesnow server that nobody spoke to before."""
    python, port = made("fakesnow", *snowflake.REQUIREMENTS), free_port()
    running = subprocess.Popen([python, *WIRE, "serve", str(port)], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            assert running.poll() is None
            try:
                tags(port)
                break
            except URLError:
                time.sleep(0.1)
        yield port
    finally:
        running.terminate()
        running.wait(20)


def tags(port: int) -> list[str]:
    with urlopen(f"http://127.0.0.1:{port}/tags", timeout=10) as answer:
        return list(json.load(answer))


SPOKEN: dict[str, Any] = {
    "read back": True,
    "described": [
        ["A", "NUMBER(38, 0)", "integer"],
        ["B", "VARCHAR", "text"],
        ["C", "BOOLEAN", "boolean"],
        ["D", "NUMBER(12, 2)", "decimal"],
    ],
    "listed": [["t"], True, False],
    "streamed": [[10_000, [[1]]], [10_000, [[1]]], [5_000, [[1]]]],
    "syntax": ["statement", False],
    "value": ["statement", False],
}


@pytest.mark.parametrize("connector", ["4.8.1", pytest.param("5.2.0", marks=pytest.mark.sweep)])
def test_every_call_of_the_driver_means_the_same_in_both_majors(server: int, connector: str) -> None:
    apart = ("fakesnow", *snowflake.REQUIREMENTS)
    python = made(*apart) if connector in apart[2] else made("snowflake", f"snowflake-connector-python=={connector}")
    before = len(tags(server))
    done = subprocess.run(
        [python, *WIRE, "speak", str(server)], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert json.loads(done.stdout) == SPOKEN
    tagged = [json.loads(tag)["step"] for tag in tags(server)[before:] if tag != "None"]
    assert {"create schema", "make", "load t", "load many", "read", "stream", "meanwhile", "value"} <= set(tagged)
