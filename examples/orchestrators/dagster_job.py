"""wsync as a Dagster job with an hourly schedule: `dagster dev -f dagster_job.py`.

wsync is a command in an environment of its own, so that its packages and Dagster's need not agree.
"""

import json
import os
import subprocess

from dagster import Definitions, Failure, OpExecutionContext, RetryPolicy, ScheduleDefinition, job, op

PROJECT = os.environ.get("WSYNC_PROJECT_DIR", "/srv/shop")
AGAIN = {1, 3, 5}  # unexpected, the warehouse, the platform: worth another try
FINE = {0, 7, 75}  # done; skipped by dbt's results; another run holds the sync


@op(retry_policy=RetryPolicy(max_retries=2, delay=300))
def wsync_run(context: OpExecutionContext) -> None:
    """Bring every audience up to date; what it sent is in the run's log."""
    told = ["wsync", "run", "--threads", "4", "--json"]
    with subprocess.Popen(told, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        try:
            printed, _ = process.communicate()
        except BaseException:  # the run was terminated: wsync ends in order, and is waited for
            process.terminate()
            raise
    document = json.loads(printed)
    for run in document.get("runs", []):
        context.log.info(f"{run['sync']}: {run['status']}, run {run['run_id']}")
    if process.returncode not in FINE:
        raise Failure(
            description=f"wsync ended with {process.returncode}",
            metadata={
                "exit_code": process.returncode,
                "failed": [run["sync"] for run in document.get("runs", []) if run["exit_code"]],
            },
            allow_retries=process.returncode in AGAIN,
        )


@job
def audiences() -> None:
    """One run of every sync. `run_coordinator` or a concurrency limit keeps it to one at a time; wsync does so too."""
    wsync_run()


defs = Definitions(
    jobs=[audiences],
    schedules=[ScheduleDefinition(job=audiences, cron_schedule="15 * * * *", execution_timezone="UTC")],
)
