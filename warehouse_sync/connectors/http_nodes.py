"""What a body template is made of, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .http_tokens import Problem


@dataclass(frozen=True)
class Literal:
    value: str | float | bool | None
    at: int


@dataclass(frozen=True)
class Object:
    items: tuple[tuple[str, Node], ...]
    at: int


@dataclass(frozen=True)
class Array:
    items: tuple[Node, ...]
    at: int


@dataclass(frozen=True)
class Path:
    """`$$` and the names after it; `each` is what a mapping makes of every item found there."""

    names: tuple[str, ...]
    each: Object | Array | None
    at: int


@dataclass(frozen=True)
class Bare:
    """A field of the record at hand."""

    name: str
    at: int


@dataclass(frozen=True)
class ToNumber:
    """`$number(inner)`."""

    inner: Node
    at: int


@dataclass(frozen=True)
class Refused:
    """What was complained about; its parts are looked at all the same."""

    parts: tuple[Node, ...]
    at: int


Node = Literal | Object | Array | Path | Bare | ToNumber | Refused


class TemplateErrors(ValueError):
    """Every mistake of a template, in the order of their places."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("; ".join(map(str, self.problems)))


@dataclass(frozen=True)
class Template:
    """A template that was understood: `fields` are the record fields it uses, `paths` its paths, each once."""

    root: Node
    fields: tuple[str, ...]
    paths: tuple[tuple[str, ...], ...]


def children(node: Node) -> tuple[Node, ...]:
    """What stands directly in a node."""
    match node:
        case Object(items=items):
            return tuple(value for _, value in items)
        case Array(items=parts) | Refused(parts=parts):
            return parts
        case Path(each=each):
            return (each,) if each is not None else ()
        case ToNumber(inner=inner):
            return (inner,)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and everything in it, in the order of the text."""
    yield node
    for child in children(node):
        yield from walk(child)


def fields_of(node: Node, *, of_records: bool = False) -> Iterator[str]:
    """The record fields that a node uses, as often as it does. `of_records`: bare names in it are a record's."""
    if isinstance(node, Path) and node.names[:1] == ("records",):
        yield from node.names[1:2]
        of_records = True
    elif isinstance(node, Path) and node.each is not None:
        of_records = False
    if isinstance(node, Bare) and of_records:
        yield node.name
    for child in children(node):
        yield from fields_of(child, of_records=of_records)
