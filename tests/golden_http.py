"""What golden HTTP tests share: one exchange with a scripted platform, kept as text in `tests/golden/http/CONNECTOR/`.

`WSYNC_GOLDEN=write pytest tests/test_golden_http*.py` rewrites it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, is_dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.scripted import Asked, Time, answer, platform
from warehouse_sync.connectors import Connector
from warehouse_sync.errors import DestinationError
from warehouse_sync.model import AudienceSpec, Mapped, Source, Sync

GOLDEN = Path(__file__).parent / "golden" / "http"
TELLING = ("authorization", "access-token", "content-type", "linkedin-version", "login-account", "x-restli-method")
"""Headers that are shown."""


@dataclass(frozen=True)
class Reply:
    """What the platform answers: recorded, or as its documents show."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One exchange: what is asked of the connector, and how the platform answers."""

    call: Callable[[Any], Any]
    reply: Reply
    mapped: tuple[str, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Golden:
    """A connector, the settings of its destination, and its audience."""

    connector: Connector
    destination: dict[str, Any]
    audience: AudienceSpec

    def exchanged(self, case: Case) -> dict[str, Any]:
        """The request, the reply, and what the connector made of it."""
        with platform(answer(case.reply.body, case.reply.status, case.reply.headers)) as script:
            api = self.connector.connect(self.sync(case, script.url), Time(draw=0.25).ports())
            try:
                outcome = {"returned": plain(case.call(api))}
            except DestinationError as problem:
                outcome = {"raised": {"class": type(problem).__name__, "message": str(problem), **vars(problem)}}
            finally:
                api.close()
        [asked] = script.requests
        return {"request": shown(asked), "reply": asdict(case.reply), **outcome}

    def sync(self, case: Case, url: str) -> Sync:
        given = {**self.destination, "base_url": url, "retry_attempts": 1, **case.settings}
        destination = self.connector.destination.model_validate(given)
        mapping = tuple(Mapped(name, name.lower()) for name in case.mapped)
        options = self.connector.options.model_validate(case.options)
        source, name = Source(("customers",)), self.connector.name
        return Sync("vip", source, ("id",), name, "ads", destination, self.audience, mapping, options)

    def require_reviewed(self, name: str, case: Case) -> None:
        """The exchange is what is checked in."""
        path = GOLDEN / self.connector.name / f"{name}.json"
        found = json.dumps(self.exchanged(case), indent=2, ensure_ascii=False) + "\n"
        if os.environ.get("WSYNC_GOLDEN") == "write":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(found, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == found

    def require_no_other(self, cases: Iterable[str]) -> None:
        """No file is left of a case that is gone."""
        assert {path.stem for path in (GOLDEN / self.connector.name).glob("*.json")} == set(cases)


def shown(asked: Asked) -> dict[str, Any]:
    parts = urlsplit(asked.target)
    kept = {name: value for name, value in asked.headers.items() if name in TELLING}
    body = {"json": asked.json} if asked.body else {}
    return {"method": asked.method, "path": parts.path, "query": dict(parse_qsl(parts.query)), "headers": kept, **body}


def plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
