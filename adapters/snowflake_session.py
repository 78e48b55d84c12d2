"""Snowflake: settings, credentials, and a session that behaves the same for every user and account."""

from __future__ import annotations

import json
import logging
import re
import sys
import warnings
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from warehouse_sync.adapters.snowflake_errors import refused
from warehouse_sync.errors import ConfigError

WAYS = ("password", "private_key", "private_key_file", "token", "token_file", "authenticator")


class Settings(BaseModel):
    """The `warehouse:` block for Snowflake; one of the six ways to log in is needed."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["snowflake"] = "snowflake"
    account: str = Field(description="Account identifier, for example myorg-myaccount.")
    user: str = Field(description="User to connect as.")
    database: str = Field(description="Database of the sources and of wsync's schema.")
    warehouse: str = Field(description="Virtual warehouse that does the work.")
    role: str | None = Field(None, description="Role to use; the user's default role where it is left out.")
    private_key: SecretStr | None = Field(None, description="Private key in PEM, or its base64, from a variable.")
    private_key_file: str | None = Field(None, description="File with the private key in PEM.")
    private_key_passphrase: SecretStr | None = Field(None, description="Passphrase of an encrypted private key.")
    token: SecretStr | None = Field(None, description="OAuth access token, or a programmatic access token.")
    token_file: str | None = Field(None, description="File with the token, read again at every connection.")
    token_type: Literal["oauth", "programmatic_access_token"] = Field("oauth", description="What the token is.")
    password: SecretStr | None = Field(None, description="Password; Snowflake refuses it where it asks for MFA.")
    authenticator: Literal["externalbrowser"] | None = Field(
        None, description="externalbrowser: sign in with a browser. Only at a terminal."
    )
    query_tag: str = Field("wsync", max_length=500, description="Put into the query tag of every statement.")
    statement_timeout_seconds: int = Field(3600, ge=1, le=604800, description="Seconds a statement may take.")
    lock_timeout_seconds: int = Field(60, ge=1, description="Seconds a statement may wait for another's lock.")
    login_timeout_seconds: int = Field(60, ge=1, description="Seconds that logging in may take.")

    @model_validator(mode="after")
    def _one_way_in(self) -> Settings:
        given = [way for way in WAYS if getattr(self, way) is not None]
        if len(given) != 1:
            raise ValueError(f"give one of {', '.join(WAYS)}" + (f", not {' and '.join(given)}" if given else ""))
        return self


SESSION: dict[str, Any] = {
    "TIMEZONE": "UTC",
    "AUTOCOMMIT": True,
    "ABORT_DETACHED_QUERY": True,  # a statement whose client is gone ends after five minutes
    "QUOTED_IDENTIFIERS_IGNORE_CASE": False,
    "DATE_INPUT_FORMAT": "AUTO",
    "TIMESTAMP_INPUT_FORMAT": "AUTO",
    "BINARY_INPUT_FORMAT": "HEX",
    "BINARY_OUTPUT_FORMAT": "HEX",
    "DATE_OUTPUT_FORMAT": "YYYY-MM-DD",  # a key's text is cast by it
    "TIMESTAMP_OUTPUT_FORMAT": "YYYY-MM-DD HH24:MI:SS.FF9 TZHTZM",
    "TIMESTAMP_NTZ_OUTPUT_FORMAT": "YYYY-MM-DD HH24:MI:SS.FF9",
    "TIMESTAMP_LTZ_OUTPUT_FORMAT": "",
    "TIMESTAMP_TZ_OUTPUT_FORMAT": "",
    "TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_NTZ",
}
"""What an account, a user or a role could have set otherwise (docs.snowflake.com/en/sql-reference/parameters, read
2026-11-22). An empty format means: as TIMESTAMP_OUTPUT_FORMAT."""


def session_of(settings: Settings) -> dict[str, Any]:
    """The parameters of every session."""
    return SESSION | {
        "LOCK_TIMEOUT": settings.lock_timeout_seconds,
        "STATEMENT_TIMEOUT_IN_SECONDS": settings.statement_timeout_seconds,
        "QUERY_TAG": tagged(settings.query_tag, "session"),
    }


def found_as(name: str) -> str:
    """How Snowflake spells a name of the settings, which the connector gives it without quotes."""
    return name.upper() if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_$]*", name) else name


def tagged(tag: str, statement: str, once: str = "") -> str:
    """The query tag of a statement: JSON with the product, the user's tag, the step, and what only this one has."""
    told = {"app": "wsync", "tag": tag, "step": statement}
    return json.dumps(told | ({"id": once} if once else {}), ensure_ascii=False)


def opener(settings: Settings) -> Callable[[], Any]:
    """What opens a connection with these settings, each time it is called.

    Raises `ConfigError` where the driver is missing, a key or token cannot be read, or a browser would be needed and
    nobody is there. What it returns raises `WarehouseError`.
    """
    try:
        from snowflake import connector
    except ImportError:
        raise ConfigError(
            'the Snowflake driver is missing; install it with pip install "warehouse-sync[snowflake]"'
        ) from None
    logging.getLogger("snowflake").setLevel(logging.CRITICAL)  # at ERROR it writes requests, with their SQL
    fixed = _fixed(settings)
    credentials(settings)  # a key that cannot be read is told before the first connection

    def opened() -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # 5.x deprecates what 4.x needs
            try:
                return connector.connect(**fixed, **credentials(settings))
            except Exception as error:  # noqa: BLE001 - the connector lets errors of its HTTP client through
                raise refused(error) from None

    return opened


def _fixed(settings: Settings) -> dict[str, Any]:
    names = ("account", "user", "database", "warehouse", "role")
    told = {name: value for name in names if (value := getattr(settings, name)) is not None}
    # In 4.x the network timeout also ends a statement that takes longer, so it leaves the server's own timeout room.
    return told | {
        "login_timeout": settings.login_timeout_seconds,
        "network_timeout": settings.statement_timeout_seconds + 60,
        "application": "wsync",
        "session_parameters": session_of(settings),
    }


def credentials(settings: Settings) -> dict[str, Any]:
    """How to log in, in the connector's words. Raises `ConfigError` where a file or a key cannot be read."""
    if settings.password:
        return {"password": settings.password.get_secret_value()}
    if settings.private_key or settings.private_key_file:
        return {"authenticator": "SNOWFLAKE_JWT", "private_key": _private_key(settings)}
    if settings.authenticator:
        if not sys.stdin.isatty():
            raise ConfigError(
                "a browser sign-in needs somebody at a terminal; use a private key or a token",
                key="warehouse.authenticator",
            )
        return {"authenticator": "EXTERNALBROWSER"}
    token = settings.token.get_secret_value() if settings.token else _read(settings.token_file, "token_file").strip()
    return {"authenticator": settings.token_type.upper(), "token": token}


def _private_key(settings: Settings) -> bytes:
    """The key in DER, decrypted: the one form that all versions of the connector take."""
    from cryptography.hazmat.primitives import serialization

    place = "private_key" if settings.private_key else "private_key_file"
    told = settings.private_key.get_secret_value() if settings.private_key else _read(settings.private_key_file, place)
    secret = settings.private_key_passphrase
    passphrase = secret.get_secret_value().encode() if secret else None
    try:
        if "-----BEGIN" in told:
            key = serialization.load_pem_private_key(told.replace("\\n", "\n").encode(), passphrase)
        else:
            key = serialization.load_der_private_key(b64decode(told), passphrase)
    except (ValueError, TypeError):
        raise ConfigError(
            "cannot be read: a private key in PEM is needed, and its passphrase where it has one",
            key=f"warehouse.{place}",
        ) from None
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _read(name: str | None, place: str) -> str:
    try:
        return Path(name or "").expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigError("the file cannot be read", key=f"warehouse.{place}") from None
