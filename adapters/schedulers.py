"""How each warehouse runs a script by itself: what to give it, and in comments how. Pure text, one function each.

None of these schedulers could be had when this was written; what was run for real is in docs/tasks.md. The pages read
on 2026-11-22 stand at each function.
"""

from __future__ import annotations

import re

from warehouse_sync.adapters import Scheduler, TaskScript
from warehouse_sync.errors import ConfigError

POSTGRES_PINS = {
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "standard_conforming_strings": "on",
}
"""What fingerprints and keys depend on, as the adapter pins it for its own statements."""

SNOWFLAKE_PINS = {
    "TIMEZONE": "UTC",
    "QUOTED_IDENTIFIERS_IGNORE_CASE": "FALSE",
    "DATE_INPUT_FORMAT": "AUTO",
    "TIMESTAMP_INPUT_FORMAT": "AUTO",
    "BINARY_INPUT_FORMAT": "HEX",
    "BINARY_OUTPUT_FORMAT": "HEX",
    "DATE_OUTPUT_FORMAT": "YYYY-MM-DD",
    "TIMESTAMP_OUTPUT_FORMAT": "YYYY-MM-DD HH24:MI:SS.FF9 TZHTZM",
    "TIMESTAMP_NTZ_OUTPUT_FORMAT": "YYYY-MM-DD HH24:MI:SS.FF9",
    "TIMESTAMP_LTZ_OUTPUT_FORMAT": "",
    "TIMESTAMP_TZ_OUTPUT_FORMAT": "",
    "TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_NTZ",
}
"""The same for Snowflake: parameters of the task's session."""


def _head(script: TaskScript, *how: str) -> str:
    lines = (
        f"wsync: prepares the changes of sync {script.sync}; the next run takes them over.",
        "It works from the first settled run of the sync on, and may be cut off anywhere and run again.",
        "Compile it anew when the configuration, the source's columns or wsync's version change.",
        *how,
    )
    return "".join(f"-- {line}\n" for line in lines)


def _body(script: TaskScript) -> str:
    return "".join(f"{statement};\n" for statement in script.statements)


def duckdb(script: TaskScript) -> str:
    """A plain script: DuckDB has no scheduler, cron and its command line stand in for one."""
    path = getattr(script.settings, "path", "FILE")
    if getattr(script.settings, "state_database", None):
        raise ConfigError("a task of DuckDB works in one file: take warehouse.state_database away, or do without it")
    how = (
        "DuckDB has no scheduler. In a crontab (UTC), while no other process has the file open:",
        f"{script.cron} duckdb -bail '{path}' < THIS_FILE",
        "The command line needs the major version of the duckdb that wsync runs with.",
    )
    return f"{_head(script, *how)}\n{_body(script)}"


def postgres(script: TaskScript) -> str:
    """A job of pg_cron, which sends the whole text in one message: one transaction.

    github.com/citusdata/pg_cron: named jobs replace those of the same name; one instance of a job at a time; GMT.
    """
    body, tag = _body(script), "$wsync$"
    while tag in body:
        tag = f"{tag[:-1]}x$"
    how = (
        "Run once, as the role that wsync runs as, in the database of the extension pg_cron",
        "(for another database: cron.schedule_in_database). Ends with: select cron.unschedule('NAME');",
    )
    call = f"select cron.schedule({_quoted(f'wsync {script.name}')}, {_quoted(script.cron)}, {tag}\n{body}{tag});\n"
    return f"{_head(script, *how)}\n{call}"


def redshift(script: TaskScript) -> str:
    """Statements for Redshift's query scheduler, which is an EventBridge rule that calls the Data API.

    docs.aws.amazon.com/redshift/latest/mgmt/data-api-calling-event-bridge.html: the rule's name is the statement's;
    …/redshift-data/latest/APIReference/API_BatchExecuteStatement.html: at most 40 statements, one transaction.
    """
    name = f"QS2-{script.name.replace('_', '-')}"
    how = (
        "Give it to the query scheduler (query editor v2, Schedule), or to an EventBridge rule with these parameters:",
        f"Name and RedshiftDataParameters.StatementName: {name}",
        *(f"ScheduleExpression: {each}" for each in eventbridge(script.cron)),
        f"RedshiftDataParameters.Sqls: the {len(script.statements)} statements below, in order; Database and DbUser or",
        "SecretManagerArn: those that wsync runs as",
    )
    return f"{_head(script, *how)}\n{_body(script)}"


def snowflake(script: TaskScript) -> str:
    """A task with a Snowflake Scripting block; each of its statements commits by itself.

    docs.snowflake.com/en/sql-reference/sql/create-task: a new task is suspended; one instance at a time by default;
    parameters of its session stand in its head; without a warehouse it is serverless.
    """
    name = f'"{script.schema}"."{script.name}"'
    body = "BEGIN\n" + _body(script) + "END;"
    text = f"$$\n{body}\n$$" if "$$" not in body else _escaped(f"\n{body}\n")
    warehouse = getattr(script.settings, "warehouse", None)
    if warehouse and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_$]*", warehouse):
        warehouse = warehouse.upper()  # as the connector has Snowflake find it
    lines = [
        f"CREATE OR REPLACE TASK {name}",
        *([f'  WAREHOUSE = "{warehouse}"'] if warehouse else []),
        f"  SCHEDULE = {_quoted(f'USING CRON {script.cron} UTC')}",
        *(f"  {pin} = {value if value == 'FALSE' else _quoted(value)}" for pin, value in SNOWFLAKE_PINS.items()),
        "AS\nEXECUTE IMMEDIATE",
    ]
    how = (
        "Run once, as the role that wsync runs as; it needs CREATE TASK on the schema and EXECUTE TASK on the account",
        "(without a warehouse EXECUTE MANAGED TASK, too), and has that role's database as its current one.",
    )
    return "\n".join((_head(script, *how), *lines, f"{text};", "", f"ALTER TASK {name} RESUME;", ""))


def bigquery(script: TaskScript) -> str:
    """A script for a scheduled query.

    docs.cloud.google.com/bigquery/docs/scheduling-queries: scripts with DDL and DML have no destination table; on the
    full hour a query may run twice.
    """
    spoken = every(script.cron)
    schedule = f'"{spoken}"' if spoken else f"what {script.cron} (cron, UTC) means"
    how = (
        "Save it as a scheduled query, without a destination table, in the location of the dataset, as the account",
        f"that wsync runs as. Display name: wsync {script.name}. Schedule (UTC): {schedule}.",
    )
    return f"{_head(script, *how)}\n{_body(script)}"


def every(cron: str) -> str | None:
    """A cron expression in the words of BigQuery's schedules; None for one that they cannot say."""
    minute, hour, *days = cron.split()
    if days != ["*", "*", "*"] or not minute.isdigit():
        return None
    if hour == "*":
        return "every 1 hours"
    if step := re.fullmatch(r"\*/(\d+)", hour):
        return f"every {step[1]} hours"
    return f"every day {int(hour):02d}:{int(minute):02d}" if hour.isdigit() else None


WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


def eventbridge(cron: str) -> list[str]:
    """A cron expression as EventBridge writes it: one of the day fields is `?`, Sunday is 1, so names are used.

    docs.aws.amazon.com/eventbridge: where both day fields are restricted, cron means either, which takes two rules.
    """
    minute, hour, day, month, weekday = cron.split()
    named = re.sub(r"(?<![/\d])\d", lambda found: WEEKDAYS[int(found[0]) % 7], weekday).upper()
    by_day = f"cron({minute} {hour} {day} {month.upper()} ? *)"
    by_weekday = f"cron({minute} {hour} ? {month.upper()} {named} *)"
    if weekday == "*":
        return [by_day]
    return [by_weekday] if day == "*" else [by_day, by_weekday]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _escaped(text: str) -> str:
    return _quoted(text.replace("\\", "\\\\"))


DUCKDB = Scheduler(duckdb, "'duckdb ' || split_part(ltrim(version(), 'v'), '.', 1)", ("SET TimeZone = 'UTC'",))
POSTGRES = Scheduler(
    postgres,
    "'postgres ' || cast(cast(current_setting('server_version_num') as integer) / 10000 as text)",
    tuple(f"SET {name} = '{value}'" for name, value in POSTGRES_PINS.items()),
)
REDSHIFT = Scheduler(
    redshift,
    "'redshift'",
    ("SET timezone TO 'UTC'", "SET datestyle TO 'ISO, YMD'", "SET extra_float_digits TO 2"),
)
SNOWFLAKE = Scheduler(snowflake, "'snowflake'")
BIGQUERY = Scheduler(bigquery, "'bigquery'")
