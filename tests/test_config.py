from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from projects import (
    BARE,
    BUYERS,
    SECRET,
    WSYNC,
    acme_is_installed,  # noqa: F401
    mistakes,
    project,
    read,
    with_line,
)
from pydantic import BaseModel

from warehouse_sync import model
from warehouse_sync.config import ConfigErrors, load_destination_file, select
from warehouse_sync.config import models as config_models
from warehouse_sync.model import AudienceSpec, GuardLimits, Mapped, Source


def test_a_project_is_read_with_every_default(tmp_path: Path) -> None:
    found = read(project(tmp_path))
    sync = found.syncs[0]
    assert (found.state_schema, found.warnings) == ("wsync", ())
    assert sync.name == "buyers"
    assert sync.source == Source(relation=("main", "customers"), label="main.customers")
    assert sync.primary_key == ("customer_id",)
    assert (sync.connector, sync.destination_name) == ("acme", "ads")
    assert sync.audience == AudienceSpec(name="Buyers", settings={"description": ""})
    assert sync.mapping == (Mapped("EMAIL", column="email"),)
    assert sync.destination.token.get_secret_value() == SECRET
    defaults = {
        each.name: each.default
        for each in dataclasses.fields(model.Sync)
        if each.default not in (dataclasses.MISSING, None)
    }
    assert {name: getattr(sync, name) for name in defaults} == defaults
    assert sync.guards == GuardLimits()
    assert sync.place is not None
    assert (sync.place.path.name, sync.place.line) == ("buyers.yml", 1)


def test_the_database_file_is_found_from_the_projects_folder(tmp_path: Path) -> None:
    root = project(tmp_path)
    assert getattr(read(root).warehouse, "path", None) == str(root / "shop.duckdb")


def test_every_setting_of_a_sync_is_taken_from_its_file(tmp_path: Path) -> None:
    text = (
        BUYERS
        + """\
options: {default_country: DE}
name: Best_buyers
enabled: off
mode: upsert
hash: off
normalize: shouted
retry_failed_records: off
retain_logs: off
log_retention_days: 30
snapshots: 3
snapshot: rows
reassert_every: 60 days
guards: {removals_percent: off, null_keys_rows: null, rekeys_rows: 0, empty_source: off}
schedule: {every: 15 minutes, starting_at: 06:00}
lease: 60
takeover_wait: 0
log_primary_key: digest
concurrency: 8
"""
    )
    sync = read(project(tmp_path, buyers=text)).syncs[0]
    assert sync.name == "Best_buyers"
    assert (sync.enabled, sync.retry_failed_records, sync.retain_logs) == (False, False, False)
    assert (sync.mode, sync.hash, sync.normalize) == ("upsert", "off", "shouted")
    assert (sync.log_retention_days, sync.snapshots, sync.snapshot) == (30, 3, "rows")
    assert (sync.reassert_every, sync.log_primary_key) == ("60 days", "digest")
    limits = GuardLimits(removals_percent=None, null_keys_rows=None, rekeys_rows=0, empty_source=False)
    assert sync.guards == limits
    assert sync.schedule == {"every": "15 minutes", "starting_at": "06:00"}
    assert (sync.lease_seconds, sync.takeover_wait_seconds, sync.concurrency) == (60, 0, 8)
    assert sync.options.default_country == "DE"


@pytest.mark.parametrize(
    ("written", "name", "value"),
    [
        ("hash: on", "hash", "on"),
        ("hash: true", "hash", "on"),
        ("hash: false", "hash", "off"),
        ("hash: auto", "hash", "auto"),
        ("normalize: off", "normalize", "off"),
        ("enabled: Off", "enabled", False),
        ("retain_logs: false", "retain_logs", False),
        ("reassert_every: off", "reassert_every", None),
        ("schedule: manual", "schedule", None),
        ('schedule: {cron: "0 6 * * *"}', "schedule", {"cron": "0 6 * * *"}),
        ("primary_key: [shop, customer_id]", "primary_key", ("shop", "customer_id")),
        ("source: customers", "source", Source(relation=("customers",), label="customers")),
        (
            "source: {table: [main, My Table]}",
            "source",
            Source(relation=("main", "My Table"), label="main.My Table"),
        ),
        ('audience: {id: "0123"}', "audience", AudienceSpec(id="0123", settings={"description": ""})),
    ],
)
def test_a_setting_may_be_written_so(tmp_path: Path, written: str, name: str, value: object) -> None:
    assert getattr(read(project(tmp_path, buyers=with_line(BUYERS, written))).syncs[0], name) == value


def test_words_that_yaml_1_1_takes_for_booleans_stay_text(tmp_path: Path) -> None:
    text = BUYERS + "  COUNTRY: {static: NO}\n  ln: yes\n  FN: on\n"
    assert read(project(tmp_path, buyers=text)).syncs[0].mapping == (
        Mapped("EMAIL", column="email"),
        Mapped("COUNTRY", static="NO"),
        Mapped("LN", column="yes"),
        Mapped("FN", column="on"),
    )


def test_a_field_may_be_named_by_its_label_in_any_case(tmp_path: Path) -> None:
    text = BUYERS + "  phone NUMBER: {column: tel}\n"
    assert read(project(tmp_path, buyers=text)).syncs[0].mapping[1] == Mapped("PHONE", column="tel")


def test_defaults_hold_for_every_sync_that_does_not_say_otherwise(tmp_path: Path) -> None:
    wsync = WSYNC + "defaults: {log_retention_days: 14, snapshots: 5, guards: {removals_rows: 3, sample_rows: 9}}\n"
    sync = read(project(tmp_path, wsync, BUYERS + "snapshots: 4\nguards: {removals_rows: 7}\n")).syncs[0]
    assert (sync.log_retention_days, sync.snapshots) == (14, 4)
    assert sync.guards == GuardLimits(removals_rows=7, sample_rows=9)


def test_a_sync_may_change_settings_of_its_destination(tmp_path: Path) -> None:
    text = with_line(BUYERS, 'destination: {name: ads, account_id: "77", region: us}')
    sync = read(project(tmp_path, buyers=text)).syncs[0]
    assert (sync.destination.account_id, sync.destination.region) == ("77", "us")
    assert sync.destination.token.get_secret_value() == SECRET
    assert sync.destination_name == "ads"


@pytest.mark.parametrize(
    "sql",
    [
        "select id, email from c where note <> ';'",
        "-- all\nwith x as (select 1 as id) select * from x",
        "select 'ä' as a",
    ],
)
@pytest.mark.parametrize("end", ["", ";", ";\n-- the end\n", "\n;;"])
def test_a_query_file_is_one_select_without_its_closing_semicolon(tmp_path: Path, sql: str, end: str) -> None:
    root = project(
        tmp_path, buyers=with_line(BUYERS, "source: {query_file: sql/buyers.sql}"), files={"sql/buyers.sql": sql + end}
    )
    found = read(root).syncs[0].source
    assert found.label == "sql/buyers.sql"
    assert found.query is not None
    assert found.query.endswith(sql.removeprefix("-- all\n"))


# syncs by name


def test_syncs_are_chosen_by_name_and_else_all_that_are_enabled(tmp_path: Path) -> None:
    other = BUYERS.replace("name: Buyers", "name: Others") + "enabled: off\n"
    found = read(project(tmp_path, files={"syncs/others.yml": other}))
    assert [sync.name for sync in select(found)] == ["buyers"]
    assert [sync.name for sync in select(found, ["others", "buyers", "others"])] == ["others", "buyers"]
    with pytest.raises(ConfigErrors, match="there is no sync 'byers'; did you mean buyers"):
        select(found, ["byers"])


# a destination without a project


def test_a_destination_and_a_mapping_in_one_file_are_read_without_a_project(tmp_path: Path) -> None:
    path = tmp_path / "preview.yml"
    path.write_text(
        'destination: {type: acme, account_id: "7", token: t}\nmapping: {E-mail address: email}\nhash: off\n'
    )
    sync = load_destination_file(path, {})
    assert (sync.name, sync.connector, sync.hash) == ("preview", "acme", "off")
    assert sync.mapping == (Mapped("EMAIL", column="email"),)
    assert (sync.source, sync.primary_key, sync.audience) == (Source(), (), AudienceSpec())


# the models


def defaults_of(block: type[BaseModel]) -> dict[str, object]:
    return {
        name: info.get_default(call_default_factory=True, validated_data={})
        for name, info in block.model_fields.items()
    }


def test_the_guards_of_a_file_are_the_limits_of_the_model() -> None:
    limits = {each.name: each.default for each in dataclasses.fields(GuardLimits)}
    assert defaults_of(config_models.Guards) == limits


def test_the_defaults_of_a_file_are_the_defaults_of_the_model() -> None:
    renamed = {"lease": "lease_seconds", "takeover_wait": "takeover_wait_seconds"}
    of_sync = {each.name: each.default for each in dataclasses.fields(model.Sync)}
    for name, default in defaults_of(config_models.Settings).items():
        if name not in ("guards", "task"):
            assert of_sync[renamed.get(name, name)] == default, name
    task = config_models.Task()
    assert (of_sync["task_cron"], of_sync["task_max_age_seconds"]) == (task.cron, 24 * 3600)
    assert task.max_age == "24 hours"


def test_defaults_for_guards_do_not_hide_an_empty_guards_block(tmp_path: Path) -> None:
    root = project(tmp_path, WSYNC + "defaults: {guards: {sample_rows: 5}}\n", BUYERS + "guards:\n")
    assert mistakes(root) == ["syncs/buyers.yml:7: guards: is empty: a block of settings (key: value) is needed"]


# a built-in connector


FACEBOOK = WSYNC.replace("type: acme", "type: facebook").replace("account_id", "ad_account_id")
FACEBOOK = FACEBOOK.replace("token:", "access_token:")


def test_a_facebook_sync_is_read_with_labels_and_settings_of_its_own(tmp_path: Path) -> None:
    text = with_line(BUYERS, "audience: {name: Buyers, customer_file_source: PARTNER_PROVIDED_ONLY}")
    text = text.replace("  EMAIL: email\n", "  EMAIL: email\n  first name: first\n  Last Name: {column: last}\n")
    text += "options: {default_country: DE}\nnormalize: rudderstack\n"
    sync = read(project(tmp_path, FACEBOOK, text)).syncs[0]
    assert (sync.connector, sync.normalize) == ("facebook", "rudderstack")
    assert [mapped.field for mapped in sync.mapping] == ["EMAIL", "FN", "LN"]
    assert sync.audience.settings["customer_file_source"] == "PARTNER_PROVIDED_ONLY"
    assert sync.options.default_country == "DE"


@pytest.mark.parametrize(
    ("wsync", "buyers", "said"),
    [
        (
            FACEBOOK.replace('"1000000001"', "1000000001"),
            BUYERS,
            f"wsync.yml:5: destinations.ads.ad_account_id: {BARE}",
        ),
        (
            FACEBOOK + "    api_verion: v26.0\n",
            BUYERS,
            "wsync.yml:7: destinations.ads.api_verion: is not a setting here; did you mean api_version?",
        ),
        (
            FACEBOOK,
            BUYERS + "  FRIST NAME: first\n",
            "syncs/buyers.yml:7: mapping.FRIST NAME: is not a field of Facebook Custom Audiences; did you mean FN?",
        ),
        (
            FACEBOOK,
            with_line(BUYERS, "audience: {name: x, customer_file_source: USER_PROVIDED}"),
            "syncs/buyers.yml:1: audience.customer_file_source: is 'USER_PROVIDED', but must be one of "
            "USER_PROVIDED_ONLY, PARTNER_PROVIDED_ONLY, BOTH_USER_AND_PARTNER_PROVIDED; "
            "did you mean USER_PROVIDED_ONLY?",
        ),
    ],
)
def test_a_mistake_in_a_facebook_sync_is_named(tmp_path: Path, wsync: str, buyers: str, said: str) -> None:
    assert mistakes(project(tmp_path, wsync, buyers)) == [said]
