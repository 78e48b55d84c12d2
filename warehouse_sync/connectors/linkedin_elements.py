"""The elements of a BATCH_CREATE request, and what LinkedIn says of each of them.

learn.microsoft.com/linkedin, Create and manage segment users, … companies (read 2026-11-22). Since version 202502 each
element has a verdict of its own, at its own place. Adding who is there and removing who is not is a success.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from warehouse_sync.http import encode
from warehouse_sync.model import Action, PlanRow

from .linkedin_settings import AudienceType

USER_IDS = ("SHA256_EMAIL", "SHA512_EMAIL", "GOOGLE_AID")
COMPANY_IDS = ("organizationUrn", "companyName", "companyWebsiteDomain", "companyEmailDomain", "companyPageUrl")
WORDS: Mapping[Action, str] = {"add": "ADD", "update": "ADD", "remove": "REMOVE"}


def user(action: Action, tokens: Mapping[str, Any]) -> dict[str, Any]:
    """One member of a USER segment. A removal names the ids to remove and nothing else."""
    ids = [{"idType": name, "idValue": tokens[name]} for name in USER_IDS if name in tokens]
    element: dict[str, Any] = {"action": WORDS[action], "userIds": ids}
    if action != "remove":
        element |= {name: value for name, value in tokens.items() if name not in USER_IDS}
    return element


def company(action: Action, tokens: Mapping[str, Any]) -> dict[str, Any]:
    """One member of a COMPANY segment. A removal names it by exactly what it was added by."""
    kept = {name: value for name, value in tokens.items() if action != "remove" or name in COMPANY_IDS}
    return {"action": WORDS[action], **kept}


ELEMENTS: Mapping[AudienceType, Callable[[Action, Mapping[str, Any]], dict[str, Any]]] = {
    "USER": user,
    "COMPANY": company,
}
"""How a row becomes an element."""
PATHS: Mapping[AudienceType, str] = {"USER": "users", "COMPANY": "companies"}


def distinct(kind: AudienceType, action: Action, rows: Sequence[PlanRow]) -> dict[bytes, list[int]]:
    """Each element once, encoded, with the places of the rows that it stands for."""
    make, found = ELEMENTS[kind], dict[bytes, list[int]]()
    for place, row in enumerate(rows):
        found.setdefault(encode(make(action, row.tokens)), []).append(place)
    return found


def body_of(elements: Sequence[bytes]) -> bytes:
    """The whole request."""
    return b'{"elements":[' + b",".join(elements) + b"]}"


class Fate(NamedTuple):
    """What became of one element. `again`: it is worth sending once more; `certain`: it had no effect."""

    code: str
    reason: str
    again: bool = False
    certain: bool = True


LOST = Fate("no_result", "LinkedIn's answer has no result for the row; it is sent again.", again=True, certain=False)
THROTTLED = Fate("element_throttled", "LinkedIn asks to slow down for the row (429); it is sent again.", again=True)
CONFLICT = Fate("element_conflict", "Another change of the segment was being written (409).", again=True)
FAULT = Fate("element_fault", "LinkedIn failed on the row (status {}); it is sent again.", again=True, certain=False)
REFUSED = Fate("element_refused", "LinkedIn did not accept the row (status {}); look at its values and lengths.")


def fate(result: Any) -> Fate | None:
    """What one result says; None is a success."""
    status = result.get("status") if isinstance(result, dict) else None
    if not isinstance(status, int) or isinstance(status, bool) or not 200 <= status < 600:
        return LOST
    if status < 300:
        return None
    if status >= 500:
        return FAULT._replace(reason=FAULT.reason.format(status))
    known = {409: CONFLICT, 429: THROTTLED}
    return known.get(status) or REFUSED._replace(reason=REFUSED.reason.format(status))


def fates(body: Any, count: int) -> list[Fate | None]:
    """What became of each of `count` elements; those without a result are lost, never a success."""
    told = body.get("elements") if isinstance(body, dict) else None
    results = told if isinstance(told, list) and len(told) <= count else []
    return [fate(each) for each in results] + [LOST] * (count - len(results))
