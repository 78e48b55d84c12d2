"""The examples for orchestrators: every command is one of wsync's, and what can run here does run."""

from __future__ import annotations

import configparser
import json
import os
import re
import runpy
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import click
import pytest
import yaml

from warehouse_sync.cli import main
from warehouse_sync.cli.screen import Screen
from warehouse_sync.executing import ORDER
from warehouse_sync.model import Sync
from warehouse_sync.schedule import read_cron
from warehouse_sync.scheduling_health import Health

FOLDER = Path(__file__).parent.parent / "examples" / "orchestrators"
FILES = sorted(path for path in FOLDER.rglob("*") if path.is_file() and path.suffix not in (".md", ".pyc"))
WITHOUT = {"wsync.timer"}
"""Files that name no command."""

DEFAULTS = {field.name: field.default for field in Sync.__dataclass_fields__.values()}
GRACE = float(DEFAULTS["lease_seconds"]) + float(DEFAULTS["takeover_wait_seconds"])
"""Seconds after which another run may take over from one that was killed."""

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


def commands(text: str) -> Iterator[list[str]]:
    """Every command line of wsync in a file, comments left out, as words."""
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for found in re.findall(r"(?<![\w\"/-])(?:/[\w./-]+/)?wsync ((?:run|poll|schedule)\b[^\n>;)\"`]*)", code):
        yield shlex.split(found)
    for found in re.findall(r"\[\"wsync\", (\"[^\]]*)\]", code):
        yield json.loads(f"[{found}]")


@each_file
def test_every_command_of_an_example_is_one_of_wsyncs(path: Path) -> None:
    found = list(commands(path.read_text(encoding="utf-8")))
    assert bool(found) is (path.name not in WITHOUT)
    with click.Context(main, obj=Screen()) as above:
        for name, *words in found:
            main.commands[name].make_context(name, words, parent=above)


def test_a_command_that_is_none_would_be_found() -> None:
    (words,) = commands("ExecStart=/opt/bin/wsync run --thread-count 4\n")
    with click.Context(main, obj=Screen()) as above, pytest.raises(click.UsageError):
        main.commands[words[0]].make_context(words[0], words[1:], parent=above)


@each_file
def test_every_example_is_told_of_in_its_readme_and_in_the_documentation(path: Path) -> None:
    name = path.relative_to(FOLDER).as_posix()
    assert f"`{name}`" in (FOLDER / "README.md").read_text(encoding="utf-8")
    assert f"orchestrators/{name})" in (FOLDER.parent.parent / "docs" / "schedules.md").read_text(encoding="utf-8")


# stand-ins for commands

STAND_IN = """\
#!{python}
import json, os, signal, sys, time
with open({log!r}, "a") as log:
    json.dump([os.path.basename(sys.argv[0]), sys.argv[1:], os.getcwd(), os.environ.get("TOKEN")], log)
    log.write("\\n")
if os.environ.get("SLOW"):
    signal.signal(signal.SIGTERM, lambda *_: (open({log!r} + ".term", "w").close(), sys.exit(143)))
    open({log!r} + ".ready", "w").close()
    time.sleep(60)
print(json.dumps({{"runs": [{{"sync": "buyers", "status": "told", "run_id": "1", "exit_code": 6}}], "exit_code": 6}}))
sys.exit(int(os.environ.get("CODE", "0")))
"""


class Machine:
    """A place where `wsync` and `dbt` are stand-ins that write down how they were called."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.bin, self.log = folder, folder / "srv" / "shop" / ".venv" / "bin", folder / "log"
        self.bin.mkdir(parents=True)
        for name in ("wsync", "dbt"):
            (self.bin / name).write_text(STAND_IN.format(python=sys.executable, log=str(self.log)))
            (self.bin / name).chmod(0o755)
        self.environ = {**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}"}

    @property
    def calls(self) -> list[tuple[str, list[str]]]:
        """The commands called, each with its words."""
        return [(name, words) for name, words, _, _ in self.told()]

    def told(self) -> list[Any]:
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [json.loads(line) for line in lines]

    def here(self, text: str) -> str:
        """A text with its absolute paths moved into this place."""
        return re.sub(r"(?<![\w.])/(srv|etc|var/log)/", f"{self.folder}/\\1/", text)

    def until(self, suffix: str) -> None:
        """Until a slow stand-in has left its mark."""
        end = time.monotonic() + 30
        while not Path(f"{self.log}.{suffix}").exists():
            assert time.monotonic() < end, suffix
            time.sleep(0.02)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


# cron and systemd


def test_every_line_of_the_crontab_runs_in_the_shell_with_the_secrets_in_its_environment(machine: Machine) -> None:
    (machine.folder / "etc" / "wsync").mkdir(parents=True)
    (machine.folder / "etc" / "wsync" / "secrets.env").write_text("TOKEN=a-secret\n")
    (machine.folder / "var" / "log" / "wsync").mkdir(parents=True)
    lines = [line for line in (FOLDER / "crontab").read_text().splitlines() if line and not line.startswith("#")]
    settings = dict(machine.here(line).split("=", 1) for line in lines if re.match(r"[A-Z_]+=", line))
    assert settings.pop("CRON_TZ") == "UTC"
    assert settings["SHELL"] == "/bin/bash"
    for line in lines[len(settings) + 1 :]:
        fields = line.split(maxsplit=5)
        read_cron(" ".join(fields[:5]))
        assert "%" not in fields[5], "cron turns it into a line break"
        told = [settings["SHELL"], "-c", machine.here(fields[5])]
        assert subprocess.run(told, env=settings, check=False, capture_output=True).stdout == b""
    assert [(name, words[:1], token) for name, words, _, token in machine.told()] == [
        ("wsync", ["run"], "a-secret"),
        ("dbt", ["build"], "a-secret"),
        ("wsync", ["run"], "a-secret"),
        ("wsync", ["poll"], "a-secret"),
    ]


UNITS = sorted((FOLDER / "systemd").glob("*"))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed here")
def test_systemd_finds_nothing_wrong_with_the_units(machine: Machine) -> None:
    for unit in UNITS:
        (machine.folder / unit.name).write_text(machine.here(unit.read_text()).replace("User=wsync", "User=root"))
    units = [str(machine.folder / unit.name) for unit in UNITS]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if str(machine.folder) in line or "wsync" in line]
    assert ours == []


@pytest.mark.parametrize("name", ["wsync.service", "wsync-schedule.service"])
def test_a_service_has_time_to_end_in_order_and_its_codes_are_told(name: str) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(FOLDER / "systemd" / name)
    service = unit["Service"]
    assert float(service["TimeoutStopSec"]) > GRACE
    assert "143" in service["SuccessExitStatus"].split()
    assert service["Type"] == ("exec" if "Restart" in service else "oneshot")


# files for services


def test_the_workflow_fits_githubs_schema(tmp_path: Path) -> None:
    def checked(text: str) -> int:
        (tmp_path / "audiences.yml").write_text(text)
        told = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
        return subprocess.run([*told, str(tmp_path / "audiences.yml")], capture_output=True, check=False).returncode

    text = (FOLDER / "github_actions.yml").read_text()
    assert checked(text) == 0
    assert checked(text.replace("runs-on", "run-on")) == 1


def test_the_workflow_runs_once_at_a_time_and_keeps_secrets_out_of_its_text() -> None:
    workflow = yaml.safe_load((FOLDER / "github_actions.yml").read_text())
    assert workflow["concurrency"] == {"group": "audiences", "cancel-in-progress": False}
    read_cron(workflow[True]["schedule"][0]["cron"])  # YAML reads `on` as true
    job = workflow["jobs"]["run"]
    assert all(value.startswith("${{ secrets.") for value in job["env"].values())
    steps = {step.get("name", step.get("uses")): step for step in job["steps"]}
    assert steps["Build the models"]["continue-on-error"] is True
    assert list(steps)[-2:] == ["Send what changed", "Fail where dbt failed"]


def manifest(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text())


def test_the_cron_job_never_runs_twice_at_once_and_tries_again_only_what_may_pass() -> None:
    spec = manifest("kubernetes_cronjob.yaml")["spec"]
    assert (spec["concurrencyPolicy"], spec["timeZone"]) == ("Forbid", "Etc/UTC")
    read_cron(spec["schedule"])
    job = spec["jobTemplate"]["spec"]
    (rule,) = job["podFailurePolicy"]["rules"]
    assert rule["action"] == "FailJob"
    assert set(ORDER) - set(rule["onExitCodes"]["values"]) == {1, 3, 5}
    pod = job["template"]["spec"]
    assert pod["restartPolicy"] == "Never"
    assert rule["onExitCodes"]["containerName"] == pod["containers"][0]["name"]


@pytest.mark.parametrize("name", ["kubernetes_cronjob.yaml", "kubernetes_schedule.yaml"])
def test_a_pod_has_time_to_end_in_order_and_wsync_hears_the_signal(name: str) -> None:
    spec = manifest(name)["spec"]
    pod = (spec["jobTemplate"]["spec"] if "jobTemplate" in spec else spec)["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] > GRACE
    assert pod["containers"][0]["command"][0] == "wsync"


def test_the_probes_are_those_that_the_scheduler_answers() -> None:
    spec = manifest("kubernetes_schedule.yaml")["spec"]
    assert (spec["replicas"], spec["strategy"]["type"]) == (1, "Recreate")
    (container,) = spec["template"]["spec"]["containers"]
    health = Health(lambda: 0.0)
    for probe, path in (("livenessProbe", "/livez"), ("readinessProbe", "/readyz")):
        assert container[probe]["httpGet"] == {"path": path, "port": "health"}
        assert health.answer(path)[0] == 200
    assert container["command"][-1].endswith(f":{container['ports'][0]['containerPort']}")


@pytest.mark.sweep
@pytest.mark.parametrize("name", ["kubernetes_cronjob.yaml", "kubernetes_schedule.yaml"])
def test_the_manifests_fit_the_schemas_of_kubernetes(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    python = environment(tmp_path_factory, "kubernetes-validate")
    subprocess.run(
        [python, "-m", "kubernetes_validate", "--strict", "--version", "1.31", str(FOLDER / name)], check=True
    )


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


# the real orchestrators


def environment(factory: pytest.TempPathFactory, *packages: str) -> str:
    """The Python of an environment that has these packages; where they cannot be had, the test is skipped."""
    folder = factory.getbasetemp() / f"venv-{packages[0]}"
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    done = subprocess.run([str(python), "-m", "pip", "install", "-q", *packages], check=False, capture_output=True)
    if done.returncode:
        pytest.skip(f"{packages[0]} cannot be installed here")
    return str(python)


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
