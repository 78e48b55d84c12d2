"""Environments of the emulators: made once by pip in a folder that git ignores, and used again.

The emulators' requirements exclude each other and some of ours, so each has its own.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / ".emulators"
SUITE = ("hypothesis>=6.100", "pytest>=8.3")
"""What the contract suite imports beside the project."""
STAMP = "made-of"
MINUTES = 10


class Absent(Exception):
    """An environment cannot be had here; its text is the reason to skip with."""


def environment(
    name: str,
    requirements: Sequence[str],
    python: str | None = None,
    *,
    server: bool = False,
    unchecked: Sequence[str] = (),
) -> Path:
    """The Python of an environment with the requirements, this project, what it needs, and pytest.

    `python` is the interpreter to make it from, this one where it is None. It is made where it is not there or was made
    of something else; only one process makes it while others wait. Raises `Absent` where it cannot be made.
    A `server` needs neither project nor pytest. `unchecked` are installed without what they ask for.
    """
    folder = FOLDER / name
    wanted = [*requirements] if server else [*requirements, *_project(), *SUITE]
    made_from = str(Path(python or sys.executable).resolve())  # however it was called
    stamp = sha256("\n".join([made_from, str(ROOT), *wanted, *unchecked]).encode()).hexdigest()
    interpreter = folder / "bin" / "python"
    with _locked(name):
        if not (folder / STAMP).exists() or (folder / STAMP).read_text() != stamp:
            shutil.rmtree(folder, ignore_errors=True)
            _called([made_from, "-m", "venv", str(folder)], f"no environment for {name}")
            _called([str(interpreter), "-m", "pip", "install", "-q", *wanted], f"pip cannot install {requirements[0]}")
            if unchecked:
                install = [str(interpreter), "-m", "pip", "install", "-q", "--no-deps", *unchecked]
                _called(install, f"pip cannot install {unchecked[0]}")
            _seen_from(folder)
            (folder / STAMP).write_text(stamp)
    return interpreter


def _project() -> list[str]:
    """What the project itself needs."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return list(told["project"]["dependencies"])


def _seen_from(folder: Path) -> None:
    """Lets the environment import the project from where it stands; its folder has links to `adapters` and `sql`.

    Not by pip: an editable install writes beside the sources, where other processes are at work.
    """
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "warehouse_sync.pth").write_text(f"{ROOT}\n")


@contextmanager
def _locked(name: str) -> Iterator[None]:
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _called(command: Sequence[str], reason: str) -> None:
    settings = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COV_"))}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=MINUTES * 60, env=settings, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Absent(f"{reason} ({type(error).__name__})") from None
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Absent(f"{reason}: {said[:200]}")
