"""The language of body templates: a small part of JSONata, read by a parser of our own.

Allowed: object and array literals with quoted keys; strings, numbers, true, false, null; paths that begin with `$$`;
a path followed by `.{…}` or `.[…]`, inside which a bare name is a field of the record; `$number(x)`. Everything else
is refused, and all mistakes of a template are told at once. What a template makes of records is in `http_rendering`.
JSONata's own words and behaviour: docs.jsonata.org, read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Sequence

from .http_nodes import (
    Array,
    Bare,
    Literal,
    Node,
    Object,
    Path,
    Refused,
    Template,
    TemplateErrors,
    ToNumber,
    children,
    fields_of,
    walk,
)
from .http_tokens import INFIX, LONGEST_TEMPLATE, UNSUPPORTED, WORDS, Problem, Source, Token, tokens

__all__ = ["TemplateErrors", "parse"]

DEEPEST = 50
"""How deep expressions may stand in each other."""


def parse(text: str) -> Template:
    """The template of this text. Raises `TemplateErrors` with every mistake in it, and nothing else."""
    source = Source(text)
    if len(text) > LONGEST_TEMPLATE:
        raise TemplateErrors([Problem(1, 1, "size", f"a template has at most {LONGEST_TEMPLATE:,} characters")])
    found, problems = tokens(source)
    parser = _Parser(source, found, problems)
    root = parser.whole()
    _Context(source, problems).look(root, mapped=False)
    if problems:
        too_deep = [each for each in problems if each.category == "size"]
        raise TemplateErrors(too_deep or problems)
    paths = [node.names for node in walk(root) if isinstance(node, Path)]
    return Template(root, tuple(dict.fromkeys(fields_of(root))), tuple(dict.fromkeys(paths)))


_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_CLOSING = frozenset("]})")


class _Parser:
    """Recursive descent over more than the grammar: what is too much is complained about and read over."""

    def __init__(self, source: Source, found: Sequence[Token], problems: list[Problem]) -> None:
        self.source, self.tokens, self.problems = source, found, problems
        self.at, self.depth = 0, 0

    @property
    def now(self) -> Token:
        return self.tokens[self.at]

    @property
    def ended(self) -> bool:
        return self.now.kind == "end"

    def take(self) -> Token:
        token = self.now
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def sees(self, *signs: str) -> bool:
        return self.now.kind == "sign" and self.now.value in signs

    def complain(self, at: int, category: str, words: str) -> None:
        self.problems.append(self.source.problem(at, category, words))

    def whole(self) -> Node:
        if self.ended:
            if not self.problems:
                self.complain(0, "syntax", "the template is empty")
            return Refused((), 0)
        parts = [self.expression()]
        if not self.ended:
            self.complain(self.now.at, "syntax", "the template should end here")
        while not self.ended:
            if self.sees(*_CLOSING, ",", ":", ";"):
                self.take()
            else:
                parts.append(self.expression())
        return parts[0] if len(parts) == 1 else Refused(tuple(parts), 0)

    def expression(self) -> Node:
        if self.depth >= DEEPEST:
            self.complain(self.now.at, "size", f"expressions stand in each other more than {DEEPEST} deep")
            self.at = len(self.tokens) - 1
            return Refused((), self.now.at)
        self.depth += 1
        found = self.prefix()
        while (after := self.after(found)) is not None:
            found = after
        self.depth -= 1
        return found

    def prefix(self) -> Node:
        token = self.take()
        match token.kind:
            case "string" | "number":
                return Literal(token.value, token.at)
            case "name":
                return self.name(token)
            case "variable":
                return self.variable(token)
            case "sign" if token.value == "{":
                return self.object(token.at)
            case "sign" if token.value == "[":
                return Array(self.listed("]"), token.at)
            case "sign" if token.value == "-":
                return self.negative(token)
            case "sign" if str(token.value) in UNSUPPORTED:
                return self.unsupported(token)
        return self.misplaced(token)

    def misplaced(self, token: Token) -> Node:
        words = "something is missing at the end" if token.kind == "end" else f"{token.value} should not stand here"
        self.complain(token.at, "syntax", words)
        if token.kind == "sign" and token.value in _CLOSING | {",", ":"}:
            self.at -= 1
        return Refused((), token.at)

    def name(self, token: Token) -> Node:
        """A constant, or a bare name; `function(…){…}` is read over."""
        if token.value in _CONSTANTS and self.source.text[token.at] != "`":
            return Literal(_CONSTANTS[str(token.value)], token.at)
        if token.value in ("function", "λ") and self.sees("("):
            self.complain(token.at, "unsupported", "functions of one's own are not supported")
            self.take()
            self.skip(")")
            if self.sees("{"):
                self.take()
                self.skip("}")
            return Refused((), token.at)
        return Bare(str(token.value), token.at)

    def variable(self, token: Token) -> Node:
        if token.value == "$$":
            return Path((), None, token.at)
        if self.sees("("):
            return self.call(token.at, str(token.value))
        self.complain(token.at, "variable", f"{token.value} is not known; the only variable is $$")
        return Refused((), token.at)

    def call(self, at: int, name: str) -> Node:
        self.take()
        parts = self.listed(")")
        if name != "$number":
            self.complain(at, "function", f"{name} cannot be called; the only function is $number")
        elif len(parts) != 1:
            self.complain(at, "function", "$number takes exactly one argument")
        else:
            return ToNumber(parts[0], at)
        return Refused(parts, at)

    def negative(self, token: Token) -> Node:
        if self.now.kind == "number":
            value = self.take().value
            return Literal(-value if isinstance(value, int | float) else value, token.at)
        self.complain(token.at, "unsupported", "calculations are not supported")
        return Refused((self.expression(),), token.at)

    def unsupported(self, token: Token) -> Node:
        self.complain(token.at, "unsupported", UNSUPPORTED[str(token.value)])
        if token.value == "(":
            self.skip(")")
        while token.value == "/" and not self.ended and self.take().value != "/":
            pass
        return Refused((), token.at)

    def skip(self, end: str) -> None:
        """Reads over what is refused as a whole, without further complaints."""
        told = len(self.problems)
        self.listed(end)
        del self.problems[told:]

    def object(self, at: int) -> Object:
        items, names = list[tuple[str, Node]](), set[str]()
        while not self.sees("}") and not self.ended:
            before, key = self.at, self.expression()
            if not (isinstance(key, Literal) and isinstance(key.value, str)):
                self.complain(key.at, "key", "the key of an object is text in quotes")
            elif key.value in names:
                self.complain(key.at, "key", "the object has this key already")
            told = self.sees(":")
            if told:
                self.take()
            else:
                self.complain(self.now.at, "syntax", "a : is missing after the key")
            if told or not self.sees("}", ",", ";"):
                name = key.value if isinstance(key, Literal) and isinstance(key.value, str) else ""
                items.append((name, self.expression()))
                names.add(name)
            self.separator("}", before)
        self.close("}", at)
        return Object(tuple(items), at)

    def listed(self, end: str) -> tuple[Node, ...]:
        """Expressions up to the closing sign, which is taken, too."""
        at, items = self.now.at, list[Node]()
        while not self.sees(end) and not self.ended:
            before = self.at
            items.append(self.expression())
            self.separator(end, before)
        self.close(end, at)
        return tuple(items)

    def separator(self, end: str, before: int) -> None:
        """The comma between items. Something is always taken, so that reading ends."""
        if self.sees(",", ";"):
            if self.now.value == ";":
                self.complain(self.now.at, "unsupported", "blocks of several expressions are not supported")
            comma = self.take()
            if self.sees(end):
                self.complain(comma.at, "syntax", "nothing comes after this comma")
        elif not self.sees(end) and not self.ended:
            self.complain(self.now.at, "syntax", f"a comma or {end} is missing here")
            if self.at == before or self.sees(*_CLOSING, ":"):
                self.take()

    def close(self, end: str, at: int) -> None:
        if self.sees(end):
            self.take()
        else:
            self.complain(at, "syntax", f"{end} is missing for what begins here")

    def after(self, left: Node) -> Node | None:
        """What follows an expression and belongs to it; None where it ends."""
        token = self.now
        if self.sees("."):
            self.take()
            return self.step(left, token.at)
        if self.sees("["):
            self.take()
            self.complain(token.at, "brackets", "filters and names in brackets are not supported; names follow a dot")
            self.skip("]")
            return _refused(left)
        if self.sees("("):
            self.take()
            self.complain(token.at, "function", "only $number can be called")
            return _refused(left, *self.listed(")"))
        if self.sees("{"):
            self.take()
            self.complain(token.at, "unsupported", UNSUPPORTED["{"])
            self.skip("}")
            return _refused(left)
        if (token.kind == "sign" and token.value in INFIX) or (token.kind == "name" and token.value in WORDS):
            return self.infix(left, self.take())
        return None

    def infix(self, left: Node, sign: Token) -> Node:
        words = {"?": UNSUPPORTED["?"], "^": UNSUPPORTED["^"], ":=": UNSUPPORTED[":="], "~>": UNSUPPORTED["~>"]}
        said = words.get(str(sign.value), "calculations and comparisons are not supported")
        self.complain(sign.at, "unsupported", said)
        parts = list[Node]()
        if not self.ended and not self.sees(*_CLOSING, ",", ":"):
            parts.append(self.expression())
        if sign.value == "?" and self.sees(":"):
            self.take()
            parts.append(self.expression())
        return _refused(left, *parts)

    def step(self, left: Node, dot: int) -> Node:
        """What stands after a dot: a name, or a mapping."""
        if self.now.kind == "name":
            name = self.take()
            if isinstance(left, Path) and left.each is None:
                return Path((*left.names, str(name.value)), None, left.at)
            return self.no_path(left, name.at, ())
        if not self.sees("{", "["):
            self.complain(self.now.at, "unsupported", "after a dot stands a name, {…} or […]")
            more = () if self.ended or self.sees(*_CLOSING, ",", ":") else (self.prefix(),)
            return _refused(left, *more)
        sign = self.take()
        each = self.object(sign.at) if sign.value == "{" else Array(self.listed("]"), sign.at)
        if isinstance(left, Path) and left.each is None and left.names:
            return Path(left.names, each, left.at)
        return self.no_path(left, dot, (each,))

    def no_path(self, left: Node, at: int, parts: tuple[Node, ...]) -> Node:
        words = "a path begins with $$ and has names only; a mapping ends it"
        if isinstance(left, Bare):
            words = "a field of a record is one name; it has no parts"
        if not isinstance(left, Refused):
            self.complain(at, "unsupported", words)
        return Refused(parts, left.at) if isinstance(left, Bare) else _refused(left, *parts)


def _refused(left: Node, *more: Node) -> Refused:
    """What was refused, flat however long a chain of it is."""
    return Refused((*(left.parts if isinstance(left, Refused) else (left,)), *more), left.at)


class _Context:
    """What the grammar cannot say: where bare names and mappings may stand."""

    def __init__(self, source: Source, problems: list[Problem]) -> None:
        self.source, self.problems = source, problems

    def look(self, node: Node, *, mapped: bool, wrapped: bool = False) -> None:
        """Complains about what stands in the wrong place, in the node and in everything in it."""
        if isinstance(node, Bare) and not mapped:
            words = "a bare name means something only in a mapping such as [$$.records.{…}]"
            self.complain(node.at, "bare", words)
        if isinstance(node, Path) and node.each is not None:
            self.mapping(node, mapped=mapped, wrapped=wrapped)
        alone = isinstance(node, Array) and len(node.items) == 1
        inside = mapped or (isinstance(node, Path) and node.each is not None)
        for child in children(node):
            self.look(child, mapped=inside, wrapped=alone)

    def mapping(self, node: Path, *, mapped: bool, wrapped: bool) -> None:
        if node.names[0] != "records":
            return
        if len(node.names) > 1 or mapped:
            self.complain(
                node.at, "nested", "records are gone through once, by [$$.records.{…}], not within each other"
            )
        elif not wrapped:
            self.complain(node.at, "unwrapped", "$$.records.{…} stands alone in brackets: [$$.records.{…}]")

    def complain(self, at: int, category: str, words: str) -> None:
        self.problems.append(self.source.problem(at, category, words))
