"""The examples for Airflow and Dagster: their tasks run, by stand-ins for what they import, and by the real ones."""

from __future__ import annotations

import runpy
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tests.test_orchestrators import FOLDER, Machine, environment, machine
from warehouse_sync.schedule import read_cron

__all__ = ["machine"]

# Airflow


class Operator:
    """What the example tells BashOperator; `>>` is order."""

    made: list[Operator]

    def __init__(self, **told: Any) -> None:
        self.told, self.after = told, list[Operator]()
        Operator.made.append(self)

    def __rshift__(self, other: Operator) -> Operator:
        other.after.append(self)
        return other


class Dag:
    def __init__(self, **told: Any) -> None:
        self.told = told

    def __enter__(self) -> Dag:
        return self

    def __exit__(self, *_raised: object) -> None:
        return None


@pytest.fixture
def dag(monkeypatch: pytest.MonkeyPatch) -> tuple[Dag, Operator, Operator]:
    """The DAG and its two tasks, by stand-ins for the two classes that it uses."""
    Operator.made = []
    for name, members in {
        "airflow": {},
        "airflow.sdk": {"DAG": Dag},
        "airflow.providers": {},
        "airflow.providers.standard": {},
        "airflow.providers.standard.operators": {},
        "airflow.providers.standard.operators.bash": {"BashOperator": Operator},
    }.items():
        module = ModuleType(name)
        module.__dict__.update(members)
        monkeypatch.setitem(sys.modules, name, module)
    made = runpy.run_path(str(FOLDER / "airflow_dag.py"))
    build, send = Operator.made
    return made["dag"], build, send


def test_the_dag_sends_after_dbt_whatever_came_of_it(dag: tuple[Dag, Operator, Operator]) -> None:
    told, build, send = dag
    read_cron(told.told["schedule"])
    assert (told.told["catchup"], told.told["max_active_runs"]) == (False, 1)
    assert (send.after, send.told["trigger_rule"]) == ([build], "all_done")
    assert set(send.told["skip_on_exit_code"]) == {7, 75}


def test_the_tasks_of_the_dag_run_in_bash(dag: tuple[Dag, Operator, Operator], machine: Machine) -> None:
    for task in dag[1:]:
        environ = {**machine.environ, **{name: machine.here(value) for name, value in task.told["env"].items()}}
        told = ["bash", "-c", task.told["bash_command"]]
        subprocess.run(told, env=environ, cwd=machine.here(task.told["cwd"] + "/"), check=True, capture_output=True)
    assert machine.calls == [("dbt", ["build"]), ("wsync", ["run", "--threads", "4"])]


# Dagster


class Failed(Exception):
    def __init__(self, *, description: str, metadata: dict[str, Any], allow_retries: bool) -> None:
        super().__init__(description)
        self.metadata, self.allow_retries = metadata, allow_retries


def plain_op(function: Any = None, **_told: Any) -> Any:
    return function or plain_op


@pytest.fixture
def dagster_op(monkeypatch: pytest.MonkeyPatch, machine: Machine) -> Any:
    """The op of the Dagster example, by stand-ins for what it takes from Dagster."""
    module: Any = ModuleType("dagster")
    module.op = module.job = plain_op
    module.Failure = Failed
    for name in ("Definitions", "OpExecutionContext", "RetryPolicy", "ScheduleDefinition"):
        setattr(module, name, SimpleNamespace)
    monkeypatch.setitem(sys.modules, "dagster", module)
    monkeypatch.setenv("PATH", machine.environ["PATH"])
    monkeypatch.setenv("WSYNC_PROJECT_DIR", str(machine.folder))
    made = runpy.run_path(str(FOLDER / "dagster_job.py"))
    read_cron(made["defs"].schedules[0].cron_schedule)
    return made["wsync_run"]


class Context:
    def __init__(self) -> None:
        self.said = list[str]()
        self.log = SimpleNamespace(info=self.said.append)


@pytest.mark.parametrize("code", [0, 7, 75])
def test_the_op_is_well_when_nobody_has_to_look(
    code: int, dagster_op: Any, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODE", str(code))
    context = Context()
    dagster_op(context)
    assert context.said == ["buyers: told, run 1"]
    assert machine.calls == [("wsync", ["run", "--threads", "4", "--json"])]


@pytest.mark.parametrize(("code", "again"), [(1, True), (2, False), (3, True), (4, False), (5, True), (6, False)])
def test_the_op_fails_and_is_tried_again_where_that_may_help(
    code: int, again: bool, dagster_op: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODE", str(code))
    with pytest.raises(Failed, match=f"ended with {code}") as caught:
        dagster_op(Context())
    assert (caught.value.allow_retries, caught.value.metadata["failed"]) == (again, ["buyers"])


def test_an_op_that_is_terminated_lets_wsync_end_in_order(
    dagster_op: Any, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLOW", "yes")

    def interrupt(_number: int, _frame: object) -> None:
        if Path(f"{machine.log}.ready").exists():
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)
    try:
        with pytest.raises(KeyboardInterrupt):
            dagster_op(Context())
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    machine.until("term")


# themselves

DAGSTER = """
import sys
sys.path.insert(0, sys.argv[1])
from dagster_job import audiences, defs
assert defs.resolve_job_def("audiences")
print("ended", audiences.execute_in_process(raise_on_error=False).success)
"""


@pytest.mark.sweep
def test_dagster_itself_runs_the_job(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> None:
    python = environment(tmp_path_factory, "dagster")
    for code, words in (("0", "ended True"), ("2", "ended False")):
        environ = {**machine.environ, "CODE": code, "WSYNC_PROJECT_DIR": str(machine.folder)}
        told = [python, "-W", "ignore", "-c", DAGSTER, str(FOLDER)]
        done = subprocess.run(told, env=environ, capture_output=True, text=True, check=False)
        assert words in done.stdout, done.stderr
    assert machine.calls == [("wsync", ["run", "--threads", "4", "--json"])] * 2


AIRFLOW = """
import sys
sys.path.insert(0, sys.argv[1])
from airflow_dag import dag, send
assert dag.task_dict["wsync_run"].upstream_task_ids == {"dbt_build"}
for task in dag.topological_sort():
    task.cwd = sys.argv[2]
    task.env = {"CODE": sys.argv[3]}
    try:
        task.execute({"ti": None})
    except BaseException as error:
        print(task.task_id, type(error).__name__)
"""


@pytest.mark.sweep
def test_airflow_itself_runs_the_tasks(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> None:
    python = environment(tmp_path_factory, "apache-airflow", "apache-airflow-providers-standard")
    environ = {**machine.environ, "AIRFLOW_HOME": str(machine.folder / "airflow")}
    for code, words in (("75", "wsync_run AirflowSkipException"), ("5", "wsync_run AirflowException")):
        told = [python, "-W", "ignore", "-c", AIRFLOW, str(FOLDER), str(machine.folder), code]
        done = subprocess.run(told, env=environ, capture_output=True, text=True, check=False)
        assert words in done.stdout, done.stdout + done.stderr
