"""Requests to the stand-in for Google as anybody could make them, by no client of ours."""

from __future__ import annotations

from typing import Any

import requests

from warehouse_sync.sandbox import Sandbox
from warehouse_sync.sandbox.google import ACCOUNT

HASH = "07e2f1394b0ea80e2adca010ea8318df697001a005ba7452720edda4b0ce57b3"
OTHER = "223ebda6f6889b1494551ba902d9d381daf2f642bae055888e96343d53e9f9c4"
MAIL, MORE = f"emailAddress:{HASH}", f"emailAddress:{OTHER}"
HOME = {"givenName": HASH, "familyName": HASH, "regionCode": "US", "postalCode": "94043"}
TERMS = {"termsOfService": {"customerMatchTermsOfServiceStatus": "ACCEPTED"}}
LISTS = f"v1/accountTypes/GOOGLE_ADS/accounts/{ACCOUNT}/userLists"
NEW = {"displayName": "VIP", "ingestedUserListInfo": {"uploadKeyTypes": ["CONTACT_ID"]}}


def person(*hashes: str) -> dict[str, Any]:
    return {"userData": {"userIdentifiers": [{"emailAddress": each} for each in hashes]}}


class Asked:
    """One answer: its status, and the body."""

    def __init__(self, reply: requests.Response) -> None:
        self.status, self.body = reply.status_code, reply.json()

    @property
    def error(self) -> Any:
        return self.body["error"]

    @property
    def reasons(self) -> list[str]:
        return [each["reason"] for each in self.error["details"] if "reason" in each]

    @property
    def violations(self) -> list[tuple[str, str]]:
        found = [each for detail in self.error["details"] for each in detail.get("fieldViolations", ())]
        return [(each["field"], each.get("reason", "")) for each in found]


class Client:
    """Requests as anybody could make them; `audience` is a list of contacts."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.audience = sandbox, sandbox.create_audience("VIP", platform="google")
        self.headers = {"Authorization": f"Bearer {sandbox.token}"}

    def ask(self, method: str, path: str, json: Any = None, query: Any = None, **headers: str) -> Asked:
        named = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        url = f"{self.sandbox.url}/{path}"
        return Asked(requests.request(method, url, json=json, params=query, headers=named, timeout=30))

    def to(self, audience: str = "", account: str = ACCOUNT) -> dict[str, Any]:
        owner = {"accountType": "GOOGLE_ADS", "accountId": account}
        return {"operatingAccount": owner, "productDestinationId": audience or self.audience}

    def body(self, *members: Any, **more: Any) -> dict[str, Any]:
        return {"destinations": [self.to()], "audienceMembers": list(members), "encoding": "HEX", **more}

    def ingest(self, *members: Any, **more: Any) -> Asked:
        return self.ask("POST", "v1/audienceMembers:ingest", self.body(*members, **{**TERMS, **more}))

    def remove(self, *members: Any) -> Asked:
        return self.ask("POST", "v1/audienceMembers:remove", self.body(*members))

    def clear(self, **more: Any) -> Asked:
        return self.ask("POST", "v1/audienceMembers:removeAll", {"destinations": [self.to()], **more})

    def status(self, request: str) -> Asked:
        return self.ask("GET", "v1/requestStatus:retrieve", query={"requestId": request})

    def became(self, asked: Asked) -> str:
        [each] = self.status(asked.body["requestId"]).body["requestStatusPerDestination"]
        return str(each["requestStatus"])

    @property
    def members(self) -> set[str]:
        return self.sandbox.members(self.audience)
