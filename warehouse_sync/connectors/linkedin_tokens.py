"""The right to speak to LinkedIn: a token as it was set, or one got with a refresh token, and got anew in time.

learn.microsoft.com/linkedin, Programmatic refresh tokens (read 2026-11-22): an access token lives 60 days, a refresh
token 365 days however often it is used; `invalid_grant` means that a person has to authorise again.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from warehouse_sync.http import Http, Verdict
from warehouse_sync.model import Ports

from .linkedin_settings import Destination

EARLY = 300.0
"""Seconds before its end in which a token is replaced."""
PATH = "accessToken"


@dataclass
class Tokens:
    """The token in use; threads share it.

    `ends` is when it ends, `refresh_ends` when the refresh token does, both in seconds since 1970 and None where
    nobody said.
    """

    settings: Destination
    ports: Ports
    http: Http
    token: str | None = field(default=None, repr=False)
    ends: float | None = None
    refresh_ends: float | None = None
    _mine: threading.local = field(default_factory=threading.local, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        given = self.settings.access_token
        self.token = given.get_secret_value() if given else None

    @property
    def renewable(self) -> bool:
        return self.settings.refresh_token is not None

    def header(self) -> dict[str, str]:
        """The header that authorises. Raises `DestinationError` where a new token is needed and cannot be had."""
        with self._lock:
            if self.renewable and (self.token is None or self._nearly_over()):
                self._renew()
            self._mine.used = self.token
            return {"Authorization": f"Bearer {self.token}"}

    def spent(self) -> bool:
        """This thread's last token was refused: whether another one is worth trying. It is, once in a row."""
        again = self.renewable and not getattr(self._mine, "refused", False)
        self._mine.refused = again
        with self._lock:
            if again and self.token == getattr(self._mine, "used", None):
                self.token, self.ends = None, None
        return again

    def accepted(self) -> None:
        """This thread's last token was good."""
        self._mine.refused = False

    def _nearly_over(self) -> bool:
        return self.ends is not None and self.ends - self.ports.wall() < EARLY

    def _renew(self) -> None:
        body = urlencode(self._form()).encode()
        reply = self.http.call(
            "POST", PATH, name="refresh token", body=lambda: body, headers=FORM, examine=_expects_token
        )
        now = self.ports.wall()
        self.token = str(reply.body["access_token"])
        self.ends = _later(now, reply.body.get("expires_in"))
        self.refresh_ends = _later(now, reply.body.get("refresh_token_expires_in")) or self.refresh_ends

    def _form(self) -> Mapping[str, str]:
        secret, token = self.settings.client_secret, self.settings.refresh_token
        return {
            "grant_type": "refresh_token",
            "refresh_token": token.get_secret_value() if token else "",
            "client_id": self.settings.client_id or "",
            "client_secret": secret.get_secret_value() if secret else "",
        }


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def _later(now: float, seconds: Any) -> float | None:
    return now + seconds if isinstance(seconds, int | float) and not isinstance(seconds, bool) else None


def _expects_token(body: Any) -> Verdict | None:
    found = body.get("access_token") if isinstance(body, dict) else None
    if isinstance(found, str) and found.isascii() and found.isprintable() and found:
        return None
    return Verdict("retry", "unexpected_answer", "the answer lacks the new token", certain=False)
