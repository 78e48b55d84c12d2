"""Who may write: two runs that start together, a slow starter, a run whose lease is over."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

import pytest

from tests.contract.syncing import Syncing
from tests.places import Place
from tests.scenario import SECOND
from warehouse_sync.adapters import Warehouse
from warehouse_sync.errors import Held
from warehouse_sync.ledger import claims
from warehouse_sync.ledger.core import Ledger, Run

RACES = 200


def test_of_two_runs_that_start_together_exactly_one_owns_the_sync(place: Place, warehouse: Warehouse) -> None:
    syncing = Syncing(place, warehouse)
    syncing.rows(*SECOND)
    syncing.run()
    start = Barrier(2)

    def contend(ledger: Ledger) -> Run | None:
        start.wait()
        try:
            return syncing.claim(ledger)
        except Held:
            return None

    with closing(place.open()) as one, closing(place.open()) as other, ThreadPoolExecutor(2) as pool:
        for _ in range(RACES):
            owners = [run for run in pool.map(contend, map(syncing.on, (one, other))) if run]
            assert len(owners) == 1
            assert syncing.ledger.remember().newest_fence == owners[0].fence
            claims.Lease(syncing.ledger, owners[0]).end()


def test_a_slow_starter_whose_fence_was_used_and_pruned_loses(place: Place, warehouse: Warehouse) -> None:
    syncing = Syncing(place, warehouse)
    syncing.rows(*SECOND)
    syncing.run()
    mine = syncing.ledger.remember().newest_fence + 1

    def others(name: str) -> None:
        if name == "before run/claim":
            for _ in range(3):
                syncing.run()
            assert mine not in claims.claims(syncing.ledger)

    with pytest.raises(Held, match="overtook"):
        syncing.claim(syncing.on(warehouse, others))
    assert syncing.ledger.remember().newest_fence == mine + 2
    assert syncing.run().status == "succeeded"


def test_a_living_claim_is_respected(place: Place, warehouse: Warehouse) -> None:
    syncing = Syncing(place, warehouse)
    syncing.rows(*SECOND)
    syncing.run()
    syncing.claim()
    with pytest.raises(Held, match="in use"):
        syncing.run()
    syncing.expire()
    assert syncing.run().status == "succeeded"


def test_a_run_whose_claim_was_overtaken_stops_at_its_next_look(place: Place, warehouse: Warehouse) -> None:
    syncing = Syncing(place, warehouse)
    syncing.rows(*SECOND)
    syncing.run()
    lease = claims.Lease(syncing.ledger, syncing.claim())
    syncing.expire()
    syncing.claim()
    with pytest.raises(Held, match="taken over"):
        lease.keep(request_seconds=syncing.sync.lease_seconds)
