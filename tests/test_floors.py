"""The floors of the house: imports point down only, files and functions stay small."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS: dict[str, int] = {
    "model": 0,
    "errors": 0,
    "statements": 1,
    "fields": 1,
    "field_table": 1,
    "cells": 1,
    "digests": 1,
    "normalize": 1,
    "phones": 1,
    "places": 1,
    "text": 1,
    "adapters": 2,
    "http": 2,
    "wire": 2,
    "waiting": 2,
    "sql": 0,
    "ledger": 3,
    "connectors": 3,
    "runner": 4,
    "delivery": 4,
    "polling": 4,
    "replacing": 4,
    "owning": 4,
    "preparing": 4,
    "gating": 4,
    "config": 5,
    "dbt": 5,
    "schedule": 5,
    "opening": 5,
    "executing": 5,
    "artefacts": 5,
    "exposures": 5,
    "lineage": 5,
    "reviewing": 5,
    "selection": 5,
    "project": 5,
    "inspecting": 5,
    "erasing": 5,
    "managing": 5,
    "compiling": 5,
    "previewing": 5,
    "checking": 5,
    "starting": 5,
    "scheduling": 5,
    "scheduling_loop": 5,
    "scheduling_health": 5,
    "audiences": 5,
    "cli": 6,
    "sandbox": 6,
    "demo": 6,
}
BESIDE = {"sandbox", "demo"}
BESIDE_MAY_USE = {"model", "errors"}
"""The stand-in shares no code with what it judges."""


def modules() -> list[Path]:
    package = ROOT / "warehouse_sync"
    inside = [path for path in package.rglob("*.py") if path.relative_to(package).parts[0] not in ("adapters", "sql")]
    return sorted([*inside, *(ROOT / "adapters").glob("*.py")])


def unit(path: Path) -> str:
    """The part of the house that a file belongs to: its module, or its package."""
    if path.parent == ROOT / "adapters":
        return "adapters"
    parts = path.relative_to(ROOT / "warehouse_sync").parts
    return parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """The parts of the house that a file imports, wherever in the file it does so."""
    package = (
        ("warehouse_sync", "adapters")
        if path.parent == ROOT / "adapters"
        else ("warehouse_sync", *path.relative_to(ROOT / "warehouse_sync").parts[:-1])
    )
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[1] for name in node.names if name.name.startswith("warehouse_sync.")}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            target = (*base, *(node.module or "").split(".")) if node.module else base
            if target[:1] == ("warehouse_sync",):
                found |= (
                    {target[1]} if len(target) > 1 else {name.name for name in node.names if name.name != "__version__"}
                )
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down_only(path: Path) -> None:
    own = unit(path)
    if own == "__init__":
        return
    for other in imported(path) - {own}:
        if own in BESIDE:
            assert other in BESIDE_MAY_USE | BESIDE, f"{own} stands beside the house and imports {other}"
        else:
            assert FLOORS[other] <= FLOORS[own], f"{own} (floor {FLOORS[own]}) imports {other} (floor {FLOORS[other]})"
            assert not (own == "ledger" and other == "connectors") and not (own == "connectors" and other == "ledger")


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 350
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, node.name


def test_half_of_all_functions_are_shorter_than_ten_lines() -> None:
    lengths = sorted(
        (node.end_lineno or 0) - node.lineno + 1
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    )
    assert lengths[len(lengths) // 2] < 10
