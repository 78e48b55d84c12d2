"""Writes the generated tables of the documents: `python docs/build.py`. A test compares what is checked in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from warehouse_sync.connectors import connector
from warehouse_sync.connectors.facebook_errors import KNOWN, Known
from warehouse_sync.fields import Field
from warehouse_sync.normalize import Around
from warehouse_sync.text import Note

DOCS = Path(__file__).parent
PAGES = ("facebook.md",)

_PART = re.compile(r"(?<=<!-- generated: )(?P<name>[a-z ]+)(?P<open> -->\n).*?(?=<!-- end -->)", re.DOTALL)


def built(text: str) -> str:
    """A page with every part between `<!-- generated: NAME -->` and `<!-- end -->` as the code has it now."""
    return _PART.sub(lambda found: f"{found['name']}{found['open']}{PARTS[found['name']]()}", text)


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def fields() -> str:
    found = connector("facebook")
    head = ("Field", "Also known as", "Kind", "Sent", "What it is", "For example")
    return table(head, (_field(each) for each in found.fields))


def _field(each: Field) -> tuple[str, ...]:
    labels = dict.fromkeys(name for name in (each.label, *each.other_labels) if name != each.name)
    return (
        f"`{each.name}`",
        ", ".join(labels),
        each.role,
        "SHA-256" if each.hash else "as it is",
        each.about,
        "; ".join(_example(each, sample) for sample in each.samples),
    )


def _example(each: Field, sample: str) -> str:
    made = each.normaliser("meta")(sample, Around())
    shown = ", ".join(made) if isinstance(made, tuple) else str(made)
    assert not isinstance(made, Note), f"{each.name}: a sample that is not valid"  # noqa: S101
    return f"`{sample}` → `{shown}`" if shown != sample else f"`{sample}`"


def sources() -> str:
    names: dict[tuple[str, str], list[str]] = {}
    for each in connector("facebook").fields:
        names.setdefault((each.link, each.read), []).append(f"`{each.name}`")
    lines = (f"- {', '.join(found)}: <{link}>, read {read}\n" for (link, read), found in names.items())
    return f"Where these rules come from:\n\n{''.join(lines)}"


def notes() -> str:
    return table(("Code", "Why the value is left out"), ((f"`{each.code}`", each.meaning) for each in Note))


DONE = {
    "wait": "waits as long as Facebook says, then goes on",
    "retry": "tries again",
    "busy": "waits and tries again",
    "denied": "stops the sync",
    "rejected": "the rows at fault fail, the others go on",
}


def errors() -> str:
    return table(("Facebook's codes", "Error code", "What it is", "wsync", "You"), map(_error, KNOWN))


def _error(known: Known) -> tuple[str, ...]:
    done = "the removals concerned fail" if known.whole else DONE[known.kind]
    return (", ".join(map(_code, known.codes)), f"`{known.name}`", known.words, done, known.remedy or "nothing")


def _code(code: tuple[int, int | None]) -> str:
    return f"{code[0]}/{code[1]}" if code[1] is not None else str(code[0])


PARTS: dict[str, Callable[[], str]] = {"fields": fields, "sources": sources, "notes": notes, "errors": errors}


def main() -> None:
    for name in PAGES:
        path = DOCS / name
        path.write_text(built(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
