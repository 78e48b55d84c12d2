"""Roster: people on the lists of roster.example, by the hash of their e-mail address. A destination in one file."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Setting

from warehouse_sync.connectors import Connector
from warehouse_sync.connectors.setting_kinds import Secret
from warehouse_sync.errors import ConfigError
from warehouse_sync.fields import Field
from warehouse_sync.http import Http, Verdict, by_status
from warehouse_sync.model import Action, AudienceSpec, Check, PlanRow, Ports, Receipt, Sync
from warehouse_sync.normalize import is_email, lower
from warehouse_sync.wire import Reply

ROWS = 5000  # roster.example/docs/limits, read 2026-11-22
STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)
PAGE = "https://roster.example/docs/fields"


class Destination(BaseModel):
    model_config = STRICT
    token: Secret = Setting(title="Token", description="Roster, Settings, API.")
    base_url: str = Setting("https://api.roster.example", title="Base address", description="Where requests go.")


class Nothing(BaseModel):
    model_config = STRICT


def classify(reply: Reply) -> Verdict:  # what an answer means; only Roster's own success is one
    return Verdict("ok") if reply.status == 200 and isinstance(reply.body, dict) else by_status(reply)


def connect(sync: Sync, ports: Ports) -> Http:
    token = sync.destination.token.get_secret_value()
    headers = {"Authorization": f"Bearer {token}"}
    return Http(sync.destination.base_url, classify, ports, connector="roster", headers=headers)


def request(audience: str, action: Action, rows: Sequence[PlanRow]) -> tuple[str, list[Mapping[str, Any]]]:
    if not 1 <= len(rows) <= ROWS:
        raise ValueError(f"a page has 1 to {ROWS} rows")
    return f"/receiver/{audience}/{'delete' if action == 'remove' else 'insert'}", [row.tokens for row in rows]


def send(http: Http, audience: str, action: Action, rows: Sequence[PlanRow]) -> Receipt:
    path, body = request(audience, action, rows)
    return Receipt(http.call("POST", path, name=f"{action} members", json=body).status)


def preview(http: Http, audience: str, action: Action, rows: Sequence[PlanRow]) -> Mapping[str, Any]:
    path, body = request(audience, action, rows)
    return {"method": "POST", "url": f"{http.base}{path}", "headers": {"Authorization": "***"}, "json": body}


def check(_http: Http, audience: AudienceSpec) -> Iterator[Check]:
    yield Check("audience", audience.id is not None, audience.id or "", "set audience: id, as Roster shows it")


def no_lists(*_: Any) -> NoReturn:
    raise ConfigError("roster: nothing is created, found or listed by Roster's API; set audience: id")


ABOUT = "E-mail address; trimmed and in lower case."
EMAIL = Field("email", "E-mail", "identifier", ABOUT, {"roster": lower}, PAGE, "2026-11-22", hash="sha256",
              check=is_email, max_length=254, samples=("Mary@Example.com",))  # fmt: skip
CONNECTOR = Connector(
    name="roster", label="Roster", destination=Destination, audience=Nothing, options=Nothing, fields=(EMAIL,),
    profiles=("roster",), rows=ROWS, account=lambda destination: str(destination.base_url), validate=lambda sync: None,
    connect=connect, check=check, list=no_lists, find=no_lists, create=no_lists, send=send, preview=preview,
)  # fmt: skip
