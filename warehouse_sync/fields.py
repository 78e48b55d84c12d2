"""`preparer`: changed rows in, prepared rows out. Pure functions of the row and the sync's configuration.

Rows come in chunks and are worked on column by column (`cells.py`, by the field table of `field_table.py`),
then put together row by row; what a row becomes depends on no other row.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any

from .cells import MISMATCHES, Cell, Cells, Column, Settings
from .digests import context_digest, identity_digest, key_digest, page_digest, payload_digest, suppression_digest
from .field_table import Field, Role, near, resolve
from .model import IDENTIFIER_SLOTS, Hashing, Identity, Mapped, PreparedRow, Verdict
from .normalize import Around

__all__ = ["Field", "Preparer", "Role", "near", "preparer", "resolve"]


BLOCK = 500
"""Rows worked on at a time: few enough to stay in the processor's cache."""


@contextmanager
def without_collections() -> Iterator[None]:
    """No cyclic garbage collection meanwhile: a chunk makes many objects and no cycles (a tenth of the time)."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


class Preparer:
    """Changed rows in, prepared rows out.

    `columns`: the warehouse columns it reads, each once, in order. `fields`: the mapped fields in the order of
    the `filled` marks, identifiers first. `wholes`: the identifiers that several fields make, with their fields.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        sync: str,
        suppressed: Collection[str],
        hashing_words: str,
        identity: Identity = "identifiers",
        wholes: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.sync, self.suppressed, self.hashing_words = sync, frozenset(suppressed), hashing_words
        self.identity = identity
        read = [each.mapped.column for each in columns]
        self.columns = tuple(dict.fromkeys(column for column in read if column is not None))
        self.fields = tuple(each.field.name for each in columns)
        self.roles = tuple(each.field.role for each in columns)
        wholes = wholes or {}
        self.wholes = {name: [self.fields.index(part) for part in parts] for name, parts in wholes.items()}
        self._needed_first = sorted(columns, key=lambda each: each.field.needs is not None)

    def prepare(self, rows: Sequence[tuple[Any, ...]], columns: Sequence[str] | None = None) -> list[PreparedRow]:
        """`rows` are (primary key, problem or None, *values of `columns`), in the order given or else our own."""
        done: list[PreparedRow] = []
        with without_collections():
            for at in range(0, len(rows), BLOCK):
                done.extend(self._block(rows[at : at + BLOCK], columns or self.columns))
        return done

    def _block(self, rows: Sequence[tuple[Any, ...]], columns: Sequence[str]) -> Iterable[PreparedRow]:
        keys, problems, *values = zip(*rows, strict=True)
        read = dict(zip(columns, values, strict=True))
        return _Block(self, self._cells(read, len(rows))).rows(keys, problems)

    @property
    def identifiers(self) -> int:
        """How many identifier columns of a prepared row can be filled."""
        return self.roles.count("identifier") + len(self.wholes) if self.identity == "identifiers" else 1

    def explain(self, row: tuple[Any, ...]) -> dict[str, dict[str, Any]]:
        """Per field of one row: the value `normalized`, as it would be `sent`, a `note` where something is wrong."""
        values = dict(zip(self.columns, row[2:], strict=True))
        cells: dict[str, Cell] = {}
        for column in self._needed_first:
            value = column.mapped.static if column.mapped.column is None else values[column.mapped.column]
            needs = cells.get(column.field.needs or "")
            cells[column.field.name] = column.cell(value, needs.text if needs else None)
        return {name: self._explained(name, cells[name]) for name in self.fields}

    def _explained(self, name: str, cell: Cell) -> dict[str, Any]:
        note = self.mismatch(name, cell.error) if cell.error else cell.code or ""
        return {"normalized": cell.text, "sent": _sent(cell), "note": note}

    def mismatch(self, name: str, error: str) -> str:
        """The fixed text for a value that contradicts the hash setting."""
        return MISMATCHES[error].format(self.hashing_words, name)

    def _cells(self, by_column: Mapping[str, Sequence[Any]], size: int) -> list[Cells]:
        nothing: list[str | None] = [None] * size
        done: dict[str, Cells] = {}
        for column in self._needed_first:
            mapped, needs = column.mapped, done.get(column.field.needs or "")
            read = [mapped.static] * size if mapped.column is None else by_column[mapped.column]
            done[column.field.name] = column.cells(read, needs.texts if needs else nothing)
        return [done[name] for name in self.fields]

    def is_suppressed(self, key: Any, identifiers: Iterable[str]) -> bool:
        """Whether the key or one of the identifier digests is on the sync's list."""
        entry = partial(suppression_digest, self.sync)
        theirs = map(partial(entry, "identifier"), identifiers)
        return not self.suppressed.isdisjoint((entry("key", _text(key)), *theirs))


class _Block:
    """The cells of a few hundred rows, column by column, and how they become rows."""

    def __init__(self, preparer: Preparer, columns: Sequence[Cells]) -> None:
        self.preparer, self.columns = preparer, columns
        by_role = list(zip(preparer.roles, columns, strict=True))
        self.identifiers = [column for role, column in by_role if role == "identifier"]
        for name, parts in preparer.wholes.items():
            self.identifiers.append(Cells.together(name, [columns[at] for at in parts]))
        self.sent = self.identifiers + [column for role, column in by_role if role not in ("identifier", "part")]
        self.contexts = [column for role, column in by_role if role == "context"]
        self.pages = [column for role, column in by_role if role == "page"]

    def rows(self, keys: Sequence[Any], problems: Sequence[str | None]) -> Iterable[PreparedRow]:
        """The prepared rows, in order."""
        filled = map("".join, zip(*[column.marks for column in self.columns], strict=True))
        pieces = list(map("".join, zip(*[column.pieces for column in self.sent], strict=True))) or [""] * len(keys)
        tokens = list(map(_object, pieces))
        payloads = payload_digest.each(tokens)
        columns = [column.digests for column in self.identifiers]
        identifiers = list(zip(*columns, strict=True)) if columns else [()] * len(keys)
        identities = identity_digest.each(map("".join, identifiers))
        return map(self._row, count(), keys, problems, filled, identifiers, identities, payloads, tokens)

    def _row(
        self,
        at: int,
        key: Any,
        problem: str | None,
        filled: str,
        identifiers: tuple[str, ...],
        identity: str | None,
        payload: str,
        tokens: str,
    ) -> PreparedRow:
        if problem is not None:
            verdict: Verdict = "clear" if problem == "null_key" else "hold"
            return _refused(key, verdict, problem, PROBLEMS[problem], filled)
        notes = None
        if "!" in filled or "-" in filled:
            wrong = [(name, column.wrong[at]) for name, column in self._named() if at in column.wrong]
            if refused := self._refusal(key, filled, wrong):
                return refused
            notes = "; ".join([f"{name}: {cell.code}" for name, cell in wrong])
        if self.preparer.identity != "identifiers":
            if self.preparer.identity == "key":
                identity = key_digest(_text(key)) if "+" in filled else None
            elif not any(identifiers) or (self.preparer.identity == "record" and "" in identifiers):
                identity = None
            identifiers = () if identity is None else (identity,)
        elif "" in identifiers:
            identifiers = tuple(filter(None, identifiers))
        if self.preparer.suppressed and self.preparer.is_suppressed(key, identifiers):
            return _refused(key, "clear", "suppressed", SUPPRESSED, filled, notes)
        if not identifiers and self.preparer.identity == "identifiers":
            identity = self._context_identity(at, filled)
        if identity is None:
            return self._without_identity(key, filled, notes)
        page = page_digest(_object(_joined(self.pages, at))) if self.pages else None
        row = (key, "ready", None, None, notes, filled, identity, payload, page, tokens)
        return PreparedRow._make(row + identifiers + NO_IDENTIFIERS[len(identifiers) :])

    def _refusal(self, key: Any, filled: str, wrong: Iterable[tuple[str, Cell]]) -> PreparedRow | None:
        """The whole row's refusal for what one of its cells says; a denial of consent goes before all else."""
        found = [(name, cell.error) for name, cell in wrong if cell.error]
        if not found:
            return None
        name, error = min(found, key=lambda each: each[1] != "consent_denied")
        verdict: Verdict = "clear" if error == "consent_denied" else "hold"
        return _refused(key, verdict, error, self.preparer.mismatch(name, error), filled)

    def _named(self) -> Iterable[tuple[str, Cells]]:
        return zip(self.preparer.fields, self.columns, strict=True)

    def _context_identity(self, at: int, filled: str) -> str | None:
        pieces = "" if self._tried(filled) else _joined(self.contexts, at)
        return context_digest(_object(pieces)) if pieces else None

    def _tried(self, filled: str) -> list[str]:
        """The identifiers that are filled in but invalid; where the key is the identity, all such fields."""
        finding = sum(role in ("identifier", "part") for role in self.preparer.roles)
        marks = filled if self.preparer.identity == "key" else filled[:finding]
        return [name for name, mark in zip(self.preparer.fields, marks, strict=False) if mark == "!"]

    def _without_identity(self, key: Any, filled: str, notes: str | None) -> PreparedRow:
        if tried := self._tried(filled):
            reason = NO_IDENTIFIER.format(", ".join(tried))
            return _refused(key, "hold", "no_valid_identifier", reason, filled, notes)
        roles = zip(self.preparer.fields, self.preparer.roles, strict=True)
        people = [name for name, role in roles if role in ("identifier", "part", "context")]
        return _refused(key, "clear", "no_valid_field", NO_FIELD.format(", ".join(people)), filled, notes)


def _joined(columns: Sequence[Cells], at: int) -> str:
    return "".join([column.pieces[at] for column in columns])


NO_IDENTIFIER = "No identifier is valid: [{}]. Correct the values; field_notes says what is wrong with each."
NO_FIELD = "All user properties [{}] are invalid or null. At least one valid field is required."
PROBLEMS = {
    "null_key": "The primary key, or a part of it, is null. Every row needs a key of its own.",
    "duplicate_key": "Several rows have this primary key and differ in mapped columns. Keys must be unique.",
}
NO_IDENTIFIERS = (None,) * IDENTIFIER_SLOTS
SUPPRESSED = "The record is suppressed: `wsync forget` was asked to keep it off the platform."


def _refused(key: Any, verdict: Verdict, code: str, reason: str, filled: str, notes: str | None = None) -> PreparedRow:
    return PreparedRow(key, verdict, code, reason, notes, filled, None, None, None, None)


def _text(key: Any) -> str:
    """A primary key as the warehouse's own text of it."""
    return str(key).lower() if isinstance(key, bool) else str(key)


def _object(pieces: str) -> str:
    return f"{{{pieces[:-1]}}}"


def _sent(cell: Cell) -> Any:
    return json.loads(_object(cell.piece)).popitem()[1] if cell.piece else None


def preparer(  # noqa: PLR0913 - the settings of a sync that concern its rows
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
    identity: Identity = "identifiers",
) -> Preparer:
    """The preparer of a sync.

    `mapping` names fields as `resolve` understands them. `normalize` is a profile of the field table, `on` for
    its default, or `off`. Of `options` only `default_country` (ISO alpha-2) is looked at. `suppressed` holds
    `suppression_digest`s. `as_of_year` is the newest year of birth, by default this year, read once. `identity` says
    what makes a member: each identifier alone, all identifiers together (`record`), those of them that are there
    (`together`), or the row's primary key (`key`). Raises `LookupError` for an unknown field, `ValueError` for too many
    identifiers or a field mapped twice.
    """
    mapped = {_known(fields, each.field).name: each for each in mapping}
    if len(mapped) < len(mapping):
        raise ValueError("a field is mapped twice")
    used = [each for each in fields if each.name in mapped]
    wholes = _wholes(fields, mapped)
    if sum(each.role == "identifier" for each in used) + len(wholes) > IDENTIFIER_SLOTS:
        raise ValueError(f"more than {IDENTIFIER_SLOTS} identifiers are mapped")
    country = getattr(options, "default_country", None)
    around = Around(None, country.lower() if country else None, as_of_year or datetime.now(UTC).year)
    settings = Settings(hash, normalize, around)
    in_order = sorted(used, key=lambda each: (each.role != "identifier", each.role != "part"))
    columns = [Column(each, mapped[each.name], settings, mapped) for each in in_order]
    return Preparer(
        columns, sync=sync, suppressed=suppressed, hashing_words=hashing_words, identity=identity, wholes=wholes
    )


def _wholes(fields: Sequence[Field], mapped: Collection[str]) -> dict[str, list[str]]:
    """The identifiers that several fields make, of which every field is mapped."""
    found: dict[str, list[str]] = {}
    for each in fields:
        if each.part_of:
            found.setdefault(each.part_of, []).append(each.name)
    return {name: parts for name, parts in found.items() if all(part in mapped for part in parts)}


def _known(fields: Sequence[Field], text: str) -> Field:
    found = resolve(fields, text)
    if found is None:
        raise LookupError(f"there is no field {text!r}")
    return found
