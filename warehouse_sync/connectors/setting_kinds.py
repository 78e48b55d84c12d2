"""Kinds of settings that several destinations have, each with its limits, its title and its meaning."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from warehouse_sync.places import COUNTRIES


def _trimmed(secret: SecretStr) -> SecretStr:
    """Secrets often come from files that end with a newline."""
    plain = secret.get_secret_value().strip()
    if not plain:
        raise ValueError("must not be blank")
    return SecretStr(plain)


def _of_a_country(code: str) -> str:
    """A code that no country has would make every national number invalid; UK is read as GB."""
    found = COUNTRIES.get(code.lower())
    if found is None:
        raise ValueError("is not the code of a country (ISO 3166-1 alpha-2, such as DE)")
    return code if code.lower() == found else str(found).upper()


Secret = Annotated[SecretStr, Field(min_length=1), AfterValidator(_trimmed)]
Country = Annotated[
    Annotated[str, Field(pattern=r"^[A-Za-z]{2}$"), AfterValidator(_of_a_country)] | None,
    Field(
        title="Default country",
        description="Two letters. The country of phone numbers that are not written in international form.",
    ),
]
Timeout = Annotated[
    float,
    Field(
        title="Timeout",
        description="Seconds for one request in all, from the first byte sent to the last byte read.",
        gt=0,
        le=600,
    ),
]
RetryAttempts = Annotated[
    int, Field(title="Attempts", description="How often one request is tried at most.", ge=1, le=50)
]
RetrySeconds = Annotated[
    float,
    Field(
        title="Time for retries",
        description="Seconds one request may take with all its retries and pauses.",
        ge=0,
        le=86_400,
    ),
]
CaBundle = Annotated[
    str | None,
    Field(
        title="CA bundle",
        description="Path of a PEM file with the authorities to trust, where a proxy needs its own.",
    ),
]
TrustEnv = Annotated[
    bool,
    Field(
        title="Proxy from the environment",
        description="Whether HTTPS_PROXY, HTTP_PROXY and NO_PROXY are honoured.",
    ),
]
