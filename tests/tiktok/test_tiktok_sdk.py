"""TikTok's official SDK works against the stand-in, and the requests it makes are ours where it can make them.

It is the one client of the API that we did not write. It has no methods for audience segments: those requests go raw
through its client. What it adds of its own accord (`audience_enhancement`, `audience_sub_type`) is ignored.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tiktok.case import DEVICE_MD5, JANE, PHONE, VIP, Speak
from warehouse_sync.connectors.tiktok import CONNECTOR
from warehouse_sync.connectors.tiktok_audiences import delete, open_audience
from warehouse_sync.model import PlanRow
from warehouse_sync.sandbox import TOKEN, Exchange, Sandbox
from warehouse_sync.sandbox.tiktok import ADVERTISER

business_api_client = pytest.importorskip("business_api_client")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Any]:
    configuration = business_api_client.Configuration()
    configuration.host = sandbox.url
    made = business_api_client.ApiClient(configuration)
    yield made
    made.pool.close()
    made.pool.join()
    made.rest_client.pool_manager.clear()
    logging.getLogger("urllib3").setLevel(logging.ERROR)


@pytest.fixture
def audiences(client: Any) -> Any:
    return business_api_client.AudienceApi(client)


def raw(client: Any, path: str, body: dict[str, Any]) -> Any:
    """A request the SDK has no method for."""
    return client.call_api(
        f"/open_api/v1.3/{path}",
        "POST",
        header_params={"Access-Token": TOKEN, "Content-Type": "application/json"},
        body=body,
        response_type="InlineResponse200",
        _return_http_data_only=True,
    )


def data(reply: Any) -> Any:
    return reply["data"] if isinstance(reply, dict) else reply.data


def meant(exchange: Exchange) -> tuple[Any, ...]:
    """A request without what differs by the client."""
    token = exchange.headers["access-token"]
    return exchange.kind, exchange.method, exchange.path, exchange.query, exchange.body, token


def same_twice(sandbox: Sandbox) -> None:
    """The last two requests mean the same."""
    ours, theirs = sandbox.requests[-2:]
    assert meant(ours) == meant(theirs)
    assert ours.method == "GET" or ours.headers["content-type"].startswith("application/json")


def test_it_lists_as_we_do(sandbox: Sandbox, audiences: Any, speak: Speak, audience: str) -> None:
    ours = list(CONNECTOR.list(speak(sandbox)))
    reply = audiences.dmp_custom_audience_list(ADVERTISER, TOKEN, page="1", page_size="100")
    same_twice(sandbox)
    assert [each["audience_id"] for each in data(reply)["list"]] == [each.id for each in ours] == [audience]


def test_it_reads_one_as_we_do(sandbox: Sandbox, audiences: Any, speak: Speak, audience: str) -> None:
    open_audience(speak(sandbox), audience)
    reply = audiences.dmp_custom_audience_list(ADVERTISER, TOKEN, custom_audience_ids=[audience])
    ours, theirs = sandbox.requests
    assert meant(ours)[:3] == meant(theirs)[:3]
    assert ours.query == theirs.query
    assert data(reply)["page_info"]["total_number"] == 1


def test_the_segments_it_makes_and_deletes_are_ours(sandbox: Sandbox, client: Any, speak: Speak) -> None:
    made = CONNECTOR.create(speak(sandbox), VIP)
    body = {"advertiser_id": ADVERTISER, "action": "create", "custom_audience_name": "VIP"}
    theirs = data(raw(client, "segment/audience/", body))["audience_id"]
    same_twice(sandbox)
    delete(speak(sandbox), made.id)
    raw(client, "segment/audience/", {"advertiser_id": ADVERTISER, "action": "delete", "delete_audience_id": theirs})
    assert [each.body["action"] for each in sandbox.requests if each.kind == "delete"] == ["delete", "delete"]
    assert sandbox.summary() == []


@pytest.mark.parametrize(("action", "word"), [("add", "add"), ("remove", "delete")])
def test_the_mappings_it_makes_are_ours(
    sandbox: Sandbox, client: Any, speak: Speak, audience: str, action: Any, word: str
) -> None:
    rows = [PlanRow(1, {"EMAIL_SHA256": JANE, "IDFA_MD5": DEVICE_MD5}), PlanRow(2, {"PHONE_SHA256": PHONE})]
    CONNECTOR.send(speak(sandbox), audience, action, rows)

    def cell(token: str) -> dict[str, Any]:
        return {"id": token, "audience_ids": [audience]}

    raw(
        client,
        "segment/mapping/",
        {
            "advertiser_ids": [ADVERTISER],
            "action": word,
            "id_schema": ["EMAIL_SHA256", "PHONE_SHA256", "IDFA_MD5"],
            "batch_data": [[cell(JANE), {}, cell(DEVICE_MD5)], [{}, cell(PHONE), {}]],
        },
    )
    same_twice(sandbox)
    assert len(sandbox.members(audience)) == (3 if action == "add" else 0)


def test_it_raises_our_refusals_as_tiktoks(sandbox: Sandbox, audiences: Any) -> None:
    from business_api_client.tiktok_business.tiktok_exceptions import TiktokSDKError

    sandbox.fault("throttled", kind="list", platform="tiktok")
    with pytest.raises(TiktokSDKError, match="40100"):
        audiences.dmp_custom_audience_list(ADVERTISER, TOKEN)
    with pytest.raises(TiktokSDKError, match="40105"):
        audiences.dmp_custom_audience_list(ADVERTISER, "another")


def test_its_file_api_uploads_makes_changes_reads_and_deletes(sandbox: Sandbox, audiences: Any, tmp_path: Path) -> None:
    def uploaded(ids: range) -> str:
        file = tmp_path / "ids.csv"
        file.write_text("\n".join(f"{number:064x}" for number in ids))
        signature = hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
        reply = audiences.dmp_custom_audience_file_upload(
            TOKEN, advertiser_id=ADVERTISER, calculate_type="EMAIL_SHA256", file=str(file), file_signature=signature
        )
        return str(data(reply)["file_path"])

    made = data(
        audiences.dmp_custom_audience_create(
            TOKEN,
            body=business_api_client.CustomAudienceCreateBody(
                advertiser_id=ADVERTISER,
                custom_audience_name="by file",
                calculate_type="EMAIL_SHA256",
                file_paths=[uploaded(range(1500))],
            ),
        )
    )["custom_audience_id"]
    change = business_api_client.CustomAudienceUpdateBody(
        advertiser_id=ADVERTISER, custom_audience_id=made, file_paths=[uploaded(range(400))], action="REMOVE"
    )
    audiences.dmp_custom_audience_update(TOKEN, body=change)
    assert len(sandbox.members(made)) == 1100
    details = data(audiences.dmp_custom_audience_get(ADVERTISER, [made], TOKEN))["list"][0]["audience_details"]
    assert (details["name"], details["type"]) == ("by file", "Customer File")
    audiences.dmp_custom_audience_delete(
        TOKEN, body=business_api_client.CustomAudienceDeleteBody(advertiser_id=ADVERTISER, custom_audience_ids=[made])
    )
    assert sandbox.summary() == []


def test_an_audience_made_by_its_file_api_is_none_of_ours(sandbox: Sandbox, audiences: Any, speak: Speak) -> None:
    sandbox.create_audience("VIP", platform="tiktok", audience_type="Customer File")
    assert CONNECTOR.find(speak(sandbox), "VIP") == []
    assert len(data(audiences.dmp_custom_audience_list(ADVERTISER, TOKEN))["list"]) == 1
