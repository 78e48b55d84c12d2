"""What can be set for an HTTP API, and what is said of settings, mappings and templates that do not fit together."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.http_api.case import ACTIONS, AUDIENCE, DELETE, FIELDS, INSERT, UPDATE, destination, fitted, sync_of
from warehouse_sync.connectors.http import CONNECTOR
from warehouse_sync.connectors.http_check import address, connection
from warehouse_sync.connectors.http_settings import Action, Options, action_of, all_fields
from warehouse_sync.errors import ConfigError
from warehouse_sync.model import AudienceSpec, Mapped

MISTAKES = [
    # settings, words of the complaint
    ({"base_url": "http://api.example.com"}, "must begin with https://"),
    ({"base_url": "https://user:secret@api.example.com"}, "neither credentials nor a query"),
    ({"authentication": "basicAuth", "token": None}, "basicAuth needs username"),
    ({"authentication": "apiKey", "token": None}, "apiKey needs api_key_name; apiKey needs api_key"),
    ({"authentication": "noAuth"}, "noAuth has no use for token"),
    ({"headers": {"a b": "x"}}, "a name that no header can have"),
    ({"headers": {"A": "x", "a": "y"}}, "names a header twice"),
    ({"headers": [{"name": "A"}]}, "a list of entries with key and value"),
    ({"actions": {}}, "at least one of insert, update and delete"),
    ({"actions": {"update": {"use_insert": True}}}, "there is no insert"),
    ({"actions": {"insert": INSERT, "update": {}}}, "needs an endpoint and a body, or use_insert: on"),
    ({"actions": {"insert": INSERT, "update": {"use_insert": "on", "method": "PUT"}}}, "nothing else can be set here"),
    ({"actions": {"insert": {**INSERT, "batch_size": 5001}}}, "less than or equal to 5000"),
    ({"actions": {"insert": {**INSERT, "method": "HEAD"}}}, "'POST', 'PUT', 'PATCH', 'GET' or 'DELETE'"),
    ({"actions": {"insert": {**INSERT, "body": "{ a"}}}, "line 1, column 3: the key of an object is text in quotes"),
    ({"actions": {"insert": {**INSERT, "endpoint": "https://elsewhere.example.com/x"}}}, "a path of the base address"),
    ({"actions": {"insert": {**INSERT, "endpoint": "/a/../b"}}}, "must not lead out of the base address"),
    ({"actions": {"insert": {**INSERT, "endpoint": "/{{a b}}"}}}, "a placeholder that cannot be read"),
    ({"actions": {"insert": {**INSERT, "fields": [{"name": "a"}, {"name": "a"}]}}}, "has a field twice"),
    ({"actions": {"insert": {**INSERT, "fields": [{"name": 'a"'}]}}}, "without quotes and backslashes"),
    ({"actions": {**ACTIONS, "delete": {**DELETE, "fields": [{"name": "id", "hash": "MD5"}]}}}, "id has another hash"),
    ({"actions": {"insert": {**INSERT, "fields": [{"name": "I_D"}]}}}, "I_D and id differ in case or punctuation only"),
    ({"record_key": ["nobody"]}, "record_key names nobody, which no action has"),
    ({"strict_jsonata": True, "prune_empty": True}, "exclude each other"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "words"), MISTAKES)
def test_settings_that_do_not_fit_are_told(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words.replace("(", r"\(")) as caught:
        destination(**given)
    assert "sandbox-token" not in str(caught.value)


def test_plain_http_is_for_those_who_allow_it() -> None:
    assert destination(base_url="http://api.example.com", allow_http=True).base_url == "http://api.example.com"


def test_headers_may_be_a_list_in_which_entries_without_a_key_count_for_nothing() -> None:
    given = [{"key": "X-A", "value": "1"}, {"key": "", "value": "2"}, {"value": "3"}]
    assert destination(headers=given).headers == {"X-A": "1"}


def test_an_endpoint_gets_the_slash_it_lacks_and_its_values_percent_encoded() -> None:
    spec = AudienceSpec(id="a/b ü?")
    known = connection(sync_of(audience=spec), "a/b ü?")
    own = action_of(destination(), "remove")
    assert own is not None
    assert address(own, known) == "/receiver/a%2Fb%20%C3%BC%3F/delete"


@pytest.mark.parametrize("name", ["connection.region", "audienceId", "connection.audience.id"])
def test_a_placeholder_without_a_value_is_named(name: str) -> None:
    own = Action.model_validate({**INSERT, "endpoint": f"/{{{{{name}}}}}"})
    with pytest.raises(ConfigError, match=name):
        address(own, connection(sync_of(), AUDIENCE))


@pytest.mark.parametrize("value", [".", ".."])
def test_a_placeholder_cannot_lead_elsewhere(value: str) -> None:
    own = action_of(destination(), "add")
    assert own is not None
    with pytest.raises(ConfigError, match="lead elsewhere"):
        address(own, {"audienceId": value})


def test_the_connection_is_the_audience_the_hash_setting_and_what_the_sync_adds() -> None:
    sync = sync_of(options=Options(connection={"region": "eu"}), hash="off")
    assert connection(sync, "42") == {
        "region": "eu", "audienceId": "42", "audienceName": "VIP", "isHashRequired": False,
    }  # fmt: skip


def test_fields_are_those_of_all_actions_and_those_that_only_a_template_names() -> None:
    settings = destination(actions={"insert": {**INSERT, "fields": FIELDS[:1]}, "delete": DELETE})
    assert {name: each.required for name, each in all_fields(settings).items()} == {"id": True, "email": False}
    assert [each.name for each in fitted(actions={"insert": INSERT}).fields] == ["id", "email"]


ACTION_CASES = [
    ({"insert": INSERT, "update": UPDATE, "delete": DELETE}, "update"),
    ({"insert": INSERT, "update": {"use_insert": True}, "delete": DELETE}, "add"),
    ({"insert": INSERT, "delete": DELETE}, "replace"),
    ({"insert": INSERT}, "update"),
    ({"delete": DELETE}, "update"),
]


@pytest.mark.parametrize(("actions", "updates"), ACTION_CASES)
def test_changed_members_travel_as_the_actions_say(actions: dict[str, Any], updates: str) -> None:
    assert fitted(actions=actions).updates == updates


def test_a_run_has_pages_of_the_smallest_batch() -> None:
    assert (
        fitted(actions={"insert": {**INSERT, "batch_size": 5000}, "delete": {**DELETE, "batch_size": 100}}).rows == 100
    )


def test_a_member_is_its_primary_key_unless_the_destination_has_a_record_key() -> None:
    assert fitted().identity == "key"
    keyed = fitted(record_key=["id"])
    assert (keyed.identity, [each.role for each in keyed.fields]) == ("record", ["identifier", "context"])


# after the destination was edited


def complaint(*mapped: Any, **more: Any) -> str:
    return CONNECTOR.validate(sync_of("https://api.example.com", *mapped, **more)) or ""


def test_a_mapping_that_fits_is_not_complained_about() -> None:
    assert complaint() == ""
    assert complaint("id") == ""


def test_every_new_required_field_is_told_at_once() -> None:
    edited = {**INSERT, "fields": [*FIELDS, {"name": "phone", "required": True}, {"name": "zip", "required": True}]}
    told = complaint(actions={"insert": edited})
    assert told.startswith("the mapping does not fit the destination: ")
    assert "phone is required and not mapped; zip is required and not mapped" in told


def test_a_template_field_that_is_neither_declared_nor_mapped_is_told() -> None:
    edited = {**INSERT, "body": "[$$.records.{'e': emial}]"}
    assert "a template uses emial, which is neither mapped nor among" in complaint(actions={"insert": edited})


def test_a_static_field_takes_no_column() -> None:
    edited = {**INSERT, "fields": [*FIELDS, {"name": "tier", "static": True}]}
    assert "tier is static" in complaint("id", "tier", actions={"insert": edited})
    assert complaint("id", Mapped("tier", static="gold"), actions={"insert": edited}) == ""


def test_a_record_key_that_is_not_mapped_is_told() -> None:
    edited = {**INSERT, "fields": []}
    assert "id is in record_key and not mapped" in complaint("email", actions={"insert": edited}, record_key=["id"])


@pytest.mark.parametrize("path", ["$$.connection.audienceID", "$$.audienceId", "$$.connection.region"])
def test_a_path_to_nothing_is_told_so_that_no_other_list_is_meant(path: str) -> None:
    told = complaint(actions={"insert": {**INSERT, "body": f'{{"list": {path}, "r": $$.records}}'}})
    assert f"insert uses {path}, which is nothing" in told
    assert "audienceId" in told


def test_a_placeholder_without_a_value_is_told_before_anything_is_sent() -> None:
    told = complaint(actions={"insert": {**INSERT, "endpoint": "/{{connection.region}}/x"}})
    assert "insert: the endpoint's placeholder {{connection.region}} has no value" in told


def test_an_audience_has_to_exist() -> None:
    assert complaint(audience=AudienceSpec(name="VIP")).startswith("audience.id is needed")
