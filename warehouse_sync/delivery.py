"""Pages sent in order: several in flight, removes before adds, a refused page halved, every row with an outcome."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson

from .connectors import Connector
from .errors import Denied, DestinationError, Rejected, Unavailable, WsyncError
from .model import Action, Outcome, Page, PlanRow, Receipt, Status

HALVING_BUDGET = 100
"""Requests spent on one refused page before its undecided rows are left in doubt."""

FLUSH_PAGES = 8

SENDING = "wsync-send"
"""How the threads that send are called; a run has one other, its own."""

KEEP_SECONDS = 5.0
"""How often `keep` is asked while requests are in flight: one may wait minutes for a throttled platform."""


@dataclass(frozen=True)
class Wire:
    """Where pages go: a connector, its connection, the audience."""

    connector: Connector
    api: Any
    audience: str

    @property
    def identifiers(self) -> frozenset[str]:
        found = (each.part_of or each.name for each in self.connector.fields if each.role in ("identifier", "part"))
        return frozenset(found)

    @property
    def request_seconds(self) -> float:
        """How long one request may take."""
        return float(getattr(self.api, "request_seconds", 60.0))

    def send(self, action: Action, rows: Sequence[PlanRow]) -> Receipt:
        return self.connector.send(self.api, self.audience, action, rows)


@dataclass
class Delivery:
    """How the sending of one plan went: rows and pages done, and the error that ended it early, if one did."""

    rows: int = 0
    pages: int = 0
    failed: int = 0
    stopped_by: WsyncError | None = None


def pages_of(batches: Iterator[list[tuple[Any, ...]]], identifiers: frozenset[str]) -> Generator[tuple[int, Page]]:
    """Rows of the plan, ordered, as pages with the step they belong to (0 removes, 1 adds)."""
    rows = (row for batch in batches for row in batch)
    for (number, step, action), group in groupby(rows, key=itemgetter(0, 1, 2)):
        members = tuple([PlanRow(row[3], _travelling(row[4], row[5], identifiers)) for row in group])
        yield step, Page(number, action, members)


def _travelling(text: str, left_out: int, identifiers: frozenset[str]) -> dict[str, Any]:
    """The tokens of a request, without those whose bit, in the order of the row's identifiers, is in `left_out`."""
    tokens: dict[str, Any] = orjson.loads(text)
    if left_out:
        own = [name for name in tokens if name in identifiers]
        for place, name in enumerate(own):
            if left_out >> place & 1:
                del tokens[name]
    return tokens


@dataclass
class Sender:
    """Sends pages with bounded concurrency and hands their outcomes on."""

    wire: Wire
    concurrency: int
    keep: Callable[[], None]
    record: Callable[[Sequence[Outcome]], None]
    progress: Callable[[Delivery], None]
    stopping: Callable[[], WsyncError | None]
    done: Delivery = field(default_factory=Delivery)
    waiting: list[Outcome] = field(default_factory=list)
    unrecorded: int = 0

    def send(self, pages: Generator[tuple[int, Page]]) -> Delivery:
        """Send every page, or stop early: `Delivery.stopped_by` then says why. Every page begun has its outcomes."""
        pool = ThreadPoolExecutor(self.concurrency, thread_name_prefix=SENDING)
        flying: dict[Future[PageResult], Page] = {}
        step_now = 0
        try:
            for step, page in pages:
                if step != step_now:
                    self._land(flying, down_to=0)
                    step_now = step
                self._keep()
                if self._must_stop():
                    break
                flying[pool.submit(deliver, self.wire, page, self._must_stop)] = page
                self._land(flying, down_to=self.concurrency - 1)
        finally:
            self._land(flying, down_to=0)
            pool.shutdown()
            self._flush()
            pages.close()  # it reads the plan, which cannot be dropped meanwhile
        return self.done

    def _must_stop(self) -> bool:
        if self.done.stopped_by is None:
            self.done.stopped_by = self.stopping()
        return self.done.stopped_by is not None

    def _land(self, flying: dict[Future[PageResult], Page], *, down_to: int) -> None:
        while len(flying) > down_to:
            landed = wait(flying, timeout=KEEP_SECONDS, return_when=FIRST_COMPLETED).done
            for future in landed:
                page = flying.pop(future)
                self._take(page, future.result())
            if not landed:
                self._keep()

    def _keep(self) -> None:
        """Ask for the right to go on. What denies it ends the sending; what is in flight still lands."""
        try:
            self.keep()
        except WsyncError as error:
            self.done.stopped_by = self.done.stopped_by or error

    def _take(self, page: Page, result: PageResult) -> None:
        self.waiting += result.outcomes
        self.unrecorded += 1
        self.done.rows += len(page.rows)
        self.done.pages += 1
        self.done.failed += result.failed(page)
        if result.error is not None and self.done.stopped_by is None:
            self.done.stopped_by = result.error
        self.progress(self.done)
        if self.unrecorded >= FLUSH_PAGES:
            self._flush()

    def _flush(self) -> None:
        outcomes, self.waiting, self.unrecorded = self.waiting, [], 0
        self.record(outcomes)
        gc.collect(1)  # the runner pauses collections while it sends: what failing pages tie in knots goes here


@dataclass
class PageResult:
    """The outcomes of one page, and the error that should end the run, if it was one."""

    outcomes: list[Outcome]
    error: DestinationError | None = None

    def failed(self, page: Page) -> int:
        bad = [each for each in self.outcomes if each.status in ("failed", "in_doubt", "aborted")]
        return len(page.rows) if any(each.seq is None for each in bad) else len(bad)


def deliver(wire: Wire, page: Page, must_stop: Callable[[], bool]) -> PageResult:
    """Send one page; where the platform refuses it, halve it until the rows at fault stand alone."""
    found = _Verdicts(page)
    _attempt(wire, page.action, page.rows, found, must_stop)
    return PageResult(found.outcomes(), found.error)


@dataclass
class _Verdicts:
    """What is known so far of one page's rows, an outcome for each `seq`; requests count against the halving budget."""

    page: Page
    budget: int = HALVING_BUDGET
    error: DestinationError | None = None
    rows: dict[int, Outcome] = field(default_factory=dict)
    received: int = 0
    invalid: int = 0
    counted: bool = False

    def tell(self, rows: Sequence[PlanRow], status: Status, **facts: Any) -> None:
        outcome = Outcome(self.page.number, None, status, **facts)
        self.rows.update(dict.fromkeys([row.seq for row in rows], outcome))

    def told_by(self, rows: Sequence[PlanRow], error: DestinationError, status: Status) -> None:
        self.tell(
            rows,
            status,
            error_code=error.code,
            error_reason=str(error),
            http_status=error.http_status,
            request_id=error.request_id,
        )

    def outcomes(self) -> list[Outcome]:
        """One outcome for every row that fared otherwise than most, then one for the page: torn, it is in doubt."""
        told = {id(outcome): outcome for outcome in self.rows.values()}
        if not told:
            return []
        common = told[Counter(map(id, self.rows.values())).most_common(1)[0][0]]
        own = [outcome._replace(seq=seq) for seq, outcome in self.rows.items() if outcome is not common]
        if self.counted:
            common = common._replace(received=self.received, invalid=self.invalid)
        return [*own, common]


def _attempt(
    wire: Wire, action: Action, rows: Sequence[PlanRow], found: _Verdicts, must_stop: Callable[[], bool]
) -> None:
    if found.error is not None or must_stop():
        return found.tell(rows, "aborted")
    if found.budget == 0:
        return found.tell(rows, "in_doubt", error_code="undecided", error_reason=UNDECIDED)
    found.budget -= 1
    try:
        receipt = wire.send(action, rows)
    except Rejected as error:
        if error.certain and not error.whole and len(rows) > 1:
            half = len(rows) // 2
            _attempt(wire, action, rows[:half], found, must_stop)
            _attempt(wire, action, rows[half:], found, must_stop)
        else:
            found.told_by(rows, error, "failed" if error.certain else "in_doubt")
    except (Denied, Unavailable) as error:
        found.error = error
        found.told_by(rows, error, "aborted" if error.certain else "in_doubt")
    else:
        _receive(receipt, rows, found)
    return None


UNDECIDED = (
    "The page was refused and halved until its request budget ended; this row was not decided. It is sent again."
)


def _receive(receipt: Receipt, rows: Sequence[PlanRow], found: _Verdicts) -> None:
    facts = {"http_status": receipt.http_status, "request_id": receipt.request_id}
    if receipt.accepted:  # the log knows it by what its verdict is asked with
        facts["request_id"] = receipt.reference
    found.tell(rows, "accepted" if receipt.accepted else "succeeded", reference=receipt.reference, **facts)
    for place, (code, reason) in receipt.rejected.items():
        found.tell([rows[place]], "failed", error_code=code, error_reason=reason, **facts)
    for place, (code, reason) in receipt.doubtful.items():
        found.tell([rows[place]], "in_doubt", error_code=code, error_reason=reason, **facts)
    if receipt.received is not None or receipt.invalid is not None:
        found.counted = True
        found.received += receipt.received or 0
        found.invalid += receipt.invalid or 0
