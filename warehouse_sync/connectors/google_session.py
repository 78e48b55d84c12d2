"""What is held while speaking to Google Ads for one sync, and what a transport can do with it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from warehouse_sync.http import Http, Reply, Verdict
from warehouse_sync.model import Action, Audience, AudienceSpec, Check, Later, PlanRow, Ports, Receipt

from .google_settings import AudienceSettings, Destination, Options
from .google_tokens import Tokens


@dataclass(frozen=True)
class Google:
    """A Google Ads account that can be spoken to; made by `connect`, shared between threads, closed by its owner.

    `held` is what a transport keeps from one request to another, changed under the `lock`.
    """

    settings: Destination
    audience: AudienceSettings
    options: Options
    mapped: frozenset[str]
    reassert_every: str | None
    ports: Ports
    tokens: Tokens
    via: Transport
    http: Http = field(init=False)
    held: dict[tuple[Any, ...], Any] = field(init=False, repr=False, default_factory=dict)
    lock: threading.Lock = field(init=False, repr=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        object.__setattr__(self, "http", self.via.connect_http(self))

    def close(self) -> None:
        """End the session; what a transport still has to do for it, it does now."""
        try:
            self.via.finish(self)
        finally:
            self.http.close()
            self.tokens.http.close()

    def judge(self, found: Verdict, reply: Reply) -> Verdict:
        """The verdict on an answer, with what this session knows: a token may have ended, which is worth a new one."""
        if reply.status == 401 and found.kind == "denied" and self.tokens.spent():
            return replace(found, kind="retry", seconds=0.0)
        if found.kind == "ok":
            self.tokens.accepted()
        return found


class Transport(Protocol):
    """One of Google's APIs, a module that has these functions. They raise `DestinationError`.

    `connect_http` makes no request. `send` adds or removes the rows of one page. `lines` are the lines of a check that
    only this API can give. `clear` empties the list of whom it has now. `finish` is called when nothing more will be
    sent; it raises nothing.
    """

    def connect_http(self, google: Google) -> Http: ...
    def send(self, google: Google, audience: str, action: Action, rows: Sequence[PlanRow]) -> Receipt: ...
    def preview(self, google: Google, audience: str, action: Action, rows: Sequence[PlanRow]) -> Mapping[str, Any]: ...
    def poll(self, google: Google, audience: str, reference: str) -> Later: ...
    def audiences(self, google: Google) -> Iterator[Audience]: ...
    def find(self, google: Google, name: str) -> Sequence[Audience]: ...
    def create(self, google: Google, spec: AudienceSpec) -> Audience: ...
    def read(self, google: Google, audience: str) -> Audience: ...
    def open_audience(self, google: Google, audience: str) -> Audience: ...
    def delete(self, google: Google, audience: str) -> None: ...
    def clear(self, google: Google, audience: str) -> Receipt: ...
    def finish(self, google: Google) -> None: ...
    def lines(self, google: Google) -> Iterator[Check]: ...
