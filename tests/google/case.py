"""What the tests of Google share: a sync, a page, and how a session is asked for."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from tests.scripted import Step, answer
from warehouse_sync.connectors.google import CONNECTOR
from warehouse_sync.connectors.google_session import Google
from warehouse_sync.connectors.google_settings import Destination, Options
from warehouse_sync.errors import DestinationError
from warehouse_sync.model import AudienceSpec, Mapped, PlanRow, Source, Sync
from warehouse_sync.sandbox.google import ACCOUNT

DANA = "07e2f1394b0ea80e2adca010ea8318df697001a005ba7452720edda4b0ce57b3"
"""dana@example.com, as Google's quickstart has it."""
CLOUDY = "223ebda6f6889b1494551ba902d9d381daf2f642bae055888e96343d53e9f9c4"
"""cloudysanfrancisco@gmail.com, of Google's page about formatting."""
PHONE = "fb4f73a6ec5fdb7077d564cdd22c3554b43ce49168550c3b12c547b78c517b30"
"""+18005550100."""
AUDIENCE = "8861987934"
VIP = AudienceSpec(name="VIP")
PRIVATE = "mary@example.com is not a hash"

Speak = Callable[..., Google]


def hashed(value: str) -> str:
    return sha256(value.encode()).hexdigest()


ADDRESS = {"FIRST_NAME": hashed("dana"), "LAST_NAME": hashed("quinn"), "COUNTRY": "US", "POSTAL_CODE": "94043"}
ROWS = [PlanRow(1, {"EMAIL": DANA})]


def given(url: str, **more: Any) -> dict[str, Any]:
    """A destination block for the sandbox, or for a script, at this address."""
    return {
        "customer_id": ACCOUNT,
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
        "refresh_token": "sandbox-refresh",
        "base_url": url,
        "ads_base_url": url,
        "token_url": f"{url}/token",
        **more,
    }


def sync_of(
    url: str,
    *mapped: str,
    audience: AudienceSpec = VIP,
    options: Options | None = None,
    **more: Any,
) -> Sync:
    destination = Destination.model_validate(given(url, **more))
    mapping = tuple(Mapped(name, name.lower()) for name in mapped or ("EMAIL",))
    source = Source(("customers",))
    return Sync("vip", source, ("id",), "google", "ads", destination, audience, mapping, options or Options())


def people(count: int) -> list[PlanRow]:
    return [PlanRow(at, {"EMAIL": hashed(f"p{at}@example.com")}) for at in range(count)]


def failure(google: Google, action: Any = "add", audience: str = AUDIENCE, rows: Any = ROWS) -> DestinationError:
    with pytest.raises(DestinationError) as caught:
        CONNECTOR.send(google, audience, action, rows)
    return caught.value


TOKEN = answer({"access_token": "ya29.x", "expires_in": 3599, "scope": "", "token_type": "Bearer"})
"""What the address for tokens says."""


def refused(
    status: int, *violations: dict[str, str], reason: str = "INVALID_ARGUMENT", word: str = "", **metadata: str
) -> Step:
    """Google's envelope of a refusal."""
    bad = [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": list(violations)}]
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "metadata": metadata}
    told = {"@type": "type.googleapis.com/google.rpc.RequestInfo", "requestId": "req-1"}
    details = [info, told, *(bad if violations else [])]
    error = {"code": status, "message": "Google's own words", "status": word or reason, "details": details}
    return answer({"error": error}, status)


def violation(row: int, reason: str, path: str = "user_data.user_identifiers[0]") -> dict[str, str]:
    return {"field": f"audience_members[{row}].{path}", "description": "Google's own words", "reason": reason}
