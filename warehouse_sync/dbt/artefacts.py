"""One JSON file of dbt as a mapping, and the few kinds of value in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import ConfigError


def document(path: Path) -> Mapping[str, Any]:
    """The one JSON object in a file. Raises `ConfigError`."""
    try:
        whole = json.loads(path.read_bytes())
    except OSError as problem:
        raise ConfigError(f"cannot be read: {problem.strerror}", path=path) from None
    except (ValueError, RecursionError):
        raise ConfigError("is not JSON; dbt may still be writing it", path=path) from None
    if not isinstance(whole, Mapping) or not isinstance(whole.get("metadata"), Mapping):
        raise ConfigError("is not an artefact of dbt: it has no metadata", path=path)
    return whole


def word(value: object) -> str | None:
    """A text or a number as text; None where it is empty, or anything else."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "" else None


def words(value: object) -> tuple[str, ...]:
    """A list of texts, or one text, as a tuple."""
    listed = [value] if isinstance(value, str) else value
    return tuple(each for each in listed if isinstance(each, str)) if isinstance(listed, list) else ()


def moment(value: object) -> datetime | None:
    """A time that dbt wrote, in UTC; None where it is none."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
