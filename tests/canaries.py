"""Values planted to be found: every spelling in which one could leak, and the search for them.

A canary is a source value, a token or a secret that no output may repeat. `spellings` are the plain text, what JSON,
`repr` and URLs make of it, its hex, its base64 in all three alignments, and, for identifiers, the SHA-256 that travels.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, quote_plus

URL_SAFE = bytes.maketrans(b"+/", b"-_")
SHORTEST = 6
"""Characters below which a text says nothing: only its SHA-256 is looked for."""


@dataclass(frozen=True)
class Canary:
    """One planted value. `sent` is what normalising makes of it, where that is another text.

    `digest` False: its SHA-256 may be shown (a primary key in digest mode).
    """

    name: str
    value: str
    sent: str = ""
    digest: bool = True

    @cached_property
    def any_case(self) -> frozenset[bytes]:
        """Spellings in lower case, looked for in text in lower case."""
        return frozenset(each.lower() for text in self._texts() for each in self._found_in_any_case(text))

    @cached_property
    def exact(self) -> frozenset[bytes]:
        """Spellings whose case matters."""
        return frozenset(each for text in self._texts() for each in _base64(text))

    def _found_in_any_case(self, text: str) -> Iterator[bytes]:
        yield from _plain(text)
        if self.digest:
            yield sha256(text.encode()).hexdigest().encode()

    def _texts(self) -> set[str]:
        return {text for text in (self.value, self.value.strip().lower(), self.sent) if text}


def _plain(text: str) -> Iterator[bytes]:
    if len(text) < SHORTEST:
        return
    yield text.encode()
    yield text.encode().hex().encode()
    for spelled in (quote(text), quote(text, safe=""), quote_plus(text), json.dumps(text)[1:-1], repr(text)[1:-1]):
        yield spelled.encode()


def _base64(text: str) -> Iterator[bytes]:
    """What every base64 of a longer text shows of this one, wherever in a group of three bytes it begins."""
    raw = text.encode()
    if len(raw) < SHORTEST:
        return
    for before in range(3):
        coded = b64encode(b"\0" * before + raw)
        shown = coded[(0, 2, 3)[before] : len(coded) - (0, 3, 2)[(before + len(raw)) % 3]]
        yield from (shown, shown.translate(URL_SAFE))


def leaks(data: bytes, canaries: Iterable[Canary]) -> list[str]:
    """The names of the canaries that some text repeats in any spelling."""
    lowered = data.lower()
    return [
        each.name
        for each in canaries
        if any(spelled in lowered for spelled in each.any_case) or any(spelled in data for spelled in each.exact)
    ]


def files_below(folder: Path, *, but: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Every file in a folder, by its path there; files whose names begin with one of `but` are left out."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith(but):
            yield str(path.relative_to(folder)), path.read_bytes()
