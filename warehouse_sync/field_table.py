"""The field table's row: one field of a destination, declared once, and how a mapping finds it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from .normalize import Check, Normaliser, Quick, as_is

Role = Literal["identifier", "part", "context", "attribute", "page"]
Hash = Literal["md5", "sha256", "sha512"]


@dataclass(frozen=True)
class Field:
    """One field of a destination: what it is called, means, takes, and how its values travel.

    `name` is the platform's, `label` what products show, `other_labels` are further names a mapping may use. An
    `identifier` finds a person by itself, `context` is sent along and finds nobody alone, an `attribute` describes,
    a `page` value is shared by all rows of a request. A `part` is one of those that make the identifier `part_of`
    together, which travels where a row has all of them. `normalise` maps profiles to normalisers, the default profile
    first; a profile it lacks means the default. `check` looks at the normalised text, of at most `max_length`
    characters. `hash` is the one the platform wants the value in; None: as it is. `needs` names the field of the same
    row that the normaliser looks at (that one is `needed`); for an identifier it is the page field that gives its
    tokens their meaning. `fallback` travels in place of an invalid value. A row without a valid value for a `required`
    field is refused. `quick` is a short cut for usual values, right in every profile (unhashed, what it
    gives needs no escapes in JSON). `default` is the static value where the mapping leaves the field out. `link` is the
    platform's page, `read` the month it was read.
    """

    name: str
    label: str
    role: Role
    about: str
    normalise: Mapping[str, Normaliser]
    link: str
    read: str
    check: Check | None = None
    hash: Hash | None = None
    max_length: int = 100
    samples: tuple[str, ...] = ()
    other_labels: tuple[str, ...] = ()
    needs: str | None = None
    fallback: int | None = None
    needed: bool = False
    required: bool = False
    quick: Quick | None = None
    part_of: str | None = None
    default: str | None = None

    def normaliser(self, profile: str) -> Normaliser:
        """The normaliser of this profile; `off` leaves text alone, numbers and lists are always read as such."""
        if profile == "off" and self.role not in ("attribute", "page"):
            return self.normalise.get("off", as_is)
        return self.normalise.get(profile) or next(iter(self.normalise.values()))


def spelling(text: str) -> str:
    """A name as it is compared: without case, spaces, underscores, hyphens and brackets."""
    return re.sub(r"[\s_()-]+", "", text).casefold()


def _spellings(fields: Iterable[Field]) -> dict[str, Field]:
    by_label = {spelling(label): each for each in fields for label in (*each.other_labels, each.label)}
    return by_label | {spelling(each.name): each for each in fields}


def resolve(fields: Sequence[Field], text: str) -> Field | None:
    """The field of this name or label, whatever its case, spaces and underscores; None where there is none."""
    return _spellings(fields).get(spelling(text))


def near(fields: Sequence[Field], text: str) -> str | None:
    """The name of the field that `text` was probably meant to be."""
    known = _spellings(fields)
    found = get_close_matches(spelling(text), known, n=1)
    return known[found[0]].name if found else None
