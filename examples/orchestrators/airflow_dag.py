"""dbt, then wsync, every hour: a DAG for Airflow 3 (for 2.10 and later with apache-airflow-providers-standard).

wsync is a command in an environment of its own, so that its packages and Airflow's need not agree.
"""

from datetime import UTC, datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG  # Airflow 2: from airflow import DAG

PROJECT = "/srv/shop"
ENVIRONMENT = {"PATH": "/srv/shop/.venv/bin:/usr/bin:/bin", "WSYNC_PROJECT_DIR": PROJECT}

with DAG(
    dag_id="audiences",
    schedule="15 * * * *",  # UTC
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,  # a run sends what is missing now, whatever was missed
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=5)},
    tags=["wsync"],
) as dag:
    build = BashOperator(
        task_id="dbt_build",
        bash_command="dbt build",
        cwd=PROJECT,
        env=ENVIRONMENT,
        append_env=True,
        retries=0,
    )
    # A task that is cleared or times out gets SIGTERM, and so does wsync: `exec` leaves no shell between them.
    send = BashOperator(
        task_id="wsync_run",
        bash_command="exec wsync run --threads 4",
        cwd=PROJECT,
        env=ENVIRONMENT,
        append_env=True,
        skip_on_exit_code=[7, 75],  # dbt's results said no; another run holds the sync
        trigger_rule="all_done",  # what dbt could not build is skipped by wsync itself, sync by sync
        execution_timeout=timedelta(hours=2),
    )
    build >> send
