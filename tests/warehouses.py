"""The table of warehouses that the suites run on: every built-in adapter, on the engine its file in `places/` opens.

`WSYNC_ENGINES=postgres,bigquery` chooses; without it every engine runs that can run in this process.
"""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec

import pytest

from tests.places import Engine, Place
from warehouse_sync import adapters

ENGINES: tuple[Engine, ...] = tuple(
    import_module(f"tests.places.{name}").ENGINE for name in adapters.BUILT_IN if find_spec(f"tests.places.{name}")
)


def engine(name: str) -> Engine:
    """The engine of this name; says which there are when there is none."""
    known = {each.name: each for each in ENGINES}
    if name not in known:
        raise pytest.UsageError(f"WSYNC_ENGINES: there is no engine {name!r}; known: {', '.join(known)}")
    return known[name]


def chosen() -> tuple[Engine, ...]:
    """The engines that this session runs on."""
    named = os.environ.get("WSYNC_ENGINES", "")
    if named:
        return tuple(engine(name.strip()) for name in named.split(","))
    return tuple(each for each in ENGINES if not each.apart)


def difference(where: Engine, test: str) -> str | None:
    """Why this engine cannot pass a test, by its name in the report; None where it must."""
    bare = test.replace(f"[{where.name}]", "").replace(f"[{where.name}-", "[").replace(f"-{where.name}]", "]")
    return where.differences.get(bare) or where.differences.get(bare.partition("[")[0])


def place_of(where: Engine, request: pytest.FixtureRequest) -> Place:
    """A fresh warehouse for this test; skips it where the engine is absent or known to differ."""
    missing = where.absent()
    if missing:
        pytest.skip(f"{where.name}: {missing}")
    why = difference(where, request.node.name)
    if why:
        pytest.skip(f"{where.name}: {why}")
    return where.place(request)
