"""Answers ordered beforehand: the next N calls of a kind, of an audience, or with a value, answer X."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .parts import Part, Route
from .platforms import CATALOGUES
from .replies import PAGES, REFUSALS, Delivery, Reply, answer
from .wire import Call

DELIVERIES: Mapping[str, tuple[Delivery, bool]] = {
    "drip": ("drip", True),
    "hangup": ("hangup", True),
    "reset_after": ("reset", True),
    "reset_before": ("reset", False),
    "slow": ("whole", True),
    "truncated": ("truncated", True),
}
"""How an answer fails to arrive, and whether the request takes effect before."""

NAMES = tuple(sorted({*REFUSALS, *PAGES, *DELIVERIES, "custom"}))
"""Every answer that Meta can be ordered to give; another platform has refusals of its own in place of Meta's."""


@dataclass
class Fault:
    """One order, to one `platform`.

    `answer` is one of `NAMES`; `custom` answers `body` (a JSON value, or text). `status` and `headers` change those
    of any answer. `kind` is one of the platform's, `users` for every membership change, or `any`. `times` None means
    for ever. `after` calls that match are let through first. `audience` is the beginning of an audience or account
    id. `value` is a cell: only requests with a row that has it. `apply` says whether the request takes effect before
    the answer goes wrong; None leaves it to the answer's nature. `seconds` is waited before the answer.
    """

    answer: str
    kind: str = "any"
    times: int | None = 1
    after: int = 0
    audience: str = ""
    value: str | None = None
    apply: bool | None = None
    seconds: float = 0.0
    status: int | None = None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    hits: int = 0
    platform: str = "meta"

    def __post_init__(self) -> None:
        if self.platform not in CATALOGUES:
            raise ValueError(f"unknown platform; known: {', '.join(sorted(CATALOGUES))}")
        of = CATALOGUES[self.platform]
        known = tuple(sorted({*of.refusals, *PAGES, *DELIVERIES, "custom"}))
        if self.answer not in known:
            raise ValueError(f"unknown answer; known: {', '.join(known)}")
        if self.kind not in of.kinds | {"any", "users"}:
            raise ValueError(f"unknown kind of call; known: any, users, {', '.join(sorted(of.kinds))}")

    @property
    def applies(self) -> bool:
        natural = DELIVERIES[self.answer][1] if self.answer in DELIVERIES else False
        return natural if self.apply is None else self.apply

    def fits(self, call: Call, part: Part, route: Route) -> bool:
        kinds = part.membership if self.kind == "users" else {self.kind}
        if part.name != self.platform or (self.kind != "any" and route.kind not in kinds):
            return False
        if self.audience and not route.node.startswith(self.audience):
            return False
        return self.value is None or any(self.value in part.cells(row) for row in part.rows(call))

    def reply(self, part: Part, at: Route, trace: str, base: Callable[[], Reply]) -> Reply:
        """The answer ordered; `base` performs the request where it is to take effect."""
        done = base() if self.applies else None
        if done is not None and (done.refused or done.status >= 400):
            return replace(done, seconds=self.seconds)  # the platform's own refusal goes first
        if self.answer in DELIVERIES:
            plain = done or part.refusals["transient"]().reply(trace)
            return replace(plain, delivery=DELIVERIES[self.answer][0], seconds=self.seconds)
        fixed = self.fixed(part, at, trace)
        headers = {**fixed.headers, **self.headers}
        return replace(fixed, status=self.status or fixed.status, headers=headers, seconds=self.seconds)

    def fixed(self, part: Part, at: Route, trace: str) -> Reply:
        if self.answer == "custom":
            return custom(self)
        if self.answer in PAGES:
            return PAGES[self.answer]()
        return part.ordered(self.answer, part.refusals[self.answer]().reply(trace), at)


def custom(fault: Fault) -> Reply:
    if isinstance(fault.body, str):
        kind = fault.headers.get("Content-Type", "text/plain; charset=utf-8")
        return Reply(body=fault.body.encode(), content_type=kind)
    return answer(fault.body)


@dataclass
class Faults:
    """Orders in the order they were given: the first that fits a call answers it."""

    orders: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> Fault:
        self.orders.append(fault)
        return fault

    def take(self, call: Call, part: Part, route: Route) -> Fault | None:
        """The fault that answers this call; it is used up by one."""
        for fault in self.orders:
            if not self.spent(fault) and fault.fits(call, part, route):
                fault.hits += 1
                if fault.hits > fault.after:
                    return fault
        return None

    @staticmethod
    def spent(fault: Fault) -> bool:
        return fault.times is not None and fault.hits >= fault.after + fault.times

    def waiting(self) -> list[Fault]:
        """Those not used up."""
        return [fault for fault in self.orders if not self.spent(fault)]
