"""One history: the engine and the model take the same steps, and after each everything they hold is compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tests.model.model import Ask, LogLine, Model, Plan, Settings, log
from tests.model.rows import Tokens, identity_of
from tests.model.world import Seen, World, as_tokens, sent
from warehouse_sync.errors import AudienceRefused, ConfigError
from warehouse_sync.model import Answer

LEARNED: tuple[Answer, ...] = ("succeeded", "failed", "partial", "in_doubt")
UNANSWERED = ("accepted", "leaving")
ANEW = Ask(resync=True, retry_now=True)
ASKS = {"resync": ANEW, "replace": ANEW, "retry": Ask(retry_now=True)}


@dataclass
class Begun:
    """A run whose plan stands: waiting for approval, or sent in part and not settled."""

    run_id: str
    plan: Plan
    seqs: Mapping[int, Tokens]
    settlings: int
    suppressed: int
    outcomes: Mapping[Tokens, str]
    references: Mapping[Tokens, str] = field(default_factory=dict)
    missing: str = "in_doubt"
    lost: bool = False
    after_adds: bool = False


class History:
    """A sync's life, lived twice."""

    def __init__(
        self, kind: str = "entries", *, later: bool = False, anew: Literal["clear", "replace"] = "clear"
    ) -> None:
        self.world, self.model, self.settings = World(kind), Model(), Settings(later=later)
        self.world.members.later, self.world.members.anew = later, anew
        self.rows: list[tuple[Any, ...]] = []
        self.names: dict[Any, Tokens] = {}
        self.payloads: dict[Any, Tokens] = {}
        self.waiting: dict[str, Begun] = {}
        self.open: list[Begun] = []
        self.sound = True

    def configure(self, settings: Settings) -> None:
        self.settings = settings
        self.world.configure(settings)

    # -- steps -----------------------------------------------------------------------------------------------------

    def run(self, kind: str = "run", **how: Any) -> Seen:
        """An ordinary run, `plan`, `retry`, `resync` or `replace`, with or without a crash and faults."""
        self.world.source(self.rows)
        seen = self._step(kind, **how)
        self._settle_recovered(seen)
        self._learn_verdicts(seen)
        if seen.planned:
            self._compare_planning(seen, ASKS.get(kind, Ask()))
        if seen.crashed_at is None:
            expected = self._why_not_replaced(seen) if kind == "replace" else type(None)
            assert isinstance(seen.error, expected), seen.error
        self._after(seen, self.waiting.get(seen.run_id), kind)
        return seen

    def _why_not_replaced(self, seen: Seen) -> type[Exception | None]:
        """What a list is not replaced for: it is no mirror, or the plan does not settle all who may be on it."""
        if self.settings.mode != "mirror":
            return ConfigError
        plan = self.waiting[seen.run_id].plan
        left = [i for i, m in self.model.mirror.items() if m.state in UNANSWERED or i not in plan.operations]
        return AudienceRefused if left else type(None)

    def forget(self, key: str, **how: Any) -> Seen:
        """Suppress a key and what only it is known by, and send its removals."""
        self.world.source(self.rows)
        seen = self._step("forget", key=key, **how)
        self._settle_recovered(seen)
        self._learn_verdicts(seen)
        lost = self.model.baseline is None and bool(self.model.mirror)
        known = len(self.model.suppressed)
        if self._entered() > known:
            self.model.suppress(self.rows, self.settings, key)
        assert self._entered() == len(self.model.suppressed)
        if seen.planned:
            self._compare_planning(seen, Ask(forget=True, key=key, entered=self._entered() - known))
        elif seen.crashed_at is None:
            assert isinstance(seen.error, ConfigError)
            assert lost
        self._after(seen, self.waiting.get(seen.run_id), "forget")
        return seen

    def _entered(self) -> int:
        there = self.world.warehouse.tables("wsync")
        return int(self.world.sql("select count(*) from wsync.suppressed")[0][0]) if "suppressed" in there else 0

    def apply(self, run_id: str, **how: Any) -> Seen:
        """Approve a plan: exactly that is sent, or nothing where it no longer fits."""
        begun = self.waiting.get(run_id)
        seen = self._step("apply", run_id=run_id, **how)
        self._settle_recovered(seen)
        fits = begun is not None and self._still_fits(begun)
        if seen.crashed_at is None:
            assert isinstance(seen.error, AudienceRefused) != fits, (seen.error, begun)
        self._after(seen, begun, "apply")
        return seen

    def answer(self, statuses: Sequence[Answer]) -> None:
        """The platform works on what it accepted, in this order, the newest request first."""
        for reference, status in zip(sorted(self.world.members.accepted, reverse=True), statuses, strict=False):
            if status != "pending":
                self.world.members.decide(reference, status)

    def poll(self, **how: Any) -> Seen:
        """Nothing but asking for verdicts."""
        seen = self._step("poll", **how)
        self._settle_recovered(seen)
        self._learn_verdicts(seen)
        assert seen.error is None, seen.error
        assert not seen.answers
        self.check()
        return seen

    def _learn_verdicts(self, seen: Seen) -> None:
        """What the mirror must have learned of the verdicts, as far as the run came with them."""
        come = [status for status in LEARNED if status in seen.verdicts.values()]
        known = come[: seen.learned.count("poll/known")]
        for identity, member in list(self.model.mirror.items()):
            status = seen.verdicts.get(member.reference or "")
            if status is None or member.state not in ("accepted", "leaving"):
                continue
            goes = member.state == "leaving" and status == "succeeded" and member.action != "wait"
            if "poll/gone" in seen.learned if goes else status in known:
                self.model.learn(identity, status, seen.fence)
        if "poll/log" in seen.learned:
            for reference, status in seen.verdicts.items():
                self._compare_verdict_log(reference, "in_doubt" if status == "partial" else status)

    def _compare_verdict_log(self, reference: str, status: str) -> None:
        """A line of its own beside each line that was accepted, once."""
        lines = self.world.sql(
            f"select sync_run_id, primary_key, operation, status from wsync.sync_log where request_id = '{reference}'"
        )
        accepted = sorted(line[:3] for line in lines if line[3] == "accepted")
        assert sorted(line for line in lines if line[3] != "accepted") == [(*line, status) for line in accepted]

    def _step(self, kind: str, **how: Any) -> Seen:
        self.sound = False  # until everything was compared
        return self.world.run(kind, **how)

    def lose_snapshot(self) -> None:
        """Somebody drops the baseline's snapshot."""
        if "syncs" in self.world.warehouse.tables("wsync"):
            for (pointer,) in self.world.sql("select baseline_run_id from wsync.syncs"):
                if pointer is not None:
                    self.world.warehouse.execute(f"drop table if exists wsync.snapshot_people_{pointer}", "test")
                    self._lost(pointer)

    def _lost(self, pointer: str) -> None:
        """What goes with a snapshot: the baseline, and the log's knowledge of who had an identity before."""
        self.model.baseline = None
        for begun in (*self.open, *self.waiting.values()):
            begun.plan = replace(begun.plan, before={})
            begun.lost |= begun.run_id == pointer

    def calm(self) -> None:
        """Without faults and with everything retried, one run brings the platform to what the source wants."""
        self.world.members.refused.clear()
        self.configure(replace(self.settings, mode="mirror"))
        for _ in range(2 if self.model.baseline is None else 1):
            self.run("retry")
        for _ in range(8 if self.settings.later else 0):
            self.answer(["succeeded"] * len(self.world.members.accepted))
            self.run("retry")
        wanted = {kept.identity for kept in (self.model.baseline or {}).values() if kept.identity}
        tokens = {token for identity in wanted for token in identity}
        platform = self.world.members
        assert platform.tokens == tokens
        if platform.kind == "entries":
            assert all(any(set(identity) <= entry for entry in platform.entries) for identity in wanted)
        assert {member.state for member in self.model.mirror.values()} <= {"member"}

    # -- what happened, told to the model --------------------------------------------------------------------------

    def _phases(self) -> dict[str, str]:
        if "runs" not in self.world.warehouse.tables("wsync"):
            return {}
        return dict(self.world.sql("select sync_run_id, phase from wsync.runs"))

    def _settle_recovered(self, seen: Seen) -> None:
        phases = self._phases()
        for begun in list(self.open):
            if phases[begun.run_id] != "settled":
                break
            self.open.remove(begun)
            self.model.settle(begun.plan, begun.outcomes, "in_doubt", seen.fence, begun.references)
            if begun.lost:
                self.model.baseline = None
            else:
                self._compare_log(begun.run_id, log(begun.plan, begun.outcomes, begun.missing))

    def _compare_planning(self, seen: Seen, ask: Ask) -> None:
        """Changes, snapshot and plan, as the warehouse made them and as the rules say."""
        self._learn(seen)
        plan = self.model.plan(self.rows, self.settings, seen.fence, ask)
        snapshot = {
            key: (operation, self.names.get(identity), error, refused)
            for key, operation, identity, error, refused in seen.snapshot
        }
        same(
            "snapshot",
            snapshot,
            {k: (kept.operation, kept.identity, kept.error, kept.values is None) for k, kept in plan.snapshot.items()},
        )
        found = {identity_of(as_tokens(row["tokens"])): _told(row) for row in seen.plan.values()}
        same(
            "plan",
            found,
            {i: (p.key, p.action, p.operation, p.reason, p.tokens, p.sent) for i, p in plan.operations.items()},
        )
        seqs = {seq: identity_of(as_tokens(row["tokens"])) for seq, row in seen.plan.items()}
        assert len(set(seqs.values())) == len(seqs)
        self.waiting = {
            seen.run_id: Begun(
                seen.run_id,
                plan,
                seqs,
                self.model.settlings,
                len(self.model.suppressed),
                {},
                after_adds=self.settings.after_adds,
            )
        }

    def _learn(self, seen: Seen) -> None:
        """One digest stands for one identity, for ever."""
        for uuid, tokens in seen.identities.items():
            assert self.names.setdefault(uuid, identity_of(tokens)) == identity_of(tokens)
        assert len(set(self.names.values())) == len(self.names)
        for uuid, tokens in seen.payloads.items():
            assert self.payloads.setdefault(uuid, tokens) == tokens

    def _still_fits(self, begun: Begun) -> bool:
        same_configuration = begun.plan.fields == self.settings.fields
        same_suppressions = begun.suppressed == len(self.model.suppressed)
        return same_configuration and same_suppressions and begun.settlings == self.model.settlings

    def _after(self, seen: Seen, begun: Begun | None, kind: str) -> None:
        phase = self._phases().get(seen.run_id)
        if seen.crashed_at is None and seen.error is None:
            assert phase == ("planned" if kind == "plan" else "settled")
        if begun is not None and phase in ("sending", "settled"):
            self.waiting.pop(seen.run_id, None)
            self._check_requests(seen, begun)
            if phase == "settled":
                outcomes = _outcomes(seen, begun)
                references = {begun.seqs[seq]: reference for seq, reference in seen.references.items()}
                self.model.settle(begun.plan, outcomes, "aborted", seen.fence, references)
                self._compare_log(seen.run_id, log(begun.plan, outcomes, "aborted"))
                self._check_counts(seen.run_id, begun)
            else:
                self._leave_open(seen, begun)
        else:
            assert not seen.answers
        self.check()

    def _check_requests(self, seen: Seen, begun: Begun) -> None:
        """What travelled is what was planned, step by step: every remove before every add, or as was asked for."""
        steps = []
        for _, seqs, tokens in seen.answers:
            for seq, travelled in zip(seqs, tokens, strict=True):
                planned = begun.plan.operations[begun.seqs[seq]]
                assert travelled == planned.sent
                steps.append(planned.step(after_adds=begun.after_adds))
        assert steps == sorted(steps)

    def _leave_open(self, seen: Seen, begun: Begun) -> None:
        """The process died in the middle: what its outcomes table holds is all that is known."""
        durable, references = self._durable(seen.run_id, begun)
        told = _outcomes(seen, begun)
        assert all(told.get(identity) == "succeeded" for identity, status in durable.items() if status == "succeeded")
        logged = self.world.sql(f"select count(*) from wsync.sync_log where sync_run_id = '{seen.run_id}'")[0][0]
        missing = "aborted" if logged else "in_doubt"
        self.open.append(replace(begun, outcomes=durable, references=references, missing=missing))

    def _durable(self, run_id: str, begun: Begun) -> tuple[dict[Tokens, str], dict[Tokens, str]]:
        told = self.world.sql(f"select page, seq, status, reference from wsync.outcome_people_{run_id}")
        pages = {page: (status, reference) for page, seq, status, reference in told if seq is None}
        own = {seq: (status, reference) for _, seq, status, reference in told if seq is not None}
        plan = self.world.sql(f"select seq, page from wsync.plan_people_{run_id} where page is not null")
        known = {begun.seqs[seq]: own.get(seq, pages.get(page, (None, None))) for seq, page in plan}
        statuses = {identity: status for identity, (status, _) in known.items() if status is not None}
        return statuses, {identity: reference for identity, (_, reference) in known.items() if reference is not None}

    # -- comparisons -----------------------------------------------------------------------------------------------

    def check(self) -> None:
        """What holds after every step, crashed or not."""
        if not self.open:
            self._compare_mirror()
        self._check_known()
        self.sound = True

    def _compare_mirror(self) -> None:
        if "mirror_people" not in self.world.warehouse.tables("wsync"):
            return
        found = {}
        for row in self.world.rows("select * from wsync.mirror_people"):
            tokens = as_tokens(row["tokens"])
            acknowledged = self.payloads.get(row["payload_acknowledged"])
            assert identity_of(tokens) not in found
            found[identity_of(tokens)] = (
                row["state"], row["primary_key"], tokens, acknowledged, row["planned_action"], row["refused"],
                row["attempts"], row["retry_fence"],
            )  # fmt: skip
        expected = {
            identity: (m.state, m.key, m.tokens, m.acknowledged, m.action, m.refused, m.attempts, m.retry_from)
            for identity, m in self.model.mirror.items()
        }
        same("mirror", found, expected)

    def _check_known(self) -> None:
        """Members we put there are in the mirror, or in a plan that is being sent."""
        known = {token for begun in self.open for identity in begun.plan.operations for token in identity}
        if "mirror_people" in self.world.warehouse.tables("wsync"):
            for (tokens,) in self.world.sql("select tokens from wsync.mirror_people"):
                known |= set(as_tokens(tokens))
        assert self.world.members.tokens <= known

    def _compare_log(self, run_id: str, expected: Counter[LogLine]) -> None:
        rows = self.world.sql(
            "select primary_key, operation, status, reason, error_code from wsync.sync_log "
            f"where sync_run_id = '{run_id}' and (status = 'accepted' or coalesce(request_id, '') not in "
            "(select request_id from wsync.sync_log where status = 'accepted'))"
        )
        own = (None, "shared_identifier")
        found = Counter(
            (key, operation, status, reason, code if operation is None or code in own else None)
            for key, operation, status, reason, code in rows
        )
        same("log", found, expected)

    def _check_counts(self, run_id: str, begun: Begun) -> None:
        """Every row of the source, every key and every planned operation is accounted for."""
        run = self.world.rows(f"select * from wsync.runs where sync_run_id = '{run_id}'")[0]
        present = [kept for kept in begun.plan.snapshot.values() if kept.operation != "delete"]
        if run["kind"] not in ("forget",):
            assert run["source_rows"] == run["surplus_copies"] + run["null_key_rows"] + run["keys_present"]
        assert run["keys_present"] == len(present)
        kinds = Counter(kept.operation for kept in begun.plan.snapshot.values())
        assert run["keys_present"] == sum(
            run[name] for name in ("inserted_keys", "updated_keys", "unchanged_keys", "held_keys", "refused_keys")
        )
        assert (run["inserted_keys"], run["updated_keys"]) == (kinds["insert"], kinds["update"])
        planned = Counter(p.operation for p in begun.plan.operations.values() if p.requested)
        ended = {name: run[f"succeeded_{name}"] + run[f"failed_{name}"] for name in ("insert", "update", "delete")}
        assert planned == +Counter({name: run[f"planned_{name}"] for name in ended})
        uncertain = run["in_doubt_rows"] + run["aborted_rows"] + run["accepted_rows"]
        assert sum(planned.values()) == sum(ended.values()) + uncertain
        assert run["waiting_rows"] == sum(p.action == "wait" for p in begun.plan.operations.values())


def same(what: str, found: Mapping[Any, Any], expected: Mapping[Any, Any]) -> None:
    """Compare entry by entry, and name those that differ."""
    keys = [key for key in {**found, **expected} if found.get(key) != expected.get(key)]
    lines = [f"{key}: found {found.get(key)}, the rules say {expected.get(key)}" for key in keys]
    assert not lines, "\n".join([what, *lines])


def _told(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["primary_key"], row["action"], row["operation"], row["reason"], as_tokens(row["tokens"]), sent(row)


def _outcomes(seen: Seen, begun: Begun) -> dict[Tokens, str]:
    """What the platform's last answer about each row was; a refused page that was never halved decides nothing."""
    found: dict[int, str] = {}
    for answer, seqs, _ in seen.answers:
        found |= dict.fromkeys(seqs, answer)
    words = {"lost": "in_doubt", "undecided": "aborted"}
    return {begun.seqs[seq]: words.get(answer, answer) for seq, answer in found.items()}


def edited(rows: Sequence[tuple[Any, ...]], edit: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """The source after one edit: set, delete, copy (of a key's row, with another city or an equal one)."""
    what, key, *values = edit
    if what == "copy":
        return [*rows, *[(*row[:3], *values) if values[0] != "same" else row for row in rows if row[0] == key][:1]]
    others = [row for row in rows if row[0] != key]
    return others if what == "delete" else [*others, (key, *values)]
