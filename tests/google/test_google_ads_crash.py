"""A run whose transport is the Google Ads API is killed, its jobs filled, run or neither; the next ones mend it."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.google.case import given
from tests.google.judges import judge_all
from tests.google.test_google_replacing import AFTER, BEFORE, BUYERS, PLATFORM, REMOVE_SECONDS, Trial, wanted
from warehouse_sync.sandbox import Sandbox

CHANGES = ("job", "add", "remove", "run")


class AdsTrial(Trial):
    """The project of that test, by the other transport; the first jobs have run, no verdict was asked for."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder, self.sandbox, self.part = folder, sandbox, sandbox.parts["google"]
        (folder / "syncs").mkdir()
        ads = {"type": "google", **given(sandbox.url), "transport": "google_ads", "rows_per_request": 2}
        block = json.dumps({"warehouse": {"type": "duckdb", "path": "shop.duckdb"}, "destinations": {"ads": ads}})
        (folder / "wsync.yml").write_text(block)
        (folder / "syncs" / "buyers.yml").write_text(BUYERS)
        self.people(BEFORE)
        self.run()
        sandbox.advance(REMOVE_SECONDS)
        self.people(AFTER)
        shutil.copy(folder / "shop.duckdb", folder / "kept.duckdb")
        self.kept = pickle.dumps({name: getattr(self.part, name) for name in PLATFORM})

    def calmed(self) -> list[str]:
        """What is wrong after the runs that follow a kill; each of them may begin one job, and wait for it."""
        for _ in range(10):
            self.sandbox.advance(REMOVE_SECONDS)
            before = [each.kind for each in self.sandbox.requests].count
            counts = [before(kind) for kind in CHANGES]
            self.run()
            after = [each.kind for each in self.sandbox.requests].count
            if counts == [after(kind) for kind in CHANGES] and self.states() == {"member"}:
                break
        wrong = [] if self.members == wanted(AFTER) else ["the list is not the source"]
        wrong += [] if self.states() == {"member"} else [f"left {self.states()}"]
        told = "select distinct request_id from wsync.sync_log where status = 'succeeded' and operation is not null"
        done = {job.resource for job in self.part.jobs.values() if job.status() == "SUCCESS"}
        return wrong + [f"falsely logged: {reference}" for (reference,) in self.sql(told) if reference not in done]

    def states(self) -> set[str]:
        return {state for (state,) in self.sql("select distinct state from wsync.mirror_buyers")}

    def killed(self, kills: Iterable[int], passed: list[str]) -> list[str]:
        """What is wrong after each of these kills."""
        wrong = []
        for kill in kills:
            self.restore()
            self.run(kill)
            wrong += [f"killed at {kill} ({passed[kill]}): {each}" for each in self.calmed()]
        return wrong


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[AdsTrial]:
    with Sandbox.start(platforms={"google": {"add_seconds": 300.0, "remove_seconds": REMOVE_SECONDS}}) as sandbox:
        yield AdsTrial(tmp_path, sandbox)
        assert sandbox.journal.failures == []
        judge_all(sandbox.requests)


def test_a_run_killed_before_its_jobs_run_is_made_good(trial: AdsTrial) -> None:
    passed = trial.run()
    assert trial.killed([passed.index("before POST run job")], passed) == []


@pytest.mark.sweep
def test_a_run_killed_anywhere_is_made_good(trial: AdsTrial) -> None:
    """Takes five minutes."""
    passed = trial.run()
    assert {"after POST create job", "after POST add operations", "after POST job status"} <= set(passed)
    assert trial.killed(range(len(passed)), passed) == []
