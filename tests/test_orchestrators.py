"""The examples for orchestrators: every command is one of wsync's, and what can run here does run."""

from __future__ import annotations

import configparser
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
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


@pytest.mark.sweep
@pytest.mark.parametrize("name", ["kubernetes_cronjob.yaml", "kubernetes_schedule.yaml"])
def test_the_manifests_fit_the_schemas_of_kubernetes(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    python = environment(tmp_path_factory, "kubernetes-validate")
    subprocess.run(
        [python, "-m", "kubernetes_validate", "--strict", "--version", "1.31", str(FOLDER / name)], check=True
    )
