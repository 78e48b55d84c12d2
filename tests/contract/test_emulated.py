"""The contract of the warehouses whose stand-in needs an environment of its own, run there as a session of its own."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.emulators.venvs import Absent, environment
from tests.places import snowflake
from tests.warehouses import LINE, printed

ROOT = Path(__file__).parent.parent.parent
SESSION = ("-m", "pytest", "-q", "-rs", "-o", "addopts=", "-p", "no:cacheprovider", "--tb=short", "--show-capture=no")
SUITE = ("tests/contract", "tests/test_statements_run.py", "tests/test_snowflake.py", "-k", "snowflake")
SECONDS = 3600


def test_snowflake_keeps_the_contract_on_fakesnow(record_property: Callable[[str, object], None]) -> None:
    try:
        python = environment("fakesnow", snowflake.REQUIREMENTS)
    except Absent as reason:
        record_property(LINE, f"snowflake: not run: {reason}")
        pytest.skip(f"snowflake: {reason}")
    apart = {**os.environ, "WSYNC_ENGINES": "snowflake"}
    ignored = (f"--ignore={Path(__file__).relative_to(ROOT)}", "--ignore=tests/contract/test_connector.py")
    done = subprocess.run(
        [python, *SESSION, *SUITE, *ignored],
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
