"""What every connector promises, shown against its platform's stand-in."""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from tests.outside import ROSTER, roster_is_installed  # noqa: F401
from tests.platforms import PLATFORMS as BUILT_IN
from tests.platforms import Platform, Running
from tests.scripted import Time
from warehouse_sync.connectors import connector
from warehouse_sync.errors import ConfigError, Denied, DestinationError, Rejected, Unavailable
from warehouse_sync.fields import preparer, resolve
from warehouse_sync.model import Action, AudienceSpec, Mapped

PLATFORMS = (*BUILT_IN, ROSTER)
Session = tuple[Any, Running, Platform]
Connect = Callable[..., Any]


def named(platform: Platform) -> str:
    return platform.called or platform.connector.name


@pytest.fixture(params=PLATFORMS, ids=named)
def platform(request: pytest.FixtureRequest) -> Platform:
    found: Platform = request.param
    return found


@pytest.fixture
def running(platform: Platform) -> Iterator[Running]:
    with platform.start() as running:
        yield running


@pytest.fixture
def time() -> Time:
    return Time(draw=0.5)


@pytest.fixture
def connect(platform: Platform, running: Running, time: Time) -> Iterator[Connect]:
    opened: list[Any] = []

    def to_platform(boundary: Callable[[str], None] = lambda _: None, **settings: Any) -> Any:
        opened.append(platform.connector.connect(platform.sync(running.url, **settings), time.ports(boundary)))
        return opened[-1]

    yield to_platform
    for each in opened:
        each.close()


@pytest.fixture
def audience(platform: Platform, connect: Connect) -> str:
    """A fresh audience on the platform, made by the connector, or there before it."""
    if not platform.creates:
        return str(platform.audience.id)
    return platform.connector.create(connect(), platform.sync("https://example.com").audience).id


def send(platform: Platform, session: Any, audience: str, action: Action, rows: int = 1) -> Any:
    return platform.connector.send(session, audience, action, platform.rows(rows))


def failure(platform: Platform, session: Any, audience: str) -> DestinationError:
    with pytest.raises(DestinationError) as caught:
        send(platform, session, audience, "add")
    return caught.value


# What it declares.


def test_it_is_found_by_its_name(platform: Platform) -> None:
    assert connector(platform.connector.name) is platform.connector


def test_every_field_says_what_it_is_and_where_the_platform_says_so(platform: Platform) -> None:
    for field in platform.connector.fields:
        assert field.about.endswith("."), field.name
        assert field.link.startswith("https://"), field.name
        assert re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", field.read), field.name
        assert field.samples, field.name


def test_every_field_is_found_by_its_name_and_labels_alone(platform: Platform) -> None:
    fields = platform.connector.fields
    for field in fields:
        for text in (field.name, field.name.lower(), field.label, *field.other_labels):
            assert resolve(fields, text) is field, text


def test_every_profile_is_known_to_some_field_and_the_first_to_all(platform: Platform) -> None:
    fields, profiles = platform.connector.fields, platform.connector.profiles
    assert set(profiles) == {profile for field in fields for profile in field.normalise} | {profiles[0]}
    assert all(next(iter(field.normalise)) == profiles[0] for field in fields)


def test_every_sample_is_taken(platform: Platform) -> None:
    for field in platform.connector.fields:
        for sample in field.samples:
            assert prepared(platform, field.name, sample).filled.startswith("+"), field.name


def prepared(platform: Platform, name: str, value: str, **more: Any) -> Any:
    of = platform.connector
    found = preparer(of.fields, [Mapped(name, "v")], sync="vip", hashing_words=of.hashing_words, **more)
    return found.prepare([("1", None, value)])[0]


def hashed_fields(platform: Platform) -> list[Any]:
    return [field for field in platform.connector.fields if field.hash]


def test_a_hash_made_here_or_by_the_user_travels_the_same(platform: Platform) -> None:
    for field in hashed_fields(platform):
        if field.part_of:
            continue  # nobody is known by a part alone
        made = prepared(platform, field.name, field.samples[0], hash="on").tokens
        assert prepared(platform, field.name, json.loads(made)[field.name], hash="off").tokens == made


def test_values_that_contradict_the_hash_setting_are_refused_by_the_fields_name(platform: Platform) -> None:
    for field in hashed_fields(platform):
        for value, setting in (("a" * 64, "on"), (field.samples[0], "off")):
            row = prepared(platform, field.name, value, hash=setting)
            assert row.verdict != "ready", field.name
            assert field.name in row.error_reason
            assert value not in row.error_reason


@pytest.mark.parametrize("block", ["destination", "audience", "options"])
def test_every_setting_is_described_and_unknown_ones_are_refused(platform: Platform, block: str) -> None:
    model = getattr(platform.connector, block)
    properties = model.model_json_schema()["properties"]
    assert all(each.get("title") and each.get("description") for each in properties.values())
    given = platform.destination("https://example.com") if block == "destination" else {}
    with pytest.raises(ValidationError) as caught:
        model.model_validate({**given, "no_such_setting": 1})
    assert not shows(platform, str(caught.value))


def test_secrets_are_wrapped(platform: Platform) -> None:
    destination = platform.sync("https://example.com").destination
    wrapped = {value.get_secret_value() for value in vars(destination).values() if isinstance(value, SecretStr)}
    assert wrapped == set(platform.secrets)
    assert not shows(platform, repr(platform.sync("https://example.com")))


def shows(platform: Platform, text: str) -> list[str]:
    return [canary for canary in (*platform.secrets, platform.canary) if canary in text]


# What it does.


def test_connecting_validating_and_previewing_make_no_request(
    platform: Platform, running: Running, connect: Connect
) -> None:
    sync = platform.sync(running.url)
    assert platform.connector.validate(sync) is None
    assert platform.connector.account(sync.destination)
    platform.connector.preview(connect(), "42", "remove", platform.rows(2))
    assert running.requests() == 0


@pytest.mark.parametrize("platform", [each for each in PLATFORMS if each.creates], ids=named, indirect=True)
def test_an_audience_is_made_once_and_then_found_listed_and_opened(
    platform: Platform, running: Running, connect: Connect, audience: str
) -> None:
    session, of = connect(), platform.connector
    assert [each.id for each in of.find(session, "VIP")] == [audience]
    assert of.find(session, "VIP ") == []
    assert audience in [each.id for each in of.list(session)]
    if of.open is not None:
        of.open(session, audience)
    assert running.audiences() == 1


@pytest.mark.parametrize("platform", [each for each in PLATFORMS if not each.creates], ids=named, indirect=True)
def test_where_nothing_is_made_or_listed_it_says_so(platform: Platform, running: Running, connect: Connect) -> None:
    session, of = connect(), platform.connector
    for ask in (lambda: of.list(session), lambda: of.find(session, "VIP"), lambda: of.create(session, AudienceSpec())):
        with pytest.raises(ConfigError, match="nothing is created, found or listed"):
            ask()
    assert running.requests() == 0


def test_the_check_passes_and_changes_nothing(
    platform: Platform, running: Running, connect: Connect, audience: str
) -> None:
    checks = list(platform.connector.check(connect(), platform.sync(running.url).audience))
    assert [each for each in checks if not each.ok] == []
    assert (running.audiences(), running.changes()) == (1, [])


def test_members_are_added_and_removed_and_doing_it_again_changes_nothing(
    platform: Platform, running: Running, connect: Connect, audience: str
) -> None:
    session = connect()
    for _ in range(2):
        receipt = send(platform, session, audience, "add", 3)
        assert (receipt.accepted, receipt.rejected) == (receipt.reference is not None, {})
        assert len(running.members(audience)) == 3
    for _ in range(2):
        send(platform, session, audience, "remove", 3)
        assert running.members(audience) == set()


def test_one_page_is_one_request_of_one_action(
    platform: Platform, running: Running, connect: Connect, audience: str
) -> None:
    session = connect()
    send(platform, session, audience, "add", 3)
    send(platform, session, audience, "remove", 2)
    assert [rows for _, rows in running.changes()] == [3, 2]


def test_the_limit_of_rows_is_the_platforms(
    platform: Platform, running: Running, connect: Connect, audience: str
) -> None:
    session, most = connect(), platform.connector.rows
    for count in (most - 1, most):
        send(platform, session, audience, "add", count)
    with pytest.raises(ValueError, match="rows"):
        send(platform, session, audience, "add", most + 1)
    assert [rows for _, rows in running.changes()] == [most - 1, most]


def test_an_empty_page_is_a_mistake_of_the_caller_and_sends_nothing(
    platform: Platform, running: Running, connect: Connect
) -> None:
    with pytest.raises(ValueError, match="rows"):
        send(platform, connect(), "42", "add", 0)
    assert running.requests() == 0


@pytest.mark.parametrize(
    ("trouble", "kind", "certain"),
    [
        ("credentials", Denied, True),
        ("bad_request", Rejected, True),
        ("throttled", Unavailable, True),
        ("server_fault", Unavailable, False),
        ("not_json", Unavailable, False),
        ("lost_answer", Unavailable, False),
        ("lost_request", Unavailable, False),
    ],
)
def test_trouble_that_stays_is_named_by_what_the_caller_should_do(
    platform: Platform, running: Running, connect: Connect, audience: str, trouble: str, kind: type, certain: bool
) -> None:
    running.fault(trouble, times=None)
    error = failure(platform, connect(), audience)
    assert (type(error), error.certain, error.connector) == (kind, certain, platform.connector.name)


@pytest.mark.parametrize("trouble", ["throttled", "server_fault", "not_json", "lost_answer", "lost_request"])
def test_trouble_that_passes_is_outlived(
    platform: Platform, running: Running, connect: Connect, audience: str, trouble: str, time: Time
) -> None:
    running.fault(trouble)
    send(platform, connect(), audience, "add", 2)
    assert len(running.members(audience)) == 2
    assert len(running.changes()) == 2
    assert len(time.slept) == 1


def test_a_refusal_is_asked_for_once(platform: Platform, running: Running, connect: Connect, audience: str) -> None:
    running.fault("bad_request", times=None)
    failure(platform, connect(), audience)
    assert len(running.changes()) == 1


def test_a_refusal_after_a_lost_answer_is_not_certain(
    platform: Platform, running: Running, connect: Connect, audience: str
) -> None:
    running.fault("lost_answer")
    running.fault("bad_request")
    error = failure(platform, connect(), audience)
    assert isinstance(error, Rejected)
    assert not error.certain


def test_a_platform_that_is_not_there_got_nothing(platform: Platform, time: Time) -> None:
    session = platform.connector.connect(platform.sync("http://127.0.0.1:1"), time.ports())
    error = failure(platform, session, "42")
    session.close()
    assert (type(error), error.certain) == (Unavailable, True)


def test_every_request_passes_the_boundary_before_and_after(
    platform: Platform, running: Running, connect: Connect, audience: str
) -> None:
    seen: list[str] = []
    session, before = connect(seen.append), running.requests()
    running.fault("server_fault")
    send(platform, session, audience, "remove")
    if platform.creates:
        list(platform.connector.list(session))
    made = (3 if platform.creates else 2) + platform.tokens
    assert len(seen) == 2 * (running.requests() - before) == 2 * made
    assert [name.partition(" ")[0] for name in seen] == ["before", "after"] * made
    assert [name.partition(" ")[2] for name in seen[::2]] == [name.partition(" ")[2] for name in seen[1::2]]


def test_a_crash_at_a_boundary_is_not_swallowed(
    platform: Platform, running: Running, connect: Connect, audience: str
) -> None:
    class Crash(BaseException):
        pass

    def crash(name: str) -> None:
        raise Crash

    with pytest.raises(Crash):
        send(platform, connect(crash), audience, "add")
    assert running.changes() == []


def test_the_preview_shows_the_request_without_its_secrets(platform: Platform, connect: Connect) -> None:
    shown = json.dumps(platform.connector.preview(connect(), "42", "add", platform.rows(1)))
    assert shows(platform, shown) == [platform.canary]
    assert "***" in shown


def test_threads_share_a_session(platform: Platform, running: Running, connect: Connect, audience: str) -> None:
    session = connect()
    threads = [
        threading.Thread(target=send, args=(platform, session, audience, "add", count)) for count in (5, 10, 15, 20)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(running.members(audience)) == 20


def test_closing_twice_is_closing_once(platform: Platform, connect: Connect, audience: str) -> None:
    session = connect()
    send(platform, session, audience, "add")
    session.close()
    session.close()


def test_nothing_secret_and_no_value_is_logged_or_raised(
    platform: Platform, running: Running, connect: Connect, audience: str, caplog: pytest.LogCaptureFixture
) -> None:
    shown: list[str] = []
    with caplog.at_level(logging.DEBUG):
        for trouble in ("credentials", "bad_request", "throttled", "server_fault", "not_json", "lost_answer"):
            running.fault(trouble, times=6)
            session = connect()
            error = failure(platform, session, audience)
            shown += [repr(session), repr(error), str(error), repr(vars(error)), repr(error.__context__)]
            send_until_well(platform, connect, audience)
    assert shows(platform, "\n".join([*shown, caplog.text])) == []


def send_until_well(platform: Platform, connect: Connect, audience: str) -> None:
    """Uses up what is left of the trouble that was ordered."""
    for _ in range(7):
        try:
            send(platform, connect(), audience, "add")
        except DestinationError:
            continue
        return
