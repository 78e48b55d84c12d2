"""A database file that another process has open: waited for, its holder named, and in the end exit 75."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.shop import Shop, shop
from warehouse_sync.adapters.duckdb import Settings, connect
from warehouse_sync.errors import Held
from warehouse_sync.model import Ports
from warehouse_sync.waiting import waited_for

__all__ = ["shop"]

HOLD = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
connection.close()
"""


@contextmanager
def another_process_has(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A second process with the file open, as dbt has it; it ends when its standard input is closed."""
    told = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        yield holder
        holder.stdin.close()


def patient(shop: Shop, seconds: float) -> None:
    """The shop waits so long for its file."""
    path = shop.folder / "wsync.yml"
    path.write_text(path.read_text().replace("path: shop.duckdb", f"path: shop.duckdb, wait_for_file: {seconds}"))


def test_a_run_waits_until_the_other_process_is_done_and_says_which_it_is(shop: Shop) -> None:
    with another_process_has(shop.folder / "shop.duckdb") as holder, shop.spawn("run") as child:
        assert child.stderr
        said = child.stderr.readline()
        assert said.startswith("waiting up to 30 s: the database file is open in another process: python")
        assert f"(PID {holder.pid})" in said
        assert holder.stdin
        holder.stdin.close()
        out, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (0, "")
    assert "buyers: succeeded" in out
    assert shop.members == 3


def test_the_patience_ends_with_the_holder_named_and_exit_75(shop: Shop) -> None:
    patient(shop, 0.3)
    with another_process_has(shop.folder / "shop.duckdb") as holder:
        said = shop.wsync("run", code=75).output
    waiting, ended = (line for line in said.splitlines() if "PID" in line)
    assert waiting.startswith("waiting up to 0.3 s: ")
    assert f"(PID {holder.pid}); wait until it ends, or stop it, and run again" in ended
    assert shop.members == 0
    shop.wsync("run")
    assert shop.members == 3


def test_without_patience_it_is_refused_at_once(shop: Shop) -> None:
    patient(shop, 0)
    with another_process_has(shop.folder / "shop.duckdb") as holder:
        said = shop.json("status", code=75)
    assert f"(PID {holder.pid})" in said["error"]["message"]


def test_a_signal_ends_the_waiting(shop: Shop) -> None:
    with another_process_has(shop.folder / "shop.duckdb"), shop.spawn("run") as child:
        assert child.stderr
        assert "waiting" in child.stderr.readline()
        child.send_signal(signal.SIGTERM)
        child.communicate(timeout=20)
    assert child.returncode == 143


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Conflicting lock is held in /opt/dbt/bin/python3.11 (PID 17) by user ada. See also", "python3.11 (PID 17)"),
        ("Conflicting lock is held in PID 0. See also", "one that cannot be seen from here"),
        ("Resource temporarily unavailable", "one that cannot be seen from here"),
    ],
)
def test_the_holder_is_named_where_duckdb_can_see_it(
    text: str, who: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import duckdb

    def locked(*_a: object, **_k: object) -> None:
        raise duckdb.IOException(f'IO Error: Could not set lock on file "/srv/shop.duckdb": {text}')

    monkeypatch.setattr(duckdb, "connect", locked)
    with pytest.raises(Held) as caught:
        connect(Settings(path=str(tmp_path / "shop.duckdb")))
    assert str(caught.value).startswith(f"the database file is open in another process: {who}; ")
    assert caught.value.patience == 30


class Clock:
    """Time that passes only by waiting."""

    def __init__(self) -> None:
        self.now, self.waits = 100.0, list[float]()
        self.ports = Ports(clock=lambda: self.now, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        self.waits.append(round(seconds, 6))
        self.now += seconds


def test_the_waits_double_up_to_three_seconds_and_the_last_try_is_at_the_end_of_the_patience() -> None:
    clock = Clock()

    def held() -> None:
        raise Held("open elsewhere", patience=10)

    with pytest.raises(Held):
        waited_for(held, clock.ports)
    assert clock.waits == [0.2, 0.4, 0.8, 1.6, 3.0, 3.0, 1.0]


def test_another_run_of_the_sync_is_not_waited_for() -> None:
    clock = Clock()

    def held() -> None:
        raise Held("another run holds the sync")

    with pytest.raises(Held):
        waited_for(held, clock.ports)
    assert clock.waits == []
