"""Suppressions: what `wsync forget` enters before anything is removed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..digests import suppression_digest
from .core import Ledger, Run
from .steps import oriented, suppressions


def salt(ledger: Ledger) -> str:
    """What this sync's suppressions are salted with: its first name, which a rename keeps."""
    return (ledger.known or ledger.remember()).suppression_salt


def source_rows(ledger: Ledger, run: Run) -> list[tuple[Any, ...]]:
    """The source's rows of the run's key: (primary key, None, mapped columns …). Needs the source described."""
    return [(row[0], None, *row[1:]) for row in ledger.query("read/explain_source", run)]


def suppress(ledger: Ledger, run: Run, in_source: Collection[str]) -> int:
    """Enter the run's key, and every identifier token of it that no other key's identity has.

    `in_source` are the identifier digests of the key's row in the source. Returns how many entries are new. Raises
    `ConfigError` where there are members but no baseline to tell the others by.
    """
    run = oriented(ledger, run)
    salted, key = salt(ledger), str(run.key)
    entries = {suppression_digest(salted, "key", key)}
    entries |= {suppression_digest(salted, "identifier", token) for token in _own_tokens(ledger, run, in_source)}
    new = sorted(entries - set(suppressions(ledger)))
    if new:
        ledger.append("suppressed", ("connection_id", "digest"), [(ledger.sync.name, digest) for digest in new])
    return len(new)


def _own_tokens(ledger: Ledger, run: Run, in_source: Collection[str]) -> set[str]:
    if run.baseline is None:
        return set()
    sent = {_plain(token) for (token,) in ledger.query("run/forget_tokens", run)}
    return sent | (set(in_source) - _others(ledger, run, in_source))


def _others(ledger: Ledger, run: Run, tokens: Collection[str]) -> set[str]:
    """Those that another key's identity has. They travel as rows: a statement's text is kept in query histories."""
    ledger.execute("run/asked", run)
    ledger.load("asked", run, ("token",), [(token,) for token in sorted(tokens)])
    found = {_plain(token) for (token,) in ledger.query("run/others_tokens", run)}
    ledger.drop(ledger.tables.of_run("asked", run.id))
    return found


def _plain(token: Any) -> str:
    return str(token).replace("-", "")
