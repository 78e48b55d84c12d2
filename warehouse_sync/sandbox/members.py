"""Who is in an audience: entries found by any of their identifier tokens, a set of tokens, or nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from .payload import Batch, Tokens
from .settings import Kind


class Entry(NamedTuple):
    """One member: its identifier tokens, its context tokens, and its attributes (value, limited data use)."""

    tokens: frozenset[str]
    context: Tokens = ()
    attributes: Tokens = ()


class Found(NamedTuple):
    """What a removal would drop: members of the store's own kind, and how many would stay."""

    doomed: set[Tokens] | set[str]
    left: int


class Members(Protocol):
    """A store of members."""

    def add(self, batch: Batch) -> None: ...
    def find(self, batch: Batch, identifiers: Sequence[Tokens]) -> Found: ...
    def drop(self, found: Found) -> None: ...
    def tokens(self) -> set[str]: ...
    def entries(self) -> Iterator[Entry]: ...
    def __len__(self) -> int: ...


class Entries:
    """A removal drops every entry that shares any identifier token with the removed row.

    A row without identifier tokens is found by equal context tokens. Adding a row with the identifier tokens
    of an entry replaces that entry's context.
    """

    def __init__(self) -> None:
        self.rows: dict[Tokens, tuple[Tokens, Tokens]] = {}
        self.anonymous: dict[Tokens, Tokens] = {}
        self.index: dict[str, Tokens | set[Tokens]] = {}

    def __len__(self) -> int:
        return len(self.rows) + len(self.anonymous)

    def add(self, batch: Batch) -> None:
        rows, anonymous = self.rows, self.anonymous
        for identifiers, context, attributes in zip(batch.identifiers, batch.context, batch.attributes, strict=True):
            if identifiers:
                if identifiers not in rows:
                    self.enter(identifiers)
                rows[identifiers] = (context, attributes)
            elif context:
                anonymous[context] = attributes

    def enter(self, identifiers: Tokens) -> None:
        index = self.index
        for token in identifiers:
            holder = index.setdefault(token, identifiers)
            if holder is identifiers:
                continue
            if isinstance(holder, set):
                holder.add(identifiers)
            else:
                index[token] = {holder, identifiers}

    def find(self, batch: Batch, identifiers: Sequence[Tokens]) -> Found:
        """`identifiers` are the tokens of each row that still find somebody."""
        index, doomed = self.index, set[Tokens]()
        for row in identifiers:
            for token in row:
                holder = index.get(token)
                if isinstance(holder, set):
                    doomed |= holder
                elif holder is not None:
                    doomed.add(holder)
        for row, context in zip(batch.identifiers, batch.context, strict=True):
            if not row and context in self.anonymous:
                doomed.add(context)
        return Found(doomed, len(self) - len(doomed))

    def drop(self, found: Found) -> None:
        for key in found.doomed:
            if isinstance(key, tuple) and self.rows.pop(key, None) is not None:
                self.leave(key)
            elif isinstance(key, tuple):
                self.anonymous.pop(key, None)

    def leave(self, identifiers: Tokens) -> None:
        index = self.index
        for token in identifiers:
            holder = index[token]
            if isinstance(holder, set) and len(holder) > 1:
                holder.discard(identifiers)
            else:
                del index[token]

    def tokens(self) -> set[str]:
        return set(self.index)

    def entries(self) -> Iterator[Entry]:
        for identifiers, (context, attributes) in self.rows.items():
            yield Entry(frozenset(identifiers), context, attributes)
        for context, attributes in self.anonymous.items():
            yield Entry(frozenset(), context, attributes)


class TokenSet:
    """A set of identifier tokens: a removal takes away exactly the tokens it names."""

    def __init__(self) -> None:
        self.present: set[str] = set()

    def __len__(self) -> int:
        return len(self.present)

    def add(self, batch: Batch) -> None:
        for row in batch.identifiers:
            self.present.update(row)

    def find(self, batch: Batch, identifiers: Sequence[Tokens]) -> Found:
        doomed = {token for row in identifiers for token in row} & self.present
        return Found(doomed, len(self) - len(doomed))

    def drop(self, found: Found) -> None:
        self.present -= found.doomed

    def tokens(self) -> set[str]:
        return set(self.present)

    def entries(self) -> Iterator[Entry]:
        return (Entry(frozenset((token,))) for token in self.present)


class Nobody:
    """Keeps nothing: for measuring how fast rows arrive."""

    def __len__(self) -> int:
        return 0

    def add(self, batch: Batch) -> None: ...

    def find(self, batch: Batch, identifiers: Sequence[Tokens]) -> Found:
        return Found(set[str](), 0)

    def drop(self, found: Found) -> None: ...

    def tokens(self) -> set[str]:
        return set()

    def entries(self) -> Iterator[Entry]:
        return iter(())


def store(kind: Kind) -> Members:
    """An empty store of this kind."""
    if kind == "entries":
        return Entries()
    return TokenSet() if kind == "tokens" else Nobody()


def by_type(tokens: Iterable[str]) -> dict[str, int]:
    """How many tokens there are of each identifier type."""
    return dict(sorted(Counter(token.partition(":")[0] for token in tokens).items()))
