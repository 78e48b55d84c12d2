"""The receiver that stands in for an HTTP API: it keeps records by a field and answers as it is told."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from warehouse_sync.sandbox import TOKEN, Sandbox

BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def receiver() -> Iterator[Sandbox]:
    with Sandbox.start(platforms={"receiver": {"key": "email", "row_limit": 3, "missing": 410}}) as sandbox:
        sandbox.create_audience("VIP", id="42", platform="receiver")
        yield sandbox
        assert sandbox.journal.failures == []


def call(sandbox: Sandbox, kind: str, rows: Any, headers: Any = BEARER, audience: str = "42") -> requests.Response:
    url = f"{sandbox.url}/receiver/{audience}/{kind}"
    return requests.post(url, json=rows, headers=headers, timeout=30, allow_redirects=False)


def test_records_are_kept_by_the_field_that_is_set(receiver: Sandbox) -> None:
    call(receiver, "insert", [{"email": "a", "n": 1}, {"email": "b"}])
    call(receiver, "update", {"records": [{"email": "a", "n": 2}]})
    assert receiver.others["receiver"].records("42") == {  # type: ignore[attr-defined]
        "a": {"email": "a", "n": 2},
        "b": {"email": "b"},
    }
    assert call(receiver, "delete", [{"email": "a"}]).status_code == 200
    assert receiver.members("42") == {"email:b"}
    assert call(receiver, "delete", [{"email": "a"}]).status_code == 410


@pytest.mark.parametrize(
    ("rows", "status"),
    [([], 400), ({}, 400), ([{"id": 1}], 400), ([1], 400), ([{"email": str(at)} for at in range(4)], 413)],
)
def test_a_body_that_is_no_list_of_records_with_keys_is_refused(receiver: Sandbox, rows: Any, status: int) -> None:
    assert call(receiver, "insert", rows).status_code == status
    assert receiver.members("42") == set()


def test_the_token_is_taken_in_three_places_and_no_other_is() -> None:
    basic = base64.b64encode(f"me:{TOKEN}".encode()).decode()
    with Sandbox.start() as sandbox:
        sandbox.create_audience("VIP", id="42", platform="receiver")
        given = [BEARER, {"Authorization": f"Basic {basic}"}, {"X-Api-Key": TOKEN}, {}, {"X-Api-Key": "other"}]
        told = [call(sandbox, "insert", [{"id": 1}], headers).status_code for headers in given]
    assert told == [200, 200, 200, 401, 401]


def test_an_unknown_audience_or_path_is_not_found(receiver: Sandbox) -> None:
    assert call(receiver, "insert", [{"email": "a"}], audience="43").status_code == 404
    assert call(receiver, "upsert", [{"email": "a"}]).status_code == 404


ORDERED = {
    "bad_request": 400, "bad_token": 401, "forbidden": 403, "missing": 404, "gone": 410, "too_large": 413,
    "throttled": 429, "transient": 500, "redirect": 302,
}  # fmt: skip


@pytest.mark.parametrize(("name", "status"), ORDERED.items())
def test_a_status_can_be_ordered_and_its_body_names_nothing(receiver: Sandbox, name: str, status: int) -> None:
    receiver.fault(name, kind="users", platform="receiver")
    told = call(receiver, "insert", [{"email": "mary@example.com"}])
    assert (told.status_code, told.json()["ok"]) == (status, False)
    assert "mary" not in told.text
    assert ("Retry-After" in told.headers, "Location" in told.headers) == (status == 429, status == 302)
    assert call(receiver, "insert", [{"email": "mary@example.com"}]).status_code == 200
