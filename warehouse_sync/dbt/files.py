"""Where a dbt project keeps what syncs need, read when it is asked for and again when it has changed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from .manifest import Manifest, read_manifest
from .profiles import DbtProject
from .results import Results, read_results

Choice = Literal["run", "skip"]


@dataclass(frozen=True)
class GateSettings:
    """How the gate judges. `not_run`: the model was not part of dbt's last invocation; `consumed`: the sync has sent
    what that invocation made already. Results older than `max_age_seconds` count as missing."""

    on: bool = True
    not_run: Choice = "run"
    consumed: Choice = "run"
    max_age_seconds: int | None = None


@dataclass(frozen=True)
class DbtFiles:
    """A dbt project beside ours, and how its results gate syncs."""

    project: DbtProject
    gate: GateSettings = GateSettings()

    @property
    def manifest_path(self) -> Path:
        """Where dbt writes its manifest."""
        return self.project.target_path / "manifest.json"

    @property
    def results_path(self) -> Path:
        """Where dbt writes the results of an invocation."""
        return self.project.target_path / "run_results.json"

    def manifest(self) -> Manifest | None:
        """The manifest as it is now; None where dbt has not written one. Raises `ConfigError`."""
        stamp = _stamp(self.manifest_path)
        return _manifest(self.manifest_path, stamp) if stamp else None

    def results(self) -> Results | None:
        """The results of dbt's last invocation; None where there are none. Raises `ConfigError`."""
        stamp = _stamp(self.results_path)
        return _results(self.results_path, stamp) if stamp else None


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is written anew."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


@lru_cache(maxsize=4)
def _manifest(path: Path, _of: tuple[int, int, int]) -> Manifest:
    return read_manifest(path)


@lru_cache(maxsize=4)
def _results(path: Path, _of: tuple[int, int, int]) -> Results:
    return read_results(path)


def described(files: DbtFiles) -> str:
    """One line about what dbt left. Raises `ConfigError` where it cannot be read."""
    manifest, results = files.manifest(), files.results()
    made = f"manifest v{manifest.schema_version} of dbt {manifest.dbt_version}" if manifest else "no manifest yet"
    if results is None:
        return f"{made}, no results yet"
    when = f"{results.generated_at:%Y-%m-%d %H:%M} UTC" if results.generated_at else "an unknown time"
    return f"{made}, results of `dbt {results.command}` at {when}"
