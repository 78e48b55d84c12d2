"""Writes the generated tables of the destinations' pages: `python docs/build.py`. A test compares what is checked in.

A page `destinations/NAME.md` is of the connector NAME; its table of errors is `KNOWN` of `connectors/NAME_errors.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any

from warehouse_sync.connectors import Connector, connector
from warehouse_sync.fields import Field
from warehouse_sync.normalize import Around
from warehouse_sync.text import Note

DOCS = Path(__file__).parent
PAGES = tuple(f"destinations/{name}.md" for name in ("facebook", "google", "http", "linkedin", "tiktok"))
HASHES = {"md5": "MD5", "sha256": "SHA-256", "sha512": "SHA-512", None: "as it is"}

_PART = re.compile(r"(?<=<!-- generated: )(?P<name>[a-z ]+)(?P<open> -->\n).*?(?=<!-- end -->)", re.DOTALL)


def built(text: str, page: str) -> str:
    """A page with every part between `<!-- generated: NAME -->` and `<!-- end -->` as the code has it now."""
    of = connector(Path(page).stem)
    return _PART.sub(lambda found: f"{found['name']}{found['open']}{PARTS[found['name']](of)}", text)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def fields(of: Connector) -> str:
    head = ("Field", "Also known as", "Kind", "Sent", "What it is", "For example")
    return table(head, (_field(each, of.profiles[0]) for each in of.fields))


def _field(each: Field, profile: str) -> tuple[str, ...]:
    labels = dict.fromkeys(name for name in (each.label, *each.other_labels) if name != each.name)
    return (
        f"`{each.name}`",
        ", ".join(labels),
        f"part of {each.part_of}" if each.part_of else each.role,
        HASHES[each.hash],
        each.about,
        "; ".join(_example(each, sample, profile) for sample in each.samples),
    )


def _example(each: Field, sample: str, profile: str) -> str:
    made = each.normaliser(profile)(sample, Around())
    shown = ", ".join(made) if isinstance(made, tuple) else str(made)
    assert not isinstance(made, Note), f"{each.name}: a sample that is not valid"  # noqa: S101
    return f"`{sample}` → `{shown}`" if shown != sample else f"`{sample}`"


def sources(of: Connector) -> str:
    names: dict[tuple[str, str], list[str]] = {}
    for each in of.fields:
        names.setdefault((each.link, each.read), []).append(f"`{each.name}`")
    lines = (f"- {', '.join(found)}: <{link}>, read {read}\n" for (link, read), found in names.items())
    return f"Where these rules come from:\n\n{''.join(lines)}"


def notes(_of: Connector) -> str:
    return table(("Code", "Why the value is left out"), ((f"`{each.code}`", each.meaning) for each in Note))


DONE = {
    "wait": "waits as long as {} says, then goes on",
    "retry": "tries again",
    "busy": "waits and tries again",
    "repeated": "takes it as done where it was sent before, else waits and tries again",
    "denied": "stops the sync",
    "rejected": "the rows at fault fail, the others go on",
}


def errors(of: Connector) -> str:
    return _errors(of, of.name)


def ads_errors(of: Connector) -> str:
    """Of the other of Google's APIs."""
    return _errors(of, f"{of.name}_ads")


def _errors(of: Connector, module: str) -> str:
    brand = of.label.split()[0]
    known = import_module(f"warehouse_sync.connectors.{module}_errors").KNOWN
    head = (f"{brand}'s codes", "Error code", "What it is", "wsync", "You")
    return table(head, (_error(each, brand) for each in known))


def _error(known: Any, brand: str) -> tuple[str, ...]:
    done = DONE[known.kind].format(brand)
    if getattr(known, "whole", False):
        done = "the removals concerned fail"
    if known.kind == "wait" and known.attempts == 1:
        done = "ends the run; the next one goes on"
    said = " or ".join(f"“{word}”" for word in getattr(known, "said", ()))
    codes = ", ".join(_codes(known.codes)) + (f", the message with {said}" if said else "")
    return (codes, f"`{known.name}`", known.words, done, known.remedy or "nothing")


def _codes(codes: Sequence[Any]) -> Iterator[str]:
    """The codes as text; a hundred and more in a row as from and to."""
    if not all(isinstance(code, int) for code in codes):
        yield from (f"{code}/{sub}" if sub is not None else str(code) for code, sub in codes)
        return
    for _, found in groupby(enumerate(codes), key=lambda pair: pair[1] - pair[0]):
        run = [code for _, code in found]
        yield from map(str, run) if len(run) < 100 else (f"{run[0]}–{run[-1]}",)


PARTS: dict[str, Callable[[Connector], str]] = {
    "fields": fields,
    "sources": sources,
    "notes": notes,
    "errors": errors,
    "ads errors": ads_errors,
}


def main() -> None:
    for name in PAGES:
        path = DOCS / name
        path.write_text(built(path.read_text(encoding="utf-8"), name), encoding="utf-8")


if __name__ == "__main__":
    main()
