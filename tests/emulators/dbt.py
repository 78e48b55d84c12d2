"""A real dbt with the adapters for duckdb and PostgreSQL, in an environment of its own.

dbt-core 1.11 is the newest that pip installs without a build that downloads from elsewhere: 1.12 asks for
dbt-core-experimental-parser, whose source package fetches a binary (2026-11-22).
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.emulators.venvs import Absent, environment

REQUIREMENTS = ("dbt-core>=1.11,<1.12", "dbt-duckdb>=1.11,<1.12", "dbt-postgres>=1.11,<1.12", "duckdb>=2.0")
QUIET = {
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DBT_LOG_LEVEL_FILE": "none",
    "DBT_USE_COLORS": "false",
    "DBT_VERSION_CHECK": "false",
}


def program() -> Path:
    """The `dbt` command. Skips the test where it cannot be had."""
    try:
        return environment("dbt", REQUIREMENTS, server=True).parent / "dbt"
    except Absent as reason:
        pytest.skip(str(reason))


def dbt(folder: Path, *words: str, environ: Mapping[str, str] = {}, code: int = 0) -> str:
    """Run a command of dbt in a project and return what it printed; `code` is its exit code (1: something failed)."""
    settings = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COV_", "DBT_"))}
    done = subprocess.run(
        [str(program()), *words],
        cwd=folder,
        env={**settings, **QUIET, **environ},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == code, done.stdout[-3000:] + done.stderr[-1000:]
    return done.stdout
