"""A project whose every value is a canary, and the story told with it: rows that succeed, fail, leave and come back."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from tests.canaries import Canary
from warehouse_sync.connectors.facebook import CONNECTOR
from warehouse_sync.fields import preparer
from warehouse_sync.model import IDENTIFIER_SLOTS, Mapped
from warehouse_sync.sandbox import ACCOUNT, Sandbox

TOKEN, APP_SECRET = "EAAzq7tokenCanary+81/=x", "zq8appSecretCanary42"
PASSWORD, UNUSED = "zq9 pass'word&Canary", "zqUnusedVariableCanary6"
SECRETS = {
    "WSYNC_ENV_SECRET_TOKEN": TOKEN,
    "WSYNC_ENV_SECRET_APP": APP_SECRET,
    "WSYNC_ENV_SECRET_PASSWORD": PASSWORD,
    "WSYNC_ENV_SECRET_UNUSED": UNUSED,
}

COLUMNS = {
    "email": "EMAIL",
    "phone": "PHONE",
    "madid": "MADID",
    "extern": "EXTERN_ID",
    "appuid": "APPUID",
    "gen": "GEN",
    "born": "DOBY",
    "ln": "LN",
    "fn": "FN",
    "ct": "CT",
    "st": "ST",
    "zip": "ZIP",
    "country": "COUNTRY",
    "worth": "LOOKALIKE_VALUE",
}
"""The source's columns, and the field each is mapped to; `born` also fills month and day, `fn` the initial."""

APP_IDS = "990077001234567"
Row = tuple[Any, ...]

DUCKDB = "{type: duckdb, path: shop.duckdb}"

MAIN = """\
warehouse: {warehouse}
destinations:
  meta:
    type: facebook
    ad_account_id: {account}
    access_token: "{{{{ env_var('WSYNC_ENV_SECRET_TOKEN') }}}}"
    app_secret: "{{{{ env_var('WSYNC_ENV_SECRET_APP') }}}}"
    base_url: {url}
    retry_attempts: 1
    timeout_seconds: 2
"""

HEAD = """\
source: {{table: {schema}.{table}}}
primary_key: {key}
destination: meta
audience: {audience}
mapping:
"""


def person(number: int, name: str) -> dict[str, Any]:
    """Somebody whose every value is valid, and nobody else's."""
    return {
        "id": number,
        "email": f" {name}.Zq{number:03}x@Canary-{name}.Example",
        "phone": f"+49 30 7{number:03}55{number:02}",
        "madid": f"{number:08X}-CAFE-4BAD-9F00-{number + 7_000_000:012X}",
        "extern": f"ext-Zq{number}-{name}",
        "appuid": f"8800{number:03}4400117",
        "gen": "FEMALE",
        "born": f"1987-03-{number:02}",
        "ln": f"Zqlast{name}",
        "fn": f"Zqfirst{name}",
        "ct": f"Zqcity {name}",
        "st": f"Zqstate{name}",
        "zip": f"ZQ{number}9 ZIP{name[:3]}",
        "country": "Germany",
        "worth": f"{number}4471.25",
    }


MALFORMED = {
    "email": "'); drop table customers; -- zqsqlmail",
    "phone": "{{ env_var('WSYNC_ENV_SECRET_UNUSED') }} zqphone",
    "madid": "zq\x1b[31mansi-madid\nzqmadid-second-line",
    "extern": None,
    "appuid": "zqnotdigits\tappuid",
    "gen": "zqgender-unknown",
    "born": "31st of Zqvember 19931",
    "ln": "zq {% raw %} lastname",
    "fn": "$1 %s {} zqfirstname\r\n",
    "ct": "東京zq京都",
    "st": "東京zq州州",
    "zip": "zqzip-far-too-long-for-any-country-0001",
    "country": "Zqlandia",
    "worth": "zq-not-a-number",
}
NASTY = {
    "extern": "'); drop table zqextern; -- {{ 7*7 }}\x1b[2J",
    "ln": "O'Zq\"Brien; select * from zqln",
    "fn": "{{ zqfn }}\n{% zq %}",
}

FIRST = (
    person(1, "anna"),
    person(2, "bobo"),
    person(4, "deed"),
    person(5, "evee"),
    person(6, "fayy"),
    person(6, "fayother"),
    {**person(7, "gusn"), "id": None},
    person(8, "hall"),
    person(9, "ivyy"),
    person(10, "joee"),
    person(11, "kimm"),
    {**person(12, "louu"), **MALFORMED},
    {**person(13, "ninn"), **NASTY},
)
SECOND = (
    person(1, "anna"),
    person(2, "bobo"),
    {**person(4, "deed"), "email": "deed.new.zq44@canary-deed.example", "phone": "+49 30 7044555"},
    {**person(6, "fayy"), "id": 6},
    {**person(7, "gusn"), "id": None},
    person(8, "hall"),
    {**dict.fromkeys(person(9, "ivyy")), "id": 9},
    {**person(10, "joee"), **MALFORMED},
    {**person(11, "kimm"), "ct": "Zqelsewhere"},
    {**person(13, "ninn"), **NASTY},
)
KEYED = ({**person(21, "olla"), "email": "olla.zq21x@canary-olla.example"}, person(22, "pipp"))

MAPPING = {**{name: column for column, name in COLUMNS.items()}, "DOBM": "born", "DOBD": "born", "FI": "fn"}


def mapping(text: str = "") -> str:
    return text or "".join(f"  {name}: {column}\n" for name, column in MAPPING.items()) + (
        f"  app_ids: {{static: '{APP_IDS}'}}\n"
    )


def canaries() -> tuple[Canary, ...]:
    """Every planted value with what it becomes; the proof made of the secrets is one, too."""
    planted: dict[str, Canary] = {}
    for row in (*FIRST, *SECOND, *KEYED):
        for each in _canaries_of(row):
            planted.setdefault(each.value, each)
    proof = hmac.new(APP_SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
    secrets = (Canary(name, secret) for name, secret in {**SECRETS, "proof": proof}.items())
    return (*planted.values(), *secrets)


def tokens() -> tuple[Canary, ...]:
    """The digests by which state tables know identifiers, in both spellings: no text may name a person by them."""
    rows = [(row["id"], None, *(row[column] for column in _prepare.columns)) for row in (*FIRST, *SECOND, *KEYED)]
    digests = {token for done in _prepare.prepare(rows) for token in done[-IDENTIFIER_SLOTS:] if token}
    spelled = [text for token in sorted(digests) for text in (token, str(UUID(token)))]
    return tuple(Canary(f"token {number}", text) for number, text in enumerate(spelled))


def _canaries_of(row: dict[str, Any]) -> list[Canary]:
    told = _prepare.explain((row["id"], None, *(row[column] for column in _prepare.columns)))
    keyed = row in KEYED
    return [
        Canary(f"{name} of {row['id']}", row[column], told[name]["normalized"] or "", digest=not keyed)
        for name, column in MAPPING.items()
        if row[column] is not None
    ]


_prepare = preparer(
    CONNECTOR.fields, [*(Mapped(n, c) for n, c in MAPPING.items()), Mapped("app_ids", static=APP_IDS)], sync="planted"
)


class Told(NamedTuple):
    """What one command left: its words, exit code, standard output and error."""

    words: tuple[str, ...]
    code: int
    out: bytes


Command = Callable[..., Told]
Fill = Callable[[str, Iterable[dict[str, Any]]], None]


@dataclass
class Story:
    """The project in a folder, with the platform and a hand that fills source tables and one that runs commands."""

    folder: Path
    sandbox: Sandbox
    command: Command
    fill: Fill
    schema: str = "main"
    warehouse: str = DUCKDB
    told: list[Told] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.folder / "syncs").mkdir(parents=True)
        text = MAIN.format(warehouse=self.warehouse, account=ACCOUNT, url=self.sandbox.url)
        (self.folder / "wsync.yml").write_text(text)
        audience = self.sandbox.create_audience("Buyers")
        self.sandbox.mark(audience, is_value_based=True)
        self.sync("buyers", "customers", "id", f"{{id: '{audience}'}}")

    def sync(self, name: str, table: str, key: str, audience: str, fields: str = "") -> None:
        text = HEAD.format(schema=self.schema, table=table, key=key, audience=audience) + mapping(fields)
        (self.folder / "syncs" / f"{name}.yml").write_text(text)

    def wsync(self, *words: str, code: int | None = None) -> Told:
        """Run a command and remember what it said; `code` is how it must end."""
        told = self.command(*words, "--project-dir", str(self.folder))
        self.told.append(told)
        assert code is None or told.code == code, told.out.decode()
        return told

    def look(self, sync: str, keys: Sequence[str]) -> None:
        """Every command that only looks, for people and for programs."""
        for more in ((), ("--json",)):
            self.wsync("status", *more, code=0)
            self.wsync("log", "--rows", "500", *more, code=0)
            self.wsync("explain", sync, keys[0], *more, code=0)
        for key in keys[1:]:
            self.wsync("explain", sync, key, "--json", code=0)

    # -- the chapters --------------------------------------------------------------------------------------------

    def tell(self, *, trouble: bool) -> None:
        """The story but its end, where the sync is given up; `trouble`: with the platform's bad answers."""
        self.begin()
        self.change()
        if trouble:
            self.trouble()
        self.keys_that_are_addresses()
        self.sources_that_do_not_fit()
        self.erase()

    def begin(self) -> None:
        self.fill("customers", FIRST)
        self.wsync("check", code=0)
        self.wsync("check", "--json", code=0)
        self.wsync("compile", code=0)
        self.wsync("plan", "buyers", "--sample", "50", code=0)
        self.wsync("plan", "buyers", "--sample", "50", "--json", code=0)
        self.sandbox.refuse("ext-Zq2-bobo")
        self.wsync("run", "buyers", code=6)
        self.wsync("retry", "buyers", "--json", code=6)
        self.sandbox.clear_faults()
        self.look("buyers", ("1", "2", "6", "12", "13"))

    def change(self) -> None:
        self.fill("customers", SECOND)
        self.wsync("run", "buyers", code=4)
        told = self.wsync("plan", "buyers", "--sample", "50")
        run_id = told.out.decode().rsplit("wsync apply ", 1)[1].split()[0]
        self.wsync("apply", run_id, code=6)
        self.wsync("apply", run_id, code=4)
        self.wsync("test-record", "buyers", "11")
        self.wsync("test-record", "buyers", "10", "--json")
        self.look("buyers", ("4", "5", "9", "10"))

    def trouble(self) -> None:
        """Every way in which the platform answers badly, with the rows' values in its words."""
        for answer in ("bad_token", "throttled_429", "html", "reset_after", "reset_before", "truncated", "transient"):
            self._troubled(partial(self.sandbox.fault, answer, kind="users"))
        self._troubled(partial(self.sandbox.fault, "slow", kind="users", seconds=3.0))
        for status in (200, 400, 500):
            self._troubled(
                partial(self.sandbox.fault, "custom", kind="users", body=ECHO, headers=ECHOED, status=status)
            )
        page = "<html>" + " ".join(str(value) for value in FIRST[0].values())
        self._troubled(partial(self.sandbox.fault, "custom", kind="users", body=page, status=502))
        self.wsync("resync", "buyers")
        self.wsync("log", "--rows", "500", "--json", code=0)

    def _troubled(self, order: Callable[[], Any]) -> None:
        order()
        self.wsync("resync", "buyers")
        self.sandbox.clear_faults()

    def keys_that_are_addresses(self) -> None:
        self.sync("keyed", "keyed", "email", "{name: Keyed}")
        self.fill("keyed", KEYED)
        self.wsync("plan", "keyed", "--sample", "9", "--json", code=0)
        self.wsync("run", "keyed", code=0)
        address = KEYED[0]["email"]
        self.look("keyed", (address,))
        self.wsync("test-record", "keyed", address, code=0)
        self.wsync("forget", "keyed", address, code=0)

    def sources_that_do_not_fit(self) -> None:
        """A column of a strange type, and sources that fail over a value while they are read."""
        self.sync("odd", "odd", "id", "{name: Odd}", "  EMAIL: email\n  LN: ln\n  FN: fn\n  EXTERN_ID: extern\n")
        self.sync("broken", "broken", "id", "{name: Broken}", "  EMAIL: email\n  LN: ln\n")
        self.sync("unnamed", "unnamed", "id", "{name: Unnamed}", "  EMAIL: email\n  LN: ln\n")
        for name, code in (("odd", 2), ("broken", 3), ("unnamed", 3)):
            self.wsync("run", name, code=code)
            self.wsync("run", name, "--json", code=code)
            self.wsync("explain", name, "1", code=code)

    def erase(self) -> None:
        self.wsync("forget", "buyers", "8", code=0)
        self.wsync("forget", "buyers", "1", "--json", code=0)
        self.look("buyers", ("8",))

    def end(self) -> None:
        self.fill("customers", ())
        self.wsync("run", "buyers", code=4)
        (self.folder / "syncs" / "buyers.yml").rename(self.folder / "syncs" / "shoppers.yml")
        self.wsync("rename", "buyers", "shoppers", code=0)
        self.wsync("prune", "shoppers", code=0)
        self.look("shoppers", ("4",))
        self.wsync("abandon", "shoppers", code=2)
        self.wsync("abandon", "shoppers", "--yes", "--json", code=0)


ECHO = {
    "error": {
        "message": f"(#100) {FIRST[0]['email']} and {FIRST[12]['ln']} are wrong, token {TOKEN}",
        "error_user_title": FIRST[0]["fn"],
        "error_user_msg": FIRST[0]["phone"],
        "type": FIRST[0]["ln"],
        "code": 100,
        "error_data": {"blame": list(FIRST[0].values())},
        "fbtrace_id": FIRST[12]["extern"],
    },
    "num_received": FIRST[0]["extern"],
    "audience_id": FIRST[0]["extern"],
}
ECHOED = {
    "x-fb-trace-id": FIRST[0]["email"],
    "x-fb-request-id": FIRST[0]["phone"],
    "Retry-After": FIRST[0]["extern"],
    "Location": f"https://example.com/?to={FIRST[0]['extern']}",
    "X-Business-Use-Case-Usage": FIRST[0]["extern"],
}
