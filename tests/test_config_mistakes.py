from __future__ import annotations

from pathlib import Path

import pytest
from projects import (
    BARE,
    BUYERS,
    NAME_RULE,
    ONLY_ENV_VAR,
    WSYNC,
    acme_is_installed,  # noqa: F401
    mistakes,
    project,
    read,
    with_line,
)

from warehouse_sync import adapters, connectors
from warehouse_sync.config import ConfigErrors, load, load_destination_file
from warehouse_sync.errors import ConfigError

WAREHOUSES, DESTINATIONS = ", ".join(adapters.BUILT_IN), ", ".join(connectors.BUILT_IN)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("mode: mirrr", "mode: is 'mirrr', but must be one of mirror, upsert, delete; did you mean mirror?"),
        ("hsah: on", "hsah: is not a setting here; did you mean hash?"),
        ("hash: 1", "hash: must be one of on, off, auto"),
        ("retain_logs: maybe", "retain_logs: must be on or off"),
        ('log_retention_days: "7"', "log_retention_days: must be a whole number"),
        ("log_retention_days: 0", "log_retention_days: must be at least 1"),
        ("log_retention_days: 1.5", "log_retention_days: must be a whole number"),
        ("log_retention_days: true", "log_retention_days: must be a whole number"),
        ("log_retention_days:", "log_retention_days: is empty: a whole number is needed"),
        ("snapshots: 0", "snapshots: must be at least 1"),
        ("concurrency: 65", "concurrency: must be at most 64"),
        ("lease: 0", "lease: must be at least 1"),
        ("reassert_every: 60", 'reassert_every: must be a period such as "12 hours", "60 days" or "4 weeks"'),
        ("guards: {removal_rows: 1}", "guards.removal_rows: is not a setting here; did you mean removals_rows?"),
        ("guards: {removals_percent: 101}", "guards.removals_percent: must be at most 100"),
        ("guards: {removals_percent: .nan}", "guards.removals_percent: must be a number"),
        ("guards: 20", "guards: must be a block of settings (key: value)"),
        ("normalize: loud", "normalize: is 'loud', but must be one of on, off, plain, shouted"),
        ("schedule: hourly", 'schedule: must be manual, or a block: {every: 1 hour} or {cron: "0 6 * * *"}'),
        (
            "schedule: {every: 7 minutes}",
            "schedule.every: is '7 minutes', but must be one of 5 minutes, 10 minutes, 15 minutes, 30 minutes, "
            "1 hour, 3 hours, 6 hours, 12 hours, 24 hours; did you mean 5 minutes?",
        ),
        (
            "schedule: {every: 1 hour, starting_at: 24:00}",
            'schedule.starting_at: must be a time of day in UTC written HH:MM, such as "06:00"',
        ),
        (
            'schedule: {cron: "0 25 * * *"}',
            "schedule.cron: is wrong in the hour field: numbers from 0 to 23 are allowed",
        ),
        ("schedule: {}", "schedule: needs either every or cron (or write schedule: manual)"),
        ("destination: adz", "destination: there is no destination 'adz' in wsync.yml; did you mean ads?"),
        ("destination: {account_id: x}", "destination.name: needs the name of a destination of wsync.yml"),
        (
            "destination: {name: ads, acount_id: x}",
            "destination.acount_id: is not a setting here; did you mean account_id?",
        ),
        (
            "destination: {name: ads, account_id: 77}",
            f"destination.account_id: {BARE}",
        ),
        ("audience: {id: 123}", f"audience.id: {BARE}"),
        (
            "audience: {id: 0123}",
            "audience.id: is read as different numbers by different YAML versions: put it in quotes",
        ),
        ('audience: {id: "1", name: x}', "audience: needs either the id or the name of the audience"),
        ("audience: {nmae: x}", "audience.nmae: is not a setting here; did you mean name?"),
        ("audience: Buyers", "audience: must be a block with the id or the name of the audience"),
        ("audience: {name: x, descripton: y}", "audience.descripton: is not a setting here; did you mean description?"),
        (
            "options: {defualt_country: DE}",
            "options.defualt_country: is not a setting here; did you mean default_country?",
        ),
        ("options: off", "options: must be a block of settings (key: value)"),
        ("primary_key: []", "primary_key: is empty or too short: at least 1 are needed"),
        ("primary_key: [a, a]", "primary_key: names a column twice"),
        ('primary_key: [a, "b\\n"]', "primary_key[1]: holds a control character"),
        ("primary_key: 7", "primary_key: must be a list"),
        ("source: {tabel: x}", "source.tabel: is not a setting here; did you mean table?"),
        ("source: {table: x, query_file: y}", "source: needs one of table, query_file and dbt"),
        (
            "source: main.my table",
            "source: is not a plain table name (letters, digits, _, $ and -, parts joined by dots); "
            "write any other name as a list of its parts",
        ),
        (
            "source: {table: [main, 'a`b']}",
            "source.table[1]: holds a backslash, a backtick or a quote, which names may not have",
        ),
        ("source: {query_file: none.sql}", "source.query_file: 'none.sql' cannot be read: No such file or directory"),
        ("name: 1st", f"name: is not a sync name: {NAME_RULE}"),
        ("name: ../up", f"name: is not a sync name: {NAME_RULE}"),
        ("mapping: {}", "mapping: is empty or too short: at least 1 are needed"),
        ("mapping: {EMIAL: email}", "mapping.EMIAL: is not a field of Acme Lists; did you mean EMAIL?"),
        ("mapping: {EMAIL: email, e-mail address: b}", "mapping.e-mail address: is the field EMAIL, as is EMAIL above"),
        ("mapping: {EMAIL: {}}", "mapping.EMAIL: needs either a column or a static value"),
        ("mapping: {EMAIL: {column: a, static: b}}", "mapping.EMAIL: needs either a column or a static value"),
        (
            "mapping: {EMAIL: {static: true}}",
            "mapping.EMAIL.static: must be text or a number; put a word such as true in quotes",
        ),
        ('mapping: {EMAIL: {static: ""}}', "mapping.EMAIL.static: is empty"),
        ('mapping: {EMAIL: "a\\e[31m"}', "mapping.EMAIL: holds a control character"),
        ("mapping: {EMAIL: {colum: a}}", "mapping.EMAIL.colum: is not a setting here; did you mean column?"),
        ("mapping: {EMAIL: a, LN: b}", "mapping: LN and FN travel together: map both"),
        ("mode: {{ env_var('MODE') }}", "mode: has a key that is not a word; put {{ env_var('NAME') }} in quotes"),
        ("mode: &a mirror", "mode: has an anchor (&name), which is not read here"),
        ("mode: *a", "mode: is an alias (*name); write the value out"),
        ("mode: !!str mirror", "mode: has a tag (!name), which is not read here"),
        ("snapshots: !!python/object:os.system {}", "snapshots: has a tag (!name), which is not read here"),
        ("mode: \"{{ env_var('GONE') }}\"", "mode: environment variable GONE is not set"),
        ('mode: "{{ env_var(GONE) }}"', f"mode: {ONLY_ENV_VAR}"),
        ("mode: \"{{ ''.__class__ }}\"", f"mode: {ONLY_ENV_VAR}"),
        ("mode: \"{{ env_var('A')\"", "mode: has {{ without }}"),
        (
            "mode: \"{{ env_var('WSYNC_ENV_SECRET_A', 'x') }}\"",
            "mode: WSYNC_ENV_SECRET_A is named as a secret, but this setting is not kept secret",
        ),
    ],
)
def test_a_mistake_in_a_sync_is_named_with_file_line_and_key(tmp_path: Path, line: str, said: str) -> None:
    assert mistakes(project(tmp_path, buyers=with_line(BUYERS, line))) == [f"syncs/buyers.yml:1: {said}"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("warehouse: duckdb", f"warehouse: needs a type; known: {WAREHOUSES}, or dbt"),
        ("warehouse: {path: x}", f"warehouse: needs a type; known: {WAREHOUSES}, or dbt"),
        ("warehouse: {type: duckbd}", "warehouse.type: there is no warehouse type 'duckbd'; did you mean duckdb?"),
        ("warehouse: {type: duckdb}", "warehouse.path: is missing"),
        (
            "warehouse: {type: duckdb, path: x, thread: 1}",
            "warehouse.thread: is not a setting here; did you mean threads?",
        ),
        ("warehouse: {type: duckdb, path: 7}", f"warehouse.path: {BARE}"),
        ("warehouse: {type: postgres, port: x}", "warehouse.port: must be a whole number"),
        (
            "state_schema: a b",
            "state_schema: is not a plain schema name (letters, digits, _ and $, not beginning with a digit)",
        ),
        (
            "defaults: {mode: mirrored}",
            "defaults.mode: is 'mirrored', but must be one of mirror, upsert, delete; did you mean mirror?",
        ),
        (
            "defaults: {guards: {sample_row: 1}}",
            "defaults.guards.sample_row: is not a setting here; did you mean sample_rows?",
        ),
        (
            "defaults: {log_retention: 1}",
            "defaults.log_retention: is not a setting here; did you mean log_retention_days?",
        ),
        ("defaults: {normalize: loud}", "normalize: is 'loud', but must be one of on, off, plain, shouted"),
        ("warehuose: {}", "warehuose: is not a setting here; did you mean warehouse?"),
    ],
)
def test_a_mistake_in_the_main_file_is_named_with_file_line_and_key(tmp_path: Path, line: str, said: str) -> None:
    assert mistakes(project(tmp_path, with_line(WSYNC, line))) == [f"wsync.yml:1: {said}"]


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (
            "type: acem\n    account_id: x",
            "4: destinations.ads.type: there is no destination type 'acem'; did you mean acme?",
        ),
        ("account_id: x", f"3: destinations.ads: needs a type; known: {DESTINATIONS}, acme"),
        ("type: acme\n    token: x", "3: destinations.ads.account_id: is missing"),
        ("type: acme\n    token: x\n    account_id: 5", f"6: destinations.ads.account_id: {BARE}"),
        ("type: acme\n    account_id: x\n    token: 123456789", f"6: destinations.ads.token: {BARE}"),
        (
            "type: acme\n    account_id: x\n    token: \"{{ env_var('GONE') }}\"",
            "6: destinations.ads.token: environment variable GONE is not set",
        ),
        (
            "type: acme\n    account_id: x\n    token: \"{{ env_var('EMPTY') }}\"",
            "6: destinations.ads.token: environment variable EMPTY is empty, but a secret is needed here",
        ),
        (
            "type: acme\n    account_id: x\n    token: a\n    region: uss",
            "7: destinations.ads.region: is 'uss', but must be one of eu, us; did you mean us?",
        ),
        (
            "type: acme\n    account_id: x\n    token: a\n    timeout: {a: 1}",
            "7: destinations.ads.timeout: must be a number",
        ),
        (
            "type: acme\n    account_id: x\n    token: a\n    tokn: b",
            "7: destinations.ads.tokn: is not a setting here; did you mean token?",
        ),
        ("type: acme\n    type: acme", "5: destinations.ads.type: stands here twice, first in line 4"),
    ],
)
def test_a_mistake_in_a_destination_is_named_with_file_line_and_key(tmp_path: Path, block: str, said: str) -> None:
    wsync = f"warehouse: {{type: duckdb, path: x}}\ndestinations:\n  ads:\n    {block}\n"
    assert mistakes(project(tmp_path, wsync), EMPTY="") == [f"wsync.yml:{said}"]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select 1; select 2", "holds 2 statements; one SELECT is needed"),
        ("-- nothing", "holds 0 statements; one SELECT is needed"),
        ("delete from customers", "is not a SELECT; a source only reads"),
        ("with gone as (delete from c returning *) select * from gone", "is not a SELECT; a source only reads"),
        ("select * into copy from c", "is not a SELECT; a source only reads"),
        ("drop table customers", "is not a SELECT; a source only reads"),
        ("create table t as select 1", "is not a SELECT; a source only reads"),
    ],
)
def test_a_query_file_that_is_not_one_select_is_refused(tmp_path: Path, sql: str, said: str) -> None:
    root = project(tmp_path, buyers=with_line(BUYERS, "source: {query_file: q.sql}"), files={"q.sql": sql})
    assert mistakes(root) == [f"syncs/buyers.yml:1: source.query_file: 'q.sql' {said}"]


def test_a_query_that_is_not_sql_is_named_with_its_own_line(tmp_path: Path) -> None:
    sql = "select id\nfrom (customers\nwhere"
    root = project(tmp_path, buyers=with_line(BUYERS, "source: {query_file: q.sql}"), files={"q.sql": sql})
    assert mistakes(root) == ["q.sql:3: cannot be read as SQL"]


def test_several_mistakes_in_several_files_are_said_together_in_the_order_of_lines(tmp_path: Path) -> None:
    wsync = WSYNC.replace("account_id", "acount_id") + "defaults: {mode: mirored}\n"
    buyers = "mode: up\n" + BUYERS.replace("  EMAIL", "  EMIAL") + "snapshots: 0\nlog_retention_days: x\n"
    found = mistakes(project(tmp_path, wsync, buyers))
    assert [each.partition(": ")[0] for each in found] == [
        "syncs/buyers.yml:1",
        "syncs/buyers.yml:7",
        "syncs/buyers.yml:8",
        "syncs/buyers.yml:9",
        "wsync.yml:3",
        "wsync.yml:5",
        "wsync.yml:7",
    ]


def test_complaints_carry_path_line_and_key_one_by_one(tmp_path: Path) -> None:
    root = project(tmp_path, buyers="mode: up\n" + BUYERS + "snapshots: 0\n")
    with pytest.raises(ConfigError) as caught:
        read(root)
    problem = caught.value
    assert isinstance(problem, ConfigErrors)
    assert problem.exit_code == 2
    assert (problem.path, problem.line, problem.key) == (root / "syncs/buyers.yml", 1, "mode")
    assert [(each.line, each.key) for each in problem.complaints] == [(1, "mode"), (8, "snapshots")]


@pytest.mark.parametrize(
    ("wsync", "said"),
    [
        ("", "wsync.yml:1: is empty"),
        ("- a\n- b\n", "wsync.yml:1: must be a block of settings (key: value)"),
        (
            "warehouse:\n\tpath: x\n",
            "wsync.yml:2: is not valid YAML: found character '\\t' that cannot start any token; indent with spaces",
        ),
        ("a: [b\n", "wsync.yml:2: is not valid YAML: expected ',' or ']', but got '<stream end>'"),
        ("a: 1\n---\nb: 1\n", "wsync.yml:2: holds a second YAML document; one file is one document"),
        ('a: "\\UFFFFFFFF"\n', "wsync.yml:1: is not valid YAML"),
        ('a: "\\uD800"\n', "wsync.yml:1: a: holds half of a surrogate pair, which is not text"),
        ("a: 1\nb: \x07\n", "wsync.yml:2: holds a character that YAML does not allow"),
        ("a: " + "[" * 60, "wsync.yml:1: is nested deeper than 50 levels"),
        ("a: " + "[" * 100_000, "wsync.yml:1: is nested deeper than 50 levels"),
        ("#" * (1 << 20) + "\na: 1\n", "wsync.yml: is larger than 1 MiB"),
        ("a: &x [1]\nb: *x\n<<: *x\n", "wsync.yml:1: a: has an anchor (&name), which is not read here"),
        ("? [a]\n: 1\n", "wsync.yml:1: has a key that is not a word; put {{ env_var('NAME') }} in quotes"),
        ("~: 1\n", "wsync.yml:1: has a key that is empty or << ; a key must be a word"),
        ("a: 0x1F\n", "wsync.yml:1: a: is read as different numbers by different YAML versions: put it in quotes"),
    ],
)
def test_yaml_outside_the_part_that_is_read_is_refused(tmp_path: Path, wsync: str, said: str) -> None:
    assert mistakes(project(tmp_path, wsync, buyers=None))[0] == said


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "syncs/buyers.yml").write_bytes(b"source: a\nprimary_key: \xff\n")
    assert mistakes(root) == ["syncs/buyers.yml:2: is not text in UTF-8"]


def test_a_folder_without_a_project_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigErrors, match=r"there is no wsync\.yml here"):
        load(tmp_path, {})


def test_a_project_without_syncs_is_read_with_a_warning(tmp_path: Path) -> None:
    found = read(project(tmp_path, buyers=None))
    assert found.syncs == ()
    assert "holds no sync" in found.warnings[0]


def test_a_file_name_that_is_no_sync_name_is_refused(tmp_path: Path) -> None:
    root = project(tmp_path, buyers=None, files={"syncs/1 st.yml": BUYERS})
    said = f"name: the file's name '1 st' is not a sync name: {NAME_RULE}"
    assert mistakes(root) == [f"syncs/1 st.yml:1: {said}"]


def test_two_syncs_may_not_have_one_name_in_any_case(tmp_path: Path) -> None:
    other = BUYERS.replace("name: Buyers", "name: Others") + "name: BUYERS\n"
    root = project(tmp_path, files={"syncs/z.yml": other})
    assert mistakes(root) == ["syncs/z.yml:1: name: the sync buyers has this name, too (syncs/buyers.yml:1)"]


@pytest.mark.parametrize("audience", ["{name: Buyers}", '{id: "7"}'])
def test_two_syncs_may_not_own_one_audience(tmp_path: Path, audience: str) -> None:
    text = with_line(BUYERS, f"audience: {audience}")
    root = project(tmp_path, buyers=text, files={"syncs/z.yml": text})
    said = "syncs/z.yml:1: audience: the sync buyers owns this audience already (syncs/buyers.yml:1)"
    assert mistakes(root) == [said]


def test_one_audience_name_in_two_accounts_is_two_audiences(tmp_path: Path) -> None:
    other = with_line(BUYERS, 'destination: {name: ads, account_id: "2"}')
    assert len(read(project(tmp_path, files={"syncs/z.yml": other})).syncs) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mapping: {EMAIL: email}", "1: destination: is missing"),
        ("destination: {type: acme, token: t}\nmapping: {EMAIL: a}", "1: destination.account_id: is missing"),
        (
            'destination: {type: acme, account_id: "7", token: t}\nmapping: {EMIAL: a}',
            "2: mapping.EMIAL: is not a field of Acme Lists; did you mean EMAIL?",
        ),
    ],
)
def test_a_mistake_in_a_destination_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "preview.yml"
    path.write_text(text)
    with pytest.raises(ConfigErrors) as caught:
        load_destination_file(path, {})
    assert str(caught.value) == f"{path}:{said}"
