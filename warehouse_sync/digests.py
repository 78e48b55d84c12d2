"""The digests that stand for people and payloads in the state tables.

Each is the first 16 bytes, as 32 hex digits, of SHA-256 over the UTF-8 text `kind "\\n" parts joined by "\\n"`: plain enough
to be recomputed in any warehouse, and strong enough that two people never share one (a collision takes 2^64 attempts).
All parts but the last hold no line break, so that different parts never make one text. They are stored for years:
a change here makes every stored identity a stranger.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256


def digest(kind: str, text: str) -> str:
    """32 hex digits for `text` as a `kind` of thing. `kind` holds no line break."""
    return sha256(f"{kind}\n{text}".encode()).hexdigest()[:32]


def identifier_digest(field: str, token: str, scope: str | None = None) -> str:
    """One identifier token of one field.

    `scope` is the JSON list of what the token means something in: the app ids of an APPUID. A field either always has
    one or never.
    """
    return digest("identifier", f"{field}\n{token}" if scope is None else f"{field}\n{scope}\n{token}")


def identity_digest(identifiers: Sequence[str]) -> str:
    """A person known by identifiers: their digests, in the order of the field table."""
    return digest("identity", "".join(identifiers))


def context_digest(tokens: str) -> str:
    """A person known by context alone: the JSON object of the context tokens."""
    return digest("context", tokens)


def payload_digest(tokens: str) -> str:
    """Everything sent for a row: the JSON object of all its tokens."""
    return digest("payload", tokens)


def page_digest(tokens: str) -> str:
    """What all rows of one request share: the JSON object of the page-role values."""
    return digest("page", tokens)


def suppression_digest(sync: str, kind: str, text: str) -> str:
    """One entry of a sync's suppression list, salted with the sync's name.

    `kind` is `key` (then `text` is the primary key's text as the wsync tables hold it) or `identifier` (then `text` is
    an identifier digest, as in the columns `identifier_1 …`).
    """
    return digest("suppression", f"{kind}\n{len(sync)}\n{sync}\n{text}")
