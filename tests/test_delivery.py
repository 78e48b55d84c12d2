"""Pages sent: what is left behind when sending ends early, and how mixed pages are told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from tests.members import Members, connector
from warehouse_sync.delivery import Sender, Wire, deliver, pages_of
from warehouse_sync.errors import WarehouseBusy
from warehouse_sync.model import Action, Outcome, Page, PlanRow, Receipt


def wire(refused: Sequence[str] = ()) -> Wire:
    members = Members(refused=set(refused))

    def send(api: Members, _audience: str, action: Action, rows: Sequence[PlanRow]) -> Receipt:
        return api.send(action, rows)

    return Wire(replace(connector(members), send=send), members, "1")


def test_a_sending_that_ends_early_lets_go_of_the_plan_at_once() -> None:
    closed: list[str] = []

    def rows() -> Iterator[list[tuple[Any, ...]]]:
        try:
            for page in range(100):
                yield [(page, 1, "add", page, f'{{"EMAIL":"{page}@x.io"}}', 0)]
        finally:
            closed.append("closed")

    def keep() -> None:
        raise WarehouseBusy("no heartbeat")

    sender = Sender(wire(), 2, keep, lambda _: None, lambda _: None, lambda: None)
    done = sender.send(pages_of(rows(), frozenset()))
    assert isinstance(done.stopped_by, WarehouseBusy)
    assert closed == ["closed"]


def mixed() -> list[Outcome]:
    rows = tuple(PlanRow(seq, {"EMAIL": f"{seq}@x.io"}) for seq in range(1, 4))
    return deliver(wire(["2@x.io"]), Page(1, "add", rows), lambda: False).outcomes


def test_the_word_on_a_whole_page_is_written_after_those_on_its_rows() -> None:
    told = mixed()
    assert (2, "failed") in [(each.seq, each.status) for each in told]
    assert [each.seq is None for each in told] == [False] * (len(told) - 1) + [True]
