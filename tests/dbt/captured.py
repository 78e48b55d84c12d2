"""The artefacts of real dbts in `artefacts/`, whole or changed, and projects of ours around them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "artefacts"
VERSIONS = ("1.6", "1.7", "1.12")

WSYNC = """\
destinations:
  ads:
    type: acme
    account_id: "1000000001"
    token: "{{ env_var('ACME_TOKEN') }}"
"""

SYNC = """\
source: SOURCE
primary_key: id
destination: ads
audience: {name: NAME}
mapping: {EMAIL: email}
"""


def kitchen(root: Path, version: str = "1.12", files: Mapping[str, str] = {}) -> Path:
    """The project that the artefacts are of, with them in its `target`, and files of ours; its folder."""
    shutil.copytree(FOLDER / "project", root, dirs_exist_ok=True)
    shutil.copytree(FOLDER / version, root / "target")
    for name, text in {"wsync.yml": WSYNC, **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def sync(source: str, name: str = "x") -> str:
    """A file that reads this source."""
    return SYNC.replace("SOURCE", source).replace("NAME", name)


def changed(path: Path, change: Callable[[Any], object]) -> None:
    """Change a JSON file in place."""
    whole = json.loads(path.read_text())
    change(whole)
    path.write_text(json.dumps(whole))
