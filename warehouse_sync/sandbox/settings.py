"""What a sandbox can be told before it starts, or while it runs, and the clock it believes in."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, TypeVar

Of = TypeVar("Of")

Kind = Literal["entries", "tokens", "none"]
Record = Literal["all", "lines", "counts"]

TOKEN = "sandbox-token"  # noqa: S105 - the stand-in's public password
ACCOUNT = "act_1000000001"


@dataclass(frozen=True)
class Settings:
    """How the stand-in behaves.

    `members`: what an audience is. `entries`: a removal drops every entry that shares any identifier token
    with the removed row; `tokens`: a set of identifier tokens; `none`: rows are checked and counted, not
    kept. `record`: what the journal keeps of a request: `all`, `lines` (no headers, no body) or `counts`.
    `app_secret` switches the checking of `appsecret_proof` on, `require_proof` refuses requests without one.
    `oldest` and `newest` are the API versions served, as (major, minor). `auth_status` is the HTTP status of
    a bad token. `settle_seconds`: for so long after its creation an audience answers `/users` with code 803.
    `list_limit`: a larger page answers code 1. `removal_floor`: a removal that would leave fewer members is
    refused. `replace_limit`: an audience of so many members cannot be replaced. `usage_percent`: what the
    usage headers say. `extern_days`: how long an external id finds what was sent with it. The token opens every
    platform; the settings of each other than Meta are in `platforms`, by its name.
    """

    token: str = TOKEN
    accounts: tuple[str, ...] = (ACCOUNT,)
    members: Kind = "entries"
    record: Record = "all"
    app_secret: str | None = None
    require_proof: bool = False
    auth_status: int = 400
    oldest: tuple[int, int] = (25, 0)
    newest: tuple[int, int] = (26, 0)
    settle_seconds: float = 0.0
    list_limit: int = 500
    removal_floor: int = 0
    replace_limit: int = 100_000_000
    usage_percent: int = 1
    regain_minutes: int = 5
    extern_days: int = 90
    platforms: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def changed(settings: Of, changes: Mapping[str, Any]) -> Of:
    """The settings with some values replaced; raises ValueError for an unknown name."""
    known = {each.name for each in fields(settings)}  # type: ignore[arg-type]
    if unknown := set(changes) - known:
        raise ValueError(f"unknown sandbox setting: {', '.join(sorted(unknown))}")
    plain: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in changes.items()
    }
    return replace(settings, **plain)  # type: ignore[type-var]


class Clock:
    """Seconds since 1970, which tests move forward."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        return time.time() + self.offset

    def advance(self, seconds: float) -> float:
        """Moves the clock and returns the new time."""
        self.offset += seconds
        return self.now()
