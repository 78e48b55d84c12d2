"""Field tables, and `preparer`: changed rows in, prepared rows out. Pure functions of the row and the configuration.

Per field, in this order: skip what is empty, compare the value with the hash setting, normalise, check, hash. Rows
come in chunks and are worked on column by column; what a row becomes depends on no other row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches
from functools import partial
from hashlib import sha256
from typing import Any, Literal, NamedTuple

from .digests import (
    context_digest,
    identifier_digest,
    identity_digest,
    page_digest,
    payload_digest,
    suppression_digest,
)
from .model import IDENTIFIER_SLOTS, Hashing, Mapped, PreparedRow, Verdict
from .normalize import Around, Check, Normaliser, as_is
from .text import Note, Token, is_empty

Role = Literal["identifier", "context", "attribute", "page"]

REMEMBERED = 50_000
"""Values per field whose cells are kept for the next row that has them."""
REMEMBERED_LENGTH = 100
REMEMBERED_TYPES = frozenset({str, int, date, type(None)})
"""No value of one of these types equals a value of another, so a remembered cell is always the value's own."""


@dataclass(frozen=True)
class Field:
    """One field of a destination: what it is called, means, takes, and how its values travel.

    `name` is the platform's. `label` is what products show, `other_labels` further names a mapping may use. `role` as in
    design.md 3.2. `normalise` maps profiles to normalisers, the default profile first; a profile that is not in it means
    the default. `check` looks at the normalised text. `needs` names the field of the same row that the normaliser looks
    at; for an identifier it is the page field its tokens mean something in. `fallback` travels instead of an invalid value.
    `link` is the platform's page, `read` the day it was read.
    """

    name: str
    label: str
    role: Role
    about: str
    normalise: Mapping[str, Normaliser]
    link: str
    read: str
    check: Check | None = None
    hash: Literal["sha256"] | None = None
    max_length: int = 100
    samples: tuple[str, ...] = ()
    other_labels: tuple[str, ...] = ()
    needs: str | None = None
    fallback: int | None = None

    def normaliser(self, profile: str) -> Normaliser:
        """The normaliser of this profile; `off` leaves text alone, numbers and lists are always read as such."""
        if profile == "off" and self.role not in ("attribute", "page"):
            return as_is
        return self.normalise.get(profile) or next(iter(self.normalise.values()))


def _spelling(text: str) -> str:
    return re.sub(r"[\s_()-]+", "", text).casefold()


def _spellings(fields: Iterable[Field]) -> dict[str, Field]:
    by_label = {_spelling(label): each for each in fields for label in (*each.other_labels, each.label)}
    return by_label | {_spelling(each.name): each for each in fields}


def resolve(fields: Sequence[Field], text: str) -> Field | None:
    """The field of this name or label, whatever its case, spaces and underscores; None where there is none."""
    return _spellings(fields).get(_spelling(text))


def near(fields: Sequence[Field], text: str) -> str | None:
    """The name of the field that `text` was probably meant to be."""
    known = _spellings(fields)
    found = get_close_matches(_spelling(text), known, n=1)
    return known[found[0]].name if found else None


class Cell(NamedTuple):
    """One field of one row. `mark` as in `PreparedRow.filled`; `piece` is its part of the JSON object of tokens.

    `text` is the normalised text where another field may need it, `code` why the value is not sent, `error` why the
    whole row is refused.
    """

    mark: str
    piece: str = ""
    digest: str | None = None
    text: str | None = None
    code: str | None = None
    error: str | None = None


EMPTY = Cell(".")
HEX_64 = re.compile(r"\s*[0-9a-fA-F]{64}\s*", re.ASCII)
OTHER_HASH = re.compile(r"[0-9a-f]{32}(?:[0-9a-f]{8})?", re.IGNORECASE)

MISMATCHES = {
    "already_hashed": "{} enabled but the value for field {} appears to already be hashed. "
    "Either disable hashing or send unhashed data.",
    "not_hashed": "{} disabled but the value for field {} appears to be unhashed. "
    "Either enable hashing or send pre-hashed data.",
}

encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def looks_hashed(value: Any) -> bool:
    """64 hex digits, of either case."""
    return isinstance(value, str) and len(value) >= 64 and HEX_64.fullmatch(value) is not None


class Column:
    """One mapped field, compiled: values in, cells out."""

    def __init__(
        self, field: Field, mapped: Mapped, *, hashing: Hashing, profile: str, around: Around, scoped: bool
    ) -> None:
        self.field, self.mapped, self.hashing, self.around, self.scoped = (
            field,
            mapped,
            hashing,
            around,
            scoped,
        )
        self.normaliser = field.normaliser(profile)
        self.check = None if profile == "off" and field.role in ("identifier", "context") else field.check
        self.piece = f'"{field.name}":'
        self.known: dict[Any, Cell] = {}
        self.refused = {note: self._refused(note) for note in Note}

    def _refused(self, note: Note) -> Cell:
        fallback = self.field.fallback
        return Cell("!", "" if fallback is None else f"{self.piece}{fallback}", code=note.code)

    def cells(self, values: Sequence[Any], others: Sequence[str | None]) -> list[Cell]:
        """The cells of a chunk. Identifiers are too many to remember, and values of odd types may equal each other."""
        if self.field.role == "identifier" or not REMEMBERED_TYPES.issuperset(map(type, values)):
            return list(map(self.cell, values, others))
        if len(self.known) > REMEMBERED:
            self.known.clear()
        find, learn = self.known.get, self._learn
        return [find(pair) or learn(pair) for pair in zip(values, others, strict=True)]

    def _learn(self, pair: tuple[Any, str | None]) -> Cell:
        found = self.cell(*pair)
        if not isinstance(pair[0], str) or len(pair[0]) <= REMEMBERED_LENGTH:
            self.known[pair] = found
        return found

    def cell(self, value: Any, other: str | None) -> Cell:
        """What one value becomes."""
        if is_empty(value):
            return EMPTY
        if self.field.hash:
            hashed = looks_hashed(value)
            if hashed and self.hashing != "on":
                return self._filled(value.strip().lower(), None, other)
            if hashed or self.hashing == "off":
                return Cell("!", error="already_hashed" if hashed else "not_hashed")
        found = self.normalised(value, other)
        if isinstance(found, Note):
            return self.refused[found]
        if self.field.hash:
            return self._filled(sha256(str(found).encode()).hexdigest(), str(found), other)
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
        if self.scoped and self.field.role == "identifier" and other is None:
            return Note.SCOPE_MISSING
        return (self.check and self.check(found, self.around)) or found

    def _filled(self, token: Token, text: str | None, other: str | None) -> Cell:
        field = self.field
        piece = f'{self.piece}"{token}"' if field.hash else self.piece + encode_json(token)
        if field.role != "identifier":
            return Cell("+", piece, None, text)
        scope = (other or "[]") if field.needs else None
        return Cell("+", piece, identifier_digest(field.name, str(token), scope), text)


class Preparer:
    """Changed rows in, prepared rows out.

    `columns`: the warehouse columns it reads, each once, in order. `fields`: the mapped fields in the order of the
    `filled` marks, identifiers first.
    """

    def __init__(
        self, columns: Sequence[Column], *, sync: str, suppressed: Collection[str], hashing_words: str
    ) -> None:
        self.sync, self.suppressed, self.hashing_words = sync, suppressed, hashing_words
        self.columns = tuple(
            dict.fromkeys(each.mapped.column for each in columns if each.mapped.column is not None)
        )
        self.fields = tuple(each.field.name for each in columns)
        roles = [each.field.role for each in columns]
        self._columns = tuple(columns)
        self._identifiers = roles.count("identifier")
        self._contexts = [at for at, role in enumerate(roles) if role == "context"]
        self._pages = [at for at, role in enumerate(roles) if role == "page"]

    def prepare(self, rows: Sequence[tuple[Any, ...]]) -> list[PreparedRow]:
        """`rows` are (primary key, problem or None, *values of `columns`)."""
        if not rows:
            return []
        keys, problems, *values = zip(*rows, strict=True)
        return list(map(self._row, keys, problems, zip(*self._cells(values, len(rows)), strict=True)))

    def explain(self, row: tuple[Any, ...]) -> dict[str, dict[str, Any]]:
        """Per field of one row: the value `normalized`, as it would be `sent`, and a `note` where something is wrong."""
        cells = [each[0] for each in self._cells([[value] for value in row[2:]], 1)]
        return {
            name: {"normalized": cell.text, "sent": _sent(cell), "note": self._note(name, cell)}
            for name, cell in zip(self.fields, cells, strict=True)
        }

    def _note(self, name: str, cell: Cell) -> str:
        return self._mismatch(name, cell.error) if cell.error else cell.code or ""

    def _mismatch(self, name: str, error: str) -> str:
        return MISMATCHES[error].format(self.hashing_words, name)

    def _cells(self, values: Sequence[Sequence[Any]], count: int) -> list[list[Cell]]:
        by_column = dict(zip(self.columns, values, strict=True))
        nothing: list[str | None] = [None] * count
        done: dict[str, list[Cell]] = {}
        for column in sorted(self._columns, key=lambda each: each.field.needs is not None):
            mapped, needs = column.mapped, done.get(column.field.needs or "")
            read = [mapped.static] * count if mapped.column is None else by_column[mapped.column]
            done[column.field.name] = column.cells(read, [cell.text for cell in needs] if needs else nothing)
        return [done[name] for name in self.fields]

    def _row(self, key: Any, problem: str | None, cells: tuple[Cell, ...]) -> PreparedRow:
        filled = "".join([cell.mark for cell in cells])
        if problem is not None:
            return _refused(
                key, "clear" if problem == "null_key" else "hold", problem, PROBLEMS[problem], filled
            )
        notes = None
        if "!" in filled:
            named = [(name, cell) for name, cell in zip(self.fields, cells, strict=True) if cell.mark == "!"]
            for name, cell in named:
                if cell.error:
                    return _refused(key, "hold", cell.error, self._mismatch(name, cell.error), filled)
            notes = "; ".join([f"{name}: {cell.code}" for name, cell in named])
        digests = [cell.digest for cell in cells[: self._identifiers] if cell.digest]
        identity = identity_digest(digests) if digests else self._context_identity(cells, filled)
        if self.suppressed and self._is_suppressed(key, digests):
            return _refused(key, "clear", "suppressed", SUPPRESSED, filled, notes)
        if identity is None:
            return self._without_identity(key, filled, notes)
        tokens = "{" + ",".join([cell.piece for cell in cells if cell.piece]) + "}"
        return PreparedRow(
            key,
            "ready",
            None,
            None,
            notes,
            filled,
            identity,
            payload_digest(tokens),
            self._page(cells),
            tokens,
            *digests,
        )

    def _context_identity(self, cells: tuple[Cell, ...], filled: str) -> str | None:
        if "!" in filled[: self._identifiers]:
            return None
        pieces = [cells[at].piece for at in self._contexts if cells[at].piece]
        return context_digest("{" + ",".join(pieces) + "}") if pieces else None

    def _page(self, cells: tuple[Cell, ...]) -> str | None:
        if not self._pages:
            return None
        return page_digest("{" + ",".join([cells[at].piece for at in self._pages if cells[at].piece]) + "}")

    def _without_identity(self, key: Any, filled: str, notes: str | None) -> PreparedRow:
        marked = zip(self.fields, filled, strict=True)
        if "!" in filled[: self._identifiers]:
            wrong = [name for name, mark in list(marked)[: self._identifiers] if mark == "!"]
            reason = f"No identifier is valid: [{', '.join(wrong)}]. Correct the values; field_notes says what is wrong."
            return _refused(key, "hold", "no_valid_identifier", reason, filled, notes)
        people = [self.fields[at] for at in (*range(self._identifiers), *self._contexts)]
        reason = f"All user properties [{', '.join(people)}] are invalid or null. At least one valid field is required."
        return _refused(key, "clear", "no_valid_field", reason, filled, notes)

    def _is_suppressed(self, key: Any, digests: Sequence[str]) -> bool:
        entry = partial(suppression_digest, self.sync)
        return entry("key", str(key)) in self.suppressed or any(
            entry("identifier", each) in self.suppressed for each in digests
        )


PROBLEMS = {
    "null_key": "The primary key, or a part of it, is null. Every row needs a key of its own.",
    "duplicate_key": "Several rows have this primary key and differ in mapped columns. Keys must be unique.",
}
SUPPRESSED = "The record is suppressed: `wsync forget` was asked to keep it off the platform."


def _refused(
    key: Any, verdict: Verdict, code: str, reason: str, filled: str, notes: str | None = None
) -> PreparedRow:
    return PreparedRow(key, verdict, code, reason, notes, filled, None, None, None, None)


def _sent(cell: Cell) -> Any:
    return json.loads("{" + cell.piece + "}").popitem()[1] if cell.piece else None


def preparer(
    fields: Sequence[Field],
    mapping: Sequence[Mapped],
    *,
    sync: str,
    hash: Hashing = "on",
    normalize: str = "on",
    options: Any = None,
    suppressed: Collection[str] = (),
    hashing_words: str = "Hashing is",
    as_of_year: int | None = None,
) -> Preparer:
    """The preparer of a sync.

    `mapping` names fields as `resolve` understands them. `normalize` is a profile of the field table, `on` for its
    default, or `off`. Of `options` only `default_country` (ISO alpha-2) is looked at. `suppressed` holds
    `suppression_digest`s. `as_of_year` is the newest year of birth, by default this year, read once.
    Raises `LookupError` for an unknown field and `ValueError` for too many identifiers or a field mapped twice.
    """
    mapped = {_known(fields, each.field).name: each for each in mapping}
    if len(mapped) < len(mapping):
        raise ValueError("a field is mapped twice")
    used = [each for each in fields if each.name in mapped]
    if sum(each.role == "identifier" for each in used) > IDENTIFIER_SLOTS:
        raise ValueError(f"more than {IDENTIFIER_SLOTS} identifiers are mapped")
    country = getattr(options, "default_country", None)
    around = Around(None, country.lower() if country else None, as_of_year or datetime.now(UTC).year)
    columns = [
        Column(
            each,
            mapped[each.name],
            hashing=hash,
            profile=normalize,
            around=around,
            scoped=each.needs in mapped,
        )
        for each in sorted(used, key=lambda each: each.role != "identifier")
    ]
    return Preparer(columns, sync=sync, suppressed=suppressed, hashing_words=hashing_words)


def _known(fields: Sequence[Field], text: str) -> Field:
    found = resolve(fields, text)
    if found is None:
        raise LookupError(f"there is no field {text!r}")
    return found
