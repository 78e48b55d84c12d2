from __future__ import annotations

from pathlib import Path

import pytest
from projects import (
    BUYERS,
    SECRET,
    WSYNC,
    acme_is_installed,  # noqa: F401
    mistakes,
    project,
    read,
    with_line,
)
from pydantic import SecretStr


def test_a_secret_is_in_no_repr_of_a_project(tmp_path: Path) -> None:
    wsync = with_line(WSYNC, "warehouse: {type: postgres, password: \"{{ env_var('ACME_TOKEN') }}\"}")
    found = read(project(tmp_path, wsync))
    assert isinstance(getattr(found.warehouse, "password", None), SecretStr)
    assert SECRET not in repr(found) + str(found)


def test_a_secret_written_out_works_with_a_warning_that_does_not_hold_it(tmp_path: Path) -> None:
    wsync = WSYNC.replace("{{ env_var('ACME_TOKEN') }}", "written-out-secret")
    root = project(tmp_path, wsync)
    found = read(root)
    assert found.syncs[0].destination.token.get_secret_value() == "written-out-secret"
    words = "wsync.yml:6: destinations.ads.token: holds a secret in plain text; use \"{{ env_var('NAME') }}\""
    assert [each.replace(f"{root}/", "") for each in found.warnings] == [words]
    assert "written-out-secret" not in repr(found)


def test_a_secret_written_out_is_warned_of_once_however_many_syncs_use_it(tmp_path: Path) -> None:
    changed = with_line(BUYERS, 'destination: {name: ads, account_id: "2"}')
    wsync = WSYNC.replace("{{ env_var('ACME_TOKEN') }}", "written-out-secret")
    assert len(read(project(tmp_path, wsync, files={"syncs/z.yml": changed})).warnings) == 1


def test_a_secret_given_as_a_default_is_a_secret_written_out(tmp_path: Path) -> None:
    wsync = WSYNC.replace("'ACME_TOKEN'", "'GONE', 'written-out-secret'")
    found = read(project(tmp_path, wsync))
    assert found.syncs[0].destination.token.get_secret_value() == "written-out-secret"
    assert len(found.warnings) == 1


def test_variables_are_filled_in_wherever_text_may_stand(tmp_path: Path) -> None:
    wsync = WSYNC.replace('"1000000001"', "\"{{env_var('A')}}-{{ env_var(\\\"B\\\", 'b') }}\"")
    text = BUYERS.replace("main.customers", "\"{{ env_var('A') }}.customers\"")
    text = text.replace("destination: ads", "destination: \"{{ env_var('WHERE', 'ads') }}\"")
    sync = read(project(tmp_path, wsync, text), A="x").syncs[0]
    assert sync.destination.account_id == "x-b"
    assert sync.source.relation == ("x", "customers")


def test_headers_that_hold_secrets_are_secret(tmp_path: Path) -> None:
    wsync = WSYNC + "    headers: {X-Key: \"{{ env_var('DBT_ENV_SECRET_KEY') }}\", X-Plain: written}\n"
    found = read(project(tmp_path, wsync), DBT_ENV_SECRET_KEY=SECRET)
    assert found.syncs[0].destination.headers["X-Key"].get_secret_value() == SECRET
    assert [each.split(": ")[1] for each in found.warnings] == ["destinations.ads.headers.X-Plain"]
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    "line",
    [
        "destination: \"{{ env_var('ACME_TOKEN') }}\"",
        "source: \"{{ env_var('ACME_TOKEN') }} x\"",
        "source: {query_file: \"{{ env_var('ACME_TOKEN') }}\"}",
        "mode: \"{{ env_var('ACME_TOKEN') }}\"",
        "normalize: \"{{ env_var('ACME_TOKEN') }}\"",
        "schedule: {every: \"{{ env_var('ACME_TOKEN') }}\"}",
        "schedule: {cron: \"{{ env_var('ACME_TOKEN') }} * * * *\"}",
        "primary_key: [\"{{ env_var('ACME_TOKEN') }}\", \"{{ env_var('ACME_TOKEN') }}\"]",
        "destination: {name: ads, region: \"{{ env_var('ACME_TOKEN') }}\"}",
        "guards: {removals_percent: \"{{ env_var('ACME_TOKEN') }}\"}",
        "mode: s3cr3t-EAAB-token",
    ],
)
def test_no_message_holds_a_secret_put_in_the_wrong_place(tmp_path: Path, line: str) -> None:
    assert mistakes(project(tmp_path, buyers=with_line(BUYERS, line)))


def test_no_message_holds_the_short_value_of_a_variable(tmp_path: Path) -> None:
    value = "\"{{ env_var('SHORT') }}\""
    for line in (
        f"mode: {value}",
        f"normalize: {value}",
        f"destination: {value}",
        f"schedule: {{every: {value}}}",
        f"source: {{query_file: {value}}}",
    ):
        root = project(tmp_path, buyers=with_line(BUYERS, line))
        assert "qqq" not in "".join(mistakes(root, SHORT="qQq")).lower()
