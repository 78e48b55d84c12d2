"""A destination of an outside package, `examples/destination`, installed as such a package is, and its platform."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.platforms import CANARY_START, HttpRunning, Platform
from warehouse_sync.model import AudienceSpec
from warehouse_sync.sandbox import Sandbox

FOLDER = Path(__file__).parent.parent / "examples" / "destination"
MODULE, NAME = "wsync_roster", "roster"
TOKEN = "tok-canary-23"


def loaded() -> ModuleType:
    """The package's module, by the name it is installed under."""
    if MODULE not in sys.modules:
        spec = importlib.util.spec_from_file_location(MODULE, FOLDER / f"{MODULE}.py")
        assert spec is not None and spec.loader is not None
        sys.modules[MODULE] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[MODULE])
    return sys.modules[MODULE]


def install(site: Path) -> None:
    """Write to a folder what an installation of the package leaves there beside its module."""
    project = tomllib.loads((FOLDER / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    (group,) = project["entry-points"]
    lines = [f"{name} = {target}" for name, target in project["entry-points"][group].items()]
    (info / "entry_points.txt").write_text("\n".join([f"[{group}]", *lines, ""]))


@pytest.fixture(autouse=True, scope="module")
def roster_is_installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Makes the destination known by its entry point, in the test modules that import this."""
    site = tmp_path_factory.mktemp("site")
    install(site)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(site))
        yield


@contextmanager
def running() -> Iterator[HttpRunning]:
    """Roster as the sandbox's receiver of records stands in for it: a list of people by their e-mail's hash."""
    with Sandbox.start(token=TOKEN, platforms={"receiver": {"key": "email"}}) as sandbox:
        sandbox.create_audience("VIP", id="4711", platform="receiver")
        yield HttpRunning(sandbox)


def row(number: int) -> dict[str, Any]:
    return {"email": f"{CANARY_START}{hashlib.sha256(str(number).encode()).hexdigest()[12:]}"}


ROSTER = Platform(
    loaded().CONNECTOR,
    running,
    lambda url: {"token": TOKEN, "base_url": url},
    ("email",),
    row,
    (TOKEN,),
    CANARY_START,
    AudienceSpec(id="4711"),
    creates=False,
)
