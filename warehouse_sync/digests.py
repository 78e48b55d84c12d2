"""The digests that stand for people and payloads in the state tables.

Each is 16 bytes, as 32 hex digits, of BLAKE2b with a personalisation of its own per kind: two people share one
only after some 2^64 attempts, and digests of different kinds never meet. They are stored for years: a change
here makes every stored identity a stranger.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b


class Digester:
    """Digests texts of one kind, one by one or, faster, many."""

    def __init__(self, kind: str, start: str = "") -> None:
        self._begun = blake2b(start.encode(), digest_size=16, person=f"wsync {kind}".encode())

    def __call__(self, text: str) -> str:
        return self.each((text,))[0]

    def each(self, texts: Iterable[str]) -> list[str]:
        """The digests in the order of the texts. A copied state costs half of a new one."""
        copy, done = self._begun.copy, []
        for text in texts:
            state = copy()
            state.update(text.encode())
            done.append(state.hexdigest())
        return done


class HashDigester:
    """Digests tokens that are SHA-256 already: two hex digits of the field's own, then the token's first thirty."""

    def __init__(self, field: str) -> None:
        self._mark = blake2b(field.encode(), digest_size=1, person=b"wsync field").hexdigest()

    def __call__(self, token: str) -> str:
        return self._mark + token[:30]

    def each(self, tokens: Iterable[str]) -> list[str]:
        """The digests in the order of the tokens."""
        mark = self._mark
        return [mark + token[:30] for token in tokens]


def identifier_digester(field: str, *, hashed: bool) -> Digester | HashDigester:
    """Digests identifier tokens of one field: `hashed` ones by their own first 120 bits, others over `FIELD \\n token`.

    The token of an id that means something only in an app or on a page is `JSON list of these ids \\n token`.
    """
    return HashDigester(field) if hashed else Digester("identifier", f"{field}\n")


identity_digest = Digester("identity")
"""A person known by identifiers: over their digests, joined, in the order of the field table."""

key_digest = Digester("record")
"""A record known by its row's primary key: over the key's text."""

context_digest = Digester("context")
"""A person known by context alone: over the JSON object of the context tokens."""

payload_digest = Digester("payload")
"""Everything sent for a row: over the JSON object of all its tokens."""

page_digest = Digester("page")
"""What all rows of one request share: over the JSON object of the page-role values."""


def suppression_digest(sync: str, kind: str, text: str) -> str:
    """One entry of a sync's suppression list, salted with the sync's name.

    `kind` is `key` (then `text` is the primary key's text as the wsync tables hold it) or `identifier` (then
    `text` is an identifier digest, as in the columns `identifier_1 …`).
    """
    return Digester("suppress", f"{kind}\n{len(sync)}\n{sync}\n")(text)
