"""`ref('model')` and `source('s', 't')`: read, and looked up in a manifest."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import ConfigError
from .manifest import Manifest, Node

_WORD = r"""(?:'([^'"]+)'|"([^'"]+)")"""
_CALL = re.compile(
    rf"\s*(ref|source)\s*\(\s*{_WORD}\s*(?:,\s*{_WORD}\s*)?(?:,\s*(?:v|version)\s*=\s*(?:{_WORD}|(\d+))\s*)?\)\s*"
)
_LOOKS = re.compile(r"\s*(\{\{\s*)?(ref|source)\s*\(")

REMEDY = "ref('model'), ref('package', 'model'), ref('model', v=2) or source('source', 'table')"


@dataclass(frozen=True)
class Reference:
    """A model, seed or snapshot (`source` None) by name, or a table of a source."""

    name: str
    package: str | None = None
    version: str | None = None
    source: str | None = None


def is_reference(text: object) -> bool:
    """Whether a text means a dbt node rather than a table's name."""
    return isinstance(text, str) and _LOOKS.match(text) is not None


def read_reference(text: str) -> Reference:
    """The reference in a text, with or without `{{ }}` around it. Raises `ValueError` with what it should be."""
    bare = re.fullmatch(r"\s*\{\{(.*)\}\}\s*", text)
    found = _CALL.fullmatch(bare[1] if bare else text)
    if found is None:
        raise ValueError(f"is not a reference of dbt: write {REMEDY}")
    first, second, version = found[2] or found[3], found[4] or found[5], found[6] or found[7] or found[8]
    if found[1] == "source":
        if second is None or version is not None:
            raise ValueError("needs a source and a table: source('source', 'table')")
        return Reference(second, source=first)
    return Reference(second or first, first if second else None, version)


def resolve(manifest: Manifest, wanted: Reference) -> Node:
    """The node that is meant, with a relation to read. Raises `ConfigError` with the remedy."""
    found = _preferred(manifest, [node for node in manifest.nodes.values() if _fits(node, wanted)], wanted)
    if found is None:
        raise ConfigError(_missing(manifest, wanted))
    if found.materialized == "ephemeral":
        raise ConfigError("is ephemeral: dbt makes no table or view of it; materialize it as one of them")
    if found.relation_name is None:
        raise ConfigError(f"has no relation in {manifest.path.name}; run `dbt build`, or name the table")
    return found


def _fits(node: Node, wanted: Reference) -> bool:
    if wanted.source is not None:
        return node.resource_type == "source" and (node.source_name, node.name) == (wanted.source, wanted.name)
    if node.resource_type == "source" or node.name != wanted.name:
        return False
    if wanted.package is not None and node.package != wanted.package:
        return False
    if wanted.version is not None:
        return node.version == wanted.version
    return node.version is None or node.version == node.latest_version


def _preferred(manifest: Manifest, found: list[Node], wanted: Reference) -> Node | None:
    """Of several packages' nodes of one name the project's own, as dbt chooses."""
    if len(found) < 2:
        return found[0] if found else None
    own = [node for node in found if node.package == manifest.project_name]
    if len(own) == 1:
        return own[0]
    packages = ", ".join(sorted(node.package for node in found))
    raise ConfigError(f"is in several packages ({packages}); write ref('package', '{wanted.name}')")


def _missing(manifest: Manifest, wanted: Reference) -> str:
    if any(_fits(node, wanted) for node in manifest.disabled.values()):
        return "is disabled in dbt (enabled: false): enable it, or set enabled: off here, too, and read a table"
    if wanted.version is not None:
        versions = sorted(str(node.version) for node in manifest.nodes.values() if node.name == wanted.name)
        if versions:
            return f"has no version {wanted.version}; it has: {', '.join(versions)}"
    kind = "source" if wanted.source is not None else "model, seed or snapshot"
    names = {node.label for node in manifest.nodes.values() if (node.resource_type == "source") == (kind == "source")}
    return f"is no {kind} of {manifest.path}; {_near(wanted, names)} (`dbt parse` writes that file anew)"


def _near(wanted: Reference, names: Iterable[str]) -> str:
    label = f"source('{wanted.source}', '{wanted.name}')" if wanted.source else f"ref('{wanted.name}')"
    close = difflib.get_close_matches(label, sorted(names), n=1)
    return f"did you mean {close[0]}?" if close else "is the name right, and is it enabled?"
