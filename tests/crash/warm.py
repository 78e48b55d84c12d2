"""The warmed parent: everything imported and parsed, no database opened, no thread started; it forks the rest.

`python -m tests.crash.warm WHERE JOB …` prints one JSON object: what the job found.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import duckdb
import psycopg
import requests
import sqlglot.optimizer
from sqlglot import exp

from tests.crash.counted import Kill
from tests.crash.histories import histories
from tests.crash.losing import LOSING, noticed_by_loss
from tests.crash.losses import Losses, cuts, rotated, tried
from tests.crash.mutants import MUTANTS, found_in, noticed, past_the_port
from tests.crash.places import Yard, yard
from tests.crash.processes import side_by_side
from tests.crash.scenarios import EVERYTHING, RARE, RARER, SMALL
from tests.crash.sweep import Point, Sweep, at_once, violations
from tests.crash.weak import RULES
from warehouse_sync import statements
from warehouse_sync.sandbox import ACCOUNT

HANDS = min(os.cpu_count() or 2, 4)
"""How many children work side by side."""


def warm() -> None:
    """Do once what every child would do again: parse the statements, load the lazy halves of the libraries."""
    for name in statements.names():
        statements.parsed(name)
    exp.select("*").from_(exp.table_("t", db="s", quoted=True)).where(exp.column("c").eq("x")).sql("duckdb")
    sqlglot.parse_one("select 1 as x from t where coalesce(a, '') <> 'b'", read="duckdb").sql("duckdb", pretty=True)
    requests.Request("POST", "http://localhost/", data=b"{}").prepare()
    assert duckdb.__version__ and psycopg.__version__ and ACCOUNT
    gc.collect()
    gc.freeze()


def sweep(yard: Yard, messages: str = "1", boundaries: str = "1") -> dict[str, Any]:
    """Kill the scenario at every so-manieth boundary, and while a server works at every so-manieth message."""
    found = Sweep(EVERYTHING, yard)
    found.learn()
    points = [each for each in found.points() if not each[1].on_wire][:: int(boundaries)]
    points += [each for each in found.points() if each[1].on_wire][:: int(messages)]
    wrong = side_by_side(partial(_violations, found), points, HANDS)
    return {"points": len(points), "violations": wrong}


def _violations(found: Sweep, points: Sequence[Point]) -> list[str]:
    return list(violations(found, points))


def uncrashed(yard: Yard) -> dict[str, Any]:
    """The scenario as it goes when nobody is killed."""
    found = Sweep(EVERYTHING, yard)
    found.learn()
    return {"turns": turns(found)}


def pairs(yard: Yard, stride: str) -> dict[str, Any]:
    """Kill the second turn of the small scenario at a boundary, and the run after it at another."""
    found = Sweep(SMALL, yard)
    found.learn()
    boundaries = range(1, len(found.learned[1].ended.names) + 1)
    points = [(n, m) for n in boundaries[:: int(stride)] for m in boundaries[n % int(stride) :: int(stride)]]
    wrong = side_by_side(partial(_pairs, found), points, HANDS)
    return {"points": len(points), "violations": wrong}


def _pairs(found: Sweep, points: Sequence[tuple[int, int]]) -> list[str]:
    return [f"killed at {n}, then at {m}: {wrong}" for n, m in points for wrong in found.crash(1, Kill(n), Kill(m))]


def bypassed(yard: Yard) -> dict[str, Any]:
    """What is counted where a statement takes a way past the port."""
    past_the_port()
    found = Sweep(SMALL, yard)
    found.learn()
    return {"turns": turns(found)}


def turns(sweep: Sweep) -> list[dict[str, Any]]:
    """What passed the port in each uncrashed turn, and what was counted behind it."""
    return [
        {
            "status": each.ended.status,
            "port": dict(each.ended.passed),
            "counted": {"statement": each.ended.statements, "request": each.requests},
            "unnamed": [message for message in each.ended.wire if message.startswith("after ")],
            "log": sorted(each.log, key=str),
            "violations": list(each.violations),
        }
        for each in sweep.learned
    ]


def rare(yard: Yard, which: str = "some") -> dict[str, Any]:
    """What goes wrong in the scenarios made for what is rare, with an engine that is whole."""
    return {"violations": side_by_side(partial(_rare, yard), list(RARE if which == "some" else RARER), HANDS)}


def _rare(yard: Yard, names: Sequence[str]) -> list[str]:
    numbered = {name: _numbered(yard, number) for number, name in enumerate(RARER)}
    return [f"{name}, {wrong}" for name in names for wrong in found_in(RARER[name], numbered[name])]


def _numbered(yard: Yard, number: int) -> Yard:
    """A part of the yard in which names are free again."""
    return lambda name: yard(f"{name}_{number}")


def errors(yard: Yard, stories: str = "some") -> dict[str, Any]:
    """Errors at every second call: by one warehouse's rules, one story each; or at every call, all stories by all."""
    told, wrong = dict[str, str](), list[str]()
    for turn, losses in enumerate(Losses(EVERYTHING, rules, yard) for rules in RULES):
        losses.learn()
        trials = rotated(losses, turn, len(RULES))[::2] if stories == "some" else list(losses.trials())
        wrong += side_by_side(partial(tried, losses), trials, HANDS)
        calls = {(each.at, each.call) for each in trials}
        told[losses.rules.name] = f"{len(calls)} calls, {len(trials)} trials"
    return {"warehouses": told, "violations": wrong}


def small_errors(yard: Yard) -> dict[str, Any]:
    """The same in the scenarios that are small or rare, one story at each call."""
    told, wrong = dict[str, str](), list[str]()
    for number, (name, scenario) in enumerate({**RARER, "small": SMALL}.items()):
        for turn, rules in enumerate(RULES):
            losses = Losses(scenario, rules, _numbered(yard, number))
            losses.learn()
            trials = rotated(losses, turn, len(RULES))
            wrong += side_by_side(partial(tried, losses), trials, HANDS)
            told[f"{name}, {rules.name}"] = f"{len(trials)} calls"
    return {"warehouses": told, "violations": wrong}


def broken_lines(yard: Yard, first: str = "0", stride: str = "1") -> dict[str, Any]:
    """The line to a server breaks with a message just sent: with every one, or every so-manieth."""
    found = Sweep(EVERYTHING, yard)
    found.learn()
    points = [each for each in found.points() if each[1].on_wire][int(first) :: int(stride)]
    return {"points": len(points), "violations": side_by_side(partial(cuts, found), points, HANDS)}


def leases(yard: Yard) -> dict[str, Any]:
    """The run after a kill comes at once: at some boundaries, and around those where the lease begins and ends."""
    found = Sweep(SMALL, yard)
    found.learn()
    names = found.learned[1].ended.names
    around = names.index("before run/claim") + 1
    numbers = {around, around + 1, *range(around, len(names), 25), len(names) - 1, len(names)}
    return {
        "points": len(numbers),
        "violations": list(at_once(found, [(1, Kill(number)) for number in sorted(numbers)])),
    }


def mutant(yard: Yard, name: str) -> dict[str, Any]:
    """By what one broken engine was noticed."""
    return {"noticed": noticed(MUTANTS[name], yard) if name in MUTANTS else noticed_by_loss(LOSING[name], yard)}


def random_histories(yard: Yard, first: str, count: str) -> dict[str, Any]:
    """So many histories, from this seed on."""
    seeds = range(int(first), int(first) + int(count))
    return {"histories": len(seeds), "violations": side_by_side(partial(histories, yard), seeds, HANDS)}


JOBS: dict[str, Callable[..., dict[str, Any]]] = {
    "bypassed": bypassed,
    "cuts": broken_lines,
    "errors": errors,
    "histories": random_histories,
    "leases": leases,
    "mutant": mutant,
    "pairs": pairs,
    "rare": rare,
    "small_errors": small_errors,
    "sweep": sweep,
    "uncrashed": uncrashed,
}


def main(arguments: Sequence[str]) -> None:
    warm()
    began = time.monotonic()
    where, job, *given = arguments
    with yard(where) as places:
        found = JOBS[job](places, *given)
    sys.stdout.write(json.dumps({**found, "seconds": round(time.monotonic() - began, 1)}))
    sys.stdout.flush()
    os._exit(0)  # the frozen heap is not taken apart piece by piece


if __name__ == "__main__":
    main(sys.argv[1:])
