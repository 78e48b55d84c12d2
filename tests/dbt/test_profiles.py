"""dbt's profile: found as dbt finds it, rendered in a sandbox, turned into our settings; no value in any message."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from warehouse_sync.dbt.connections import connection
from warehouse_sync.dbt.profiles import Choice, Profile, read_profile, read_project
from warehouse_sync.errors import ConfigError

SECRET = "hunter2-hunter2"


def project(root: Path, text: str = "name: shop\nprofile: shop\n") -> Path:
    root.mkdir(parents=True, exist_ok=True)
    (root / "dbt_project.yml").write_text(text)
    return root


def profiles(folder: Path, path: str, more: str = "") -> Path:
    """A folder whose profile says which of several it is."""
    folder.mkdir(parents=True, exist_ok=True)
    outputs = "".join(f"    {name}: {{type: duckdb, path: {path}-{name}}}\n" for name in ("default", "dev", "prod"))
    text = f"shop:\n{more}  outputs:\n{outputs}other:\n  outputs:\n    default: {{type: duckdb, path: {path}-other}}\n"
    (folder / "profiles.yml").write_text(text)
    return folder


def chosen(root: Path, choice: Choice = Choice(), **environ: str) -> str:  # noqa: B008 - it is frozen
    return str(read_profile(read_project(root, environ), choice, environ).values["path"])


@pytest.mark.parametrize(
    ("choice", "environ", "there", "found"),
    [
        (Choice(), {}, "home", "home-default"),
        (Choice(), {}, "home here", "here-default"),
        (Choice(), {"DBT_PROFILES_DIR": "DIR/env"}, "home here env", "env-default"),
        (Choice(profiles_dir=Path("own")), {"DBT_PROFILES_DIR": "DIR/env"}, "home here env own", "own-default"),
        (Choice(), {"DBT_PROFILE": "other"}, "home", "home-other"),
        (Choice(profile="other"), {"DBT_PROFILE": "shop"}, "home", "home-other"),
        (Choice(), {"DBT_TARGET": "prod"}, "home", "home-prod"),
        (Choice(target="dev"), {"DBT_TARGET": "prod"}, "home", "home-dev"),
    ],
)
def test_folder_profile_and_target_are_looked_up_in_the_order_of_dbt(
    tmp_path: Path, choice: Choice, environ: dict[str, str], there: str, found: str
) -> None:
    root = project(tmp_path / "dbt")
    folders = {"home": tmp_path / ".dbt", "here": root, "env": tmp_path / "env", "own": root / "own"}
    for name in there.split():
        profiles(folders[name], name)
    settings = {key: value.replace("DIR", str(tmp_path)) for key, value in environ.items()}
    assert chosen(root, choice, HOME=str(tmp_path), **settings) == found


def test_the_target_of_the_profile_comes_before_the_default(tmp_path: Path) -> None:
    root = project(tmp_path)
    profiles(root, "here", "  target: prod\n")
    assert chosen(root) == "here-prod"
    profiles(root, "here", "  target: \"{{ env_var('STAGE', 'dev') }}\"\n")
    assert chosen(root) == "here-dev"
    assert chosen(root, STAGE="prod") == "here-prod"


@pytest.mark.parametrize(
    ("text", "environ", "folder"),
    [
        ("name: shop", {}, "target"),
        ("name: shop\ntarget-path: out", {}, "out"),
        ("name: shop\ntarget-path: \"{{ env_var('OUT') }}\"", {"OUT": "elsewhere"}, "elsewhere"),
        ("name: shop\ntarget-path: out", {"DBT_TARGET_PATH": "third"}, "third"),
    ],
)
def test_artefacts_are_where_dbt_writes_them(tmp_path: Path, text: str, environ: dict[str, str], folder: str) -> None:
    assert read_project(project(tmp_path, text), environ).target_path == tmp_path / folder


@pytest.mark.parametrize(
    ("environ", "choice", "said"),
    [
        ({}, Choice(profile="shopp"), "profiles.yml: has no profile 'shopp'; it has: shop, other"),
        ({}, Choice(target="stage"), "profiles.yml: shop: has no output 'stage'; it has: default, dev, prod"),
        (
            {"DBT_PROFILES_DIR": "nowhere"},
            Choice(),
            "nowhere/profiles.yml: is not there; set warehouse.dbt.profiles_dir or DBT_PROFILES_DIR; `dbt debug` shows "
            "where dbt looks",
        ),
    ],
)
def test_what_is_not_there_is_said_with_what_is(
    tmp_path: Path, environ: dict[str, str], choice: Choice, said: str
) -> None:
    root = profiles(project(tmp_path), "here")
    with pytest.raises(ConfigError) as caught:
        chosen(root, choice, **environ)
    assert str(caught.value).replace(f"{root}/", "") == said


def test_a_project_without_a_profile_says_where_one_is_named(tmp_path: Path) -> None:
    root = profiles(project(tmp_path, "name: shop"), "here")
    with pytest.raises(ConfigError, match=r"dbt_project\.yml: names no profile; set `profile`, or warehouse\.dbt"):
        chosen(root)


# rendering


def output(root: Path, value: str, **environ: str) -> Any:
    """What a value of an output is rendered to."""
    text = f'shop:\n  outputs:\n    default:\n      type: postgres\n      it: {value}\n    broken: {{it: "{{{{"}}\n'
    (root / "profiles.yml").write_text(text)
    return read_profile(read_project(project(root), environ), Choice(), environ).values["it"]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("plain", "plain"),
        ("5432", 5432),
        ("\"{{ env_var('PORT') }}\"", "5432"),
        ("\"{{ env_var('PORT') | as_number }}\"", 5432),
        ("\"{{ env_var('PORT') | int }}\"", 5432),
        ("\"{{ env_var('RATIO') | as_number }}\"", 0.5),
        ("\"{{ env_var('TRUTH') | as_bool }}\"", True),
        ("\"{{ env_var('LIST') | as_native }}\"", [1, 2]),
        ("\"{{ env_var('PORT') | as_text }}\"", "5432"),
        ("\"{{ env_var('MISSING', 'else') }}\"", "else"),
        ("\"{{ env_var('DBT_ENV_SECRET_IT') }}\"", SECRET),
        ("\"db.{{ env_var('PORT') }}.{{ env_var('TRUTH') }}\"", "db.5432.true"),
        ("\"{% if env_var('TRUTH') == 'true' %}a{% else %}b{% endif %}\"", "a"),
        ("\"{{- env_var('PORT') -}}\"", "5432"),
        ("[\"{{ env_var('PORT') }}\", {a: \"{{ env_var('TRUTH') }}\"}]", ["5432", {"a": "true"}]),
        ("&anchor yes", True),
    ],
)
def test_values_are_rendered_as_dbt_renders_them(tmp_path: Path, value: str, found: object) -> None:
    variables = {"PORT": "5432", "RATIO": "0.5", "TRUTH": "true", "LIST": "[1, 2]", "DBT_ENV_SECRET_IT": SECRET}
    assert output(tmp_path, value, **variables) == found


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("\"{{ env_var('MISSING') }}\"", "environment variable MISSING is not set"),
        ("\"{{ var('it') }}\"", "uses var(), which only dbt's command line knows; use env_var() instead"),
        ('"{{ target.name }}"', "cannot be rendered (UndefinedError)"),
        ("\"{{ env_var('IT') | as_number }}\"", "cannot be rendered (ValueError)"),
        ("\"{{ env_var('IT') | as_bool }}\"", "cannot be rendered (ValueError)"),
        ("\"{{ env_var('IT')\"", "cannot be rendered (TemplateSyntaxError)"),
        ('"{{ env_var.__globals__ }}"', "cannot be rendered (SecurityError)"),
        ("\"{{ ''.__class__.__mro__[1].__subclasses__() }}\"", "cannot be rendered (SecurityError)"),
        ('"{{ 1 / 0 }}"', "cannot be rendered (ZeroDivisionError)"),
    ],
)
def test_what_cannot_be_rendered_is_named_and_no_value_is_told(tmp_path: Path, value: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        output(tmp_path, value, IT=SECRET)
    assert str(caught.value).startswith(f"{tmp_path}/profiles.yml: shop.outputs.default.it: {said}")
    assert SECRET not in str(caught.value)


def test_only_the_chosen_output_is_rendered(tmp_path: Path) -> None:
    assert output(tmp_path, "x") == "x"


def test_jinja_is_only_needed_where_there_is_something_to_render(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    assert output(tmp_path, "plain") == "plain"
    with pytest.raises(ConfigError, match=r"needs Jinja to be read: pip install 'warehouse-sync\[dbt\]'"):
        output(tmp_path, "\"{{ env_var('X', 'y') }}\"")


def test_a_profile_shows_no_value(tmp_path: Path) -> None:
    (project(tmp_path) / "profiles.yml").write_text(
        f"shop: {{outputs: {{default: {{type: postgres, password: {SECRET}, host: \"{{{{ env_var('H') }}}}\"}}}}}}"
    )
    found = read_profile(read_project(tmp_path, {}), Choice(), {"H": "db.internal.example"})
    assert SECRET not in repr(found)
    assert {SECRET, "db.internal.example"} <= found.hidden
    made = connection(found, tmp_path)
    assert SECRET not in repr(made)
    assert made.settings["password"] == SECRET


# our settings


def settings(type_: str, **values: Any) -> dict[str, Any]:
    profile = Profile(Path("profiles.yml"), "shop", "dev", type_, {"type": type_, **values})
    return dict(connection(profile, Path("/dbt")).settings)


AT = {"host": "db", "user": "me", "dbname": "shop", "schema": "main", "threads": 4}
SNOW = {"account": "my_org-acc", "user": "me", "database": "D", "warehouse": "W", "schema": "S"}
BIG = {"project": "p", "dataset": "d", "location": "EU"}


@pytest.mark.parametrize(
    ("type_", "values", "found"),
    [
        ("duckdb", {"path": "shop.duckdb", "threads": 4}, {"path": "/dbt/shop.duckdb"}),
        (
            "duckdb",
            {"path": "/x/a.duckdb", "settings": {"memory_limit": "1GB"}},
            {"path": "/x/a.duckdb", "memory_limit": "1GB"},
        ),
        (
            "postgres",
            {**AT, "port": "5433", "pass": "x"},
            {"host": "db", "user": "me", "dbname": "shop", "port": 5433, "password": "x"},
        ),
        (
            "postgres",
            {"host": "db", "database": "shop", "role": "reader"},
            {"host": "db", "dbname": "shop", "dsn": "options='-c role=reader'"},
        ),
        (
            "postgres",
            {"host": "db", "sslmode": "verify-full", "sslrootcert": "ca.pem"},
            {"host": "db", "sslmode": "verify-full", "sslrootcert": "/dbt/ca.pem"},
        ),
        ("postgres", {"host": "db", "sslrootcert": "system"}, {"host": "db", "sslrootcert": "system"}),
        (
            "redshift",
            {**AT, "port": 5439, "password": "x"},
            {"host": "db", "user": "me", "dbname": "shop", "port": 5439, "password": "x"},
        ),
        (
            "redshift",
            {**AT, "method": "iam", "cluster_id": "c", "region": "eu-west-1", "iam_profile": "w"},
            {
                "host": "db",
                "user": "me",
                "dbname": "shop",
                "iam": {"cluster": "c", "region": "eu-west-1", "profile": "w"},
            },
        ),
        (
            "redshift",
            {"host": "wg.1.eu-west-1.redshift-serverless.amazonaws.com", "dbname": "shop", "method": "iam"},
            {"host": "wg.1.eu-west-1.redshift-serverless.amazonaws.com", "dbname": "shop", "iam": {"workgroup": "wg"}},
        ),
        (
            "snowflake",
            {**SNOW, "password": "x", "role": "R"},
            {"account": "my-org-acc", "user": "me", "database": "D", "warehouse": "W", "role": "R", "password": "x"},
        ),
        (
            "snowflake",
            {**SNOW, "private_key_path": "~/k.p8", "private_key_passphrase": "x"},
            {
                "account": "my-org-acc",
                "user": "me",
                "database": "D",
                "warehouse": "W",
                "private_key_file": str(Path("~/k.p8").expanduser()),
                "private_key_passphrase": "x",
            },
        ),
        (
            "snowflake",
            {**SNOW, "authenticator": "oauth", "token": "t"},
            {
                "account": "my-org-acc",
                "user": "me",
                "database": "D",
                "warehouse": "W",
                "token": "t",
                "token_type": "oauth",
            },
        ),
        (
            "snowflake",
            {**SNOW, "authenticator": "programmatic_access_token", "token": "t"},
            {
                "account": "my-org-acc",
                "user": "me",
                "database": "D",
                "warehouse": "W",
                "token": "t",
                "token_type": "programmatic_access_token",
            },
        ),
        (
            "snowflake",
            {**SNOW, "authenticator": "externalbrowser"},
            {
                "account": "my-org-acc",
                "user": "me",
                "database": "D",
                "warehouse": "W",
                "authenticator": "externalbrowser",
            },
        ),
        (
            "bigquery",
            {**BIG, "method": "oauth", "maximum_bytes_billed": "1000"},
            {"project": "p", "location": "EU", "maximum_bytes_billed": 1000},
        ),
        (
            "bigquery",
            {
                **BIG,
                "method": "service-account",
                "keyfile": "k.json",
                "execution_project": "e",
                "job_execution_timeout_seconds": 60,
            },
            {"project": "e", "location": "EU", "keyfile": Path("/dbt/k.json"), "job_timeout": 60},
        ),
    ],
)
def test_an_output_becomes_the_settings_of_our_adapter(type_: str, values: Any, found: Any) -> None:
    from warehouse_sync import adapters

    made = settings(type_, **values)
    assert made == found
    adapters.settings_model(type_).model_validate({"type": type_, **made})


KEY_PAIR = "use a key pair (private_key_path), a programmatic access token or externalbrowser"
GOOGLE = "use method service-account with a keyfile, or method oauth with application default credentials"


@pytest.mark.parametrize(
    ("type_", "values", "said"),
    [
        (
            "spark",
            {},
            "is of type spark, which wsync has no warehouse for; known: duckdb, postgres, redshift, snowflake, "
            "bigquery",
        ),
        ("duckdb", {}, "keeps its database in memory, where nothing is left when dbt ends; set path to a file"),
        (
            "duckdb",
            {"path": ":memory:"},
            "keeps its database in memory, where nothing is left when dbt ends; set path to a file",
        ),
        (
            "duckdb",
            {"path": "md:shop"},
            "is not a database file: MotherDuck, DuckLake and remote databases are not read; use one",
        ),
        (
            "postgres",
            {"role": "a b"},
            "has a role whose name needs quotes, which wsync cannot switch to; connect as a user that has it",
        ),
        (
            "redshift",
            {"method": "browser_identity_center"},
            "signs in by method browser_identity_center; wsync knows database and iam",
        ),
        (
            "redshift",
            {"access_key_id": SECRET},
            "holds an AWS access key; put it into a profile of the AWS configuration and name iam_profile",
        ),
        ("redshift", {"method": "iam", "host": "x"}, "signs in by iam but has no cluster_id"),
        (
            "snowflake",
            {"authenticator": "username_password_mfa"},
            f"signs in by username_password_mfa, which wsync cannot; {KEY_PAIR}",
        ),
        ("snowflake", {"authenticator": "https://me.okta.com"}, f"signs in by Okta, which wsync cannot; {KEY_PAIR}"),
        (
            "snowflake",
            {"authenticator": "workload_identity"},
            f"signs in by workload_identity, which wsync cannot; {KEY_PAIR}",
        ),
        (
            "snowflake",
            {"authenticator": "oauth", "oauth_client_secret": SECRET},
            "has a refresh token of an OAuth client; give wsync a key pair (private_key_path) instead",
        ),
        (
            "bigquery",
            {"method": "service-account-json", "keyfile_json": {"private_key": SECRET}},
            f"holds a key inside the profile; write it to a file: {GOOGLE}",
        ),
        ("bigquery", {"method": "oauth-secrets"}, f"signs in by method oauth-secrets, which wsync cannot; {GOOGLE}"),
    ],
)
def test_a_way_to_sign_in_that_we_do_not_have_is_refused_with_the_remedy(type_: str, values: Any, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings(type_, **values)
    assert str(caught.value) == f"profiles.yml: shop.outputs.dev: {said}"


def test_what_dbt_heeds_and_we_do_not_is_said(tmp_path: Path) -> None:
    values = {"type": "duckdb", "path": "x.duckdb", "extensions": ["httpfs"], "keep_open": True}
    found = connection(Profile(Path("profiles.yml"), "shop", "dev", "duckdb", values), tmp_path)
    assert found.warnings == ("profiles.yml: shop.outputs.dev.extensions: dbt heeds this, wsync does not",)
