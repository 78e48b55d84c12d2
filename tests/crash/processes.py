"""Forked children: one does something and answers, or dies by SIGKILL on the way; one is the platform.

Nobody here opens a database or starts a thread before it forks: the warmed parent only imports, forks and waits.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from tests.crash.people import People
from tests.crash.remembered import fresh_texts, learn_texts
from warehouse_sync.sandbox import Sandbox, Settings, meta

FORK = multiprocessing.get_context("fork")


class ChildFailed(Exception):
    """A child ended in an error nobody foresaw; the text is its traceback."""


@dataclass(frozen=True)
class Killed:
    """What stands in the place of an answer when the child was killed."""


class Child:
    """A forked child that does one thing."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self._ours, theirs = FORK.Pipe()
        self._process = FORK.Process(target=_answer, args=(theirs, act))
        self._process.start()
        theirs.close()

    def answer(self) -> Any:
        """What it returned, or `Killed`. Raises `ChildFailed` where it raised, or ended otherwise."""
        try:
            kind, value, texts = self._ours.recv()
            learn_texts(texts)
        except EOFError:
            kind, value = "killed", None
        self._process.join()
        self._ours.close()
        code = self._process.exitcode
        self._process.close()
        if kind == "killed" and code != -signal.SIGKILL:
            raise ChildFailed(f"a child ended with {code} and no answer")
        if kind == "failed":
            raise ChildFailed(value)
        return Killed() if kind == "killed" else value


def in_child(act: Callable[[], Any]) -> Any:
    """What `act` returns in a forked child, or `Killed`."""
    return Child(act).answer()


def side_by_side(work: Callable[[Sequence[Any]], list[Any]], items: Sequence[Any], hands: int) -> list[Any]:
    """`work` done on the items by several children at once, each with every so-manieth; their lists as one."""
    children = [Child(partial(work, items[hand::hands])) for hand in range(hands)]
    return [found for child in children for found in child.answer()]


def _answer(pipe: Connection, act: Callable[[], Any]) -> None:
    try:
        done = act()
        pipe.send(("done", done, fresh_texts()))
    except BaseException:
        pipe.send(("failed", traceback.format_exc(), {}))
    pipe.close()
    os._exit(0)  # what a database left running must not delay the end


def kill_myself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Platform:
    """A sandbox in a process of its own, begun from a saved state; asked through a pipe, spoken to over HTTP."""

    def __init__(
        self, saved: bytes | None = None, *, members: str = "entries", people: Sequence[tuple[str, str]] = ()
    ) -> None:
        self._ours, theirs = FORK.Pipe()
        self._process = FORK.Process(target=_serve, args=(theirs, saved, members, people), daemon=True)
        self._process.start()
        theirs.close()
        self.url: str = self._ours.recv()

    def ask(self, door: str, *given: Any, **named: Any) -> Any:
        self._ours.send((door, given, named))
        return self._ours.recv()

    def close(self) -> None:
        self._process.kill()
        self._process.join()
        self._process.close()
        self._ours.close()

    def __enter__(self) -> Platform:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True)
class Exchange:
    """One membership request as the platform saw it: rows as sets of `KEY:value`."""

    kind: str
    request_id: str
    applied: bool
    acknowledged: bool
    rows: tuple[frozenset[str], ...]


def _serve(pipe: Connection, saved: bytes | None, members: Any, people: Sequence[tuple[str, str]]) -> None:
    sandbox = Sandbox(Settings(members=members))
    if people:
        meta.store = lambda kind: People(dict(people))  # type: ignore[attr-defined]
    if saved is not None:
        _restore(sandbox, saved)
    sandbox.listen("127.0.0.1", 0)
    pipe.send(sandbox.url)
    while True:
        door, given, named = pipe.recv()
        pipe.send(DOORS[door](sandbox, *given, **named))


def _save(sandbox: Sandbox) -> bytes:
    with sandbox.lock:
        return pickle.dumps((sandbox.meta, sandbox.journal, sandbox.faults, sandbox.number))


def _restore(sandbox: Sandbox, saved: bytes) -> None:
    with sandbox.lock:
        sandbox.meta, sandbox.journal, sandbox.faults, sandbox.number = pickle.loads(saved)
        sandbox.settings = sandbox.meta.settings


def _order(sandbox: Sandbox, orders: list[dict[str, Any]]) -> None:
    """From now on exactly these faults."""
    sandbox.clear_faults()
    for order in orders:
        sandbox.fault(**order)


def _entries(sandbox: Sandbox) -> list[frozenset[str]]:
    return [each.tokens for audience in sandbox.meta.audiences for each in sandbox.entries(audience)]


def _journal(sandbox: Sandbox) -> list[Exchange]:
    return [
        Exchange(
            ADDING.get(each.kind, each.kind),
            each.request_id,
            each.applied,
            each.acknowledged,
            _rows(each.body["payload"]),
        )
        for each in sandbox.requests
        if each.kind in ("add", "remove", *ADDING)
    ]


ADDING = {"replace": "add"}
"""What a request does for its own rows, where that is not its name."""


def _rows(payload: dict[str, Any]) -> tuple[frozenset[str], ...]:
    keys = payload["schema"]
    return tuple(
        frozenset(f"{key}:{cell}" for key, cell in zip(keys, row, strict=True) if cell) for row in payload["data"]
    )


DOORS: dict[str, Callable[..., Any]] = {
    "save": _save,
    "restore": _restore,
    "order": _order,
    "entries": _entries,
    "journal": _journal,
    "counts": lambda sandbox: sandbox.counts()["received"],
    "failures": lambda sandbox: list(sandbox.journal.failures),
    "audiences": lambda sandbox: len(sandbox.meta.audiences),
}
