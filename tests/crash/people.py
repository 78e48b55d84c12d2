"""A platform that knows people: any identifier finds a person, also one that he was never sent with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from warehouse_sync.sandbox.members import Entry, Found
from warehouse_sync.sandbox.payload import Batch, Tokens


class People:
    """A sandbox's store of members. `known` says whose a token is; a token it does not know is a person of its own.

    A member is shown by the tokens it was added with since it came.
    """

    def __init__(self, known: Mapping[str, str]) -> None:
        self.known, self.present = known, dict[str, set[str]]()

    def person(self, token: str) -> str:
        return self.known.get(token, token)

    def __len__(self) -> int:
        return len(self.present)

    def add(self, batch: Batch) -> None:
        for row in batch.identifiers:
            for token in row:
                self.present.setdefault(self.person(token), set()).add(token)

    def find(self, batch: Batch, identifiers: Sequence[Tokens]) -> Found:
        doomed = {self.person(token) for row in identifiers for token in row} & self.present.keys()
        return Found(doomed, len(self) - len(doomed))

    def drop(self, found: Found) -> None:
        for person in found.doomed:
            self.present.pop(str(person), None)

    def tokens(self) -> set[str]:
        return set[str]().union(*self.present.values())

    def entries(self) -> Iterator[Entry]:
        return (Entry(frozenset(tokens)) for tokens in self.present.values())
