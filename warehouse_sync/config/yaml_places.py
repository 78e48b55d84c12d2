"""YAML with the place of every key and value: a small, strict part of the language.

Plain values follow YAML 1.2: only `true` and `false` are booleans, so `NO`, `on` and `yes` stay text. Numbers
that YAML versions read differently (`0123`, `1_000`, `0x1F`) have to be quoted. Anchors, aliases, tags, merge
keys and duplicate keys are refused, as are files over 1 MiB, 50 levels or 100,000 values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import yaml

from ..errors import ConfigError
from ..model import Place
from .complaints import ConfigErrors, shown

MAX_BYTES = 1 << 20
MAX_DEPTH = 50
MAX_NODES = 100_000

Scalar = str | int | float | bool | None

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,99})")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)?\.[0-9]+([eE][-+]?[0-9]+)?|[-+]?[1-9][0-9]*[eE][-+]?[0-9]+")
_AMBIGUOUS = re.compile(r"[-+]?(0[0-9_]+|[0-9][0-9_]*|0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+)")


@dataclass(frozen=True)
class Node:
    """One value and the place where it starts. Its `repr` does not show the value."""

    place: Place
    value: Scalar | tuple[Node, ...] | Mapping[str, Entry] = field(repr=False)

    @property
    def entries(self) -> Mapping[str, Entry]:
        """The keys of a mapping; empty for anything else."""
        return self.value if isinstance(self.value, Mapping) else {}


@dataclass(frozen=True)
class Entry:
    """One key of a mapping: where the key stands, and its value."""

    place: Place
    node: Node


def read(path: Path) -> Node:
    """The one YAML document of a file. Raises `ConfigErrors` with everything that is wrong with its form."""
    return parse(read_text(path), path)


def read_text(path: Path) -> str:
    """The text of a file of at most 1 MiB in UTF-8. Raises `ConfigErrors`."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as problem:
        _refuse(f"cannot be read: {problem.strerror}", path)
    if len(data) > MAX_BYTES:
        _refuse("is larger than 1 MiB", path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        _refuse("is not text in UTF-8", path, data.count(b"\n", 0, problem.start) + 1)


def parse(text: str, path: Path) -> Node:
    """The one YAML document in `text`; `path` is only for messages. Raises `ConfigErrors`."""
    if len(text) > MAX_BYTES:
        _refuse("is larger than 1 MiB", path)
    composer = _Composer(yaml.parse(text, Loader=yaml.SafeLoader), path)
    try:
        node = composer.document()
    except yaml.MarkedYAMLError as problem:
        refusal = _syntax(problem, composer)
    except yaml.reader.ReaderError as problem:
        line = text.count("\n", 0, problem.position) + 1
        refusal = ConfigError("holds a character that YAML does not allow", path=path, line=line)
    except (ValueError, OverflowError):  # PyYAML lets these escape from \U escapes and %YAML directives
        refusal = ConfigError("is not valid YAML", path=path, line=composer.line)
    else:
        if composer.complaints:
            raise ConfigErrors(composer.complaints)
        return node
    raise ConfigErrors([*composer.complaints, refusal])


def plain(node: Node) -> Any:
    """The value without places: dicts, lists and scalars."""
    if isinstance(node.value, Mapping):
        return {key: plain(entry.node) for key, entry in node.value.items()}
    if isinstance(node.value, tuple):
        return [plain(item) for item in node.value]
    return node.value


def planted(value: Any, place: Place) -> Node:
    """Plain values as a tree, all of it at one place; of any other kind of value its text."""
    if isinstance(value, Mapping):
        return Node(place, {str(key): Entry(place, planted(inner, place)) for key, inner in value.items()})
    if isinstance(value, list | tuple):
        return Node(place, tuple(planted(inner, place) for inner in value))
    return Node(place, value if isinstance(value, Scalar) else str(value))


def locate(node: Node, path: tuple[str | int, ...]) -> tuple[Place, str]:
    """The place and dotted key of the value at `path`; of a key that is not there, the place of its block."""
    place, key = node.place, ""
    for part in path:
        if isinstance(node.value, Mapping) and isinstance(part, str):
            key = f"{key}.{shown(part)}" if key else shown(part)
            entry = node.value.get(part)
            if entry is None:
                break
            place, node = entry.place, entry.node
        elif isinstance(node.value, tuple) and isinstance(part, int) and part < len(node.value):
            key, node = f"{key}[{part}]", node.value[part]
            place = node.place
        else:
            break
    return place, key


def _refuse(message: str, path: Path, line: int | None = None) -> NoReturn:
    raise ConfigErrors([ConfigError(message, path=path, line=line)]) from None


def _syntax(problem: yaml.MarkedYAMLError, composer: _Composer) -> ConfigError:
    line = problem.problem_mark.line + 1 if problem.problem_mark else composer.line
    words = re.sub(r"'([^']*)'", _short_quote, problem.problem or "")
    hint = "; indent with spaces" if "\\t" in words else ""
    return ConfigError(f"is not valid YAML: {words}{hint}", path=composer.path, line=line)


def _short_quote(quoted: re.Match[str]) -> str:
    """PyYAML quotes marks of its own, and sometimes what the file says: a tag's name, for one."""
    return quoted[0] if len(quoted[1]) <= 2 or quoted[1].startswith("<") else "'…'"


class _Composer:
    """Builds the tree from parser events: PyYAML's own composer recurses without limit, keeps duplicates."""

    def __init__(self, events: Iterator[Any], path: Path) -> None:
        self.events, self.path, self.line, self.nodes = events, path, 1, 0
        self.complaints: list[ConfigError] = []

    def next(self) -> Any:
        event = next(self.events)
        self.line = event.start_mark.line + 1
        return event

    def complain(self, message: str, key: tuple[str, ...] = ()) -> None:
        dotted = shown(".".join(key)) or None
        self.complaints.append(ConfigError(message, path=self.path, line=self.line, key=dotted))

    def stop(self, message: str) -> NoReturn:
        self.complain(message)
        raise ConfigErrors(self.complaints)

    def document(self) -> Node:
        self.next()
        if isinstance(self.next(), yaml.StreamEndEvent):
            self.stop("is empty")
        node = self.node(self.next(), ())
        self.next()
        if not isinstance(self.next(), yaml.StreamEndEvent):
            self.stop("holds a second YAML document; one file is one document")
        return node

    def node(self, event: Any, key: tuple[str, ...]) -> Node:
        place = Place(self.path, event.start_mark.line + 1)
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.stop(f"holds more than {MAX_NODES:,} values")
        if isinstance(event, yaml.AliasEvent):
            self.complain("is an alias (*name); write the value out", key)
            return Node(place, None)
        self.refuse_decoration(event, key)
        if isinstance(event, yaml.ScalarEvent):
            return Node(place, self.scalar(event, key))
        if len(key) >= MAX_DEPTH:
            self.stop(f"is nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, yaml.MappingStartEvent):
            return Node(place, self.mapping(key))
        return Node(place, self.sequence(key))

    def refuse_decoration(self, event: Any, key: tuple[str, ...]) -> None:
        if event.anchor is not None:
            self.complain("has an anchor (&name), which is not read here", key)
        if event.tag is not None:
            self.complain("has a tag (!name), which is not read here", key)

    def sequence(self, key: tuple[str, ...]) -> tuple[Node, ...]:
        items: list[Node] = []
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            items.append(self.node(event, (*key, str(len(items)))))
        return tuple(items)

    def mapping(self, key: tuple[str, ...]) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            place = Place(self.path, self.line)
            name = self.key(event, key)
            if name in entries:
                self.complain(f"stands here twice, first in line {entries[name].place.line}", (*key, name))
            entries[name] = Entry(place, self.node(self.next(), (*key, name)))
        return entries

    def key(self, event: Any, parent: tuple[str, ...]) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            line = self.line
            self.node(event, (*parent, "?"))
            self.line = line
            self.complain("has a key that is not a word; put {{ env_var('NAME') }} in quotes", parent)
            return ""
        self.refuse_decoration(event, parent)
        if event.style is None and event.value in {*_NULLS, "<<"}:
            self.complain("has a key that is empty or << ; a key must be a word", parent)
        return self.text(event.value, parent)

    def scalar(self, event: Any, key: tuple[str, ...]) -> Scalar:
        word = self.text(event.value, key)
        if event.style is not None:
            return word
        if word in _NULLS:
            return None
        if word in _BOOLEANS:
            return _BOOLEANS[word]
        if _WHOLE.fullmatch(word):
            return int(word)
        if _DECIMAL.fullmatch(word):
            return float(word)
        if _AMBIGUOUS.fullmatch(word):
            self.complain("is read as different numbers by different YAML versions: put it in quotes", key)
        return word

    def text(self, word: str, key: tuple[str, ...]) -> str:
        if any("\ud800" <= letter <= "\udfff" for letter in word):
            self.complain("holds half of a surrogate pair, which is not text", key)
            return ""
        return word
