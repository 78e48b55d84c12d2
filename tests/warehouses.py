"""The table of warehouses that the suites run on: every built-in adapter, on the engine its file in `places/` opens.

`WSYNC_ENGINES=postgres,bigquery` chooses; without it every engine runs that can run in this process.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from importlib import import_module
from importlib.util import find_spec
from itertools import takewhile
from typing import Any

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


def only_a_part(name: str) -> str:
    """What is said of an engine on which an ordinary session runs a part of the contract; empty for any other."""
    where = engine(name) if name else None
    if where is None or where.usual is None or os.environ.get("WSYNC_ENGINES"):
        return ""
    shown = ", ".join(sorted(test.removeprefix("test_") for test in where.usual))
    return f"{name} on {where.through}: for time only {shown}; everything with WSYNC_ENGINES={name}"


def engine_of(item: pytest.Item) -> str:
    """The engine that a test's case is for; empty where it is for none."""
    case = getattr(item, "callspec", None)
    name = str(case.params.get("place", "")) if case else ""
    return name if any(each.name == name for each in ENGINES) else ""


def is_for_sweeps(test: str, name: str, *, again: bool) -> bool:
    """Whether an engine takes too long over a test (`again`: over one more case), and nobody asked for it by name."""
    if not name or os.environ.get("WSYNC_ENGINES"):
        return False
    where = engine(name)
    return (where.usual is not None and test not in where.usual) or (again and test in where.slow)


def difference(where: Engine, test: str) -> str | None:
    """Why this engine cannot pass a test, by its name in the report; None where it must."""
    bare = test.replace(f"[{where.name}]", "").replace(f"[{where.name}-", "[").replace(f"-{where.name}]", "]")
    return where.differences.get(bare) or where.differences.get(bare.partition("[")[0])


def place_of(where: Engine, request: pytest.FixtureRequest) -> Place:
    """A fresh warehouse for this test; skips it where the engine is absent or known to differ."""
    missing = where.absent()
    if missing:
        request.node.user_properties.append((LINE, f"{where.name}: not run: {missing}"))
        pytest.skip(f"{where.name}: {missing}")
    why = difference(where, request.node.name)
    if why:
        pytest.skip(f"{where.name}: {why}")
    return where.place(request)


# -- one line per warehouse ----------------------------------------------------------------------------------------

LINE, TITLE = "warehouse", "warehouses"


def line(where: Engine, version: str, rendered: int, left: Collection[str]) -> str:
    """What was shown on an engine, and what was not and why."""
    parts = [f"{rendered - len(left)} of {rendered} statements executed"]
    reasons = (f"{name} ({where.not_executed.get(name, 'no reason is known')})" for name in sorted(left))
    parts += [f"not executed: {', '.join(reasons)}"] if left else []
    parts += [verdict] if (verdict := where.verdict()) else []
    skipped = [f"{', '.join(cases)} ({why})" for why, cases in _by_reason(where.differences).items()]
    parts += [f"skipped: {', '.join(skipped)}"] if skipped else []
    if where.usual is not None:
        parts.append(f"the rest of the contract with WSYNC_ENGINES={where.name}, for time")
    rest = ", ".join(sorted(name.removeprefix("test_") for name in where.slow))
    parts += [f"more than their first case only with -m sweep: {rest}"] if rest else []
    return f"{version}{where.through and f' on {where.through}'}: {'; '.join(parts)}"


def _by_reason(differences: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, why in sorted(differences.items()):
        found.setdefault(why, []).append(name.removeprefix("test_"))
    return found


def told(reports: Iterable[Any]) -> list[str]:
    """The lines that tests of this session left, each once."""
    left = (getattr(report, "user_properties", ()) for report in reports)  # a whole file that is skipped has none
    return sorted({str(text) for properties in left for name, text in properties if name == LINE})


def printed(output: str) -> list[str]:
    """The lines in what another session printed."""
    _, _, after = output.partition(f" {TITLE} =")
    lines = after.splitlines()[1:]
    return list(takewhile(lambda text: text and not text.startswith("="), lines))
