"""BigQuery without a service: its settings, what is refused before anything is sent, and errors by their reason."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.golden_case import rendered
from warehouse_sync import statements
from warehouse_sync.adapters import bigquery
from warehouse_sync.adapters.bigquery import DIALECT, Settings
from warehouse_sync.adapters.bigquery_errors import errors, failure
from warehouse_sync.config import load
from warehouse_sync.errors import AlreadyExists, ConfigError, WarehouseBusy, WarehouseError

SERVICE = {"project": "p", "api_endpoint": "http://127.0.0.1:1", "anonymous": True}

WRONG = {
    "anonymous without an emulator": {"anonymous": True},
    "anonymous without a project": {"anonymous": True, "api_endpoint": "http://127.0.0.1:1"},
    "a label's key in capitals": {"labels": {"Team": "growth"}},
    "a label's value of too many letters": {"labels": {"team": "g" * 64}},
    "no bytes": {"maximum_bytes_billed": 0},
    "no time": {"job_timeout": 0},
    "an unknown setting": {"dataset": "shop"},
}


@pytest.mark.parametrize("told", WRONG.values(), ids=WRONG.keys())
def test_a_block_that_cannot_work_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(told)


def test_a_missing_driver_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.cloud", None)
    with pytest.raises(ConfigError, match=r"warehouse-sync\[bigquery\]"):
        bigquery.connect(Settings.model_validate(SERVICE))


def test_without_credentials_it_says_how_to_get_some(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    with pytest.raises(WarehouseError, match="application-default login") as refused:
        bigquery.connect(Settings(project="p"))
    assert refused.value.code == "credentials"


def test_a_key_file_that_is_none_is_a_mistake_in_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text('{"private_key": "secret-value"}')
    for name in ("key.json", "none.json"):
        with pytest.raises(ConfigError, match="key file") as refused:
            bigquery.connect(Settings(keyfile=tmp_path / name))
        assert "secret" not in str(refused.value)


@pytest.fixture
def keyfile(tmp_path: Path) -> Path:
    """The key file of a service account that there is not, with a key made for this test."""
    import json

    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    plain, encoding = serialization.NoEncryption(), serialization.Encoding.PEM
    key = rsa.generate_private_key(65537, 2048).private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
    told = {
        "type": "service_account",
        "project_id": "from-the-key",
        "private_key_id": "1",
        "private_key": key.decode(),
        "client_email": "wsync@from-the-key.iam.gserviceaccount.com",
        "token_uri": "http://127.0.0.1:1/token",
    }
    path = tmp_path / "key.json"
    path.write_text(json.dumps(told))
    return path


def test_a_key_file_names_the_project_unless_the_block_does(keyfile: Path) -> None:
    warehouse = bigquery.connect(Settings(keyfile=keyfile, location="EU"))
    assert (warehouse.client.project, warehouse.client.location) == ("from-the-key", "EU")
    assert warehouse.account == "wsync@from-the-key.iam.gserviceaccount.com"
    warehouse.close()
    warehouse.close()
    assert bigquery.connect(Settings(keyfile=keyfile, project="shop-1")).client.project == "shop-1"


def test_a_key_file_s_path_starts_at_the_project_s_folder(tmp_path: Path) -> None:
    block = "warehouse: {type: bigquery, project: shop-1, keyfile: keys/wsync.json}\ndestinations: {}\n"
    (tmp_path / "wsync.yml").write_text(block)
    assert getattr(load(tmp_path).warehouse, "keyfile", None) == tmp_path / "keys" / "wsync.json"


def test_it_acts_as_the_account_that_is_impersonated(keyfile: Path) -> None:
    other = "loader@shop-1.iam.gserviceaccount.com"
    assert bigquery.connect(Settings(keyfile=keyfile, impersonate_service_account=other)).account == other


# -- SQL ---------------------------------------------------------------------------------------------------------------

EXPIRING = {
    "run/asked",
    "run/changes",
    "run/leaving",
    "run/removals",
    "run/source_rows",
    "run/wanted",
    "settle/verdict",
    "task/adopt",
}


def test_only_tables_that_can_be_made_again_expire() -> None:
    expiring = {name for name in statements.names() if "expiration_timestamp" in rendered(name, "bigquery")}
    assert expiring == EXPIRING


def test_the_mirror_is_clustered_by_what_one_row_is_looked_up_by() -> None:
    assert rendered("state/mirror", "bigquery").rstrip().endswith("CLUSTER BY `primary_key`")


@pytest.mark.parametrize("name", ["a`b", "a\\", "`; drop table t --"])
def test_a_name_that_no_quoting_holds_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="backtick or a backslash"):
        DIALECT.rendering.spelled(name)
    quoted = name.replace("`", "``")
    unreachable = bigquery.connect(Settings.model_validate(SERVICE))
    with pytest.raises(ConfigError, match="backtick or a backslash"):
        unreachable.describe(f"SELECT * FROM `shop`.`{quoted}`", "test")


# -- errors ------------------------------------------------------------------------------------------------------------

REASONS: list[tuple[str, str, type[WarehouseError], str]] = [
    ("rateLimitExceeded", "Exceeded rate limits", WarehouseBusy, "busy"),
    ("backendError", "Error encountered during execution", WarehouseBusy, "busy"),
    ("jobRateLimitExceeded", "", WarehouseBusy, "busy"),
    ("invalidQuery", "Could not serialize access to table p:d.t due to concurrent update", WarehouseBusy, "busy"),
    ("duplicate", "Already Exists: Table p:d.t", AlreadyExists, "exists"),
    ("notFound", "Not found: Table p:d.missing_table was not found in location EU", WarehouseError, "missing"),
    ("notFound", "Not found: Dataset p:nowhere", WarehouseError, "missing"),
    ("invalid", 'Table "missing_table" must be qualified with a dataset', WarehouseError, "missing"),
    ("invalidQuery", "Unrecognized name: emial; Did you mean email? at [3:7]", WarehouseError, "missing"),
    ("invalidQuery", "Bad int64 value: secret-value", WarehouseError, "statement"),
    ("invalidQuery", "Syntax error: Unexpected string literal 'secret-value' at [1:8]", WarehouseError, "statement"),
    ("invalid", "Error while reading data: secret-value is not a valid value", WarehouseError, "statement"),
    ("accessDenied", "Access Denied: Table p:d.t: User does not have permission", WarehouseError, "grants"),
    ("quotaExceeded", "Quota exceeded: Your table exceeded quota for imports", WarehouseError, "quota"),
    ("bytesBilledLimitExceeded", "Query exceeded limit for bytes billed", WarehouseError, "quota"),
    ("billingNotEnabled", "Billing has not been enabled for this project", WarehouseError, "quota"),
    ("resourcesExceeded", "Resources exceeded during query execution", WarehouseError, "memory"),
    ("stopped", "Job execution was cancelled: Job timed out after 60s", WarehouseError, "timeout"),
]


@pytest.mark.parametrize(("reason", "message", "kind", "code"), REASONS)
def test_an_error_says_what_to_do_and_quotes_no_value(
    reason: str, message: str, kind: type[WarehouseError], code: str
) -> None:
    error = failure(reason, message, "run/changes")
    assert (type(error), error.code) == (kind, code)
    assert str(error).startswith("run/changes: ")
    assert "secret" not in str(error)


def test_what_is_missing_is_named() -> None:
    told = [str(failure(reason, message, "s")) for reason, message, _, code in REASONS if code == "missing"]
    assert told == [
        "s: there is no table p:d.missing_table",
        "s: there is no dataset p:nowhere",
        "s: there is no table missing_table, or its dataset is left out",
        "s: there is no column or function emial",
    ]


def raised() -> dict[str, tuple[Exception, str]]:
    """What the driver raises, and the code that stands for it."""
    import requests
    from google.api_core import exceptions as api
    from google.auth import exceptions as auth

    return {
        "no way to the token server": (auth.TransportError("secret-value"), "connection"),
        "refused credentials": (auth.RefreshError("secret-value"), "credentials"),
        "no way to the service": (requests.ConnectionError("secret-value"), "connection"),
        "tried for long": (api.RetryError("secret-value", requests.Timeout()), "connection"),
        "unauthenticated": (api.Unauthorized("secret-value"), "credentials"),
        "forbidden": (api.Forbidden("secret-value"), "grants"),
        "a failing server": (api.ServiceUnavailable("secret-value"), "busy"),
    }


@pytest.mark.parametrize("name", raised())
def test_what_the_driver_raises_is_told_without_its_words(name: str) -> None:
    error, code = raised()[name]
    with pytest.raises(WarehouseError) as told, errors("run/changes"):
        raise error
    assert told.value.code == code
    assert "secret" not in str(told.value)
    assert told.value.__cause__ is None and told.value.__suppress_context__
