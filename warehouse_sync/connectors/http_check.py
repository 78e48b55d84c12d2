"""What can be said of an HTTP API before anything is sent: whether the mapping fits, and how requests would look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from warehouse_sync.errors import ConfigError
from warehouse_sync.model import AudienceSpec, Check, Sync

from .http_rendering import Rules, Unrenderable, renderer
from .http_settings import PLACEHOLDER, Action, Destination, action_of, all_fields, own_actions
from .http_template import parse

ACTIONS = {"add": "insert", "update": "update", "remove": "delete"}
"""The destination's word for each action of a plan."""
UNSEEN = "only a request could show it, and every request changes the audience; `wsync test-record` sends one record"


def connection(sync: Sync, audience: str) -> dict[str, Any]:
    """What templates reach as `$$.connection` and endpoints as `{{connection.…}}`."""
    label = sync.audience.settings.get("label") or sync.audience.name or ""
    own = {"audienceId": audience, "audienceName": label, "isHashRequired": sync.hash != "off"}
    return {**getattr(sync.options, "connection", {}), **own}


def address(action: Action, known: Mapping[str, Any]) -> str:
    """The endpoint, its placeholders filled in, percent-encoded. Raises `ConfigError` that names what is missing."""

    def filled(name: str) -> str:
        value = known.get(name.removeprefix("connection.")) if name.startswith("connection.") else None
        if value is None or value == "":
            raise ConfigError(f"the endpoint's placeholder {{{{{name}}}}} has no value", key="actions")
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if text in (".", ".."):
            raise ConfigError(f"the endpoint's placeholder {{{{{name}}}}} would lead elsewhere", key="actions")
        return quote(text, safe="")

    return PLACEHOLDER.sub(lambda found: filled(found[1]), action.endpoint)


def validate(sync: Sync) -> str | None:
    """Every way in which the sync's mapping and audience do not fit the destination (any more), or None."""
    if sync.primary_key and sync.audience.id is None:
        return "audience.id is needed: the audience must exist already, nothing is created"
    told = [*_mapping(sync), *_templates(sync)]
    if told:
        return f"the mapping does not fit the destination: {'; '.join(told)}"
    return None


def _mapping(sync: Sync) -> Iterator[str]:
    settings: Destination = sync.destination
    mapped = {each.field: each for each in sync.mapping}
    declared = {each.name for _, action in own_actions(settings).items() for each in action.fields}
    required = {each.name for _, action in own_actions(settings).items() for each in action.fields if each.required}
    for name, field in all_fields(settings).items():
        if name not in mapped:
            if name in required:
                yield f"{name} is required and not mapped"
            elif name in settings.record_key:
                yield f"{name} is in record_key and not mapped"
            elif name not in declared:
                yield f"a template uses {name}, which is neither mapped nor among its action's fields"
        elif field.static and mapped[name].column is not None:
            yield f"{name} is static: map it to a value, not to a column"


def _templates(sync: Sync) -> Iterator[str]:
    settings: Destination = sync.destination
    known = connection(sync, sync.audience.id or "0")
    for name, action in own_actions(settings).items():
        for path in parse(action.body).paths:
            strange = path[:1] == ("connection",) and len(path) > 1 and path[1] not in known
            if strange or (path and path[0] not in ("connection", "records")):
                yield f"{name} uses $$.{'.'.join(path)}, which is nothing; known: $$.connection.{', '.join(known)}"
        try:
            address(action, known)
        except ConfigError as problem:
            yield f"{name}: {problem.message}"


def check(session: Any, spec: AudienceSpec) -> Iterator[Check]:
    """Templates rendered with samples, requests shown without secrets; nothing is sent."""
    settings: Destination = session.settings
    yield Check("base URL", ok=True, found=_where(settings))
    if settings.base_url.startswith("http:"):
        yield Check("encryption", ok=True, found="plain http: anybody on the way can read it", remedy="use https://")
    if spec.id is None:
        yield Check("audience", ok=False, found="no id", remedy="set audience: id; nothing is created")
        return
    for name, action in own_actions(settings).items():
        yield _sample(session, spec.id, name, action)
    for planned, name in ACTIONS.items():
        if action_of(settings, planned) is None and planned != "update":
            yield Check(f"action {name}", ok=True, found="none", remedy=f"without {name} such rows fail, one by one")
    yield Check("credentials, audience, body", ok=True, found="not looked at", remedy=UNSEEN)


def _where(settings: Destination) -> str:
    return f"{settings.base_url.rstrip('/')}, {settings.authentication}"


def _sample(session: Any, audience: str, name: str, action: Action) -> Check:
    """A request for one record in which every mapped field has a value, of which only the form is shown."""
    settings: Destination = session.settings
    known = connection(session.sync, audience)
    rules = Rules(settings.strict_jsonata, settings.prune_empty)
    record = {field: "0" for field in all_fields(settings) if field in session.mapped}
    try:
        path = address(action, known)
        body = renderer(parse(action.body), rules)([record], known)
    except (ConfigError, Unrenderable) as problem:
        return Check(f"action {name}", ok=False, found=str(problem), remedy="correct the action's template")
    kind = "a list" if isinstance(body, list) else "an object" if isinstance(body, dict) else "a value"
    found = f"{action.method} {path}, {kind}, at most {action.batch_size:,} records"
    return Check(f"action {name}", ok=True, found=found, remedy="`wsync preview` shows whole requests")
