"""An ad account that can be spoken to: where requests go, what they carry, how answers are judged."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from warehouse_sync.http import Http, Reply, Verdict
from warehouse_sync.model import Ports, Sync

from .facebook_errors import classify
from .facebook_settings import Destination, Options
from .facebook_usage import usage

VALUE = "LOOKALIKE_VALUE"


@dataclass(frozen=True)
class Facebook:
    """An ad account that can be spoken to; made by `connect`, shared between threads, closed by its owner."""

    settings: Destination
    options: Options
    mapped: frozenset[str]
    ports: Ports
    http: Http
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1), repr=False)

    def close(self) -> None:
        self.http.close()

    @property
    def account(self) -> str:
        return self.settings.account()

    @property
    def value_based(self) -> bool:
        return VALUE in self.mapped

    def session(self, rows: int) -> dict[str, Any]:
        """A new upload session for one request. Its id is random above a counter: no two runs share one."""
        number = int(self.ports.random() * 2**42) << 20 | next(self.numbers) & 0xFFFFF
        return {"session_id": number, "batch_seq": 1, "last_batch_flag": True, "estimated_num_total": rows}


def connect(sync: Sync, ports: Ports) -> Facebook:
    """Ready to speak for this sync; no request yet. Raises `ConfigError` for an unfit address or secret."""
    settings: Destination = sync.destination
    http = Http(
        f"{settings.base_url.rstrip('/')}/{settings.api_version}",
        _judge,
        ports,
        connector="facebook",
        headers={"Authorization": f"Bearer {settings.access_token.get_secret_value()}"},
        sign=lambda: settings.proof(ports.wall()),
        budget=settings.budget(),
        ca_bundle=settings.ca_bundle,
        trust_env=settings.trust_env,
    )
    options = sync.options if isinstance(sync.options, Options) else Options()
    return Facebook(settings, options, frozenset(each.field for each in sync.mapping), ports, http)


def _judge(reply: Reply) -> Verdict:
    """The error table's verdict, with the pauses the usage headers ask for."""
    verdict, used = classify(reply), usage(reply.headers)
    if verdict.kind == "ok":
        return replace(verdict, seconds=used.pause())
    if verdict.kind == "wait" and used.regain:
        return replace(verdict, seconds=used.regain)
    return verdict
