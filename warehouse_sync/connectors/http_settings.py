"""What a user can set for an HTTP API: the destination block with its actions, a sync's `audience:` and `options:`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from warehouse_sync.errors import ConfigError
from warehouse_sync.field_table import spelling
from warehouse_sync.http import Budget
from warehouse_sync.wire import require_safe

from .http_template import parse
from .setting_kinds import CaBundle, Country, RetryAttempts, RetrySeconds, Secret, Timeout, TrustEnv

MOST_ROWS = 5000
"""Records one request may carry at most: the cap of the document's form (read 2026-11-22)."""
Authentication = Literal["noAuth", "basicAuth", "bearerToken", "apiKey"]
Hashed = Literal["SHA256", "SHA512", "MD5", "NONE"]
Normalised = Literal["email", "phone", "lower", "trim", "none"]
Method = Literal["POST", "PUT", "PATCH", "GET", "DELETE"]
_STRICT = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, str_strip_whitespace=True)
PLACEHOLDER = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_NAME = re.compile(r"""[^\s"'\\\x00-\x1f\x7f](?:[^"'\\\x00-\x1f\x7f]{0,98}[^\s"'\\\x00-\x1f\x7f])?""")


def _understood(text: str) -> str:
    parse(text)
    return text


def _endpoint(text: str) -> str:
    """A path that begins with a slash and holds nothing that an address cannot."""
    rest = PLACEHOLDER.sub("", text)
    if "{{" in rest or "}}" in rest:
        raise ValueError("has a placeholder that cannot be read; write it {{connection.audienceId}}")
    if "://" in rest or "#" in rest or "\\" in rest or not rest.isprintable() or not rest.isascii() or " " in rest:
        raise ValueError("must be a path of the base address, such as /lists/{{connection.audienceId}}/members")
    if ".." in rest.partition("?")[0].split("/"):
        raise ValueError("must not lead out of the base address")
    return text if text.startswith("/") else f"/{text}"


def _field_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("must be a name of at most 100 characters, without quotes and backslashes")
    return name


def _each_header(given: object) -> object:
    """Headers as a block, or as a list of key and value, in which entries without a key count for nothing."""
    if not isinstance(given, list | tuple):
        return given
    if not all(isinstance(each, Mapping) and set(each) <= {"key", "value"} for each in given):
        raise ValueError("must be a block of names and values, or a list of entries with key and value")
    return {each["key"]: each.get("value", "") for each in given if each.get("key")}


def _header_names(given: dict[str, Any]) -> dict[str, Any]:
    if not all(map(HEADER.fullmatch, given)):
        raise ValueError("has a name that no header can have")
    if len({name.lower() for name in given}) < len(given):
        raise ValueError("names a header twice")
    return given


class ActionField(BaseModel):
    """One field of the records an action sends."""

    model_config = _STRICT

    name: Annotated[str, AfterValidator(_field_name)] = Field(description="As the template and the mapping name it.")
    required: bool = Field(default=False, description="Whether a record without a value for it is refused.")
    hash: Hashed = Field(default="NONE", description="SHA256, SHA512, MD5, or NONE: the value as it is.")
    static: bool = Field(default=False, description="Whether the mapping gives a fixed value instead of a column.")
    normalize: Normalised = Field(
        default="none",
        description="What is done before hashing: email, phone (E.164), lower, trim, or none: the value's own text.",
    )


Endpoint = Annotated[
    Annotated[str, AfterValidator(_endpoint)],
    Field(description="Path under base_url; {{connection.audienceId}} is filled in, percent-encoded.", max_length=2000),
]
Body = Annotated[Annotated[str, AfterValidator(_understood)], Field(description="The template of the request's body.")]


class _Sending(BaseModel):
    """What every action has."""

    model_config = _STRICT

    method: Method = Field(default="POST", description="POST, PUT, PATCH, GET or DELETE.")
    batch_size: int = Field(default=1000, description="Records one request carries at most.", ge=1, le=MOST_ROWS)
    fields: Annotated[tuple[ActionField, ...], Field(max_length=200)] = Field(
        default=(), description="Fields of the records. What only the template names is optional and sent as it is."
    )

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [each.name for each in self.fields]
        if len(set(names)) < len(names):
            raise ValueError("has a field twice")
        return self


class Action(_Sending):
    """How records are sent for one kind of change."""

    endpoint: Endpoint
    body: Body


class Update(_Sending):
    """An action of its own, or with `use_insert` everything as in insert: its template, fields and batches, too."""

    use_insert: bool = Field(default=False, description="On: everything as in insert, and nothing else is set here.")
    endpoint: Endpoint | None = None
    body: Body | None = None

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        if self.use_insert and self.model_fields_set != {"use_insert"}:
            raise ValueError("uses insert's settings, so nothing else can be set here")
        if not self.use_insert and (self.endpoint is None or self.body is None):
            raise ValueError("needs an endpoint and a body, or use_insert: on")
        return self

    def own(self) -> Action | None:
        """The action, where it is one of its own."""
        given = {name: getattr(self, name) for name in Action.model_fields}
        return None if self.use_insert else Action.model_construct(**given)


class Actions(BaseModel):
    """What is sent when a member enters, changes and leaves."""

    model_config = _STRICT

    insert: Action | None = Field(default=None, description="For new members.")
    update: Update | None = Field(default=None, description="For changed members.")
    delete: Action | None = Field(default=None, description="For members that left.")

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if not any((self.insert, self.update, self.delete)):
            raise ValueError("needs at least one of insert, update and delete")
        if self.update is not None and self.update.use_insert and self.insert is None:
            raise ValueError("update uses insert's settings, but there is no insert")
        return self


class Destination(BaseModel):
    """An HTTP API, how it is spoken to, and what is sent for each kind of change."""

    model_config = _STRICT

    base_url: str = Field(title="Base URL", description="Where requests go, without the actions' paths.")
    authentication: Authentication = Field(
        default="noAuth",
        title="Authentication",
        description="noAuth, basicAuth (username, password), bearerToken (token) or apiKey (api_key_name, api_key).",
    )
    username: str | None = Field(default=None, title="User name", description="For basicAuth.", max_length=500)
    password: Secret | None = Field(default=None, title="Password", description="For basicAuth.")
    token: Secret | None = Field(default=None, title="Token", description="For bearerToken.")
    api_key_name: str | None = Field(
        default=None,
        title="API key's header",
        description="For apiKey: the name of the header.",
        pattern=HEADER.pattern,
    )
    api_key: Secret | None = Field(default=None, title="API key", description="For apiKey.")
    headers: Annotated[dict[str, str], BeforeValidator(_each_header), AfterValidator(_header_names)] = Field(
        default_factory=dict,
        title="Custom headers",
        description="Headers of every request; they go before the default ones, authentication goes before them.",
    )
    secret_headers: Annotated[dict[str, SecretStr], BeforeValidator(_each_header), AfterValidator(_header_names)] = (
        Field(default_factory=dict, title="Secret headers", description="Custom headers whose values are never shown.")
    )
    actions: Actions = Field(
        description="insert, update and delete: what is sent for each.", json_schema_extra={"title": "What is sent"}
    )
    record_key: Annotated[tuple[str, ...], Field(max_length=8)] = Field(
        default=(),
        title="Record key",
        description="The fields by which the API tells records apart. Empty: the sync's primary key.",
    )
    strict_jsonata: bool = Field(
        default=False, title="Strict JSONata", description="Whether templates behave as JSONata does, traps included."
    )
    prune_empty: bool = Field(
        default=False,
        title="Prune empty",
        description="Whether objects and lists all of whose record fields are missing are left out.",
    )
    requests_per_second: float | None = Field(
        default=None, title="Requests a second", description="At most so many.", gt=0, le=1000
    )
    bytes_per_request: int = Field(
        default=10_000_000,
        title="Bytes a request",
        description="A request that would be longer is sent in halves.",
        ge=1000,
        le=100_000_000,
    )
    allow_http: bool = Field(
        default=False, title="Allow http", description="Whether base_url may be plain http, which anybody can read."
    )
    allow_private: bool = Field(
        default=False,
        title="Allow private addresses",
        description="Whether base_url may lead to this machine or into a private network.",
    )
    timeout_seconds: Timeout = 60.0
    retry_attempts: RetryAttempts = 8
    retry_seconds: RetrySeconds = 900.0
    ca_bundle: CaBundle = None
    trust_env: TrustEnv = False

    @model_validator(mode="after")
    def _checked(self) -> Self:
        complaints = [*self._address(), *self._credentials(), *disagreements(self)]
        if complaints:
            raise ValueError("; ".join(complaints))
        return self

    def _address(self) -> list[str]:
        try:
            require_safe(self.base_url, allow_http=self.allow_http)
        except ConfigError as problem:
            return [problem.message]
        return ["strict_jsonata and prune_empty exclude each other"] if self.strict_jsonata and self.prune_empty else []

    def _credentials(self) -> list[str]:
        wanted = {"basicAuth": ("username",), "bearerToken": ("token",), "apiKey": ("api_key_name", "api_key")}
        kind = self.authentication
        lacking = [name for name in wanted.get(kind, ()) if getattr(self, name) is None]
        foreign = [
            name
            for other, names in (*wanted.items(), ("basicAuth", ("password",)))
            for name in names
            if other != kind and getattr(self, name) is not None
        ]
        return [f"{kind} needs {name}" for name in lacking] + [f"{kind} has no use for {name}" for name in foreign]

    def account(self) -> str:
        """The API, by which audiences of several are told apart."""
        return self.base_url.rstrip("/").lower()

    def budget(self) -> Budget:
        return Budget(attempts=self.retry_attempts, seconds=self.retry_seconds, timeout=self.timeout_seconds)


def action_of(settings: Destination, action: str) -> Action | None:
    """What is sent for a plan's `add`, `update` or `remove`; None where the destination has no such action."""
    actions = settings.actions
    if action == "update":
        return (actions.update.own() or actions.insert) if actions.update else None
    return actions.delete if action == "remove" else actions.insert


def own_actions(settings: Destination) -> dict[str, Action]:
    """Every action the destination has, by its own word; an update that uses insert's settings is not one."""
    actions = settings.actions
    found = {
        "insert": actions.insert,
        "update": actions.update.own() if actions.update else None,
        "delete": actions.delete,
    }
    return {name: action for name, action in found.items() if action is not None}


def all_fields(settings: Destination) -> dict[str, ActionField]:
    """Every field of every action by its name; those that only a template names are optional and sent as they are."""
    found: dict[str, ActionField] = {}
    actions = list(own_actions(settings).values())
    for field in (field for action in actions for field in action.fields):
        found.setdefault(field.name, field)
    for name in (name for action in actions for name in parse(action.body).fields):
        found.setdefault(name, ActionField(name=_field_name(name)))
    return found


def disagreements(settings: Destination) -> list[str]:
    """What the actions say differently of one field, and names that a mapping could not tell apart."""
    try:
        fields = all_fields(settings)
    except ValueError:
        return ["a template names a field that cannot be mapped; names have no quotes and at most 100 characters"]
    told = []
    for name, first in fields.items():
        same = [each for action in own_actions(settings).values() for each in action.fields if each.name == name]
        kinds = {(each.hash, each.normalize, each.static) for each in same}
        if len(kinds) > 1:
            told.append(f"field {first.name} has another hash, normalize or static in another action; use two names")
    spelled: dict[str, str] = {}
    for name in fields:
        other = spelled.setdefault(spelling(name), name)
        if other != name:
            told.append(f"fields {other} and {name} differ in case or punctuation only")
    told += [f"record_key names {name}, which no action has" for name in settings.record_key if name not in fields]
    return told


class AudienceSettings(BaseModel):
    """What a template can say about the audience besides its id."""

    model_config = _STRICT

    label: str = Field(
        default="",
        title="Audience name",
        description="For readers, and for templates as $$.connection.audienceName.",
        max_length=500,
    )


class Options(BaseModel):
    """What a sync says about its data and to the templates."""

    model_config = _STRICT

    default_country: Country = None
    connection: dict[str, str | int | float | bool] = Field(
        default_factory=dict,
        title="Connection",
        description="More values for templates: {region: eu} is $$.connection.region and {{connection.region}}.",
    )
