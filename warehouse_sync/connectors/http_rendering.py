"""What a body template makes of a batch of records: values, never text, so that nothing in them can break out.

JSONata's behaviour (docs.jsonata.org, read 2026-11-22) but for two rules of ours, which `strict` switches off: a
mapping to lists always gives a list of lists, and a value missing in such a list is null, so that places stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .http_nodes import Array, Bare, Literal, Node, Object, Path, Template, ToNumber, fields_of


class Unrenderable(ValueError):
    """A template cannot be filled from these records: what they hold is no number where one is needed."""


class _Missing:
    """There is no value: unlike null."""


MISSING = _Missing()
Make = Callable[[Mapping[str, Any], Any], Any]
"""The value of a node: of the root data and of the record at hand (or what else a mapping goes through)."""


@dataclass(frozen=True)
class Rules:
    """`strict`: as JSONata does it. `prune`: objects and lists of record fields, none of which has a value, go."""

    strict: bool = False
    prune: bool = False


def renderer(template: Template, rules: Rules = Rules()) -> Callable[[Sequence[Any], Mapping[str, Any]], Any]:
    """The function that makes a body of (records, connection). It raises `Unrenderable`."""
    make = _Maker(rules).of(template.root)

    def render(records: Sequence[Any], connection: Mapping[str, Any]) -> Any:
        found = make({"records": list(records), "connection": connection}, None)
        if found is MISSING:
            raise Unrenderable("the template gives nothing")
        return found

    return render


class _Maker:
    """Nodes as functions, made once for a template."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    def of(self, node: Node, *, tuple_: bool = False) -> Make:
        """`tuple_`: the node is a list in which every value has its place."""
        match node:
            case Literal(value=value):
                return lambda _root, _item: value
            case Bare(name=name):
                return lambda _root, item: _named(item, name)
            case ToNumber(inner=inner):
                make = self.of(inner)
                return lambda root, item: number(make(root, item))
            case Object():
                return self.pruned(node, self.object(node))
            case Array():
                return self.pruned(node, self.places(node) if tuple_ else self.array(node))
            case Path():
                return self.path(node)
        raise AssertionError("a refused node is never rendered")

    def pruned(self, node: Object | Array, make: Make) -> Make:
        """A part that uses fields of the record, of which it has none, is missing."""
        names = frozenset(fields_of(node, of_records=True))
        if not self.rules.prune or not names:
            return make

        def kept(root: Mapping[str, Any], item: Any) -> Any:
            hollow = isinstance(item, Mapping) and names.isdisjoint(item)
            return MISSING if hollow else make(root, item)

        return kept

    def object(self, node: Object) -> Make:
        made = [(key, self.of(value)) for key, value in node.items]

        def make(root: Mapping[str, Any], item: Any) -> Any:
            found = ((key, value(root, item)) for key, value in made)
            return {key: value for key, value in found if value is not MISSING}

        return make

    def array(self, node: Array) -> Make:
        """As JSONata has it: what is missing is left out, a list from a path is spread, a list literal is not."""
        made = [(isinstance(part, Array), self.of(part)) for part in node.items]

        def make(root: Mapping[str, Any], item: Any) -> Any:
            found: list[Any] = []
            for literal, part in made:
                value = part(root, item)
                if isinstance(value, list) and not literal:
                    found.extend(value)
                elif value is not MISSING:
                    found.append(value)
            return found

        return make

    def places(self, node: Array) -> Make:
        made = [self.of(part, tuple_=True) for part in node.items]

        def make(root: Mapping[str, Any], item: Any) -> Any:
            found = [part(root, item) for part in made]
            return [None if value is MISSING else value for value in found]

        return make

    def path(self, node: Path) -> Make:
        if node.each is None:
            return lambda root, _item: _walked(root, node.names)
        each = self.each(node.each)
        stays = isinstance(node.each, Array) and node.names == ("records",) and not self.rules.strict

        def make(root: Mapping[str, Any], _item: Any) -> Any:
            found = _walked(root, node.names)
            items = found if isinstance(found, list) else [] if found is MISSING else [found]
            made = [each(root, item) for item in items]
            return MISSING if not made else made[0] if len(made) == 1 and not stays else made

        return make

    def each(self, node: Object | Array) -> Make:
        """What a mapping makes of one item: never left out, even where nothing is in it."""
        if isinstance(node, Object):
            return self.object(node)
        return self.array(node) if self.rules.strict else self.places(node)


def _named(item: Any, name: str) -> Any:
    return item.get(name, MISSING) if isinstance(item, Mapping) else MISSING


def _walked(root: Any, names: Sequence[str]) -> Any:
    """What a path finds: in a list it looks into every item, and one thing found stands for itself."""
    found = root
    for name in names:
        if isinstance(found, list):
            several = [value for item in found if (value := _named(item, name)) is not MISSING]
            spread = [each for value in several for each in (value if isinstance(value, list) else [value])]
            found = MISSING if not spread else spread[0] if len(spread) == 1 else spread
        else:
            found = _named(found, name)
    return found


_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_OTHER_BASE = re.compile(r"0[xX][0-9A-Fa-f]+|0[oO][0-7]+|0[bB][01]+")
NO_NUMBER = "$number: a value is not a number"


def number(value: Any) -> Any:
    """What `$number` makes of a value: missing stays missing, true is 1. Raises `Unrenderable` for what is none."""
    if value is MISSING:
        return MISSING
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) and _OTHER_BASE.fullmatch(value):
        return int(value, 0)
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise Unrenderable(NO_NUMBER)
    return _finite(value)


def _finite(digits: str) -> int | float:
    """Whole numbers are exact where a JSON reader's floats are, too; a number too large is none."""
    found = float(digits)
    if found in (float("inf"), float("-inf")):
        raise Unrenderable(NO_NUMBER)
    return int(found) if found.is_integer() and abs(found) <= 2**53 else found
