"""How rows get into Redshift: literals, multi-row INSERTs, and the stage in S3 (against botocore's stub)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import boto3
import pytest
from botocore.stub import ANY, Stubber

from tests.places import Place
from tests.places.redshift import place as fresh
from warehouse_sync.adapters import Warehouse, redshift_stage
from warehouse_sync.adapters.redshift import Redshift
from warehouse_sync.adapters.redshift_stage import Stage, copy, files, inserts, literal, target, uploaded
from warehouse_sync.errors import WarehouseError

ODD = "it's \\ \\' \\\\ \"q\" \n\t ; -- /* 東京 %s ? $1 \\"


@pytest.fixture
def place(request: pytest.FixtureRequest) -> Place:
    return fresh(request)


@pytest.fixture
def warehouse(place: Place) -> Iterator[Warehouse]:
    opened = place.open()
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "NULL"),
        (True, "TRUE"),
        (False, "FALSE"),
        (-7, "-7"),
        (Decimal("1E+3"), "1000"),
        (1.5, "CAST('1.5' AS DOUBLE PRECISION)"),
        (date(2026, 11, 22), "CAST('2026-11-22' AS DATE)"),
        (datetime(2026, 11, 22, 9, tzinfo=UTC), "CAST('2026-11-22 09:00:00+00:00' AS TIMESTAMPTZ)"),
        (datetime(2026, 11, 22, 9), "CAST('2026-11-22 09:00:00' AS TIMESTAMP)"),  # noqa: DTZ001 - a column without zone
        (UUID(int=7), "'00000000-0000-0000-0000-000000000007'"),
        ("it's", "'it''s'"),
        ("\\", "'\\\\'"),
        ("\\'; drop table t; --", "'\\\\''; drop table t; --'"),
    ],
)
def test_a_value_is_one_literal(value: Any, told: str) -> None:
    assert literal(value) == told


def test_a_text_comes_back_as_it_went(warehouse: Warehouse) -> None:
    warehouse.execute('CREATE TABLE public.odd ("t" VARCHAR(200), "n" INTEGER)', "test")
    rows = [(ODD, 1), ("", 2), (None, None)]
    warehouse.load("public", "odd", ("t", "n"), rows)
    assert sorted(warehouse.query("SELECT t, n FROM public.odd", "test"), key=str) == sorted(rows, key=str)


def test_a_nul_is_refused_before_it_is_sent() -> None:
    with pytest.raises(WarehouseError, match="NUL"):
        literal("a\0b")


def test_rows_travel_in_inserts_of_a_thousand() -> None:
    told = list(inserts('"s"."t" ("a")', ((n,) for n in range(2_500))))
    assert [each.count("\n") for each in told] == [1000, 1000, 500]
    assert told[0].startswith('INSERT INTO "s"."t" ("a") VALUES\n(0),\n(1)')


def test_long_rows_travel_in_shorter_inserts() -> None:
    told = list(inserts("t", [("x" * 3_000_000,)] * 5))
    assert [each.count("\n") for each in told] == [2, 2, 1]
    assert max(map(len, told)) < 16_000_000


def test_no_rows_are_no_statement() -> None:
    assert list(inserts("t", [])) == []


def test_a_load_is_all_or_none(warehouse: Warehouse) -> None:
    warehouse.execute('CREATE TABLE public.narrow ("t" VARCHAR(3))', "test")
    with pytest.raises(WarehouseError) as refused:
        warehouse.load("public", "narrow", ("t",), [("a",)] * 1_500 + [("secret",)])
    assert "secret" not in str(refused.value)
    assert warehouse.query("SELECT COUNT(*) FROM public.narrow", "test") == [(0,)]


# -- S3 ----------------------------------------------------------------------------------------------------------------

STAGE = Stage(bucket="stage", prefix="in/", iam_role="arn:aws:iam::1:role/it's", region="eu-central-1")
COPY = """\
COPY "wsync"."prepared" ("primary_key", "E-Mail")
FROM 's3://stage/in/x/'
IAM_ROLE 'arn:aws:iam::1:role/it''s'
REGION 'eu-central-1'
FORMAT AS JSON 'auto' GZIP
DATEFORMAT 'auto' TIMEFORMAT 'auto'
COMPUPDATE OFF STATUPDATE OFF"""


@pytest.fixture
def s3() -> Iterator[Any]:
    made = boto3.client("s3", region_name="eu-central-1", aws_access_key_id="k", aws_secret_access_key="s")
    with Stubber(made) as stub:
        made.stub = stub
        yield made
        stub.assert_no_pending_responses()


def test_the_copy_is_as_reviewed() -> None:
    assert copy(target("wsync", "prepared", ("primary_key", "E-Mail")), "s3://stage/in/x/", STAGE) == COPY
    plain = copy("t", "s3://stage/in/x/", Stage(bucket="stage", iam_role="default"))
    assert "\nIAM_ROLE default\nFORMAT" in plain


def test_a_file_is_lines_of_json_that_keep_null_and_empty_apart() -> None:
    (content,) = files(("k", "t"), [(1, ODD), (2, ""), (3, None), (Decimal("4.50"), True)])
    lines = [json.loads(line) for line in gzip.decompress(content).splitlines()]
    assert lines == [{"k": 1, "t": ODD}, {"k": 2, "t": ""}, {"k": 3, "t": None}, {"k": "4.50", "t": True}]


def test_many_rows_are_several_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redshift_stage, "FILE_ROWS", 2)
    assert [len(gzip.decompress(each).splitlines()) for each in files(("a",), [(n,) for n in range(5)])] == [2, 2, 1]


def test_rows_are_in_the_stage_while_they_are_copied_and_gone_afterwards(s3: Any) -> None:
    told: list[bytes] = []
    s3.meta.events.register("before-parameter-build.s3.PutObject", lambda params, **_: told.append(params["Body"]))
    s3.stub.add_response("put_object", {}, {"Bucket": "stage", "Key": ANY, "Body": ANY})
    s3.stub.add_response("delete_object", {}, {"Bucket": "stage", "Key": ANY})
    with uploaded(STAGE, ("a",), [(1,)], s3) as url:
        assert url is not None and url.startswith("s3://stage/in/") and url.endswith("/")
        assert gzip.decompress(told[0]) == b'{"a":1}'


def test_a_copy_that_fails_leaves_nothing_in_the_stage(s3: Any) -> None:
    s3.stub.add_response("put_object", {}, {"Bucket": "stage", "Key": ANY, "Body": ANY})
    s3.stub.add_response("delete_object", {}, {"Bucket": "stage", "Key": ANY})
    with pytest.raises(KeyError), uploaded(STAGE, ("a",), [(1,)], s3):
        raise KeyError


def test_no_rows_are_no_file(s3: Any) -> None:
    with uploaded(STAGE, ("a",), [], s3) as url:
        assert url is None


def test_a_bucket_that_refuses_is_a_matter_of_grants(s3: Any) -> None:
    s3.stub.add_client_error("put_object", "AccessDenied", "secret words", 403)
    with pytest.raises(WarehouseError, match=r"\(AccessDenied\)") as refused, uploaded(STAGE, ("a",), [(1,)], s3):
        pass
    assert (refused.value.code, "secret" in str(refused.value)) == ("grants", False)


def test_a_file_that_cannot_be_deleted_does_not_fail_the_load(s3: Any) -> None:
    s3.stub.add_response("put_object", {}, {"Bucket": "stage", "Key": ANY, "Body": ANY})
    s3.stub.add_client_error("delete_object", "AccessDenied", "", 403)
    with uploaded(STAGE, ("a",), [(1,)], s3) as url:
        assert url


def test_with_a_stage_a_load_is_one_copy(place: Place, monkeypatch: pytest.MonkeyPatch, s3: Any) -> None:
    told: list[str] = []
    warehouse = place.open({**place.settings, "s3_stage": STAGE.model_dump()})
    assert isinstance(warehouse, Redshift)
    monkeypatch.setattr(redshift_stage, "client", lambda *_facts: s3)
    monkeypatch.setattr(warehouse, "execute", lambda sql, statement: told.append(f"{statement}: {sql}"))
    s3.stub.add_response("put_object", {}, {"Bucket": "stage", "Key": ANY, "Body": ANY})
    s3.stub.add_response("delete_object", {}, {"Bucket": "stage", "Key": ANY})
    warehouse.load("wsync", "prepared", ("a",), [(1,)])
    warehouse.load("wsync", "prepared", ("a",), [])
    assert [each.splitlines()[0] for each in told] == ['load prepared: COPY "wsync"."prepared" ("a")']
    warehouse.close()
