"""One mapped field of one row: from the warehouse's value to what travels.

In this order: skip what is empty, compare the value with the hash setting, normalise, check, hash.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from hashlib import md5, sha256, sha512
from typing import Any, NamedTuple

from .digests import identifier_digester
from .field_table import Field, Hash
from .model import Hashing, Mapped
from .normalize import Around, Quick
from .text import Note, Token, is_empty

REMEMBERED = 50_000
"""Values per field whose cells are kept for the next row that has them."""
REMEMBERED_LENGTH = 100
REMEMBERED_TYPES = frozenset({str, int, date, type(None)})
"""No value of one of these types equals one of another, so a remembered cell is always the value's own."""


class Cell(NamedTuple):
    """One field of one row.

    `mark` as in `PreparedRow.filled`; `piece` is its member of the JSON object of tokens, with a comma after it;
    `digest` that of an identifier; `text` the normalised text; `code` why the value is not sent; `error` why the
    whole row is refused.
    """

    mark: str
    piece: str = ""
    digest: str = ""
    text: str | None = None
    code: str | None = None
    error: str | None = None


EMPTY = Cell(".")
WRONG = frozenset("!-")
"""Marks of cells that have something to say."""


@dataclass
class Cells:
    """One column of a chunk, part by part; `wrong` holds the cells marked `!` or `-` by position."""

    marks: list[str]
    pieces: list[str]
    digests: list[str]
    texts: list[str | None] = field(default_factory=list)
    wrong: dict[int, Cell] = field(default_factory=dict)

    @classmethod
    def of(cls, cells: Sequence[Cell]) -> Cells:
        """The cells of all rows, in order."""
        marks = [cell.mark for cell in cells]
        wrong = {at: cell for at, cell in enumerate(cells) if cell.mark in WRONG} if WRONG.intersection(marks) else {}
        digests, texts = [cell.digest for cell in cells], [cell.text for cell in cells]
        return cls(marks, [cell.piece for cell in cells], digests, texts, wrong)

    def put(self, at: int, cell: Cell) -> None:
        """Replaces what was assumed of one row."""
        self.marks[at], self.pieces[at] = cell.mark, cell.piece
        if self.digests:
            self.digests[at] = cell.digest
        if self.texts:
            self.texts[at] = cell.text
        if cell.mark in WRONG:
            self.wrong[at] = cell

    @classmethod
    def together(cls, name: str, parts: Sequence[Cells]) -> Cells:
        """The identifier that several columns make: an object of their tokens, where a row has all of them."""
        rows = zip(*[part.pieces for part in parts], strict=True)
        inside = ["".join(each)[:-1] if all(each) else "" for each in rows]
        digests = identifier_digester(name, hashed=False).each(inside)
        pieces = [f'"{name}":{{{each}}},' if each else "" for each in inside]
        return cls([], pieces, [found if each else "" for found, each in zip(digests, inside, strict=True)])


HASHERS: Mapping[Hash, Callable[[bytes], Any]] = {
    "md5": partial(md5, usedforsecurity=False),  # what platforms ask device ids in, not a choice of ours
    "sha256": sha256,
    "sha512": sha512,
}
DIGITS: Mapping[Hash, int] = {kind: 2 * make(b"").digest_size for kind, make in HASHERS.items()}
"""Hex digits of each hash."""
LIKE = {kind: re.compile(rf"\s*[0-9a-fA-F]{{{digits}}}\s*", re.ASCII) for kind, digits in DIGITS.items()}
OTHER_HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128}", re.IGNORECASE)

MISMATCHES = {
    "already_hashed": "{} enabled but the value for field {} appears to already be hashed. "
    "Either disable hashing or send unhashed data.",
    "consent_denied": "The field {1} says that consent is denied; the row is kept off the platform.",
    "consent_unreadable": "The value for field {1} neither grants nor denies consent in words known here. "
    "Write granted, denied, unspecified or unknown.",
    "required_missing": "The destination requires the field {1}, and the row has no value for it that can be sent.",
    "not_hashed": "{} disabled but the value for field {} appears to be unhashed. "
    "Either enable hashing or send pre-hashed data.",
}

CONSENT = (Note.CONSENT_DENIED, Note.CONSENT_UNREADABLE)
"""What decides on the whole row."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def encode_json(token: Token) -> str:
    """A token as JSON. The encoder is slow with whole numbers alone."""
    return str(token) if type(token) is int else _encode(token)


def looks_hashed(value: Any, kind: Hash) -> bool:
    """As many hex digits, of either case, as a hash of this kind has."""
    return isinstance(value, str) and len(value) >= DIGITS[kind] and LIKE[kind].fullmatch(value) is not None


class Settings(NamedTuple):
    """What all columns of a sync have in common."""

    hashing: Hashing
    profile: str
    around: Around


class Column:
    """One mapped field, compiled: values in, cells out."""

    def __init__(self, field: Field, mapped: Mapped, settings: Settings, mapped_fields: Collection[str]) -> None:
        self.field, self.mapped, self.hashing, self.around = field, mapped, settings.hashing, settings.around
        profile, hashing = settings.profile, settings.hashing
        self.scoped = field.role == "identifier" and field.needs in mapped_fields
        self.normaliser = field.normaliser(profile)
        self.check = None if profile == "off" and field.role in ("identifier", "part", "context") else field.check
        usual = not (field.hash and hashing == "off") and not field.needs and not field.needed
        self.quick = field.quick if usual and profile != "off" else None
        self.digest = identifier_digester(field.name, hashed=field.hash is not None)
        self.hasher = HASHERS[field.hash or "sha256"]
        self.piece = f'"{field.name}":'
        self.pieces: dict[Any, str] = {}
        self.texts: dict[Any, str | None] = {}
        self.whole: dict[Any, Cell] = {}
        self.remembers = field.role != "identifier"
        self.refused = {note: self._refused(note) for note in Note}

    def _refused(self, note: Note) -> Cell:
        fallback = self.field.fallback
        piece = "" if fallback is None else f"{self.piece}{fallback},"
        if note in CONSENT:
            return Cell("-" if note is Note.CONSENT_DENIED else "!", code=note.code, error=note.code)
        return Cell("!", piece, code=note.code, error="required_missing" if self.field.required else None)

    def cells(self, values: Sequence[Any], others: Sequence[str | None]) -> Cells:
        """The cells of a few rows. Identifiers are too many to remember, and values of odd types may equal others."""
        if self.quick is not None:
            return self._usual(self.quick, values, others)
        if self.remembers and REMEMBERED_TYPES.issuperset(map(type, values)):
            return self._remembered(values, others)
        return Cells.of(list(map(self.cell, values, others)))

    def _usual(self, quick: Quick, values: Sequence[Any], others: Sequence[str | None]) -> Cells:
        start, hasher = self.piece + '"', self.hasher
        if self.field.hash:
            tokens = [hasher(found).hexdigest() if (found := quick(value)) else "" for value in values]
        else:
            tokens = [found.decode() if (found := quick(value)) else "" for value in values]
        digests = self.digest.each(tokens) if self.field.role == "identifier" else []
        done = Cells(["+"] * len(tokens), [f'{start}{token}",' for token in tokens], digests)
        for at in [at for at, token in enumerate(tokens) if not token]:
            done.put(at, self.cell(values[at], others[at]))
        return done

    def _remembered(self, values: Sequence[Any], others: Sequence[str | None]) -> Cells:
        keys = list(zip(values, others, strict=True)) if self.field.needs else values
        find = self.pieces.get
        pieces = [find(key, "") for key in keys]
        texts = list(map(self.texts.get, keys)) if self.field.needed else []
        done = Cells(["+"] * len(pieces), pieces, [], texts)
        for at in [at for at, piece in enumerate(pieces) if not piece]:
            done.put(at, self._recall(keys[at], values[at], others[at]))
        return done

    def _recall(self, key: Any, value: Any, other: str | None) -> Cell:
        if key in self.pieces:  # learnt a moment ago, from a row before this one
            return Cell("+", self.pieces[key], text=self.texts.get(key))
        if found := self.whole.get(key):
            return found
        cell = self.cell(value, other)
        if isinstance(value, str) and len(value) > REMEMBERED_LENGTH:
            return cell
        if len(self.pieces) + len(self.whole) >= REMEMBERED:
            self.pieces.clear()
            self.texts.clear()
            self.whole.clear()
        if cell.mark == "+":
            self.pieces[key] = cell.piece
            if self.field.needed:
                self.texts[key] = cell.text
        else:
            self.whole[key] = cell
        return cell

    def cell(self, value: Any, other: str | None) -> Cell:
        """What one value becomes."""
        if is_empty(value):
            return Cell("!", error="required_missing") if self.field.required else EMPTY
        if self.field.hash:
            hashed = looks_hashed(value, self.field.hash)
            if hashed and self.hashing != "on":
                return self._filled(value.strip().lower(), None, other)
            if hashed or self.hashing == "off":
                return Cell("!", error="already_hashed" if hashed else "not_hashed")
        found = self.normalised(value, other)
        if isinstance(found, Note):
            return self.refused[found]
        if self.field.hash:
            return self._filled(self.hasher(str(found).encode()).hexdigest(), str(found), other)
        return self._filled(found, found if isinstance(found, str) else encode_json(found), other)

    def normalised(self, value: Any, other: str | None) -> Token | Note:
        """The value normalised and checked."""
        found = self.normaliser(value, self.around._replace(other=other) if self.field.needs else self.around)
        if not isinstance(found, str):
            return found
        if not found:
            return Note.NOTHING_LEFT
        if len(found) > self.field.max_length:
            return Note.TOO_LONG
        if self.field.hash and OTHER_HASH.fullmatch(found):
            return Note.OTHER_HASH
        if self.scoped and other is None:
            return Note.SCOPE_MISSING
        return (self.check and self.check(found, self.around)) or found

    def _filled(self, token: Token, text: str | None, other: str | None) -> Cell:
        piece = f'{self.piece}"{token}",' if self.field.hash else f"{self.piece}{encode_json(token)},"
        if self.field.role != "identifier":
            return Cell("+", piece, "", text)
        return Cell("+", piece, self.digest(f"{other or '[]'}\n{token}" if self.field.needs else str(token)), text)
