from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from projects import (
    BUYERS,
    WSYNC,
    acme_is_installed,  # noqa: F401
    project,
    read,
    with_line,
)

from warehouse_sync.config import ConfigErrors
from warehouse_sync.config import models as config_models

PIECES = [*"{}[]:,-?#&*!|>'\"%@`~ \n\t\\", *"aN0o1.xuU8ä\u2028", "<<: ", "{{ ", "---\n", "? ", "\n  "]
YAMLISH = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(string.printable, max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(string.ascii_letters, max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(text=YAMLISH | st.text())
@example(text="%YAML 99999999999999999999.1\n---\na")
@example(text='"\\U00110000"')
@example(text="? ? ? a")
@example(text="!!int a: b")
@example(text="\ufeff\ufeffa: 1")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_text_raises_anything_but_a_config_error(tmp_path: Path, text: str) -> None:
    root = project(tmp_path)
    for name in ("wsync.yml", "syncs/buyers.yml"):
        project(tmp_path)
        (root / name).write_bytes(text.encode("utf-8", "surrogatepass"))
        with pytest.raises(ConfigErrors):
            read(root)


@given(
    file=st.sampled_from(["wsync", "buyers"]),
    key=st.sampled_from([*config_models.ProjectFile.model_fields, *config_models.SyncFile.model_fields]),
    value=VALUES,
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_value_of_a_setting_raises_anything_but_a_config_error(
    tmp_path: Path, file: str, key: str, value: Any
) -> None:
    line = f"{key}: {json.dumps(value)}"
    files = {"wsync": WSYNC, "buyers": BUYERS}
    root = project(tmp_path, **{**files, file: with_line(files[file], line)})
    try:
        read(root)
    except ConfigErrors as problem:
        assert str(problem)
