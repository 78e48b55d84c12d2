"""The rules of planning and settling in plain Python: what a run must plan, and what must be remembered after it.

Written from the design's words, not from the SQL, for rows of one e-mail and one phone (identifiers) and one city
(context). A model knows nothing of tables, digests, pages or requests: it is told the source, and what became of each
planned operation, and says what the warehouse must then hold.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.model.rows import Prepared, Token, Tokens, Values, identifiers, identity_of, mapped, prepare


@dataclass(frozen=True)
class Settings:
    """What of a sync's configuration decides about its plans."""

    fields: tuple[str, ...] = ("EMAIL", "PHONE", "CITY")
    mode: str = "mirror"
    retry: bool = True
    later: bool = False
    after_adds: bool = False


@dataclass(frozen=True)
class Ask:
    """What a run is asked to do beyond the ordinary; `key` restricts it to one key."""

    resync: bool = False
    retry_now: bool = False
    forget: bool = False
    key: str | None = None
    entered: int = 0


@dataclass(frozen=True)
class Kept:
    """What the snapshot keeps of a key. `values` None equals no row: such a key is looked at again in every run."""

    operation: str
    values: Values | None
    identity: Tokens | None
    error: str | None = None


@dataclass(frozen=True)
class Member:
    """What the mirror keeps of an identity the platform has or may have."""

    state: str
    key: str
    tokens: Tokens
    acknowledged: Tokens | None
    action: str
    refused: bool
    attempts: int
    retry_from: int
    planned: int
    reference: str | None = None


@dataclass(frozen=True)
class Planned:
    """One operation of a plan, with the mirror row as it was."""

    identity: Tokens
    key: str
    action: str
    reason: str
    tokens: Tokens
    sent: Tokens
    before: Member | None
    linked: bool = False

    def step(self, *, after_adds: bool) -> int:
        """When it is sent: removes first, or adds that have nothing in common with them."""
        if not after_adds:
            return 0 if self.operation == "delete" else 1
        return 1 if self.operation == "delete" else 2 if self.linked else 0

    @property
    def operation(self) -> str:
        if self.action in ("remove", "drop"):
            return "delete"
        return "update" if self.reason == "changed" else "insert"

    @property
    def requested(self) -> bool:
        return self.action in ("add", "update", "remove")


@dataclass(frozen=True)
class Plan:
    """One run's view of the source and what it means to do about it."""

    fields: tuple[str, ...]
    suppressed: int
    snapshot: Mapping[str, Kept]
    prepared: Mapping[str, Prepared]
    null_keys: int
    before: Mapping[str, Kept]
    operations: Mapping[Tokens, Planned]


LogLine = tuple[str | None, str | None, str, str, str | None]
"""primary key, operation, status, reason, error code"""


@dataclass
class Model:
    """A sync's memory. `baseline` None: there is none (a new sync, or its snapshot was lost)."""

    mirror: dict[Tokens, Member] = field(default_factory=dict)
    baseline: dict[str, Kept] | None = None
    baseline_fields: tuple[str, ...] = ()
    baseline_suppressed: int = 0
    suppressed: set[str | Token] = field(default_factory=set)
    settlings: int = 0

    # -- the source against the baseline ---------------------------------------------------------------------------

    def suppress(self, source: Sequence[tuple[Any, ...]], settings: Settings, key: str) -> None:
        """Never send this key again, nor an identifier that only it has, here or in the source."""
        before = self.baseline or {}
        theirs = {kept.identity for other, kept in before.items() if other != key}
        own = {identity for identity, member in self.mirror.items() if member.key == key}
        own |= {kept.identity for name, kept in before.items() if name == key and kept.identity is not None}
        if self.baseline is not None:
            rows = [mapped(row, settings.fields) for row in source if str(row[0]) == key]
            own |= {prepare(key, values, settings.fields, self.suppressed).tokens for values in rows}
        kept_by_others = {token for identity in theirs if identity for token in identifiers(identity)}
        self.suppressed |= {key} | {token for tokens in own for token in identifiers(tokens)} - kept_by_others

    def plan(self, source: Sequence[tuple[Any, ...]], settings: Settings, run: int, ask: Ask) -> Plan:
        """What run number `run` must see and plan."""
        before = self.baseline or {}
        copies: dict[str, set[Values]] = defaultdict(set)
        for row in source:
            if row[0] is not None:
                copies[str(row[0])].add(mapped(row, settings.fields))
        anew = (self.baseline_fields, self.baseline_suppressed) != (settings.fields, len(self.suppressed))
        snapshot: dict[str, Kept] = {}
        prepared: dict[str, Prepared] = {}
        for key in {*before, *copies}:
            chosen = ask.key is None or key == ask.key
            fresh = anew or ask.key is not None
            if not chosen:
                if key in before:
                    snapshot[key] = replace(before[key], operation="unchanged")
            elif key not in copies:
                snapshot[key] = replace(before[key], operation="delete")
            elif key in before and copies[key] == {before[key].values} and not fresh:
                snapshot[key] = replace(before[key], operation="unchanged")
            else:
                prepared[key] = self._look(key, copies[key], settings)
                snapshot[key] = self._keep(key, copies[key], prepared[key])
        null_keys = 0 if ask.key is not None else sum(row[0] is None for row in source)
        fields, suppressed = settings.fields, len(self.suppressed)
        if ask.key is not None and self.baseline is not None:
            fields, suppressed = self.baseline_fields, self.baseline_suppressed + ask.entered
        plan = Plan(fields, suppressed, snapshot, prepared, null_keys, before, {})
        return replace(plan, operations=self._operations(plan, settings, run, ask))

    def _look(self, key: str, copies: set[Values], settings: Settings) -> Prepared:
        if len(copies) > 1:
            return Prepared("hold", "duplicate_key")
        return prepare(key, next(iter(copies)), settings.fields, self.suppressed)

    def _keep(self, key: str, copies: set[Values], found: Prepared) -> Kept:
        operation = "update" if key in (self.baseline or {}) else "insert"
        if found.verdict == "ready":
            return Kept(operation, next(iter(copies)), identity_of(found.tokens))
        if found.verdict == "hold":
            return Kept("held", None, self._last_identity(key), found.error)
        values = next(iter(copies)) if found.error == "suppressed" else None
        return Kept(operation, values, None, found.error)

    def _last_identity(self, key: str) -> Tokens | None:
        """The baseline's; where there is no baseline, that of the mirror row which was last planned to stay for it."""
        if self.baseline is not None:
            return self.baseline[key].identity if key in self.baseline else None
        own = {i: m for i, m in self.mirror.items() if m.key == key and m.action != "remove"}
        return max(own, key=lambda i: own[i].planned) if own else None

    # -- wanted against members ------------------------------------------------------------------------------------

    def _operations(self, plan: Plan, settings: Settings, run: int, ask: Ask) -> dict[Tokens, Planned]:
        wanted: dict[Tokens, list[str]] = defaultdict(list)
        for key, kept in sorted(plan.snapshot.items()):
            if kept.operation != "delete" and kept.identity is not None:
                wanted[kept.identity].append(key)
        leaving = self._leaving(plan, wanted, settings, ask)
        touched = {t for p in leaving.values() if identifiers(p.sent) for t in identifiers(p.identity)}
        joining = {}
        for identity, keys in wanted.items():
            linked = bool(touched & set(identifiers(identity)))
            if ask.key is None or ask.key in keys or linked:
                planned = self._joining(identity, keys, plan, settings, run, ask, linked=linked)
                if planned is not None:
                    joining[identity] = planned
        return leaving | joining

    def _leaving(self, plan: Plan, wanted: Mapping[Tokens, Any], settings: Settings, ask: Ask) -> dict[Tokens, Planned]:
        """Members nobody wants, whatever their state; of their identifiers only those that no wanted identity has."""
        if settings.mode == "upsert" and not ask.forget:
            return {}
        if self.baseline is None and any(kept.operation == "held" for kept in plan.snapshot.values()):
            return {}
        shared = {token for identity in wanted for token in identifiers(identity)}
        leaving = {}
        for identity, member in self.mirror.items():
            if identity in wanted or not self._concerns(identity, member, plan, ask) or self._unanswered(identity):
                continue
            sent = tuple(token for token in member.tokens if token not in shared)
            alone = bool(identifiers(sent)) or not identifiers(identity)
            reason = self._why_leaving(member.key, plan, ask)
            action = "remove" if alone else "drop"
            leaving[identity] = Planned(
                identity, member.key, action, reason, member.tokens, sent if alone else (), member
            )
        return leaving

    def _unanswered(self, identity: Tokens) -> bool:
        """Whether the platform still owes an answer about it, or about somebody it shares an identifier with."""
        open_ = {i for i, member in self.mirror.items() if member.state in ("accepted", "leaving")}
        return identity in open_ or bool({t for i in open_ for t in identifiers(i)} & set(identifiers(identity)))

    def _concerns(self, identity: Tokens, member: Member, plan: Plan, ask: Ask) -> bool:
        own = plan.before.get(ask.key or "")
        return ask.key is None or member.key == ask.key or (own is not None and own.identity == identity)

    def _why_leaving(self, key: str, plan: Plan, ask: Ask) -> str:
        now = plan.snapshot.get(key)
        if ask.forget:
            return "suppressed"
        if now is None or now.operation == "delete":
            return "gone"
        if now.error == "suppressed":
            return "suppressed"
        return "cleared" if now.identity is None else "rekeyed"

    def _joining(
        self, identity: Tokens, keys: list[str], plan: Plan, settings: Settings, run: int, ask: Ask, *, linked: bool
    ) -> Planned | None:
        """What must be asked of the platform for a wanted identity, if anything."""
        member = self.mirror.get(identity)
        looked_at = [key for key in keys if key in plan.prepared and plan.prepared[key].verdict == "ready"]
        key = looked_at[0] if looked_at else keys[0]
        tokens = plan.prepared[key].tokens if looked_at else None
        if settings.mode == "delete":
            reason = "assumed" if member is None else None
        elif member is None:
            last = plan.before.get(key)
            rekeyed = last is not None and last.identity not in (None, identity)
            reason = "rekeyed" if rekeyed else "new"
        else:
            chosen = ask.key is None or ask.key in keys
            reason = _why_again(member, tokens, settings, run, ask, linked=linked, chosen=chosen)
        shielded = self._unanswered(identity) or (settings.later and linked)
        news = member is None or tokens not in (None, member.tokens) or (member.state == "member" and linked)
        news |= member is not None and member.state == "leaving" and member.action != "wait"
        if reason is None or (shielded and not news and reason != "assumed"):
            return None
        if tokens is None:
            assert member is not None
            tokens = member.tokens
        action = "assume" if reason == "assumed" else "wait" if shielded else "add"
        return Planned(identity, key, action, reason, tokens, tokens if action == "add" else (), member, linked)

    # -- settling --------------------------------------------------------------------------------------------------

    def settle(
        self, plan: Plan, outcomes: Mapping[Tokens, str], missing: str, run: int, references: Mapping[Tokens, str]
    ) -> None:
        """Remember every planned operation, attempted or not. `run` is the number of the run that settles."""
        self.settlings += 1
        for identity, planned in plan.operations.items():
            status = outcomes.get(identity, missing) if planned.requested else "skipped"
            self.mirror.pop(identity, None)
            after = _after(planned, status)
            if after != "gone":
                member = _member(planned, status, after, run, self.settlings)
                before = planned.before.reference if planned.before else None
                self.mirror[identity] = replace(member, reference=references.get(identity, before))
        self.baseline = {key: kept for key, kept in plan.snapshot.items() if kept.operation != "delete"}
        self.baseline_fields, self.baseline_suppressed = plan.fields, plan.suppressed

    def learn(self, identity: Tokens, status: str, run: int) -> None:
        """The platform's late verdict on an identity it had accepted."""
        member = self.mirror[identity]
        if member.state == "leaving" and status == "succeeded" and member.action != "wait":
            del self.mirror[identity]
            return
        adding, good, failed = member.state == "accepted", status == "succeeded", status in ("failed", "partial")
        self.mirror[identity] = replace(
            member,
            state="in_doubt" if not good else "member" if adding else "waiting",
            acknowledged=(member.acknowledged or member.tokens) if good and adding else None,
            refused=failed and adding,
            attempts=0 if good else member.attempts + failed,
            retry_from=run + (2 ** min(member.attempts, 6) if failed else 1),
        )


def _why_again(
    member: Member, tokens: Tokens | None, settings: Settings, run: int, ask: Ask, *, linked: bool, chosen: bool
) -> str | None:
    """Why a wanted identity that the mirror knows is sent again."""
    if member.state in ("assumed", "waiting", "leaving"):
        return "new"
    if member.state == "in_doubt" and not member.refused:
        return "recovered"
    if member.state in ("rejected", "in_doubt"):
        changed = tokens is not None and tokens != member.tokens
        due = settings.retry and run >= member.retry_from
        return "retried" if ask.retry_now or changed or due else None
    if member.state == "accepted" or (member.acknowledged and (tokens or member.tokens) != member.acknowledged):
        return "changed"
    if linked:
        return "repaired"
    return "reasserted" if ask.resync and chosen else None


def _after(planned: Planned, status: str) -> str:
    """The settling table: the mirror's state after an operation ended like this."""
    if planned.action in ("drop", "assume"):
        return "gone" if planned.action == "drop" else "assumed"
    if planned.action == "wait":
        never_there = planned.before is None or planned.before.state == "rejected"
        return "waiting" if never_there else "in_doubt" if planned.reason == "repaired" else planned.before.state
    if planned.action == "remove":
        return {"succeeded": "gone", "accepted": "leaving"}.get(status, "in_doubt")
    if status in ("succeeded", "accepted"):
        return "member" if status == "succeeded" else "accepted"
    never_sent = planned.before is None or planned.before.state in ("waiting", "rejected")
    return "rejected" if status == "failed" and never_sent else "in_doubt"


def _member(planned: Planned, status: str, state: str, run: int, now: int) -> Member:
    attempts = planned.before.attempts if planned.before else 0
    failed = status == "failed"
    acknowledged = planned.tokens if status == "succeeded" and state == "member" else None
    if planned.action == "wait" and planned.before is not None:
        acknowledged = planned.before.acknowledged
        if planned.before.state == "accepted":
            acknowledged = acknowledged or planned.before.tokens
    return Member(
        state=state,
        key=planned.key,
        tokens=planned.tokens,
        acknowledged=acknowledged,
        action=planned.action,
        refused=failed and planned.action in ("add", "update"),
        attempts=0 if status == "succeeded" else attempts + failed,
        retry_from=run + (2 ** min(attempts, 6) if failed else 1),
        planned=now,
    )


def log(plan: Plan, outcomes: Mapping[Tokens, str], missing: str) -> Counter[LogLine]:
    """The log of a settled run: every planned identity under every key that has or had it, and every refused row."""
    lines: Counter[LogLine] = Counter()
    for identity, planned in plan.operations.items():
        if planned.action in ("assume", "wait"):
            continue
        status = outcomes.get(identity, missing) if planned.requested else "skipped"
        now = {key for key, kept in plan.snapshot.items() if kept.identity == identity and kept.operation != "delete"}
        then = {key for key, kept in plan.before.items() if kept.identity == identity}
        for key in now | then or {planned.key}:
            reason = "shared" if planned.reason == "new" and key != planned.key else planned.reason
            lines[
                key, planned.operation, status, reason, "shared_identifier" if planned.action == "drop" else None
            ] += 1
    for key, found in plan.prepared.items():
        if found.error not in (None, "suppressed"):
            held = found.verdict == "hold" and plan.snapshot[key].identity is not None
            lines[key, None, "held" if held else "failed", "invalid", found.error] += 1
    lines[None, None, "failed", "invalid", "null_key"] += plan.null_keys
    return +lines
