"""What a sync reads of dbt's graph, and which columns a model has as far as its text tells; no warehouse is asked."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from . import adapters
from .checking import relations
from .config import Configuration
from .dbt.artefacts import document
from .dbt.manifest import Manifest, Node, read_manifest
from .model import Sync

Columns = frozenset[str] | None
"""Names in lower case; None where they cannot be told."""


def nodes_of(project: Configuration, sync: Sync, manifest: Manifest) -> tuple[Node, ...]:
    """The nodes that a sync reads: the one it names, or those whose relations its table or query names."""
    if sync.source.node is not None:
        found = manifest.nodes.get(sync.source.node)
        return (found,) if found else ()
    read = relations(sync.source, adapters.dialect(str(getattr(project.warehouse, "type", ""))).rendering)
    called = {node.unique_id: node for parts in read for node in _called(parts, manifest)}
    return tuple(called[key] for key in sorted(called))


def _called(parts: Sequence[str], manifest: Manifest) -> Iterator[Node]:
    """The node with a relation of this name; none where the name leaves a choice."""
    wanted = [part.lower() for part in reversed(parts)][:3]
    fitting = []
    for node in manifest.nodes.values():
        own = [(part or "").lower() for part in (node.alias, node.schema, node.database)]
        if node.relation_name and own[: len(wanted)] == wanted:
            fitting.append(node)
    yield from fitting if len(fitting) == 1 else ()


@dataclass(frozen=True)
class Graph:
    """A manifest with the texts of its models, by which their columns are known."""

    path: Path
    known: dict[str, Columns] = field(default_factory=dict)

    @cached_property
    def manifest(self) -> Manifest:
        return read_manifest(self.path)

    @cached_property
    def raw(self) -> Mapping[str, Mapping[str, Any]]:
        """The models as dbt wrote them."""
        found = document(self.path).get("nodes")
        return found if isinstance(found, Mapping) else {}

    @cached_property
    def relations(self) -> dict[str, str]:
        """Unique ids by the name of the relation, without quotes."""
        named = self.manifest.nodes.items()
        return {_bare(node.relation_name): key for key, node in named if node.relation_name}

    def columns(self, unique_id: str) -> Columns:
        """A node's columns by its own text; None where that does not tell them."""
        if unique_id not in self.known:
            self.known[unique_id] = None  # a circle tells nothing
            self.known[unique_id] = self._read(unique_id)
        return self.known[unique_id]

    def declared(self, unique_id: str) -> frozenset[str]:
        """The columns that its yml describes: perhaps not all."""
        node = self.manifest.nodes.get(unique_id)
        return frozenset(name.lower() for name in node.columns) if node else frozenset()

    def _read(self, unique_id: str) -> Columns:
        node = self.manifest.nodes.get(unique_id)
        if node is None:
            return None
        if node.resource_type == "seed":
            return _header(self.raw[unique_id])
        text = self._text(node)
        if text is None:
            return None
        try:
            tree = sqlglot.parse_one(text, read=self.manifest.adapter_type or None)
        except (SqlglotError, RecursionError, ValueError):
            return None
        return outputs(tree, {}, self._leaf)

    def _text(self, node: Node) -> str | None:
        """The compiled SQL, or what the model's own text says where only plain references are in it."""
        raw = self.raw.get(node.unique_id, {})
        compiled = raw.get("compiled_code")
        if isinstance(compiled, str) and compiled:
            return compiled
        written = raw.get("raw_code")
        return self._resolved(written, node) if isinstance(written, str) else None

    def _resolved(self, text: str, node: Node) -> str | None:
        """A model's text with its references filled in; None where it has other Jinja."""
        plain = re.sub(r"\{#.*?#\}|\{\{\s*config\s*\([^{}]*\)\s*\}\}", "", text, flags=re.DOTALL)
        below = [self.manifest.nodes[key] for key in node.depends_on if key in self.manifest.nodes]

        def fill(found: re.Match[str]) -> str:
            name = (found[3] or found[2]).strip("'\"")
            fits = [each.relation_name for each in below if each.name == name and each.relation_name]
            return fits[0] if len(fits) == 1 else found[0]

        reference = r"\{\{\s*(ref|source)\s*\(\s*('[^']+'|\"[^\"]+\")\s*(?:,\s*('[^']+'|\"[^\"]+\"))?\s*\)\s*\}\}"
        filled = re.sub(reference, fill, plain)
        return None if "{{" in filled or "{%" in filled else filled

    def _leaf(self, table: exp.Table) -> Columns:
        parts = [part.name.lower() for part in table.parts]
        for at in range(len(parts)):
            unique_id = self.relations.get(".".join(parts[at:]))
            if unique_id is not None:
                return self.columns(unique_id)
        return None


def _bare(relation: str | None) -> str:
    return re.sub(r"[\"`\[\]]", "", relation or "").lower()


def _header(raw: Mapping[str, Any]) -> Columns:
    """The columns of a seed, from the first line of its file."""
    path = Path(str(raw.get("root_path") or "")) / str(raw.get("original_file_path") or "")
    delimiter = (raw.get("config") or {}).get("delimiter") or ","
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return frozenset(name.strip().lower() for name in next(csv.reader(file, delimiter=str(delimiter))))
    except (OSError, StopIteration, ValueError, csv.Error, TypeError):
        return None


# -- the columns of a query ------------------------------------------------------------------------------------------


Leaf = Callable[[exp.Table], Columns]
"""The columns of a table that is no common table expression."""


def outputs(tree: exp.Expr, known: Mapping[str, Columns], leaf: Leaf) -> Columns:
    """The names of the columns that a query returns; `known` are common table expressions around it."""
    if isinstance(tree, exp.Subquery | exp.Paren):
        return outputs(tree.this, known, leaf)
    if not isinstance(tree, exp.Query):
        return None
    inside = dict(known)
    for cte in tree.ctes:
        inside[cte.alias.lower()] = outputs(cte.this, inside, leaf)
    if isinstance(tree, exp.SetOperation):
        return outputs(tree.left, inside, leaf)
    return _selected(tree, inside, leaf) if isinstance(tree, exp.Select) else None


def _selected(select: exp.Select, known: Mapping[str, Columns], leaf: Leaf) -> Columns:
    found: set[str] = set()
    sources = dict(_sources(select, known, leaf))
    for each in select.expressions:
        star = each if isinstance(each, exp.Star) else each.this if isinstance(each, exp.Column) else None
        if not isinstance(star, exp.Star):
            found.add(each.alias_or_name.lower())
            continue
        named = each.table.lower() if isinstance(each, exp.Column) else ""
        read = [sources.get(named)] if named else list(sources.values())
        if not read or any(columns is None for columns in read):
            return None
        found |= _starred(star, frozenset().union(*(columns for columns in read if columns is not None)))
    return frozenset(found)


def _starred(star: exp.Star, columns: frozenset[str]) -> frozenset[str]:
    """What `*` stands for, with its EXCEPT and RENAME."""
    without = {each.name.lower() for each in star.args.get("except_") or star.args.get("except") or ()}
    renamed = {each.this.name.lower(): each.alias.lower() for each in star.args.get("rename") or ()}
    return frozenset(renamed.get(name, name) for name in columns - without)


def _sources(select: exp.Select, known: Mapping[str, Columns], leaf: Leaf) -> Iterator[tuple[str, Columns]]:
    from_ = select.args.get("from_") or select.args.get("from")
    read = [from_.this] if from_ else []
    read += [join.this for join in select.args.get("joins") or ()]
    read += select.args.get("laterals") or []
    for each in read:
        yield each.alias_or_name.lower(), _columns(each, known, leaf)


def _columns(read: exp.Expr, known: Mapping[str, Columns], leaf: Leaf) -> Columns:
    if isinstance(read, exp.Table) and not read.args.get("pivots"):
        own = len(read.parts) == 1 and read.name.lower() in known
        return known[read.name.lower()] if own else leaf(read)
    return outputs(read, known, leaf) if isinstance(read, exp.Subquery) else None
