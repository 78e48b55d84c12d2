"""`wsync preview`: what would be sent for rows at hand; no warehouse and no network is touched."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

from .connectors import Connector, connector_of
from .errors import ConfigError
from .fields import Preparer
from .model import Action, PlanRow, Ports, PreparedRow, Sync
from .preparing import preparer_of

Operation = Literal["insert", "update", "delete"]
UNKNOWN_AUDIENCE = "AUDIENCE_ID"
"""Stands in the address where the audience's id is not known before a run."""


@dataclass(frozen=True)
class Preview:
    """`rows` one by one, and the `requests` a run would make for them, in order."""

    rows: tuple[dict[str, Any], ...]
    requests: tuple[dict[str, Any], ...]


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file, each keyed by the source's columns. Raises `ConfigError` with the line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigError(f"cannot be read ({type(problem).__name__})", path=path) from None
    return [_row(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def _row(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        raise ConfigError("is not JSON", path=path, line=number) from None
    if not isinstance(row, dict):
        raise ConfigError("is not a JSON object keyed by the source's columns", path=path, line=number)
    return row


def preview(sync: Sync, rows: Sequence[Mapping[str, Any]], operation: Operation = "insert") -> Preview:
    """Prepare rows as a run does, and show what it would send for them.

    Of rows with one identity the first is sent. An update is shown as the add it travels as, where the destination has
    no update of its own.
    """
    to = connector_of(sync)
    prepare = preparer_of(sync, to, salt=sync.name)
    whole = [_changed(sync, prepare, row) for row in rows]
    prepared = prepare.prepare(whole)
    shown = tuple(_shown(done, operation, prepare.explain(row)) for done, row in zip(prepared, whole, strict=True))
    return Preview(shown, tuple(_requests(sync, to, prepared, _action(operation, to))))


def _changed(sync: Sync, prepare: Preparer, row: Mapping[str, Any]) -> tuple[Any, ...]:
    """The row as a run reads it from its changes: (key, problem, values of the preparer's columns)."""
    spelled = {name.lower(): name for name in row}
    values = [row.get(name, row.get(spelled.get(name.lower(), ""))) for name in prepare.columns]
    parts = [row.get(name, row.get(spelled.get(name.lower(), ""))) for name in sync.primary_key]
    missing = bool(parts) and any(part is None for part in parts)
    return (_key(parts), "null_key" if missing else None, *values)


def _key(parts: Sequence[Any]) -> str | None:
    if not parts or any(part is None for part in parts):
        return None
    texts = [part if isinstance(part, str) else json.dumps(part) for part in parts]
    return texts[0] if len(texts) == 1 else json.dumps(texts, ensure_ascii=False)


def _shown(done: PreparedRow, operation: Operation, fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "primary_key": done.primary_key,
        "operation": operation,
        "status": "ready" if done.verdict == "ready" else "failed",
        "error_code": done.error_code,
        "error_reason": done.error_reason,
        "fields": fields,
    }


def _action(operation: Operation, to: Connector) -> Action:
    update: Action = "add" if to.updates == "replace" else to.updates
    actions: dict[Operation, Action] = {"insert": "add", "update": update, "delete": "remove"}
    return actions[operation]


def _requests(sync: Sync, to: Connector, prepared: Sequence[PreparedRow], action: Action) -> Iterator[dict[str, Any]]:
    api = to.connect(sync, Ports(random=lambda: 0.0))
    try:
        for page in _pages(prepared, to.rows):
            rows = [PlanRow(at, json.loads(prepared[at].tokens or "{}")) for at in page]
            asked = to.preview(api, sync.audience.id or UNKNOWN_AUDIENCE, action, rows)
            yield from ({**_request(each), "rows": page} for each in (*asked.get("first", ()), asked))
    finally:
        close = getattr(api, "close", None)
        if close is not None:
            close()


def _request(asked: Mapping[str, Any]) -> dict[str, Any]:
    query = asked.get("query") or {}
    url = f"{asked['url']}?{urlencode(query, safe='*')}" if query else asked["url"]
    body = asked["json"] if "json" in asked else asked.get("body")
    return {"method": asked["method"], "url": url, "headers": dict(asked.get("headers") or {}), "body": body}


def _pages(prepared: Sequence[PreparedRow], size: int) -> Iterable[list[int]]:
    """The places of the rows that travel, page by page: those of one request share what all its rows have."""
    first = {row.identity: at for at, row in reversed(list(enumerate(prepared))) if row.verdict == "ready"}
    ready = sorted(first.values(), key=lambda at: (prepared[at].page_group or "", at))
    for _group, places in groupby(ready, key=lambda at: prepared[at].page_group):
        together = list(places)
        yield from (together[start : start + size] for start in range(0, len(together), size))
