"""dbt's `run_results.json`: how each node of its last invocation ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..errors import ConfigError
from .artefacts import document, moment, word
from .manifest import schema_version

VERSIONS = (4, 5, 6)
"""dbt 1.6 wrote 4, 1.7 wrote 5, 1.8 and later write 6 (2026-11-22).

https://docs.getdbt.com/reference/artifacts/run-results-json
"""

MAKING = frozenset({"build", "run", "seed", "snapshot", "retry", "clone"})
"""The commands whose success means that a model's table is there and new; `compile` and `docs` succeed, too."""


@dataclass(frozen=True)
class Results:
    """One invocation: its command, when it wrote its results (UTC), and the status of each unique id in it."""

    path: Path
    schema_version: int
    dbt_version: str
    command: str
    invocation_id: str | None
    generated_at: datetime | None
    statuses: Mapping[str, str]

    @property
    def makes(self) -> bool:
        """Whether the command makes tables, and not only looks at them."""
        return self.command in MAKING or not self.command


def read_results(path: Path) -> Results:
    """The results in a file. Raises `ConfigError` where it cannot be read, or has a schema that is not known."""
    whole = document(path)
    told = whole["metadata"]
    version = schema_version(told, "run-results", VERSIONS, path)
    try:
        statuses = {str(each["unique_id"]): str(each["status"]).lower() for each in whole["results"]}
        command = str((whole.get("args") or {}).get("which") or "")
    except (AttributeError, KeyError, TypeError) as problem:
        raise ConfigError(
            f"is not what dbt writes as run results v{version} ({type(problem).__name__})", path=path
        ) from None
    return Results(
        path=path,
        schema_version=version,
        dbt_version=str(told.get("dbt_version") or "unknown"),
        command=command,
        invocation_id=word(told.get("invocation_id")),
        generated_at=moment(told.get("generated_at")),
        statuses=statuses,
    )
