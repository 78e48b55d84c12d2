"""From the output of a dbt profile to the settings of our own adapter for that warehouse.

Keys were read from the credential classes of dbt-duckdb 1.11, dbt-postgres 1.11, dbt-redshift 1.11, dbt-snowflake 1.12
and dbt-bigquery 1.12 on 2026-11-22. A key that changes nothing for us is ignored, one that might gets a warning, and a
way to sign in that we do not have is refused with what to do instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ConfigError
from .profiles import Profile

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Connection:
    """Settings for the adapter `type`, and sentences about what was left out. Its `repr` shows no value."""

    type: str
    settings: Values = field(repr=False)
    warnings: tuple[str, ...] = ()


class _Refused(Exception):
    """This output cannot be used; its text says why, and what to do."""


def connection(profile: Profile, root: Path) -> Connection:
    """How to connect as dbt does; paths are seen from `root`, the dbt project. Raises `ConfigError`."""
    place = f"{profile.name}.outputs.{profile.target}"
    make = _BY_TYPE.get(profile.type)
    if make is None:
        raise ConfigError(
            f"is of type {profile.type}, which wsync has no warehouse for; known: {', '.join(_BY_TYPE)}",
            path=profile.path,
            key=place,
        )
    try:
        settings = make(profile.values, root)
    except _Refused as refusal:
        raise ConfigError(str(refusal), path=profile.path, key=place) from None
    told = {key: value for key, value in settings.items() if value is not None}
    return Connection(profile.type, told, tuple(_left_out(profile, place)))


def _left_out(profile: Profile, place: str) -> list[str]:
    """A warning for every key that dbt heeds and we do not."""
    missed = [key for key in _MISSED.get(profile.type, ()) if profile.values.get(key)]
    return [f"{profile.path}: {place}.{key}: dbt heeds this, wsync does not" for key in missed]


_MISSED = {
    "duckdb": ("attach", "extensions", "secrets", "filesystems", "plugins", "use_credential_provider"),
    "postgres": ("search_path",),
    "redshift": ("role", "db_groups"),
    "snowflake": ("host", "port", "protocol", "proxy_host", "proxy_port"),
    "bigquery": ("quota_project", "reservation", "scopes"),
}


def _first(values: Values, *names: str) -> Any:
    return next((values[name] for name in names if values.get(name) is not None), None)


def _whole(value: Any) -> Any:
    """A number that came as text from a variable."""
    return int(value) if isinstance(value, str) and value.strip().isdigit() else value


def _below(root: Path, value: Any) -> Any:
    return str(root / Path(value).expanduser()) if isinstance(value, str) and value else value


def _duckdb(values: Values, root: Path) -> dict[str, Any]:
    path = values.get("path", ":memory:")
    if not isinstance(path, str) or path.startswith(":memory:"):
        raise _Refused("keeps its database in memory, where nothing is left when dbt ends; set path to a file")
    if re.match(r"[a-z][a-z0-9]+:", path) or values.get("is_ducklake"):
        raise _Refused("is not a database file: MotherDuck, DuckLake and remote databases are not read; use one")
    limits = [values.get(block) for block in ("config_options", "settings")]
    limit = next(
        (each["memory_limit"] for each in limits if isinstance(each, Mapping) and "memory_limit" in each), None
    )
    return {"path": _below(root, path), "memory_limit": limit}


def _postgres(values: Values, root: Path) -> dict[str, Any]:
    role = values.get("role")
    if role is not None and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_$]*", str(role)):
        raise _Refused(
            "has a role whose name needs quotes, which wsync cannot switch to; connect as a user that has it"
        )
    return {
        **{name: values.get(name) for name in ("host", "user", "sslmode")},
        "port": _whole(values.get("port")),
        "dbname": _first(values, "dbname", "database"),
        "password": _first(values, "password", "pass"),
        **{name: _below(root, values.get(name)) for name in ("sslcert", "sslkey")},
        "sslrootcert": _certificates(values.get("sslrootcert"), root),
        "dsn": f"options='-c role={role}'" if role else None,
    }


def _certificates(value: Any, root: Path) -> Any:
    return value if value == "system" else _below(root, value)


def _redshift(values: Values, root: Path) -> dict[str, Any]:
    method = values.get("method") or "database"
    if method not in ("database", "iam"):
        raise _Refused(f"signs in by method {method}; wsync knows database and iam")
    if values.get("access_key_id") or values.get("secret_access_key"):
        raise _Refused("holds an AWS access key; put it into a profile of the AWS configuration and name iam_profile")
    host = str(values.get("host") or "")
    return {
        "host": host,
        "port": _whole(values.get("port")),
        "dbname": _first(values, "dbname", "database"),
        "user": values.get("user"),
        "password": _first(values, "password", "pass") if method == "database" else None,
        "iam": _iam(values, host) if method == "iam" else None,
        "sslmode": values.get("sslmode"),
        "query_group": values.get("query_group"),
    }


def _iam(values: Values, host: str) -> dict[str, Any]:
    """A serverless endpoint is WORKGROUP.ACCOUNT.REGION.redshift-serverless.amazonaws.com."""
    serverless = values.get("is_serverless") or values.get("serverless_work_group") or "redshift-serverless" in host
    workgroup = (values.get("serverless_work_group") or host.partition(".")[0]) if serverless else None
    if not serverless and not values.get("cluster_id"):
        raise _Refused("signs in by iam but has no cluster_id")
    told = {
        "cluster": None if serverless else values.get("cluster_id"),
        "workgroup": workgroup,
        "region": values.get("region"),
        "profile": values.get("iam_profile"),
    }
    return {name: value for name, value in told.items() if value is not None}


def _snowflake(values: Values, root: Path) -> dict[str, Any]:
    return {
        "account": str(values.get("account") or "").replace("_", "-") or None,
        **{name: values.get(name) for name in ("user", "database", "warehouse", "role", "query_tag")},
        **_snowflake_way_in(values, root),
    }


def _snowflake_way_in(values: Values, root: Path) -> dict[str, Any]:
    way = str(values.get("authenticator") or "").lower()
    if way in ("oauth", "jwt") and (values.get("oauth_client_id") or values.get("oauth_client_secret")):
        raise _Refused("has a refresh token of an OAuth client; give wsync a key pair (private_key_path) instead")
    if way in ("oauth", "jwt", "programmatic_access_token"):
        kind = "programmatic_access_token" if way == "programmatic_access_token" else "oauth"
        return {"token": values.get("token"), "token_type": kind}
    if way == "externalbrowser":
        return {"authenticator": "externalbrowser"}
    if way not in ("", "snowflake", "snowflake_jwt"):
        raise _Refused(
            f"signs in by {'Okta' if 'okta' in way else way}, which wsync cannot; use a key pair (private_key_path), a "
            "programmatic access token or externalbrowser"
        )
    key, file = values.get("private_key"), values.get("private_key_path")
    if key or file:
        way_in = {"private_key": key} if key else {"private_key_file": _below(root, file)}
        return {**way_in, "private_key_passphrase": values.get("private_key_passphrase")}
    return {"password": values.get("password")}


_GOOGLE = "use method service-account with a keyfile, or method oauth with application default credentials"


def _bigquery(values: Values, root: Path) -> dict[str, Any]:
    method = values.get("method")
    if method == "service-account-json":
        raise _Refused(f"holds a key inside the profile; write it to a file: {_GOOGLE}")
    if method not in ("oauth", "service-account"):
        raise _Refused(f"signs in by method {method}, which wsync cannot; {_GOOGLE}")
    return {
        "project": _first(values, "execution_project", "project", "database"),
        "location": values.get("location"),
        "keyfile": Path(_below(root, values["keyfile"])) if method == "service-account" else None,
        "impersonate_service_account": values.get("impersonate_service_account"),
        "maximum_bytes_billed": _whole(values.get("maximum_bytes_billed")),
        "job_timeout": _whole(_first(values, "job_execution_timeout_seconds", "timeout_seconds")),
        "api_endpoint": values.get("api_endpoint"),
    }


_BY_TYPE: dict[str, Callable[[Values, Path], dict[str, Any]]] = {
    "duckdb": _duckdb,
    "postgres": _postgres,
    "redshift": _redshift,
    "snowflake": _snowflake,
    "bigquery": _bigquery,
}
