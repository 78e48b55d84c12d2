"""dbt's `dbt_project.yml` and `profiles.yml`, found and chosen as dbt itself finds and chooses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ..errors import ConfigError
from .rendering import rendered

PROJECT_FILE = "dbt_project.yml"
PROFILES_FILE = "profiles.yml"


@dataclass(frozen=True)
class DbtProject:
    """A dbt project: its folder, its name, the profile it names, and where its artefacts are written."""

    root: Path
    name: str
    profile: str | None
    target_path: Path


@dataclass(frozen=True)
class Profile:
    """One output of a profile, rendered. Its `repr` shows no value; `hidden` are the values no message may hold."""

    path: Path
    name: str
    target: str
    type: str
    values: Mapping[str, Any] = field(repr=False)
    hidden: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True)
class Choice:
    """What `warehouse.dbt` sets; what is left out is looked up as dbt does."""

    profile: str | None = None
    target: str | None = None
    profiles_dir: Path | None = None


def read_project(root: Path, environ: Mapping[str, str]) -> DbtProject:
    """The dbt project in a folder. Raises `ConfigError`."""
    path = root / PROJECT_FILE
    told = _mapping(path)
    hidden: set[str] = set()

    def text(key: str) -> str | None:
        found = rendered(told.get(key), key, environ, hidden, _fault(path))
        return found if isinstance(found, str) and found else None

    target = environ.get("DBT_TARGET_PATH") or text("target-path") or "target"
    return DbtProject(root, text("name") or root.resolve().name, text("profile"), root / target)


def read_profile(project: DbtProject, choice: Choice, environ: Mapping[str, str]) -> Profile:
    """The output that dbt would connect with (docs.getdbt.com/docs/core/connect-data-platform/profiles.yml).

    The folder: `choice`, DBT_PROFILES_DIR, the project's folder where it has the file, `~/.dbt`. The profile: `choice`,
    DBT_PROFILE, the project's. The target: `choice`, DBT_TARGET, the profile's own, `default`. Raises `ConfigError`.
    """
    path = profiles_folder(project.root, choice.profiles_dir, environ) / PROFILES_FILE
    if not path.exists():
        raise ConfigError(
            "is not there; set warehouse.dbt.profiles_dir or DBT_PROFILES_DIR; `dbt debug` shows where dbt looks",
            path=path,
        )
    profiles, hidden = _mapping(path), set[str]()
    name = choice.profile or environ.get("DBT_PROFILE") or project.profile
    if name is None:
        raise ConfigError("names no profile; set `profile`, or warehouse.dbt.profile", path=project.root / PROJECT_FILE)
    found = profiles.get(name)
    if not isinstance(found, Mapping):
        known = ", ".join(key for key in map(str, profiles) if key != "config")
        raise ConfigError(f"has no profile {name!r}; it has: {known or 'none'}", path=path)
    target = choice.target or environ.get("DBT_TARGET")
    target = target or rendered(found.get("target"), f"{name}.target", environ, hidden, _fault(path)) or "default"
    outputs = found.get("outputs")
    chosen = outputs.get(target) if isinstance(outputs, Mapping) else None
    if not isinstance(chosen, Mapping):
        known = ", ".join(map(str, outputs)) if isinstance(outputs, Mapping) else ""
        raise ConfigError(f"has no output {target!r}; it has: {known or 'none'}", path=path, key=name)
    values = rendered(dict(chosen), f"{name}.outputs.{target}", environ, hidden, _fault(path))
    kind = values.get("type")
    if not isinstance(kind, str):
        raise ConfigError("has no type", path=path, key=f"{name}.outputs.{target}")
    return Profile(path, name, str(target), kind, values, frozenset(hidden | _secrets(values)))


def profiles_folder(root: Path, chosen: Path | None, environ: Mapping[str, str]) -> Path:
    """Where `profiles.yml` is looked for."""
    if chosen is not None:
        return root / chosen
    if environ.get("DBT_PROFILES_DIR"):
        return root / environ["DBT_PROFILES_DIR"]
    if (root / PROFILES_FILE).exists():
        return root
    home = environ.get("HOME")
    return (Path(home) if home else Path.home()) / ".dbt"


def _secrets(values: Mapping[str, Any]) -> set[str]:
    """Values whose keys say that they are secret, wherever they come from."""
    marks = ("pass", "secret", "token", "key")
    return {value for name, value in values.items() if isinstance(value, str) and any(m in name for m in marks)}


def _fault(path: Path) -> Any:
    return lambda message, key: ConfigError(message, path=path, key=key)


def _mapping(path: Path) -> Mapping[str, Any]:
    """A yml file of dbt's as plain values: all of YAML, as dbt reads it."""
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except OSError as problem:
        raise ConfigError(f"cannot be read: {problem.strerror}", path=path) from None
    except UnicodeDecodeError:
        raise ConfigError("is not text in UTF-8", path=path) from None
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else None
        raise ConfigError("is not valid YAML", path=path, line=line) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise ConfigError("is not valid YAML", path=path) from None
    if not isinstance(found, Mapping):
        raise ConfigError("is not a block of settings (key: value)", path=path)
    return found
