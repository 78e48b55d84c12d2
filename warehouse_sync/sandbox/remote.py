"""A sandbox in another process, through its control doors."""

from __future__ import annotations

import json
import urllib.request
from typing import Any


class Remote:
    """The methods of `Sandbox`, over HTTP. `url` is what the other process printed."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def ask(self, method: str, door: str, value: Any = None) -> Any:
        """One control request; raises urllib's HTTPError where it is refused."""
        body = None if value is None else json.dumps(value).encode()
        request = urllib.request.Request(  # noqa: S310 - the address is the sandbox's own
            f"{self.url}/_sandbox/{door}", body, {"Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310
            return json.load(reply)

    def state(self) -> dict[str, Any]:
        return dict(self.ask("GET", ""))

    def counts(self) -> dict[str, dict[str, int]]:
        return dict(self.ask("GET", "counts"))

    def journal(self, *, full: bool = False) -> list[dict[str, Any]]:
        """The requests so far: lines, or with headers and bodies as well."""
        return list(self.ask("GET", f"journal?full={full}"))

    def summary(self) -> list[dict[str, Any]]:
        return list(self.ask("GET", "audiences"))

    def members(self, audience_id: str) -> set[str]:
        return set(self.ask("GET", f"members/{audience_id}")["tokens"])

    def entries(self, audience_id: str) -> list[dict[str, list[str]]]:
        return list(self.ask("GET", f"members/{audience_id}")["entries"])

    def create_audience(self, name: str, **facts: Any) -> str:
        return str(self.ask("POST", "audiences", {"name": name, **facts})["id"])

    def mark(self, audience_id: str, **marks: Any) -> None:
        self.ask("POST", f"marks/{audience_id}", marks)

    def fault(self, answer: str, **order: Any) -> dict[str, Any]:
        return dict(self.ask("POST", "faults", {"answer": answer, **order}))

    def refuse(self, value: str, *, kind: str = "users", answer: str = "bad_parameter") -> dict[str, Any]:
        return self.fault(answer, kind=kind, times=None, value=value)

    def clear_faults(self) -> None:
        self.ask("DELETE", "faults")

    def advance(self, seconds: float) -> float:
        return float(self.ask("POST", "clock", {"advance": seconds})["now"])

    def configure(self, **changes: Any) -> None:
        self.ask("POST", "settings", changes)

    def reset(self) -> None:
        self.ask("POST", "reset", {})
