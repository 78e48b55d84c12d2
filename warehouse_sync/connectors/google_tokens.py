"""The right to speak to Google: access tokens got with a refresh token or as a service account, renewed in time.

developers.google.com/identity/protocols/oauth2, web server and service account flows (read 2026-11-22): a token lives
an hour; `invalid_grant` means that a person has to authorise again.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from warehouse_sync.errors import ConfigError
from warehouse_sync.http import Http, Verdict
from warehouse_sync.model import Ports

from .google_errors import SCOPES, incomplete
from .google_settings import Destination

EARLY = 300.0
"""Seconds before its end in which a token is replaced."""
LIFETIME = 3600
"""Seconds an assertion is good for, the most Google takes."""
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
Assertion = Callable[[float], str]
"""Signs that a service account asks for a token at this time, in seconds since 1970."""


@dataclass
class Tokens:
    """The token in use; threads share it.

    `ends` is when it ends, in seconds since 1970; `scopes` are those it was given with, empty where nobody said.
    """

    settings: Destination
    ports: Ports
    http: Http
    path: str
    token: str | None = field(default=None, repr=False)
    ends: float = 0.0
    scopes: frozenset[str] = frozenset()
    _sign: Assertion | None = field(init=False, repr=False)
    _mine: threading.local = field(default_factory=threading.local, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        self._sign = assertion(self.settings) if self.settings.service_account else None

    def header(self) -> dict[str, str]:
        """The header that authorises. Raises `DestinationError` where a new token is needed and cannot be had."""
        with self._lock:
            if self.token is None or self.ends - self.ports.wall() < EARLY:
                self._renew()
            self._mine.used = self.token
            return {"Authorization": f"Bearer {self.token}"}

    def spent(self) -> bool:
        """This thread's last token was refused: whether another one is worth trying. It is, once in a row."""
        again = not getattr(self._mine, "refused", False)
        self._mine.refused = again
        with self._lock:
            if again and self.token == getattr(self._mine, "used", None):
                self.token = None
        return again

    def accepted(self) -> None:
        """This thread's last token was good."""
        self._mine.refused = False

    def _renew(self) -> None:
        body = urlencode(self._form()).encode()
        reply = self.http.call(
            "POST", self.path, name="get token", body=lambda: body, headers=FORM, examine=_expects_token
        )
        seconds = reply.body.get("expires_in")
        lives = float(seconds) if isinstance(seconds, int) and not isinstance(seconds, bool) else float(LIFETIME)
        self.token, self.ends = str(reply.body["access_token"]), self.ports.wall() + max(lives, EARLY + 60)
        self.scopes = frozenset(str(reply.body.get("scope") or "").split())

    def _form(self) -> Mapping[str, str]:
        if self._sign is not None:
            grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
            return {"grant_type": grant, "assertion": self._sign(self.ports.wall())}
        secret, token = self.settings.client_secret, self.settings.refresh_token
        return {
            "grant_type": "refresh_token",
            "refresh_token": token.get_secret_value() if token else "",
            "client_id": self.settings.client_id or "",
            "client_secret": secret.get_secret_value() if secret else "",
        }


def _expects_token(body: Any) -> Verdict | None:
    found = body.get("access_token")
    if isinstance(found, str) and found and found.isascii() and found.isprintable() and " " not in found:
        return None
    return incomplete("the new token")


def assertion(settings: Destination) -> Assertion:
    """What signs for the service account. Raises `ConfigError` where its key cannot be read or used."""
    key = _key(settings)
    try:
        from google.auth import crypt, jwt
    except ImportError:
        words = 'a service account needs google-auth; install it with pip install "warehouse-sync[google]"'
        raise ConfigError(words, key="service_account") from None
    try:
        signer = crypt.RSASigner.from_service_account_info(key)  # type: ignore[no-untyped-call]
    except ValueError:
        raise ConfigError("holds no private key that can be used", key="service_account") from None
    claims = {"iss": key["client_email"], "scope": SCOPES[settings.transport], "aud": settings.token_url}

    def sign(now: float) -> str:
        issued = int(now)
        made: bytes = jwt.encode(signer, {**claims, "iat": issued, "exp": issued + LIFETIME})  # type: ignore[no-untyped-call]
        return made.decode()

    return sign


def _key(settings: Destination) -> Mapping[str, Any]:
    """The key of the service account, from its text or its file."""
    given = settings.service_account.get_secret_value() if settings.service_account else ""
    try:
        found = json.loads(given if given.startswith("{") else Path(given).expanduser().read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise ConfigError("is neither JSON nor a file that can be read", key="service_account") from None
    except ValueError:
        raise ConfigError("is not JSON", key="service_account") from None
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in PARTS):
        raise ConfigError(f"is not the key of a service account: it lacks {', '.join(PARTS)}", key="service_account")
    return found


PARTS = ("client_email", "private_key")
"""What a key must have."""
