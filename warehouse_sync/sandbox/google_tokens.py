"""Google's address for tokens: access tokens for a refresh token, or for the signed claim of a service account.

Rules: developers.google.com/identity/protocols/oauth2 (web-server, service-account), RFC 6749, RFC 7523 (read
2026-11-22). The signature is checked where the settings have the public key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from .google_replies import NoToken, invalid_grant, no_scope, unauthenticated

DATA_MANAGER, AD_WORDS = (f"https://www.googleapis.com/auth/{name}" for name in ("datamanager", "adwords"))
JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
OF_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
"""What stands before a SHA-256 in a PKCS #1 v1.5 signature (RFC 8017, 9.2)."""


class Own(Protocol):
    """The settings that matter here."""

    @property
    def client_id(self) -> str: ...
    @property
    def client_secret(self) -> str: ...
    @property
    def refresh_token(self) -> str: ...
    @property
    def scopes(self) -> tuple[str, ...]: ...
    @property
    def service_account(self) -> str: ...
    @property
    def service_key(self) -> tuple[int, int] | None: ...
    @property
    def access_seconds(self) -> int: ...


@dataclass
class Tokens:
    """The access tokens that were issued: until when each is good, and for what."""

    issued: dict[str, tuple[float, frozenset[str]]] = field(default_factory=dict)

    def exchange(self, form: Mapping[str, Any], own: Own, now: float) -> dict[str, Any]:
        """One answer of the address. Raises `NoToken`."""
        if form.get("grant_type") == JWT:
            return self.issue(claimed(str(form.get("assertion", "")), own, now), own, now)
        if (form.get("client_id"), form.get("client_secret")) != (own.client_id, own.client_secret):
            raise NoToken("invalid_client", "The OAuth client was not found.", 401)
        if form.get("grant_type") != "refresh_token":
            raise NoToken("unsupported_grant_type", "Invalid grant_type.")
        if form.get("refresh_token") != own.refresh_token:
            raise invalid_grant()
        return self.issue(own.scopes, own, now)

    def issue(self, scopes: tuple[str, ...], own: Own, now: float) -> dict[str, Any]:
        made = f"ya29.{secrets.token_urlsafe(24)}"
        self.issued[made] = now + own.access_seconds, frozenset(scopes)
        return {
            "access_token": made,
            "expires_in": own.access_seconds,
            "scope": " ".join(scopes),
            "token_type": "Bearer",
        }

    def revoke(self) -> None:
        """From now on no token that was issued is accepted."""
        self.issued = {name: (0.0, scopes) for name, (_, scopes) in self.issued.items()}

    def authorise(self, header: str, always: str, scope: str, now: float) -> None:
        """Raises `Problem` 401 for a token that is missing, wrong or too old, 403 for one of other scopes."""
        kind, _, token = header.partition(" ")
        if kind != "Bearer" or not token:
            raise unauthenticated("CREDENTIALS_MISSING")
        if token in self.issued:
            until, scopes = self.issued[token]
            if until <= now:
                raise unauthenticated("ACCESS_TOKEN_EXPIRED")
            if scope not in scopes:
                raise no_scope()
        elif not hmac.compare_digest(token.encode(), always.encode()):
            raise unauthenticated("ACCESS_TOKEN_TYPE_UNSUPPORTED")


def claimed(assertion: str, own: Own, now: float) -> tuple[str, ...]:
    """The scopes that a service account's claim asks for. Raises `NoToken`."""
    try:
        head, body, signature = (unpadded(part) for part in assertion.split("."))
        header, claim = json.loads(head), json.loads(body)
        fine = header["alg"] == "RS256" and claim["iss"] == own.service_account and claim["aud"].endswith("/token")
        timely = claim["iat"] - 60 <= now < claim["exp"] <= claim["iat"] + 3600
    except (ValueError, KeyError, TypeError):
        raise NoToken("invalid_request", "Bad Request") from None
    if not fine or not timely or not signed(assertion.rpartition(".")[0], signature, own.service_key):
        raise NoToken("invalid_grant", "Invalid JWT: check the iss, aud, iat and exp values and the signature.")
    return tuple(str(claim.get("scope", "")).split())


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def signed(text: str, signature: bytes, key: tuple[int, int] | None) -> bool:
    """Whether this is the text's signature (RSASSA-PKCS1-v1_5, SHA-256) by the owner of the public key."""
    if key is None:
        return bool(signature)
    modulus, exponent = key
    size = (modulus.bit_length() + 7) // 8
    digest = OF_SHA256 + hashlib.sha256(text.encode()).digest()
    wanted = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
    return pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(size, "big") == wanted
