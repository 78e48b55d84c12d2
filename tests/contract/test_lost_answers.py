"""An answer lost at any call of a run: members, mirror and log are those of a run that nothing disturbed."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from tests.contract.losing import Losing
from tests.contract.syncing import Syncing
from tests.places import LOG, Place
from tests.scenario import FIRST, SECOND
from warehouse_sync.adapters import Warehouse
from warehouse_sync.errors import AnswerLost
from warehouse_sync.runner import Request

PARTS = 4
STRIDE = {"duckdb": 3}
"""Every so manyth call of a part is lost; on a server, where a run takes its time, a few of them. The sweep: each."""
STREAMS = ("stream run/changed_rows", "stream run/pages")
"""What cannot be asked again in the middle of a run: the next one makes it good."""


class Left(NamedTuple):
    """What a run leaves."""

    members: set[tuple[str, str]]
    mirror: list[tuple[Any, ...]]
    log: list[tuple[Any, ...]]


class Seesaw:
    """A sync whose source is now the first of the shared scenario's two, now the second: every run has work to do."""

    def __init__(self, place: Place, warehouse: Warehouse) -> None:
        self.syncing = Syncing(place, warehouse)
        self.number = 0

    def run(self, lose: int = 0, *, done: bool = False) -> tuple[Losing, Left]:
        """The next run, with one call lost; where that ends it, the run after it is what is left."""
        self.number += 1
        self.syncing.rows(*(FIRST if self.number % 2 else SECOND))
        losing = Losing(self.syncing.warehouse, lose, done=done)
        try:
            run = self.syncing.runner(self.syncing.on(losing)).run(Request())
        except AnswerLost as lost:
            assert losing.asked[lose - 1] in STREAMS, lost
            self.syncing.expire()
            run = self.syncing.run()
        log = self.syncing.place.log(self.syncing.warehouse, run.run_id, f"{LOG}, attempt, page")
        return losing, Left(self.syncing.members.tokens, self.syncing.mirror(), log)


@pytest.mark.sweep
@pytest.mark.parametrize("part", range(PARTS))
def test_an_answer_lost_at_each_call_changes_nothing(place: Place, warehouse: Warehouse, part: int) -> None:
    lost_at(range(1 + part, MOST_CALLS, PARTS), place, warehouse)


@pytest.mark.parametrize("part", range(PARTS))
def test_an_answer_lost_at_any_call_changes_nothing(place: Place, warehouse: Warehouse, part: int) -> None:
    lost_at(range(1 + part, MOST_CALLS, PARTS * STRIDE.get(place.name, 8)), place, warehouse)


MOST_CALLS = 1000
"""More than a run makes."""


def lost_at(calls: range, place: Place, warehouse: Warehouse) -> None:
    """Each of these calls of a run loses its answer, once done and once not."""
    seesaw = Seesaw(place, warehouse)
    for _ in range(3):  # until the key that is held has an identity to keep
        seesaw.run()
    (_, over), (usual, back) = seesaw.run(), seesaw.run()
    for call in calls[: len(range(calls.start, len(usual.asked) + 1, calls.step))]:
        for done, expected in ((False, over), (True, back)):
            losing, left = seesaw.run(call, done=done)
            name = losing.asked[call - 1]
            assert (left.members, left.mirror) == (expected.members, expected.mirror), (name, done)
            assert left.log == expected.log or name in STREAMS, (name, done)
