"""`--select` and `--exclude`: which syncs are meant, in dbt's words.

A space means or, a comma means and. A word is a sync's name (with `*`, `?` and `[…]` as in a shell), or `method:value`:
`tag`, `destination`, `source`, `state`, `result`; `+model` (or `model+`) is every sync that the model feeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property, partial
from pathlib import Path

from .artefacts import FOLDER, Manifest, RunResults, declared, read
from .config import ConfigErrors, Configuration
from .config.complaints import near, shown
from .dbt.manifest import Manifest as DbtManifest
from .dbt.manifest import Node, read_manifest, upstream
from .errors import ConfigError
from .lineage import nodes_of
from .model import Sync
from .reviewing import differences

RESULTS: dict[str, tuple[str, ...]] = {
    "error": ("failed", "stopped", "not_started"),
    "failed_rows": ("partial",),
    "success": ("succeeded",),
    "succeeded": ("succeeded",),
    "blocked": ("blocked",),
    "skipped": ("skipped",),
}
"""What `result:` can ask for, as statuses of `run_results.json`."""

STATES = ("new", "modified", "unmodified")

Fits = Callable[[Sync], bool]


def graph(project: Configuration) -> DbtManifest:
    """dbt's graph as it is now. Raises `ConfigError` where there is none."""
    files = project.dbt
    found = files.manifest() if files else None
    if found is None:
        path = files.manifest_path if files else project.root
        raise ConfigError("there is no manifest of dbt here; `dbt parse` writes it", path=path)
    return found


@dataclass(frozen=True)
class Facts:
    """What a selection can look at. `state` is a kept copy of `target`; files are read when a word asks for them."""

    project: Configuration
    state: Path | None = None

    @cached_property
    def manifest(self) -> DbtManifest:
        """dbt's graph as it is now."""
        return graph(self.project)

    @cached_property
    def before(self) -> Manifest:
        """What `state:` compares with."""
        return read(self._state("state:"), Manifest)

    @cached_property
    def manifest_before(self) -> DbtManifest | None:
        """dbt's graph as it was, where it was kept."""
        path = self._state("state:") / "manifest.json"
        return read_manifest(path) if path.exists() else None

    @cached_property
    def results(self) -> dict[str, str]:
        """Status by sync, of the last run here, or of the one kept in `state`."""
        folder = self.state or self.project.root / FOLDER
        return {each.sync: each.status for each in read(folder, RunResults).results}

    def _state(self, method: str) -> Path:
        if self.state is None:
            raise ConfigError(f"{method} needs --state DIR, a copy of the folder target kept from before")
        return self.state


@dataclass(frozen=True)
class Selected:
    """The syncs that are meant, in the project's order, the words of `select`, a sentence for each that fitted none."""

    syncs: tuple[Sync, ...]
    notes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


def selected(facts: Facts, select: Iterable[str] = (), exclude: Iterable[str] = ()) -> Selected:
    """The syncs of `select` less those of `exclude`; without words in `select` every sync, enabled or not.

    Raises `ConfigErrors` for names that no sync has and methods there are not, `ConfigError` where a file that a
    method reads is not there.
    """
    words, notes = words_of(select), list[str]()
    wanted = _union(words, facts, notes) if words else {sync.name for sync in facts.project.syncs}
    unwanted = _union(words_of(exclude), facts, notes)
    chosen = tuple(sync for sync in facts.project.syncs if sync.name in wanted - unwanted)
    return Selected(chosen, tuple(notes), tuple(words))


def words_of(values: Iterable[str]) -> list[str]:
    """The words of one or several selections."""
    return [word for value in values for word in value.split()]


def _union(words: Iterable[str], facts: Facts, notes: list[str]) -> set[str]:
    complaints, found = list[ConfigError](), set[str]()
    for word in dict.fromkeys(words):
        try:
            fitting = _intersection(word, facts)
        except ConfigErrors as problem:
            complaints += problem.complaints
            continue
        if not fitting:
            notes.append(f"no sync fits {shown(word)}")
        found |= fitting
    if complaints:
        raise ConfigErrors(complaints)
    return found


def _intersection(word: str, facts: Facts) -> set[str]:
    tests = [criterion(part, facts) for part in word.split(",") if part]
    return {sync.name for sync in facts.project.syncs if tests and all(fits(sync) for fits in tests)}


def criterion(part: str, facts: Facts) -> Fits:
    """What one word without comma asks of a sync."""
    if part.startswith("+") or (part.endswith("+") and not part.startswith("state:")):
        fed = _fed(part.strip("+"), facts)
        return lambda sync: any(_reads(node.unique_id, fed, facts) for node in _nodes(sync, facts))
    method, colon, value = part.partition(":")
    if not colon:
        return _named(part, facts)
    if method == "tag":
        return lambda sync: any(fnmatchcase(tag, value) for tag in sync.tags)
    if method == "destination":
        return lambda sync: any(fnmatchcase(word, value) for word in (sync.destination_name, sync.connector))
    if method == "source":
        return lambda sync: any(fnmatchcase(word, value) for word in _source_words(sync))
    if method == "state":
        return _state(value, facts)
    if method == "result":
        return _result(value, facts)
    known = ("tag", "destination", "source", "state", "result")
    raise ConfigErrors([ConfigError(f"there is no method {shown(method)!r} to select by; {near(method, known)}")])


def _named(name: str, facts: Facts) -> Fits:
    if not any(sign in name for sign in "*?["):
        names = [sync.name for sync in facts.project.syncs]
        if name not in names:
            raise ConfigErrors([ConfigError(f"there is no sync {shown(name)!r}; {near(name, names)}")])
    return lambda sync: fnmatchcase(sync.name, name)


def _source_words(sync: Sync) -> set[str]:
    """Everything that a user may call a sync's source."""
    source = sync.source
    found = {source.label, ".".join(source.relation), *source.relation[-1:]}
    if source.node is not None:
        _kind, _, rest = source.node.partition(".")
        found |= {source.node, rest, *rest.split(".")[-1:], rest.partition(".")[2]}
    return found - {""}


# -- the graph -----------------------------------------------------------------------------------------------------


def _fed(name: str, facts: Facts) -> frozenset[str]:
    """The unique ids of the nodes that `+name` means. Raises `ConfigErrors` where there is none."""
    method, colon, value = name.rpartition(":")
    fits: Callable[[Node], bool] = partial(_tagged, value) if method == "tag" else partial(_called, value)
    found = frozenset(key for key, node in facts.manifest.nodes.items() if fits(node))
    if not found and not (colon and method == "tag"):
        known = sorted({node.name for node in facts.manifest.nodes.values()})
        raise ConfigErrors([ConfigError(f"dbt's manifest has no model {shown(value)!r}; {near(value, known)}")])
    return found


def _tagged(tag: str, node: Node) -> bool:
    return any(fnmatchcase(each, tag) for each in node.tags)


def _called(name: str, node: Node) -> bool:
    words = {node.unique_id, node.name, f"{node.package}.{node.name}", node.alias or node.name}
    words |= {f"{node.source_name}.{node.name}"} if node.source_name else set()
    return any(fnmatchcase(word, name) for word in words)


def _nodes(sync: Sync, facts: Facts) -> tuple[Node, ...]:
    return nodes_of(facts.project, sync, facts.manifest)


def _reads(unique_id: str, fed: frozenset[str], facts: Facts) -> bool:
    return unique_id in fed or bool(upstream(facts.manifest, unique_id) & fed)


# -- what was before ---------------------------------------------------------------------------------------------


def _state(value: str, facts: Facts) -> Fits:
    word = value.rstrip("+")
    if word not in STATES:
        raise ConfigErrors([ConfigError(f"there is no state:{shown(value)}; {near(word, STATES)}")])
    deep = value.endswith("+")
    if word == "new":
        return lambda sync: sync.name not in facts.before.syncs
    if word == "unmodified":
        return lambda sync: not modified(sync, facts, deep=deep)
    return lambda sync: modified(sync, facts, deep=deep)


def modified(sync: Sync, facts: Facts, *, deep: bool = False) -> bool:
    """Whether a sync is new, is declared otherwise, or its model changed since; `deep`: or what that is made from."""
    before = facts.before.syncs.get(sync.name)
    if before is None:
        return True
    if differences(before, declared(facts.project, sync)):
        return True
    earlier = facts.manifest_before if facts.project.dbt else None
    return earlier is not None and _model_changed(sync, facts, earlier, deep=deep)


def _model_changed(sync: Sync, facts: Facts, earlier: DbtManifest, *, deep: bool) -> bool:
    read = {node.unique_id for node in _nodes(sync, facts)}
    below = {each for node in read for each in upstream(facts.manifest, node)} if deep else set()
    return any(_checksum(facts.manifest, each) != _checksum(earlier, each) for each in read | below)


def _checksum(manifest: DbtManifest, unique_id: str) -> tuple[str | None, str | None] | None:
    node = manifest.nodes.get(unique_id)
    return (node.checksum, node.relation_name) if node else None


def _result(value: str, facts: Facts) -> Fits:
    if value not in RESULTS:
        raise ConfigErrors([ConfigError(f"there is no result:{shown(value)}; {near(value, RESULTS)}")])
    return lambda sync: facts.results.get(sync.name) in RESULTS[value]
