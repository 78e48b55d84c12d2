"""The scenario that is killed at every boundary, and those made for what it would show too rarely."""

from __future__ import annotations

from tests.crash.sweep import Scenario, refusal
from tests.crash.world import Turn, email, row

FIRST = (row(1, 1, 1), row(2, 2, 2), row(3, 3, 3), row(4, 4, 2), row(5, 5, 5), row(6, 6), row(7, "bad", 7))
SECOND = (
    *(row(3, "3new", 3), row(4, 4, 2), row(6, 6), row(7, "bad", 7), row(8, 8, 8)),
    *(row(9, 9, 9), row(9, 9, 9), row(None, 0)),
)
THIRD = (
    *(row(3, "3new", 3), row(4, "4new", 2), row(7, "bad", 7), row(8, 8, 8), row(9, 9, 9)),
    *(row(10, 10, 10), row(11, 11, 9), row(12, 12), row(13, None, 13), row(14, None, None)),
)
LAST = (row(1, 1, 1), row(3, 3, 3), row(7, "bad", 7), row(8, 8), row(10, 10, 9), row(13, 13, 13))

EVERYTHING = Scenario(
    turns=(
        Turn(FIRST),
        # 1 and 2 leave, 2 shares its phone with 4; 3 has a new e-mail; the removal of 5 is refused
        Turn(SECOND, orders=(refusal(email(5), "remove"),)),
        # the answer to the second request of additions is lost, and the upload stops there
        Turn(THIRD, orders=({"answer": "reset_after", "kind": "add", "after": 1},)),
    ),
    afterwards=(SECOND, THIRD, LAST),
    refused=(email("bad"),),
)
"""Adds, removes, a rekey, shared identifiers, a refused removal, a rejected row, a stopped upload."""
