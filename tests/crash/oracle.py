"""What must hold whatever was killed: an oracle that knows sources, the platform and the tables, and no engine."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.crash.places import Place
from tests.crash.processes import Exchange, Platform
from tests.crash.world import Row, replace_source, tokens

IDENTIFIERS = ("EMAIL", "PHONE")


@dataclass(frozen=True)
class Tables:
    """What a database says: tokens the engine knows it sent or may have sent, runs, log, and table names."""

    known: frozenset[str]
    runs: tuple[dict[str, Any], ...]
    log: tuple[dict[str, Any], ...]
    names: tuple[str, ...]


def read_tables(place: Place, then: Sequence[Row] | None = None) -> Tables:
    """What the tables say; after which, where that is given, the source becomes `then`, and every lease is over."""
    with place.connected() as connection:
        names = tuple(name for (name,) in connection.execute(NAMES).fetchall())
        runs = _dicts(connection, "select * from wsync.runs order by fence, started_at") if "runs" in names else ()
        log = _dicts(connection, "select * from wsync.sync_log") if "sync_log" in names else ()
        holding = [name for name in names if name.startswith("mirror_")]
        holding += [f"plan_people_{run['sync_run_id']}" for run in runs if run["phase"] == "sending"]
        known = {token for name in holding for token in _tokens(connection, name)}
        if then is not None:
            replace_source(connection, then)
            for name in names:
                if name.startswith("claim_"):
                    connection.execute(f"update wsync.{name} set heartbeat_at = heartbeat_at - interval '1 hour'")
    return Tables(frozenset(known), runs, log, names)


NAMES = "select lower(table_name) from information_schema.tables where lower(table_schema) = 'wsync' order by 1"


def _dicts(connection: Any, query: str) -> tuple[dict[str, Any], ...]:
    found = connection.execute(query)
    columns = [column[0].lower() for column in found.description or ()]
    return tuple(dict(zip(columns, map(_plain, values), strict=True)) for values in found.fetchall())


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float | str | None) else str(value)


def _tokens(connection: Any, table: str) -> Iterable[str]:
    for (text,) in connection.execute(f"select tokens from wsync.{table}").fetchall():
        for key, value in json.loads(text).items():
            yield f"{key}:{value}"


@dataclass
class History:
    """Every source a sync has seen: what each key has ever been, which is all that may ever travel for it."""

    been: dict[int, set[frozenset[str]]] = field(default_factory=lambda: defaultdict(set))

    def saw(self, rows: Sequence[Row]) -> None:
        for each in rows:
            if each[0] is not None and tokens(each):
                self.been[each[0]].add(tokens(each))

    def ever(self, key: int) -> frozenset[str]:
        return frozenset().union(*self.been[key])


@dataclass(frozen=True)
class Wanted:
    """What the platform must hold for a source: `sure` for certain, `perhaps` where a key's last identity counts."""

    sure: frozenset[frozenset[str]]
    perhaps: frozenset[str]


def wanted(rows: Sequence[Row], history: History) -> Wanted:
    by_key: dict[int, set[Row]] = defaultdict(set)
    for each in rows:
        if each[0] is not None:
            by_key[each[0]].add(each)
    sure = {tokens(*each) for each in by_key.values() if len(each) == 1}
    held = [key for key, each in by_key.items() if len(each) > 1]
    return Wanted(frozenset(sure - {frozenset()}), frozenset().union(*map(history.ever, held)))


def converged(wanted: Wanted, entries: Sequence[frozenset[str]], refused: frozenset[str]) -> list[str]:
    """The list equals the source, less what the platform rejects; every person wanted is found as a whole."""
    there = frozenset().union(*entries)
    sure = {identity for identity in wanted.sure if not identity & refused}
    may = {identity for identity in wanted.sure if identity & refused}
    must = frozenset().union(*sure)
    wrong = [f"leaked: {short(each)}" for each in there - must - wanted.perhaps - frozenset().union(*may)]
    wrong += [f"missing: {short(each)}" for each in must - there]
    wrong += [f"rejected, and yet there: {short(each)}" for each in refused & there]
    return wrong


def whole(wanted: Wanted, entries: Sequence[frozenset[str]], refused: frozenset[str]) -> list[str]:
    """On a platform that keeps entries: every wanted person has one."""
    sure = {identity for identity in wanted.sure if not identity & refused}
    return [f"not whole: {short(*each)}" for each in sure if not any(each <= entry for entry in entries)]


def nothing_forgotten(entries: Sequence[frozenset[str]], known: frozenset[str]) -> list[str]:
    """Members we put there ⊆ mirror ∪ plans being sent."""
    return [f"forgotten: {short(each)}" for each in frozenset().union(*entries) - known]


def nothing_false(log: Sequence[dict[str, Any]], journal: Sequence[Exchange], history: History) -> list[str]:
    """Every `succeeded` has an acknowledged request of its operation that carried what its key is or was."""
    by_id = {each.request_id: each for each in journal}
    return [
        f"falsely logged: {line['operation']} of key {line['primary_key']}"
        for line in log
        if line["status"] == "succeeded" and not _is_true(line, by_id.get(line["request_id"] or ""), history)
    ]


def _is_true(line: dict[str, Any], request: Exchange | None, history: History) -> bool:
    if request is None or not request.acknowledged:
        return False
    been = history.been[int(line["primary_key"])]
    if line["operation"] == "delete":
        return request.kind == "remove" and any(row <= each for row in request.rows for each in been)
    return request.kind == "add" and any(row in been for row in request.rows)


SIDES = ("inserted_keys", "updated_keys", "unchanged_keys", "held_keys", "refused_keys")
STATUSES = ("succeeded", "failed", "skipped", "aborted", "in_doubt", "accepted")


def reconciled(tables: Tables, *, exactly: bool) -> list[str]:
    """Counts reconcile to the row in every settled run; `exactly` where no two keys ever share an identity."""
    wrong = []
    for run in tables.runs:
        if run["phase"] != "settled":
            continue
        log = [line for line in tables.log if line["sync_run_id"] == run["sync_run_id"]]
        wrong += [f"run {run['sync_run_id'][10:14]}: {what}" for what in _unequal(run, log, exactly=exactly)]
    return wrong


def _unequal(run: dict[str, Any], log: Sequence[dict[str, Any]], *, exactly: bool) -> Iterable[str]:
    if run["source_rows"] != run["surplus_copies"] + run["null_key_rows"] + run["keys_present"]:
        yield "source rows do not add up"
    if run["keys_present"] != sum(run[side] for side in SIDES):
        yield "keys do not add up"
    asked = Counter((line["operation"], line["status"]) for line in log if line["operation"])
    planned = sum(run[f"planned_{operation}"] for operation in ("insert", "update", "delete"))
    verdicts = {(operation, status): run[f"{status}_{operation}"] for operation in OPERATIONS for status in DECIDED}
    left = run["aborted_rows"] + run["in_doubt_rows"] + run["accepted_rows"]
    if planned != sum(verdicts.values()) + left:
        yield "planned rows do not add up"
    if {status for _, status in asked} - set(STATUSES):
        yield "an unknown status is in the log"
    for verdict, count in verdicts.items():
        if asked[verdict] != count if exactly else asked[verdict] < count:
            yield f"the log has {asked[verdict]} {verdict}, the run {count}"
    if exactly and sum(asked.values()) != planned + run["skipped_rows"]:
        yield "the log and the plan differ"
    if sum(line["status"] in ("failed", "held") and not line["operation"] for line in log) != run["invalid_rows"]:
        yield "refused rows are not in the log"


OPERATIONS = ("insert", "update", "delete")
DECIDED = ("succeeded", "failed")


def source_counts(run: dict[str, Any], rows: Sequence[Row]) -> list[str]:
    """The run's own row counts against the source it read."""
    keyed = [each for each in rows if each[0] is not None]
    by_key: dict[int, list[Row]] = defaultdict(list)
    for each in keyed:
        by_key[each[0] or 0].append(each)
    told = {
        "source_rows": len(rows),
        "null_key_rows": len(rows) - len(keyed),
        "keys_present": len(by_key),
        "surplus_copies": len(keyed) - len(by_key),
    }
    return [f"{name} is {run[name]}, should be {count}" for name, count in told.items() if run[name] != count]


def tidy(tables: Tables) -> list[str]:
    """After a run that ended well nothing of a dead run is left, raw values least of all."""
    kinds = Counter(name.split("_people_")[0] for name in tables.names if "_people_" in name)
    limits = {"claim": 2, "snapshot": 2}
    wrong = [f"{count} tables {kind}_… are left" for kind, count in kinds.items() if count > limits.get(kind, 0)]
    return wrong + [f"a run is left {run['phase']}" for run in tables.runs if run["phase"] in ("claimed", "sending")]


def all_checks(platform: Platform, tables: Tables, history: History) -> list[str]:
    """What holds at any moment."""
    entries: list[frozenset[str]] = platform.ask("entries")
    wrong = nothing_forgotten(entries, tables.known) + nothing_false(tables.log, platform.ask("journal"), history)
    return wrong + [f"sandbox: {each}" for each in platform.ask("failures")]


def short(*each: str) -> str:
    return " ".join(sorted(token[:12] for token in each))
