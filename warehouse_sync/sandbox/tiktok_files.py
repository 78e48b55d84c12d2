"""TikTok's file API: a file uploaded, an audience made of it, changed by it. The connector does not use it.

Rules: TikTok API for Business, Audience: Upload an audience file, Create an audience by file, Update an audience, Get
audience details (read 2026-11-22).
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .tiktok_audiences import TikTokAudience, new_id
from .tiktok_replies import EDIT, Problem, wrong
from .wire import Call

CALCULATE_TYPES = (
    *("EMAIL_SHA256", "PHONE_SHA256", "IDFA_SHA256", "IDFA_MD5", "GAID_SHA256", "GAID_MD5"),
    *("MAID_SHA256", "MAID_MD5", "FIRST_SHA256", "FIRST_MD5", "MULTIPLE_TYPES"),
)
HEADS = {"maid": "MAID", "maid_md5": "MAID_MD5", "maid_sha256": "MAID_SHA256"} | {
    "email_sha256": "EMAIL_SHA256",
    "phone_sha256": "PHONE_SHA256",
}
MOST_FILES = 50


@dataclass(frozen=True)
class Upload:
    """A file of ids: its owner, and the ids by type."""

    advertiser: str
    ids: Mapping[str, frozenset[str]]


def upload(uploads: dict[str, Upload], call: Call) -> dict[str, str]:
    """Raises `Problem` for a wrong signature, an empty file or an unknown type of ids."""
    kind, content = call.body.get("calculate_type"), str(call.body.get("file", ""))
    if kind not in CALCULATE_TYPES:
        raise Problem(40909, "Invalid calculate_type")
    if not str(call.body.get("file.name", "")).endswith((".csv", ".txt")):
        raise Problem(40908, "The file's suffix is not supported")
    if not content.strip():
        raise Problem(40906, "The file is empty")
    signature = hashlib.md5(content.encode(), usedforsecurity=False).hexdigest()
    if call.body.get("file_signature") != signature:
        raise Problem(40900, "File signature verification failed")
    path = f"uploads/{new_id()}"
    uploads[path] = Upload(str(call.body["advertiser_id"]), ids_of(kind, content))
    return {"file_path": path}


def ids_of(kind: str, content: str) -> dict[str, frozenset[str]]:
    lines = [line.strip() for line in content.splitlines() if line.strip()]
    if kind != "MULTIPLE_TYPES":
        return {kind: frozenset(lines)}
    head, *rows = csv.reader(io.StringIO(content))
    kinds = [HEADS.get(name.strip().lower()) for name in head]
    if None in kinds:
        raise Problem(40909, "Unknown column of a file with several types")
    columns = zip(*rows, strict=True) if rows else [() for _ in kinds]
    return {str(kind): frozenset(filter(None, column)) for kind, column in zip(kinds, columns, strict=True)}


def create(uploads: Mapping[str, Upload], call: Call, now: float) -> TikTokAudience:
    kind, name = call.body.get("calculate_type"), call.body.get("custom_audience_name")
    if kind not in CALCULATE_TYPES or not isinstance(name, str) or not 1 <= len(name) <= 128:
        raise wrong("custom_audience_name or calculate_type: Not valid.")
    made = TikTokAudience(new_id(), str(call.body["advertiser_id"]), name, now, "Customer File", str(kind))
    made.members = merged(read_files(uploads, call))
    return made


def read_files(uploads: Mapping[str, Upload], call: Call) -> list[Upload]:
    """The files a request names; only their owner may use them."""
    paths = call.body.get("file_paths")
    if not isinstance(paths, list) or not 1 <= len(paths) < MOST_FILES:
        raise wrong("file_paths: Not a valid list.")
    found = [uploads.get(str(path)) for path in paths]
    owner = str(call.body["advertiser_id"])
    if any(each is None or each.advertiser != owner for each in found):
        raise Problem(40007, "The file does not exist")
    return [each for each in found if each is not None]


def merged(found: Iterable[Upload]) -> dict[str, set[str]]:
    ids: dict[str, set[str]] = {}
    for each in found:
        for kind, values in each.ids.items():
            ids.setdefault(kind, set()).update(values)
    return ids


def change(audience: TikTokAudience, uploads: Mapping[str, Upload], call: Call, floor: int, now: float) -> None:
    """APPEND, REMOVE, or REPLACE, which is the default; refused where too few people would be left."""
    action, given = call.body.get("action", "REPLACE"), merged(read_files(uploads, call))
    if action not in ("APPEND", "REMOVE", "REPLACE"):
        raise wrong("action: Not a valid choice.")
    if audience.audience_type != "Customer File":
        raise wrong(EDIT)
    before = {} if action == "REPLACE" else audience.members
    after = {
        kind: before.get(kind, set()) - given.get(kind, set())
        if action == "REMOVE"
        else before.get(kind, set()) | given.get(kind, set())
        for kind in {*before, *given}
    }
    if sum(map(len, after.values())) < floor:
        raise wrong(EDIT)
    audience.members, audience.changed = after, now


def details(found: Sequence[TikTokAudience], now: float) -> dict[str, Any]:
    return {"list": [{"audience_details": detail(each, now), "audience_history": []} for each in found]}


def detail(audience: TikTokAudience, now: float) -> dict[str, Any]:
    listed = audience.listed(now)
    kept = (
        "audience_id",
        "name",
        "calculate_type",
        "cover_num",
        "is_valid",
        "is_creator",
        "create_time",
        "expired_time",
    )
    return {**{name: listed[name] for name in kept}, "type": audience.audience_type, "msg": "", "error_msg": ""}
