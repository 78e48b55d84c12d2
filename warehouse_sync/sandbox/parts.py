"""The seam between the stand-in and the platforms it stands in for: each is a `Part`, one or two files beside.

A part is a class in a file of its own, registered in `platforms.OTHERS` (Meta's has every path that no other claims).
It keeps its own state, checks its own rules and words its own refusals; listening, the journal, ordered answers, the
clock and the control doors are the sandbox's and come for free.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from .members import Entry
from .replies import Refusal, Refusals, Reply
from .settings import Settings
from .wire import Call


class Route(Protocol):
    """Where a request goes: the kind of call it is, and the account or audience it names."""

    @property
    def kind(self) -> str: ...
    @property
    def node(self) -> str: ...


@dataclass(frozen=True)
class Summary:
    """One audience for people to read: how many entries, and how many tokens of each identifier type."""

    id: str
    name: str
    account: str
    entries: int
    tokens: dict[str, int]

    def __str__(self) -> str:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in self.tokens.items())
        return f"{self.name} ({self.id}): {self.entries:,} entries" + (f"; {kinds}" if kinds else "")


class Part(Protocol):
    """One platform. Not thread-safe: the sandbox holds a lock around every call but `route`.

    `kinds` are the kinds of calls its routes can be; of them `membership` changes who is a member and `changes`
    change anything. `refusals` are the answers that can be ordered by name; one of them is `transient`. `any_body`:
    bodies need not be JSON objects, forms or multipart.
    """

    name: ClassVar[str]
    kinds: ClassVar[frozenset[str]]
    membership: ClassVar[frozenset[str]]
    changes: ClassVar[frozenset[str]]
    refusals: ClassVar[Refusals]
    any_body: ClassVar[bool]
    settings: Settings

    def serves(self, path: str) -> bool:
        """Whether a path is this platform's."""
        ...

    def route(self, call: Call) -> Route:
        """Reads a request's path; the kind is one of `kinds`."""
        ...

    def perform(self, call: Call, at: Any, base: str) -> Any:
        """Does one call and gives what a success says: a JSON value for `success`, or a whole `Reply` of its own.

        Raises `Refusal`; `base` is the address the client used.
        """
        ...

    def success(self, value: Any, trace: str) -> Any:
        """The JSON of a success, around what `perform` gave."""
        ...

    def unreadable(self, refusal: Refusal) -> Refusal:
        """What the platform says of a body that is not what its content type says."""
        ...

    def echo(self, at: Any, trace: str) -> Mapping[str, str]:
        """The headers of every answer."""
        ...

    def ordered(self, answer: str, reply: Reply, at: Any) -> Reply:
        """An ordered refusal as this platform dresses it, with headers say."""
        ...

    def rows(self, call: Call) -> Sequence[Any]:
        """The rows of a membership change as they came; empty where they cannot be read."""
        ...

    def cells(self, row: Any) -> Iterable[Any]:
        """The values in a row."""
        ...

    def holds(self, audience: str) -> bool: ...
    def tokens(self, audience: str) -> set[str]: ...
    def entries(self, audience: str) -> list[Entry]: ...
    def summary(self) -> list[Summary]: ...
    def enter_audience(self, name: str, *, id: str, account: str | None) -> str:
        """An audience made behind the API's back; returns its id."""
        ...

    def mark(self, audience: str, **marks: Any) -> None:
        """Sets facts of an audience. Raises ValueError for one it has not."""
        ...
