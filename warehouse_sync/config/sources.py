"""The source of a sync: the parts of a table's name, or the text of the one SELECT in a query file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlglot import TokenType, exp, parse, tokenize
from sqlglot.errors import ParseError, SqlglotError

from ..errors import ConfigError
from ..model import Source
from ..statements import Rendering
from .models import SourceBlock
from .values import PlainName
from .yaml_places import read_text


def source(block: SourceBlock, root: Path, rendering: Rendering) -> Source:
    """What a sync reads. `root` is the project, `rendering` that of its warehouse. Raises `ConfigError`."""
    if block.table is not None:
        spelled = rendering.spelled if isinstance(block.table, PlainName) else str
        return Source(relation=tuple(map(spelled, block.table)), label=".".join(block.table))
    path = root / str(block.query_file)
    return Source(query=one_select(read_text(path), path, rendering.dialect), label=str(block.query_file))


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
