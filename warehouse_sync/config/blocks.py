"""One block of settings: environment variables filled in, validated, every mistake with its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, SecretStr, ValidationError

from ..dbt.references import is_reference
from ..errors import ConfigError
from ..model import Place
from .complaints import ConfigErrors, repeats, scrubbed, sentence, shown
from .yaml_places import Entry, Node, locate, plain

Model = TypeVar("Model", bound=BaseModel)

_TEMPLATE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_ENV_VAR = re.compile(
    r"""\s*env_var\(\s*(?P<q>['"])(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P=q)\s*"""
    r"""(?:,\s*(?P<d>['"])(?P<default>[^'"\\]*)(?P=d)\s*)?\)\s*"""
)
_ENDPOINT = re.compile(r"\s*connection(\.\w+)+\s*")
_SECRET_NAME = re.compile(r"(WSYNC|DBT)_ENV_SECRET_", re.IGNORECASE)


@dataclass
class Desk:
    """What one reading gathers: complaints, warnings, and the values that no message may hold."""

    environ: Mapping[str, str] = field(repr=False)
    complaints: list[ConfigError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set, repr=False)
    secrets: bool = True
    """Whether secrets have to be there; where nothing is connected to they need not."""

    def complain(self, message: str, place: Place, key: str = "") -> None:
        """Notes a mistake; reading goes on."""
        self.complaints.append(ConfigError(message, path=place.path, line=place.line, key=key or None))

    def warn(self, message: str, place: Place, key: str) -> None:
        """Notes something that works but should be changed, once for a place."""
        if not any(warning.startswith(f"{place.path}:{place.line}: ") for warning in self.warnings):
            self.warnings.append(str(ConfigError(message, path=place.path, line=place.line, key=key)))

    def echo(self, word: str) -> str:
        """A mistyped word as it may be repeated to the user; one that came from the environment may not."""
        return "(value of a variable)" if repeats(word, self.hidden) else repr(shown(word))

    def close(self) -> None:
        """Raises `ConfigErrors` with everything noted, by file and line, each once, without hidden values."""
        if not self.complaints:
            return
        unique = {str(complaint): complaint for complaint in self.complaints}
        for complaint in unique.values():
            complaint.message = scrubbed(complaint.message, self.hidden)
        raise ConfigErrors(sorted(unique.values(), key=lambda found: (str(found.path), found.line or 0)))


def block(
    model: type[Model],
    node: Node,
    prefix: str,
    desk: Desk,
    *,
    also: Collection[str] = (),
    later: Collection[str] = (),
) -> Model | None:
    """The block as its model, or None after a complaint.

    `also` are keys that may stand beside the model's own (they were taken out before), `later` those whose
    values another model will read: their environment variables are left alone here.
    """
    rendered = filled(model, node, prefix, desk, later=later)
    return None if rendered is None else validated(model, rendered, prefix, desk, also=also)


def filled(model: type[BaseModel], node: Node, prefix: str, desk: Desk, *, later: Collection[str] = ()) -> Node | None:
    """The block with its environment variables filled in, or None after a complaint; see `block`."""
    before = len(desk.complaints)
    if not isinstance(node.value, Mapping):
        desk.complain("must be a block of settings (key: value)", node.place, prefix)
        return None
    rendered = _rendered_block(model, node, prefix, desk, later)
    return None if len(desk.complaints) > before else rendered


def validated(
    model: type[Model], rendered: Node, prefix: str, desk: Desk, *, also: Collection[str] = ()
) -> Model | None:
    """A block whose variables are filled in as its model, or None after a complaint; see `block`."""
    try:
        return model.model_validate(plain(rendered))
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False)
    for error in errors:
        place, key = locate(rendered, error["loc"])
        known = {*_keys(model, error["loc"][:-1]), *(also if len(error["loc"]) == 1 else ())}
        desk.complain(sentence(error, known, desk.hidden), place, dotted(prefix, key))
    return None


def dotted(*parts: str) -> str:
    """A dotted key from its parts, empty ones left out."""
    return ".".join(part for part in parts if part)


def without(node: Node, *keys: str) -> Node:
    """The block without some of its keys."""
    return replace(node, value={key: entry for key, entry in node.entries.items() if key not in keys})


def only(node: Node, *keys: str) -> Node:
    """The block with no other keys than these."""
    return replace(node, value={key: entry for key, entry in node.entries.items() if key in keys})


def over(base: Node, top: Node) -> Node:
    """The block `base` with the settings of `top` over it; `guards` are laid over each other one by one."""
    merged = {**base.entries, **top.entries}
    both = [block.entries["guards"].node for block in (base, top) if "guards" in block.entries]
    if len(both) == 2 and all(isinstance(guards.value, Mapping) for guards in both):
        merged["guards"] = replace(top.entries["guards"], node=over(*both))
    return Node(top.place, merged)


def settings_of(node: Node, model: type[BaseModel]) -> Node:
    """A block that says its `type`, as that type's model wants it: with the type where the model has it."""
    return node if "type" in model.model_fields else without(node, "type")


def text(node: Node, key: str, desk: Desk) -> str | None:
    """A value that has to be text, environment variables filled in, or None after a complaint."""
    if not isinstance(node.value, str):
        desk.complain("must be text", node.place, key)
        return None
    filled = _rendered(node, key, desk, secret=False)
    return filled.value if isinstance(filled.value, str) else None


def secret_names(model: type[BaseModel]) -> frozenset[str]:
    """The settings of a model that hold secrets: those with `SecretStr` in their type."""
    return frozenset(name for name, info in model.model_fields.items() if _mentions(info.annotation, SecretStr))


def _rendered_block(model: type[BaseModel], node: Node, prefix: str, desk: Desk, later: Collection[str]) -> Node:
    secrets, entries = secret_names(model), {}
    for name, entry in node.entries.items():
        key = dotted(prefix, shown(name))
        entries[name] = entry if name in later else _filled(entry, key, desk, secret=name in secrets)
    return replace(node, value=entries)


def _filled(entry: Entry, key: str, desk: Desk, *, secret: bool) -> Entry:
    return replace(entry, node=_rendered(entry.node, key, desk, secret=secret))


def _rendered(node: Node, key: str, desk: Desk, *, secret: bool) -> Node:
    if isinstance(node.value, tuple):
        items = (_rendered(item, f"{key}[{at}]", desk, secret=secret) for at, item in enumerate(node.value))
        return replace(node, value=tuple(items))
    if isinstance(node.value, Mapping):
        inner = {
            name: _filled(entry, dotted(key, shown(name)), desk, secret=secret) for name, entry in node.value.items()
        }
        return replace(node, value=inner)
    if not isinstance(node.value, str):
        return node
    if secret and _is_literal(node.value):
        desk.hidden.add(node.value)
        desk.warn("holds a secret in plain text; use \"{{ env_var('NAME') }}\"", node.place, key)
    return replace(node, value=_fill(node, key, desk, secret=secret))


def _is_literal(value: str) -> bool:
    default = [found["default"] for part in _TEMPLATE.findall(value) if (found := _ENV_VAR.fullmatch(part))]
    return bool(value) and ("{{" not in value or any(default))


def _fill(node: Node, key: str, desk: Desk, *, secret: bool) -> str:
    value = str(node.value)
    if key in ("source", "source.dbt") and is_reference(value):
        return value  # {{ ref('model') }}, as dbt's users write it

    def variable(found: re.Match[str]) -> str:
        if key.endswith(".endpoint") and _ENDPOINT.fullmatch(found[1]):
            return found[0]  # filled in by the destination, from the sync
        call = _ENV_VAR.fullmatch(found[1])
        if call is None:
            desk.complain("only {{ env_var('NAME') }} and {{ env_var('NAME', 'default') }} are read here",
                          node.place, key)  # fmt: skip
            return ""
        return _variable(call["name"], call["default"], node.place, key, desk, secret=secret)

    filled = _TEMPLATE.sub(variable, value)
    if "{{" in _TEMPLATE.sub("", value):
        desk.complain("has {{ without }}", node.place, key)
    if filled != value:
        desk.hidden.add(filled)
    return filled


def _variable(name: str, default: str | None, place: Place, key: str, desk: Desk, *, secret: bool) -> str:
    value = desk.environ.get(name, default)
    if secret and not value and not desk.secrets:
        return "not set"
    if value is None:
        desk.complain(f"environment variable {name} is not set", place, key)
    elif secret and not value:
        desk.complain(f"environment variable {name} is empty, but a secret is needed here", place, key)
    elif _SECRET_NAME.match(name) and not secret:
        desk.complain(f"{name} is named as a secret, but this setting is not kept secret", place, key)
    desk.hidden.add(value or "")
    return value or ""


def _mentions(annotation: object, wanted: type) -> bool:
    return annotation is wanted or any(_mentions(part, wanted) for part in get_args(annotation))


def _keys(model: type[BaseModel], path: tuple[str | int, ...]) -> frozenset[str]:
    """The keys that may stand in the block at `path` inside a model."""
    models = {model}
    for part in path:
        fields = [inner.model_fields[part] for inner in models if part in inner.model_fields]
        models = {found for info in fields for found in _models(info.annotation)} or models
    return frozenset(name for found in models for name in found.model_fields)


def _models(annotation: Any) -> frozenset[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return frozenset({annotation})
    return frozenset().union(*(_models(part) for part in get_args(annotation)))
