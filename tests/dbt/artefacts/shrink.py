"""Copies dbt's artefacts from a folder without macros, code and whatever is this machine's own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

BIG = {"raw_code", "compiled_code", "compiled_path", "build_path", "language", "docs", "unrendered_config"}
OWN = {"env", "user_id", "project_id", "send_anonymous_usage_stats", "tracking_id"}
KEPT = ("metadata", "nodes", "sources", "groups", "disabled", "unit_tests", "results")


def without(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without(inner) for key, inner in value.items() if key not in BIG | OWN}
    return [without(inner) for inner in value] if isinstance(value, list) else value


def shrunk(whole: dict[str, Any]) -> dict[str, Any]:
    small = {key: without(whole[key]) for key in KEPT if key in whole}
    for node in small.get("nodes", {}).values():
        node.pop("root_path", None)
    if "args" in whole:
        small["args"] = {"which": whole["args"].get("which")}
    return small


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    target.mkdir(exist_ok=True)
    for name in ("manifest.json", "run_results.json"):
        small = shrunk(json.loads((source / name).read_text()))
        (target / name).write_text(json.dumps(small, indent=1, ensure_ascii=False) + "\n")
