"""What became of a request: the block for each of its destinations, with counts that are texts, and none by row.

Rules: developers.google.com/data-manager/api, Diagnostics; RequestStatusPerDestination in google-ads-datamanager 0.9.4
(read 2026-11-22).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from .google_lists import Upload

NAMES = {
    ("userData", "add"): "userDataIngestionStatus",
    ("mobileData", "add"): "mobileDataIngestionStatus",
    ("userIdData", "add"): "userIdDataIngestionStatus",
    ("compositeData", "add"): "compositeDataIngestionStatus",
    ("userData", "remove"): "userDataRemovalStatus",
    ("mobileData", "remove"): "mobileDataRemovalStatus",
    ("userIdData", "remove"): "userIdDataRemovalStatus",
    ("compositeData", "remove"): "compositeDataRemovalStatus",
}
OUTER = {"add": "audienceMembersIngestionStatus", "remove": "audienceMembersRemovalStatus"}
COUNTS = {"userData": "userIdentifierCount", "mobileData": "mobileIdCount", "userIdData": "userIdCount"}
TYPES = {"emailAddress": "EMAIL", "phoneNumber": "PHONE_NUMBER", "address": "ADDRESS"}


def block(upload: Upload) -> dict[str, Any]:
    """The status of one destination. Counts are of all that was sent, failures included."""
    status = upload.status()
    found: dict[str, Any] = {"destination": dict(upload.shown), "requestStatus": status}
    if upload.verb == "clear":
        return {**found, "removeAllAudienceMembersStatus": {}}
    if status in ("FAILED", "PARTIAL_SUCCESS"):
        counts = [{"recordCount": str(count), "reason": reason} for reason, count in upload.errors().items()]
        found["errorInfo"] = {"errorCounts": counts}
    return {**found, OUTER[upload.verb]: {NAMES[upload.data, upload.verb]: counted(upload)}}


def counted(upload: Upload) -> Mapping[str, Any]:
    kinds = Counter(token.partition(":")[0] for row in upload.rows for token in row.tokens)
    told: dict[str, Any] = {"recordCount": str(len(upload.rows))}
    if upload.data == "compositeData":
        told["dataTypeCounts"] = [{"type": TYPES[kind], "count": str(count)} for kind, count in kinds.items()]
    else:
        told[COUNTS[upload.data]] = str(kinds.total())
    if upload.verb == "add" and upload.data in ("userData", "compositeData") and upload.done:
        told["uploadMatchRateRange"] = "MATCH_RATE_RANGE_NOT_ELIGIBLE" if len(upload.rows) < 1000 else MATCHED
    return told


MATCHED = "MATCH_RATE_RANGE_51_TO_60"
