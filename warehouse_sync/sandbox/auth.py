"""Who may call: the token in any of the places Meta reads it from, and the proof that the caller knows the
app secret.

Rules: developers.facebook.com, "Secure Graph API Calls", read 2026-11.
"""

from __future__ import annotations

import hashlib
import hmac

from .replies import Refusal, bad_token
from .settings import Settings
from .wire import Call

PROOF_SECONDS = 300


def authorise(call: Call, settings: Settings, now: float) -> None:
    """Raises `Refusal` 190 for a missing or wrong token, 100 for a missing, wrong or old proof."""
    token = sent_token(call)
    if not token or not hmac.compare_digest(token.encode(), settings.token.encode()):
        raise bad_token(settings.auth_status)
    if settings.app_secret is not None:
        check_proof(call, settings, token, now)


def sent_token(call: Call) -> str:
    scheme, _, value = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() in {"bearer", "oauth"}:
        return value.strip()
    return str(call.parameters.get("access_token", ""))


def check_proof(call: Call, settings: Settings, token: str, now: float) -> None:
    proof, sent_at = call.parameters.get("appsecret_proof"), call.parameters.get("appsecret_time")
    if proof is None:
        if settings.require_proof:
            raise Refusal(
                100,
                "API calls from the server require an appsecret_proof argument",
                type="GraphMethodException",
            )
        return
    message = token if sent_at is None else f"{token}|{sent_at}"
    expected = hmac.new(str(settings.app_secret).encode(), message.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(str(proof).encode(), expected.encode()) or not recent(sent_at, now):
        raise Refusal(100, "Invalid appsecret_proof provided in the API argument", type="GraphMethodException")


def recent(sent_at: object, now: float) -> bool:
    if sent_at is None:
        return True
    return str(sent_at).isdecimal() and abs(now - int(str(sent_at))) <= PROOF_SECONDS
