"""The source of a sync: the parts of a table's name, a node of dbt, or the one SELECT in a query file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlglot import TokenType, exp, parse, tokenize
from sqlglot.errors import ParseError, SqlglotError

from ..dbt.manifest import Manifest
from ..dbt.manifest import Node as DbtNode
from ..dbt.references import read_reference, resolve
from ..errors import ConfigError
from ..model import Source
from ..statements import Rendering
from .models import SourceBlock
from .values import PlainName
from .yaml_places import read_text


@dataclass(frozen=True)
class Nodes:
    """What dbt made, for sources that name it: its manifest, where it has written one, and our warehouse's name.

    `root` is the folder of the dbt project; None where there is none. `database` is that of the connection, where
    it can read no other.
    """

    manifest: Manifest | None = None
    root: Path | None = None
    warehouse: str = ""
    database: str = ""


def source(block: SourceBlock, root: Path, rendering: Rendering, nodes: Nodes) -> Source:
    """What a sync reads. `root` is the project, `rendering` that of its warehouse. Raises `ConfigError`."""
    if block.dbt is not None:
        node = resolve(_manifest(nodes), read_reference(block.dbt))
        parts = relation(node, rendering)
        if nodes.database and len(parts) == 3 and parts[0].lower() != nodes.database.lower():
            raise ConfigError(
                f"is in database {parts[0]} by dbt's manifest, but the connection is to {nodes.database}; was dbt run "
                "with another --target? Give DBT_TARGET to both"
            )
        return Source(relation=parts, label=node.label, node=node.unique_id)
    if block.table is not None:
        spelled = rendering.spelled if isinstance(block.table, PlainName) else str
        return Source(relation=tuple(map(spelled, block.table)), label=".".join(block.table))
    path = root / str(block.query_file)
    return Source(query=one_select(read_text(path), path, rendering.dialect), label=str(block.query_file))


def relation(node: DbtNode, rendering: Rendering) -> tuple[str, ...]:
    """The parts of the name that dbt gave a node's table. Raises `ConfigError` where it cannot be read."""
    try:
        table = exp.to_table(str(node.relation_name), dialect=rendering.dialect)
    except SqlglotError:
        table = exp.Table()
    parts = [part for part in table.parts if isinstance(part, exp.Identifier)] if table.this else []
    if not parts or len(parts) != len(table.parts):
        raise ConfigError("has a relation_name in dbt's manifest that is no table's name here")
    return tuple(part.name if part.args.get("quoted") else rendering.spelled(part.name) for part in parts)


def _manifest(nodes: Nodes) -> Manifest:
    if nodes.root is None:
        raise ConfigError("is a node of dbt, but there is no dbt_project.yml here; dbt.project_dir says where it is")
    if nodes.manifest is None:
        raise ConfigError("is a node of dbt, which has written no manifest yet; run `dbt build` or `dbt parse`")
    made_for = nodes.manifest.adapter_type
    if made_for and nodes.warehouse and made_for != nodes.warehouse:
        raise ConfigError(
            f"is a node of dbt, whose manifest is made for {made_for}, but the warehouse is {nodes.warehouse}"
        )
    return nodes.manifest


def one_select(text: str, path: Path, dialect: str) -> str:
    """The one SELECT in `text`, without a closing semicolon or what follows it. Raises `ConfigError`."""
    statements = [tree for tree in _parsed(text, path, dialect) if not isinstance(tree, exp.Semicolon | None)]
    if len(statements) != 1:
        raise ConfigError(f"holds {len(statements)} statements; one SELECT is needed", path=path)
    writes = (exp.DML, exp.DDL, exp.Command, exp.Into)
    tree = statements[0]
    if not isinstance(tree, exp.Query) or any(isinstance(node, writes) for node in tree.walk()):
        raise ConfigError("is not a SELECT; a source only reads", path=path)
    return _without_end(text, dialect)


def _parsed(text: str, path: Path, dialect: str) -> list[Any]:
    try:
        return list(parse(text, read=dialect))
    except ParseError as problem:
        line = next((error.get("line") for error in problem.errors), None)
    except (SqlglotError, RecursionError):
        line = None
    raise ConfigError("cannot be read as SQL", path=path, line=line)


def _without_end(text: str, dialect: str) -> str:
    last = [token for token in tokenize(text, read=dialect) if token.token_type != TokenType.SEMICOLON][-1]
    return text[: last.end + 1].strip()
