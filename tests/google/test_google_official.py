"""Google's own Data Manager client works against the stand-in, and its requests are ours where it can make them.

The client sends enums as numbers and leaves out what is the default: what it means is compared, as its own messages.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("google.ads.datamanager_v1")

from google.protobuf.json_format import ParseDict

from tests.google.case import ADDRESS, CLOUDY, CONNECTOR, DANA, PHONE, VIP, Speak
from tests.google.judges import message_of
from warehouse_sync.model import PlanRow
from warehouse_sync.sandbox import TOKEN, Exchange, Sandbox
from warehouse_sync.sandbox.google import ACCOUNT, MANAGER

PARENT = f"accountTypes/GOOGLE_ADS/accounts/{ACCOUNT}"
GRANTED = {"AD_USER_DATA_CONSENT": "granted", "AD_PERSONALIZATION_CONSENT": "granted"}


class Official:
    """The services of google-ads-datamanager, at the stand-in's address."""

    def __init__(self, url: str, token: str = TOKEN) -> None:
        from google.ads import datamanager_v1
        from google.ads.datamanager_v1.services.ingestion_service.transports.rest import IngestionServiceRestTransport
        from google.ads.datamanager_v1.services.user_list_service.transports.rest import UserListServiceRestTransport
        from google.oauth2.credentials import Credentials

        where: dict[str, Any] = {
            "host": url.removeprefix("http://"),
            "url_scheme": "http",
            "credentials": Credentials(
                token, "sandbox-refresh", None, f"{url}/token", "sandbox-client", "sandbox-secret"
            ),
        }
        self.types = datamanager_v1
        self.members = datamanager_v1.IngestionServiceClient(transport=IngestionServiceRestTransport(**where))
        self.lists = datamanager_v1.UserListServiceClient(transport=UserListServiceRestTransport(**where))

    def close(self) -> None:
        for client in (self.members, self.lists):
            client.transport.close()

    def to(self, audience: str) -> Any:
        account = self.types.ProductAccount(account_id=ACCOUNT, account_type="GOOGLE_ADS")
        return self.types.Destination(operating_account=account, product_destination_id=audience)

    def person(self, **identifiers: Any) -> Any:
        found = [self.types.UserIdentifier(**{name: value}) for name, value in identifiers.items()]
        return self.types.AudienceMember(user_data=self.types.UserData(user_identifiers=found))

    def ingest(self, audience: str, *people: Any, **more: Any) -> Any:
        return self.types.IngestAudienceMembersRequest(
            destinations=[self.to(audience)],
            audience_members=people,
            encoding="HEX",
            terms_of_service={"customer_match_terms_of_service_status": "ACCEPTED"},
            **more,
        )


@pytest.fixture
def official(sandbox: Sandbox) -> Iterator[Official]:
    client = Official(sandbox.url)
    yield client
    client.close()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Not judged: the client sends numbers for names."""
    with Sandbox.start() as sandbox:
        yield sandbox
        assert sandbox.journal.failures == []


def meant(kind: str, exchange: Exchange) -> tuple[Any, ...]:
    """A request as Google understands it."""
    return exchange.kind, exchange.method, exchange.path, ParseDict(exchange.body, message_of(kind)())


def same(sandbox: Sandbox, kind: str, sort: str) -> None:
    """Ours and theirs, the last two of this kind, mean the same."""
    ours, theirs = [each for each in sandbox.requests if each.kind == sort][-2:]
    assert meant(kind, ours) == meant(kind, theirs)


def test_what_it_ingests_is_what_we_ingest(sandbox: Sandbox, official: Official, speak: Speak, audience: str) -> None:
    row = PlanRow(1, {"EMAIL": DANA, "PHONE": PHONE, "ADDRESS": ADDRESS, **GRANTED})
    ours = CONNECTOR.send(speak(sandbox), audience, "add", [row])
    address = {
        "given_name": ADDRESS["FIRST_NAME"],
        "family_name": ADDRESS["LAST_NAME"],
        "region_code": "US",
        "postal_code": "94043",
    }
    consent = {"ad_user_data": "CONSENT_GRANTED", "ad_personalization": "CONSENT_GRANTED"}
    person = official.person(email_address=DANA, phone_number=PHONE, address=address)
    theirs = official.members.ingest_audience_members(official.ingest(audience, person, consent=consent))
    same(sandbox, "ingest", "add")
    assert ours.reference != theirs.request_id
    assert sandbox.requests[-1].body["encoding"] == 1
    assert len(sandbox.entries(audience)) == 1


def test_what_it_removes_is_what_we_remove(sandbox: Sandbox, official: Official, speak: Speak, audience: str) -> None:
    google = speak(sandbox)
    CONNECTOR.send(google, audience, "add", [PlanRow(1, {"EMAIL": DANA}), PlanRow(2, {"EMAIL": CLOUDY})])
    CONNECTOR.send(google, audience, "remove", [PlanRow(1, {"EMAIL": DANA})])
    asked = official.types.RemoveAudienceMembersRequest(
        destinations=[official.to(audience)], audience_members=[official.person(email_address=DANA)], encoding="HEX"
    )
    official.members.remove_audience_members(asked)
    same(sandbox, "remove", "remove")
    assert sandbox.members(audience) == {f"emailAddress:{CLOUDY}"}


def test_what_it_clears_is_what_we_clear(sandbox: Sandbox, official: Official, speak: Speak, audience: str) -> None:
    google = speak(sandbox)
    CONNECTOR.send(google, audience, "add", [PlanRow(1, {"EMAIL": DANA})])
    assert CONNECTOR.clear is not None
    google.ports.sleep(sandbox.clock.now() - google.ports.wall())
    CONNECTOR.clear(google, audience)
    [ours] = [each for each in sandbox.requests if each.kind == "clear"]
    asked = official.types.RemoveAllAudienceMembersRequest(destinations=[official.to(audience)])
    asked.remove_as_of_time = message_time(ours.body["removeAsOfTime"])
    official.members.remove_all_audience_members(asked)
    same(sandbox, "remove_all", "clear")
    assert sandbox.members(audience) == set()


def message_time(text: str) -> Any:
    from google.protobuf.timestamp_pb2 import Timestamp

    found = Timestamp()
    found.FromJsonString(text)
    return found


def test_it_reads_the_status_of_our_request(sandbox: Sandbox, official: Official, speak: Speak, audience: str) -> None:
    sandbox.configure(platforms={"google": {"add_seconds": 1800, "late": {CLOUDY: INTERNAL}}})
    rows = [PlanRow(1, {"EMAIL": DANA}), PlanRow(2, {"EMAIL": CLOUDY})]
    reference = CONNECTOR.send(speak(sandbox), audience, "add", rows).reference
    asked = {"request_id": reference}
    status = official.types.RequestStatusPerDestination.RequestStatus
    [before] = official.members.retrieve_request_status(asked).request_status_per_destination
    assert (before.request_status, sandbox.members(audience)) == (status.PROCESSING, set())
    sandbox.advance(1801)
    [after] = official.members.retrieve_request_status(asked).request_status_per_destination
    assert after.request_status == status.PARTIAL_SUCCESS
    [count] = after.error_info.error_counts
    assert (count.record_count, count.reason.name) == (1, INTERNAL)
    done = after.audience_members_ingestion_status.user_data_ingestion_status
    assert (done.record_count, done.user_identifier_count) == (2, 2)
    assert after.destination == official.to(audience)


INTERNAL = "PROCESSING_ERROR_REASON_INTERNAL_ERROR"


def test_a_refusal_is_typed_and_names_the_row(sandbox: Sandbox, official: Official, audience: str) -> None:
    from google.api_core.exceptions import BadRequest
    from google.rpc import error_details_pb2 as typed

    people = [official.person(email_address=DANA), official.person(email_address="dana@example.com")]
    with pytest.raises(BadRequest) as caught:
        official.members.ingest_audience_members(official.ingest(audience, *people))
    assert (caught.value.reason, caught.value.domain) == ("INVALID_ARGUMENT", "datamanager.googleapis.com")
    kinds = (typed.ErrorInfo, typed.RequestInfo, typed.BadRequest)
    info, request, bad = (
        ParseDict({name: value for name, value in each.items() if name != "@type"}, kind())
        for kind, each in zip(kinds, caught.value.details, strict=True)
    )
    assert request.request_id == info.metadata["requestId"] == sandbox.requests[-1].request_id
    [violation] = bad.field_violations
    place = "audience_members[1].user_data.user_identifiers[0].email_address"
    assert (violation.field, violation.reason) == (place, "INVALID_HEX_ENCODING")
    assert sandbox.members(audience) == set()


def test_a_token_that_ended_is_renewed_at_our_address(sandbox: Sandbox, official: Official, audience: str) -> None:
    sandbox.fault("expired_token", platform="google")
    official.members.ingest_audience_members(official.ingest(audience, official.person(email_address=DANA)))
    assert [(each.kind, each.status) for each in sandbox.requests] == [("add", 401), ("token", 200), ("add", 200)]
    assert len(sandbox.members(audience)) == 1


@pytest.mark.parametrize(
    ("answer", "raised", "reason"),
    [
        ("permission", "Forbidden", "PERMISSION_DENIED"),
        ("missing", "NotFound", "NOT_FOUND"),
        ("throttled", "TooManyRequests", "RATE_LIMIT_EXCEEDED"),
        ("aborted", "Conflict", None),
        ("transient", "InternalServerError", "INTERNAL_ERROR"),
    ],
)
def test_every_refusal_has_a_reason_it_can_read(
    sandbox: Sandbox, official: Official, audience: str, answer: str, raised: str, reason: str | None
) -> None:
    from google.api_core import exceptions

    sandbox.fault(answer, platform="google")
    with pytest.raises(getattr(exceptions, raised)) as caught:
        asked = official.ingest(audience, official.person(email_address=DANA))
        official.members.ingest_audience_members(asked, retry=None)
    assert caught.value.reason == reason


def test_the_list_it_makes_is_ours(sandbox: Sandbox, official: Official, speak: Speak) -> None:
    made = CONNECTOR.create(speak(sandbox), VIP)
    body = dict(sandbox.requests[-1].body)
    sandbox.mark(made.id, name="another")
    asked = official.types.UserList(
        display_name="VIP",
        description=body["description"],
        membership_status="OPEN",
        membership_duration="46656000s",
        ingested_user_list_info={
            "upload_key_types": ["CONTACT_ID"],
            "contact_id_info": {"data_source_type": "DATA_SOURCE_TYPE_FIRST_PARTY"},
        },
    )
    theirs = official.lists.create_user_list(parent=PARENT, user_list=asked)
    same(sandbox, "create_list", "create")
    assert (theirs.display_name, theirs.name) == ("VIP", f"{PARENT}/userLists/{theirs.id}")
    assert theirs.membership_duration.days == 540


def test_it_finds_reads_changes_and_deletes_what_we_made(sandbox: Sandbox, official: Official, speak: Speak) -> None:
    google = speak(sandbox)
    made = CONNECTOR.create(google, VIP)
    sandbox.create_audience("another", platform="google")
    assert [each.id for each in CONNECTOR.find(google, "VIP")] == [made.id]
    asked = {"parent": PARENT, "filter": 'display_name = "VIP"', "page_size": 1000}
    assert [each.id for each in official.lists.list_user_lists(asked)] == [int(made.id)]
    ours, theirs = sandbox.requests[-2:]
    kept = {name: value for name, value in theirs.query.items() if not name.startswith("$")}
    assert (ours.path, dict(ours.query)) == (theirs.path, kept)
    name = f"{PARENT}/userLists/{made.id}"
    assert official.lists.get_user_list(name=name).display_name == "VIP"
    changed = official.types.UserList(name=name, display_name="Best")
    assert official.lists.update_user_list(user_list=changed, update_mask="displayName").display_name == "Best"
    official.lists.delete_user_list(name=name)
    assert [each.name for each in sandbox.summary()] == ["another"]


def test_it_turns_the_pages(sandbox: Sandbox, official: Official) -> None:
    made = {sandbox.create_audience(f"list {at}", platform="google") for at in range(5)}
    found = official.lists.list_user_lists({"parent": PARENT, "page_size": 2})
    assert {str(each.id) for each in found} == made
    assert len(sandbox.requests) == 3


def test_a_manager_is_named_in_the_body_and_for_lists_in_a_header(
    sandbox: Sandbox, official: Official, speak: Speak, audience: str
) -> None:
    from google.api_core.exceptions import Forbidden

    sandbox.configure(platforms={"google": {"managed": {ACCOUNT: MANAGER}}})
    google = speak(sandbox, login_customer_id=MANAGER)
    assert [each.id for each in CONNECTOR.list(google)] == [audience]
    CONNECTOR.send(google, audience, "add", [PlanRow(1, {"EMAIL": DANA})])
    asked = official.ingest(audience, official.person(email_address=DANA))
    with pytest.raises(Forbidden):
        official.members.ingest_audience_members(asked)
    asked.destinations[0].login_account = official.types.ProductAccount(account_id=MANAGER, account_type="GOOGLE_ADS")
    official.members.ingest_audience_members(asked)
    ours, _, theirs = [each for each in sandbox.requests if each.kind == "add"]
    assert meant("ingest", ours) == meant("ingest", theirs)
    with pytest.raises(Forbidden):
        list(official.lists.list_user_lists(parent=PARENT))
    header = (("login-account", f"accountTypes/GOOGLE_ADS/accounts/{MANAGER}"),)
    assert len(list(official.lists.list_user_lists(parent=PARENT, metadata=header))) == 1
