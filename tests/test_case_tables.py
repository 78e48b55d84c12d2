"""The tables of normalisation cases: enough of them for every destination, each with its rule and whose rule it is."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from tests.case_tables import Table
from warehouse_sync.connectors import BUILT_IN

FILES = {
    "facebook": "tests.facebook.test_facebook_cases",
    "google": "tests.google.test_google_fields",
    "http": "tests.http_api.test_http_fields",
    "linkedin": "tests.linkedin.test_linkedin_fields",
    "tiktok": "tests.tiktok.test_tiktok_fields",
}
PRODUCTS = re.compile(r"RudderStack|Segment|SDK|CAPI|JavaScript|DOC says")
"""Who is named where it does something else than the platform's own page says."""


@pytest.fixture(params=FILES)
def cases(request: pytest.FixtureRequest) -> Table:
    found: Table = import_module(FILES[request.param]).CASES
    assert found.destination == request.param
    return found


def test_every_destination_has_a_table() -> None:
    assert set(BUILT_IN) == set(FILES)


def test_a_table_has_sixty_cases_and_more_and_none_twice(cases: Table) -> None:
    assert len(cases.rows) >= 60
    assert len({repr(row) for row in cases.rows}) == len(cases.rows)


def test_every_rule_names_its_source_and_every_source_is_named(cases: Table) -> None:
    assert cases.named() == set(cases.sources)


def test_every_source_but_our_own_is_a_page_with_the_day_it_was_read(cases: Table) -> None:
    for name, source in cases.sources.items():
        assert re.fullmatch(r"https://\S+" if name != "OURS" else "", source.page), name
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", source.read), name
        assert source.about, name


def test_most_rules_are_not_our_own(cases: Table) -> None:
    own = [rule for rule in cases.rules if rule.startswith("OURS ")]
    assert len(own) < len(cases.rules) / 2


def test_where_products_disagree_with_the_platform_the_row_says_so(cases: Table) -> None:
    assert [rule for rule in cases.rules if PRODUCTS.search(rule)]
