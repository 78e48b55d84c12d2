"""The limits that stop a plan, as a user can write them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from . import values


class Block(BaseModel):
    """Settings that are read strictly: unknown keys and values of another type are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


OnOff = Annotated[bool, BeforeValidator(values.on_off), WithJsonSchema({"enum": ["on", "off", True, False]})]
Percent = Annotated[
    Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] | None,
    BeforeValidator(values.off_is_none),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0, "maximum": 100}, {"enum": ["off", False, None]}]}),
]
RowLimit = Annotated[
    Annotated[int, Field(ge=0)] | None,
    BeforeValidator(values.off_is_none),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"enum": ["off", False, None]}]}),
]

_Rows = Annotated[int, Field(ge=0)]


class Guards(Block):
    """Limits that stop a plan before the first request; `off` takes a limit away."""

    empty_source: OnOff = Field(default=True, description="Refuse when the source is empty and there are members.")
    removals_percent: Percent = Field(
        default=20, description="Refuse when a larger share of the members would be removed."
    )
    removals_rows: _Rows = Field(default=10, description="Up to this many removals never trip the guard above.")
    rekeys_percent: Percent = Field(
        default=50, description="Refuse when a larger share of the members changes identity."
    )
    rekeys_rows: _Rows = Field(default=10, description="Up to this many rekeys never trip the guard above.")
    config_change_removals: OnOff = Field(
        default=True, description="Refuse any removal in the first run after the configuration changed."
    )
    invalid_percent: Percent = Field(
        default=50, description="Refuse when a larger share of the prepared rows is invalid."
    )
    field_invalid_percent: Percent = Field(
        default=50, description="Refuse when a larger share of one field's filled values is invalid."
    )
    field_collapse_points: Percent = Field(
        default=50, description="Refuse when the filled share of one field falls by more points than this."
    )
    sample_rows: int = Field(
        default=20, ge=1, description="The guards on invalid rows and on fields begin at this many rows."
    )
    null_keys_percent: Percent = Field(
        default=1, description="Refuse removals when a larger share of the rows has no key."
    )
    null_keys_rows: RowLimit = Field(default=100, description="Refuse removals when more rows than this have no key.")
