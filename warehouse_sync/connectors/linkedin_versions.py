"""LinkedIn's versions: which there are not, when one ends, what is to be said of the one that is set.

learn.microsoft.com/linkedin, Versioning and API migrations (read 2026-11-22): a version a month, not every month; each
is served for at least a year, to about the middle of its month.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from warehouse_sync.model import Check

from .linkedin_settings import NEWEST_VERSION

ENDS: Mapping[str, date] = {
    "202510": date(2026, 10, 15),
    "202511": date(2026, 11, 16),
    "202601": date(2027, 1, 15),
    "202602": date(2027, 2, 15),
    "202603": date(2027, 3, 16),
}
"""When versions end, where LinkedIn has said so."""
MISSING = frozenset({"202512"})
"""Months that have no version."""
OLD_MONTHS = 11
USE = f"set api_version: {NEWEST_VERSION}, the one this version of wsync was made for"


def check_version(version: str, today: date) -> Check:
    """The line of the check: wrong where there is no such version or it has ended, a warning where it soon will."""
    what, end = "API version", ENDS.get(version)
    if version in MISSING:
        return Check(what, ok=False, found=f"{version}; LinkedIn has no version of that month", remedy=USE)
    if end is not None and end <= today:
        return Check(what, ok=False, found=f"{version}, which ended on {end}", remedy=USE)
    if end is None and months_old(version, today) >= 12 and version < min(ENDS):
        return Check(what, ok=False, found=f"{version}, which has ended", remedy=USE)
    if months_old(version, today) >= OLD_MONTHS:
        when = f"it ends on {end}" if end else "it ends soon: versions live about a year"
        return Check(what, ok=True, found=f"{version}; {when}", remedy=newer(version))
    if version > NEWEST_VERSION:
        return Check(what, ok=True, found=f"{version}, newer than the one this version of wsync was made for")
    return Check(what, ok=True, found=version if end is None else f"{version}, until {end}")


def months_old(version: str, today: date) -> int:
    return 12 * (today.year - int(version[:4])) + today.month - int(version[4:])


def newer(version: str) -> str:
    """What to do about a version that is old."""
    if version < NEWEST_VERSION:
        return USE
    return "upgrade wsync, or set api_version to a newer one that LinkedIn's recent changes name"
