"""Projects on disk for the tests of the configuration, with a connector of their own, `acme`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from warehouse_sync.config import ConfigErrors, Configuration, load

SECRET = "s3cr3t-EAAB-token"

BARE = "is a bare number: put it in quotes, so that it stays text"
ONLY_ENV_VAR = "only {{ env_var('NAME') }} and {{ env_var('NAME', 'default') }} are read here"
NAME_RULE = "a letter, then at most 62 letters, digits, _ and -"

WSYNC = """\
warehouse: {type: duckdb, path: shop.duckdb}
destinations:
  ads:
    type: acme
    account_id: "1000000001"
    token: "{{ env_var('ACME_TOKEN') }}"
"""

BUYERS = """\
source: {table: main.customers}
primary_key: customer_id
destination: ads
audience: {name: Buyers}
mapping:
  EMAIL: email
"""


@pytest.fixture(autouse=True, scope="module")
def acme_is_installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Makes `acme` known the way an installed package does, in the test modules that import this."""
    place = tmp_path_factory.mktemp("site")
    info = place / "acme-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[warehouse_sync.connectors]\nacme = acme:CONNECTOR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(place))
        yield


def project(root: Path, wsync: str = WSYNC, buyers: str | None = BUYERS, files: Mapping[str, str] = {}) -> Path:
    """Writes a project and returns its folder: its main file, by default one sync, and other files."""
    sync = {} if buyers is None else {"syncs/buyers.yml": buyers}
    for name, text in {"wsync.yml": wsync, **sync, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def read(root: Path, **environ: str) -> Configuration:
    return load(root, {"ACME_TOKEN": SECRET, **environ})


def mistakes(root: Path, **environ: str) -> list[str]:
    """What is said about a project, each sentence with its place, paths as seen from the project."""
    with pytest.raises(ConfigErrors) as caught:
        read(root, **environ)
    assert SECRET not in str(caught.value)
    return str(caught.value).replace(f"{root}/", "").splitlines()


def with_line(text: str, line: str) -> str:
    """A file with this as its first line, in place of what it said of the same key."""
    key = line.partition(":")[0]
    blocks = re.findall(r"^\S.*\n(?:[ ].*\n)*", text, re.MULTILINE)
    return "".join([line + "\n", *(block for block in blocks if block.partition(":")[0] != key)])
