"""Syncs declared beside a dbt model, under `meta.wsync` or `config.meta.wsync`, with the lines where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..dbt.manifest import Manifest
from ..dbt.manifest import Node as DbtNode
from ..model import Place
from .blocks import Desk, without
from .yaml_places import Entry, Node, planted

KEY = "wsync"


@dataclass(frozen=True)
class Declared:
    """One sync of a model: the unique id of the model, the sync's name where it gives none, and its block."""

    owner: str
    name: str
    node: Node


def declarations(manifest: Manifest | None, root: Path, desk: Desk) -> Iterator[Declared]:
    """Every sync that a node of the manifest has under its meta; `root` is the dbt project."""
    nodes = manifest.nodes.values() if manifest else ()
    for node in sorted(nodes, key=lambda each: each.unique_id):
        found = node.meta.get(KEY)
        if found is not None:
            yield from _of(node, found, root, desk)


def _of(node: DbtNode, found: object, root: Path, desk: Desk) -> Iterator[Declared]:
    path = root / (node.patch or node.file or "")
    written = _written(path, node)
    place = Place(path, written.start_mark.line + 1 if written is not None else 1)
    for number, block in enumerate(found if isinstance(found, list) else [found]):
        if not isinstance(block, Mapping):
            message = "must be a block of settings (key: value), or a list of them"
            desk.complain(message, place, f"{node.unique_id}.meta.{KEY}")
            continue
        tree = _placed(block, _item(written, number), place)
        if "source" in tree.entries:
            message = "is not set here: the sync reads the model it stands beside"
            desk.complain(message, tree.entries["source"].place, f"{node.unique_id}.source")
            tree = without(tree, "source")
        reads = {"source": Entry(place, planted(_reference(node), place))}
        yield Declared(node.unique_id, node.name, Node(tree.place, {**tree.entries, **reads}))


def _reference(node: DbtNode) -> str:
    """What names exactly this node."""
    if node.resource_type == "source":
        return f"source('{node.source_name}', '{node.name}')"
    version = f", v='{node.version}'" if node.version else ""
    return f"ref('{node.package}', '{node.name}'{version})"


def _item(written: Any, number: int) -> Any:
    if isinstance(written, yaml.SequenceNode):
        return written.value[number] if number < len(written.value) else None
    return written


def _placed(value: Any, written: Any, place: Place) -> Node:
    """The manifest's value as a tree with the lines of the yml file, as far as that has the same keys."""
    here = Place(place.path, written.start_mark.line + 1) if written is not None else place
    if isinstance(value, Mapping):
        keys = _keys(written)
        entries = {}
        for name, inner in value.items():
            key, node = keys.get(str(name), (None, None))
            at = Place(place.path, key.start_mark.line + 1) if key is not None else here
            entries[str(name)] = Entry(at, _placed(inner, node, at))
        return Node(here, entries)
    if isinstance(value, list):
        return Node(here, tuple(_placed(inner, _item(written, at), here) for at, inner in enumerate(value)))
    return planted(value, here)


def _written(path: Path, node: DbtNode) -> Any:
    """Where the yml file has the node's `meta.wsync`; None where it cannot be found there."""
    whole = _composed(path) if path.suffix in {".yml", ".yaml"} else None
    for described in _described(whole, node):
        for way in (("config", "meta", KEY), ("meta", KEY)):
            found = _down(described, way)
            if found is not None:
                return found
    return None


def _described(whole: Any, node: DbtNode) -> Sequence[Any]:
    """The blocks of a yml file that describe a node: of a source, those of its tables."""
    kind = "sources" if node.resource_type == "source" else f"{node.resource_type}s"
    outer = node.source_name if node.resource_type == "source" else node.name
    found = [each for each in _list(_down(whole, (kind,))) if _name(each) == outer]
    if node.resource_type != "source":
        return found
    return [table for each in found for table in _list(_down(each, ("tables",))) if _name(table) == node.name]


def _list(node: Any) -> Sequence[Any]:
    return node.value if isinstance(node, yaml.SequenceNode) else ()


def _name(node: Any) -> str | None:
    found = _down(node, ("name",))
    return str(found.value) if isinstance(found, yaml.ScalarNode) else None


def _down(node: Any, way: Sequence[str]) -> Any:
    for name in way:
        node = _keys(node).get(name, (None, None))[1]
    return node


def _keys(node: Any) -> Mapping[str, tuple[Any, Any]]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {key.value: (key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def _composed(path: Path) -> Any:
    """A yml file's tree, for its lines only; None where it cannot be read."""
    try:
        return yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return None
