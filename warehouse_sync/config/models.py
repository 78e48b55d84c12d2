"""The settings a user can write, with type, default and meaning: the source of the JSON Schemas."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    WithJsonSchema,
    WrapValidator,
    model_validator,
)

from ..dbt.references import is_reference
from ..model import Hashing, Mode
from ..schedule import Schedule
from . import values
from .limits import Block, Guards, OnOff

Text = Annotated[str, Field(max_length=1000), AfterValidator(values.clean)]
Column = Annotated[str, Field(max_length=255), AfterValidator(values.clean)]
NamePart = Annotated[str, Field(max_length=255), AfterValidator(values.name_part)]


class Task(Block):
    """What a warehouse does by itself before a run; see docs/tasks.md."""

    cron: Annotated[str, AfterValidator(values.cron)] = Field(
        default="47 * * * *", description="When the warehouse prepares: five cron fields in UTC."
    )
    max_age: Annotated[str, AfterValidator(values.age)] = Field(
        default="24 hours", description="A run takes over what was prepared no longer ago than this."
    )


class Owner(Block):
    """Who answers for a sync."""

    name: Text | None = Field(default=None, description="A person or a team.")
    email: Text | None = Field(default=None, description="An address.")

    @model_validator(mode="after")
    def _somebody(self) -> Owner:
        if not self.name and not self.email:
            raise ValueError("needs a name, an email, or both")
        return self


def _as_owner(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


class Settings(Block):
    """The settings of a sync that also may stand under `defaults`."""

    enabled: OnOff = Field(
        default=True, description="`off`: the sync is checked with the others, but runs leave it out."
    )
    mode: Mode = Field(
        default="mirror",
        description="`mirror` adds, updates and removes; `upsert` never removes; `delete` only removes.",
    )
    hash: Annotated[Hashing, BeforeValidator(values.on_off_word)] = Field(
        default="on",
        description="`on`: plain values are hashed; `off`: they are hashed already; `auto`: both may come.",
    )
    normalize: Annotated[str, BeforeValidator(values.on_off_word)] = Field(
        default="on",
        description="`on`: values are cleaned by the platform's rules; `off`: not; or one of its profiles.",
    )
    retry_failed_records: OnOff = Field(default=True, description="Send rows again that the platform rejected before.")
    retain_logs: OnOff = Field(default=True, description="Write one row per planned operation to `sync_log`.")
    log_retention_days: int = Field(
        default=7, ge=1, le=36500, description="Log rows older than this many days (UTC) go."
    )
    snapshots: int = Field(
        default=2, ge=1, le=1000, description="How many snapshot tables are kept, the baseline included."
    )
    snapshot: Literal["keys", "rows"] = Field(
        default="keys",
        description="`keys`: snapshots hold keys and digests; `rows`: the mapped columns, too.",
    )
    log_primary_key: Literal["plain", "digest"] | None = Field(
        default=None,
        description="Keys in wsync's tables; left out, `digest` where that column is sent hashed.",
    )
    reassert_every: Annotated[
        str | None,
        BeforeValidator(values.period),
        WithJsonSchema({"anyOf": [{"type": "string"}, {"enum": ["off", False, None]}]}),
    ] = Field(
        default=None,
        description="Send members again that were last sent longer ago, such as `60 days`: lists forget. "
        "Left out, what the destination needs; `off`: never.",
    )
    removals: Literal["before_adds", "after_adds"] = Field(
        default="before_adds",
        description="`after_adds`: removals follow the adds they have no identifier in common with, for lists that "
        "may not fall below a size.",
    )
    guards: Guards = Field(default_factory=Guards, description="Limits that stop a plan; see Guards.")
    schedule: Annotated[
        Schedule | None, BeforeValidator(values.schedule, json_schema_input_type=Literal["manual"] | Schedule)
    ] = Field(
        default=None,
        description="When the sync is due: `manual`, or a block; see Schedule.",
        json_schema_extra={"default": "manual"},
    )
    owner: Annotated[Owner | None, BeforeValidator(_as_owner, json_schema_input_type=str | Owner)] = Field(
        default=None,
        description="Who answers for the sync, a name or `{name: …, email: …}`: for dbt's exposures. Left out, the "
        "owner of its dbt model.",
    )
    lease: int = Field(
        default=120,
        ge=1,
        le=86400,
        description="Seconds without a heartbeat after which a run counts as dead.",
    )
    takeover_wait: int = Field(
        default=30,
        ge=0,
        le=86400,
        description="Seconds to wait after a dead run's lease before it is taken over.",
    )
    concurrency: int = Field(default=4, ge=1, le=64, description="How many requests may be in flight at once.")
    task: Task = Field(
        default_factory=Task, description="For `wsync compile --task`: what the warehouse prepares by itself; see Task."
    )


class SourceBlock(Block):
    """What a sync reads."""

    table: (
        Annotated[
            list[NamePart],
            Field(min_length=1, max_length=4),
            WrapValidator(values.table, json_schema_input_type=str | list[str]),
        ]
        | None
    ) = Field(
        default=None,
        description="A table or view: `schema.name` as in SQL without quotes, or a list of the name's exact parts.",
    )
    query_file: Text | None = Field(default=None, description="A file with one SELECT, relative to the project.")
    dbt: Annotated[Text, AfterValidator(values.reference)] | None = Field(
        default=None,
        description="A node of dbt's manifest: `ref('model')`, `ref('package', 'model')`, `ref('model', v=2)` or "
        "`source('source', 'table')`.",
    )

    @model_validator(mode="after")
    def _one_of(self) -> SourceBlock:
        if [self.table, self.query_file, self.dbt].count(None) != 2:
            raise ValueError("needs one of table, query_file and dbt")
        return self


class MappedBlock(Block):
    """What fills one field of the destination."""

    column: Column | None = Field(default=None, description="The warehouse column.")
    static: Annotated[str | int | float, BeforeValidator(values.static)] | None = Field(
        default=None, description="The same value for every row."
    )

    @model_validator(mode="after")
    def _one_of(self) -> MappedBlock:
        if (self.column is None) == (self.static is None):
            raise ValueError("needs either a column or a static value")
        return self


class AudienceName(Block):
    """The list a sync owns."""

    id: Text | None = Field(default=None, description="The id of an audience that exists, in quotes.")
    name: Text | None = Field(default=None, description="The exact name of an audience to find, or else to create.")

    @model_validator(mode="after")
    def _one_of(self) -> AudienceName:
        if (self.id is None) == (self.name is None):
            raise ValueError("needs either the id or the name of the audience")
        return self


def _as_source(value: object) -> object:
    if not isinstance(value, str):
        return value
    return {"dbt": value} if is_reference(value) else {"table": value}


def _as_column(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


MappedField = Annotated[MappedBlock, BeforeValidator(_as_column, json_schema_input_type=str | MappedBlock)]
Fields = Annotated[dict[str, MappedField], Field(min_length=1)]


class SyncFile(Settings):
    """One file `syncs/NAME.yml`."""

    name: Annotated[str, AfterValidator(values.sync_name)] | None = Field(
        default=None, description="The name of the sync; left out, the name of the file."
    )
    source: Annotated[SourceBlock, BeforeValidator(_as_source, json_schema_input_type=str | SourceBlock)] = Field(
        description="What the sync reads: a table or view, `ref('model')` of dbt, or a file with one SELECT."
    )
    primary_key: Annotated[
        list[Column],
        Field(min_length=1, max_length=16),
        BeforeValidator(_listed, json_schema_input_type=str | list[str]),
        AfterValidator(values.unique),
    ] = Field(description="The column that names a row, or a list of them.")
    destination: Any = Field(
        description="A destination of `wsync.yml` by name, or `{name: …, …}`: with settings changed."
    )
    audience: Any = Field(description="The list the sync owns, by `id` or `name`, and the connector's settings for it.")
    mapping: Fields = Field(description="The destination's fields: `FIELD: column`, or `FIELD: {static: value}`.")
    options: Any = Field(default=None, description="The connector's own settings of a sync.")
    tags: Annotated[
        list[Annotated[str, AfterValidator(values.tag)]],
        BeforeValidator(_listed, json_schema_input_type=str | list[str]),
        AfterValidator(values.unique),
    ] = Field(default_factory=list, description="Words to choose it by; those of its dbt model are added.")


class DestinationFile(Block):
    """A file for `wsync preview`: a destination and a mapping without a project."""

    destination: Any = Field(description="A destination block, as in `wsync.yml`.")
    audience: Any = Field(default=None, description="As in a sync.")
    mapping: Fields = Field(description="As in a sync.")
    options: Any = Field(default=None, description="As in a sync.")
    hash: Annotated[Hashing, BeforeValidator(values.on_off_word)] = Field(default="on", description="As in a sync.")
    normalize: Annotated[str, BeforeValidator(values.on_off_word)] = Field(default="on", description="As in a sync.")


class DbtConnection(Block):
    """`warehouse.dbt`: the connection that dbt's profile describes. What is left out is looked up as dbt does."""

    profile: Text | None = Field(
        default=None, description="The profile; left out, `DBT_PROFILE`, then that of `dbt_project.yml`."
    )
    target: Text | None = Field(
        default=None, description="Its output; left out, `DBT_TARGET`, then the profile's own `target`."
    )
    profiles_dir: Text | None = Field(
        default=None,
        description="The folder of `profiles.yml`; left out, `DBT_PROFILES_DIR`, then the dbt project where the file "
        "is there, then `~/.dbt`.",
    )
    project_dir: Text | None = Field(
        default=None, description="The folder of `dbt_project.yml`; left out, `dbt.project_dir`."
    )


class DbtBlock(Block):
    """How syncs follow dbt; see docs/dbt.md."""

    project_dir: Text | None = Field(
        default=None, description="The folder of `dbt_project.yml`; left out, that of `wsync.yml`."
    )
    gate: OnOff = Field(
        default=True, description="A sync is skipped when dbt's last invocation failed for its model or a test on it."
    )
    not_run: Literal["run", "skip"] = Field(
        default="run", description="What a sync does when its model was not part of dbt's last invocation."
    )
    consumed: Literal["run", "skip"] = Field(
        default="run", description="What a sync does when it has run after dbt's last invocation already."
    )
    max_age: Annotated[str | None, BeforeValidator(values.period)] = Field(
        default=None, description="A sync is skipped when dbt's results are older, such as `26 hours`."
    )


class ProjectFile(Block):
    """The file `wsync.yml`."""

    warehouse: Any = Field(
        default=None,
        description="The warehouse: `type` and that warehouse's settings; or `dbt`, or `{dbt: {…}}`: the connection of "
        "dbt's profile. Required, but for a dbt project.",
        json_schema_extra={"default": "dbt"},
    )
    dbt: DbtBlock = Field(default_factory=DbtBlock, description="How syncs follow dbt; see dbt.")
    state_schema: Annotated[str, AfterValidator(values.schema)] = Field(
        default="wsync", description="The schema of the warehouse that holds wsync's own tables."
    )
    defaults: Any = Field(default=None, description="Settings for every sync that does not set them itself.")
    destinations: dict[str, Any] = Field(
        description="The platforms to send to, each under a name: `type` and that connector's settings."
    )
