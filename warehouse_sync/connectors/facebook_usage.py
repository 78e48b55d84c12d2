"""How much of its quota an ad account has used, from the three headers Facebook may send with an answer.

Headers and units: developers.facebook.com, Marketing API rate limiting (read 2026-11). There is no
Retry-After.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

CALM = 75.0
"""Percent of a quota from which requests are spread out."""
FULL_PAUSE = 60.0
"""Seconds between requests when a quota is used up and no header says when it is free again."""
OUR_LIMITS = ("custom_audience", "ads_management")
PERCENTAGES = ("call_count", "total_cputime", "total_time", "acc_id_util_pct")


class Usage(NamedTuple):
    """`percent` of the fullest quota; `regain` seconds until calls are let through again, 0 when they are."""

    percent: float = 0.0
    regain: float = 0.0

    def pause(self) -> float | None:
        """Seconds to leave before the next request: none below `CALM`, then in proportion."""
        if self.percent < CALM and not self.regain:
            return None
        used = (self.percent - CALM) / (100 - CALM)
        return max(self.regain, FULL_PAUSE * min(used, 1.0))


def usage(headers: Mapping[str, str]) -> Usage:
    """The usage the headers tell; nothing where they are absent or cannot be read."""
    found = [_of(quota) for quota in _quotas(headers)]
    return Usage(max((each.percent for each in found), default=0.0), max((each.regain for each in found), default=0.0))


def _quotas(headers: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    yield from _objects([_parsed(headers, "X-App-Usage"), _parsed(headers, "X-Ad-Account-Usage")])
    by_business = _parsed(headers, "X-Business-Use-Case-Usage")
    for quotas in by_business.values() if isinstance(by_business, dict) else ():
        for quota in _objects(quotas if isinstance(quotas, list) else ()):
            if quota.get("type", OUR_LIMITS[0]) in OUR_LIMITS:
                yield quota


def _objects(values: Iterable[Any]) -> Iterator[Mapping[str, Any]]:
    return (value for value in values if isinstance(value, dict))


def _parsed(headers: Mapping[str, str], name: str) -> Any:
    try:
        return json.loads(headers.get(name, "null"))
    except (ValueError, RecursionError):
        return None


def _of(quota: Mapping[str, Any]) -> Usage:
    percent = max(_number(quota.get(name)) for name in PERCENTAGES)
    minutes = _number(quota.get("estimated_time_to_regain_access"))
    full = percent >= 100
    return Usage(percent, max(60 * minutes, _number(quota.get("reset_time_duration")) if full else 0.0))


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and 0 <= value < 1e9 else 0.0
