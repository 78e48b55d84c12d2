"""The wire: what breaks is in doubt, what never left is not, and nobody else gets anything."""

from __future__ import annotations

import gzip
import logging
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from tests.scripted import JSON_TYPE, Step, Time, answer, drip, head, platform, raw, reset, silence
from tests.speaking import HTML, OK, SECRET, failure, judged, speaking
from warehouse_sync.errors import ConfigError, Denied, Unavailable
from warehouse_sync.http import Budget, Http


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.mark.parametrize("base", ["http://127.0.0.1:{port}", "https://no-such-host.invalid"])
def test_what_never_left_is_certain_not_to_have_been_applied(base: str) -> None:
    http = Http(base.format(port=free_port()), judged, Time().ports(), budget=Budget(attempts=2, timeout=2))
    error = failure(http)
    http.close()
    assert isinstance(error, Unavailable)
    assert (error.code, error.certain, error.http_status) == ("unreachable", True, None)


GZIPPED = {"Content-Encoding": "gzip"}
BROKEN = {
    "silence after the request": (silence(5), "timeout"),
    "the connection ended without an answer": (raw(b""), "broken_answer"),
    "a reset without an answer": (reset(), "broken_answer"),
    "a reset within the answer": (
        reset(head(200, {"Content-Length": "100", "Content-Type": JSON_TYPE}) + b'{"do'),
        "broken_answer",
    ),
    "an answer cut short": (raw(head(200, {"Content-Length": "99"}) + b'{"done": true}'), "broken_answer"),
    "a length that is too small": (raw(head(200, {"Content-Length": "5"}) + b'{"done": true}'), "not_json"),
    "a chunked answer cut short": (
        raw(head(200, {"Transfer-Encoding": "chunked"}) + b'e\r\n{"done": true}\r\n'),
        "broken_answer",
    ),
    "JSON cut short": (answer(b'{"done":'), "not_json"),
    "a page of HTML": (HTML, "unexpected_content_type"),
    "JSON that says it is HTML": (answer({"done": True}, kind="text/html"), "unexpected_content_type"),
    "nothing": (answer(b""), "empty_answer"),
    "204": (answer(b"", 204), "empty_answer"),
    "206": (answer({"done": True}, 206), "unexpected_answer"),
    "202": (answer({"done": True}, 202), "unexpected_answer"),
    "299": (answer({"done": True}, 299), "unexpected_answer"),
    "another protocol": (raw(b"SSH-2.0-OpenSSH_9.6\r\n"), "broken_answer"),
    "gzip that is none": (answer(b"plainly not", headers=GZIPPED), "broken_answer"),
    "gzip cut short": (answer(gzip.compress(b'{"done": true}')[:-12], headers=GZIPPED), "not_json"),
    "JSON too deep": (answer(b"[" * 100_000), "not_json"),
    "fifty encodings": (
        answer(gzip.compress(b"{}"), headers={"Content-Encoding": ", ".join(["gzip"] * 50)}),
        "broken_answer",
    ),
    "too many bytes": (answer(b'{"a":"' + b"x" * (9 << 20) + b'"}'), "answer_too_large"),
    "a gzip bomb": (answer(gzip.compress(bytes(64 << 20)), headers=GZIPPED), "answer_too_large"),
    "a page of HTML with 502": (answer(b"<html>", 502, kind="text/html"), "server_fault"),
    "a page of HTML with 403": (answer(b"<html>", 403, kind="text/html"), "unexpected_content_type"),
    "a page of HTML with 400": (answer(b"<html>", 400, kind="text/html"), "unexpected_content_type"),
}


@pytest.mark.parametrize(("step", "code"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_answer_leaves_the_request_in_doubt(step: Step, code: str) -> None:
    with speaking(step, budget=Budget(attempts=1, timeout=1)) as (http, _):
        error = failure(http)
    assert isinstance(error, Unavailable)
    assert (error.code, error.certain) == (code, False)


@pytest.mark.parametrize(
    "content",
    [head(200, {"X": "y" * 100}), head(200, {"Content-Length": "99"}) + b" " * 99],
    ids=["in the head", "in the body"],
)
def test_an_answer_that_drips_ends_at_the_deadline(content: bytes) -> None:
    cut = content.index(b"\r\n\r\n") + 4
    slow = drip(content, 0.02) if cut == len(content) else drip(content[cut:], 0.02)
    first = raw(b"" if cut == len(content) else content[:cut], stays=True)
    with speaking(lambda s: first(s) and slow(s), budget=Budget(attempts=1, timeout=0.3)) as (http, _):
        error = failure(http)
    assert (error.code, error.certain) == ("timeout", False)


@pytest.mark.parametrize("status", [301, 302, 303, 304, 307, 308])
@pytest.mark.parametrize("target", ["/elsewhere", "{url}/stolen", "file:///etc/hosts", "http://[::1"])
def test_a_redirect_is_never_followed(status: int, target: str) -> None:
    with platform(OK) as thief:
        told = answer(b"", status, {"Location": target.format(url=thief.url)})
        with speaking(told) as (http, script):
            error = failure(http)
        assert thief.requests == []
    assert isinstance(error, Denied)
    assert (error.code, error.certain, len(script.requests)) == ("redirected", False, 1)


def test_connections_are_kept_and_opened_again_when_the_server_ended_them() -> None:
    ending = raw(head(200, {"Content-Length": "2", "Content-Type": JSON_TYPE}) + b"{}")
    with speaking(OK, ending, OK, ports=Time().ports()) as (http, script):
        for _ in range(2):
            http.call("POST", "x", name="users")
        assert script.connections == 1
        threading.Event().wait(0.05)
        for _ in range(2):
            http.call("POST", "x", name="users")
    assert (script.connections, len(script.requests)) == (2, 4)


def test_a_connection_that_breaks_once_bytes_have_left_is_in_doubt_even_if_it_was_old() -> None:
    with speaking(OK, raw(b""), budget=Budget(attempts=1)) as (http, _):
        http.call("POST", "x", name="users")
        assert not failure(http).certain


def test_threads_share_a_client_each_with_a_connection_of_its_own() -> None:
    with speaking(OK) as (http, script):
        meeting = threading.Barrier(4)

        def work() -> None:
            meeting.wait()
            for _ in range(5):
                http.call("POST", "x", name="users", json={"a": 1})

        threads = [threading.Thread(target=work) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert (len(script.requests), script.connections) == (20, 4)


@pytest.mark.parametrize(
    "base",
    [
        "http://graph.facebook.com",
        "http://169.254.169.254",
        "http://127.0.0.1.example.com",
        "http://2130706433",
        "http://[::ffff:10.0.0.1]",
        "https://user:secret@graph.facebook.com",
        "https://graph.facebook.com?access_token=secret",
        "https://",
        "https://host:port",
        "ftp://127.0.0.1",
        "file:///etc/hosts",
        "graph.facebook.com",
        "",
    ],
)
def test_the_address_is_https_or_this_machine_without_secrets(base: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Http(base, judged, Time().ports())
    assert "secret" not in str(caught.value).replace("neither credentials", "")


@pytest.mark.parametrize(
    "base", ["http://localhost:1", "http://127.0.0.2:1", "http://[::1]:1", "https://example.com/v1"]
)
def test_fit_addresses_are_taken(base: str) -> None:
    Http(base, judged, Time().ports()).close()


@pytest.mark.parametrize("value", [f"Bearer {SECRET}\r\nX-Evil: 1", f"Bearer {SECRET}\n", f"Bearer {SECRET}é"])
def test_a_header_that_cannot_travel_is_refused_without_being_shown(value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Http("https://example.com", judged, Time().ports(), headers={"Authorization": value})
    assert SECRET not in str(caught.value)


def test_proxies_of_the_environment_are_passed_by(monkeypatch: pytest.MonkeyPatch) -> None:
    with platform(OK) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with speaking(OK) as (http, script):
            http.call("POST", "x", name="users")
        assert (len(proxy.requests), len(script.requests)) == (0, 1)
        with speaking(OK, trust_env=True) as (http, script):
            http.call("POST", "x", name="users")
        assert (len(proxy.requests), len(script.requests)) == (1, 0)


def test_a_proxy_that_wants_credentials_is_reported_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = answer(b"", 407, {"Proxy-Authenticate": "Basic"})
    with platform(refusal) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy.url.replace("http://", f"http://joe:{SECRET}@"))
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with speaking(OK, trust_env=True) as (http, script):
            plain = failure(http)
        tunnel = Http("https://example.com", judged, Time().ports(), trust_env=True, budget=Budget(attempts=1))
        tunnelled = failure(tunnel)
        tunnel.close()
    assert (plain.code, tunnelled.code, tunnelled.certain) == ("proxy_auth", "proxy", True)
    assert script.requests == []
    assert SECRET not in f"{plain!r}{tunnelled!r}"


@pytest.mark.parametrize("trust_env", [False, True])
def test_a_netrc_file_is_not_read(trust_env: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login joe password {SECRET}\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with speaking(OK, trust_env=trust_env) as (http, script):
        http.call("POST", "x", name="users")
    assert "authorization" not in script.requests[0].headers


def test_cookies_are_not_kept() -> None:
    with speaking(answer({}, headers={"Set-Cookie": "id=1; Path=/"})) as (http, script):
        for _ in range(2):
            http.call("POST", "x", name="users")
    assert "cookie" not in script.requests[1].headers


def certificate(folder: Path, name: str, *, days: int = 2) -> tuple[ssl.SSLContext, str]:
    """A server that shows a certificate for `name`, made by itself."""
    if which("openssl") is None:
        pytest.skip("openssl is not installed, and it makes the certificates")
    key, shown = folder / "key.pem", folder / "certificate.pem"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -days {days} -subj /CN=wsync -addext subjectAltName={name}"
    subprocess.run([*command.split(), "-keyout", key, "-out", shown], check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(shown, key)
    return server, str(shown)


def test_a_server_nobody_vouches_for_gets_nothing(tmp_path: Path) -> None:
    server, shown = certificate(tmp_path, "IP:127.0.0.1")
    with speaking(OK, tls=server, headers={"Authorization": f"Bearer {SECRET}"}) as (http, script):
        error = failure(http)
    assert isinstance(error, Denied)
    assert (error.code, error.certain, script.requests) == ("tls_certificate", True, [])
    with speaking(OK, tls=server, ca_bundle=shown) as (http, script):
        assert http.call("POST", "x", name="users").status == 200


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_bundle_that_cannot_be_read_is_the_users_to_mend(tmp_path: Path, content: str | None) -> None:
    bundle = tmp_path / "bundle.pem"
    if content is not None:
        bundle.write_text(content)
    with pytest.raises(ConfigError) as caught:
        Http("https://example.com", judged, Time().ports(), ca_bundle=str(bundle))
    assert caught.value.key == "ca_bundle"


def test_a_certificate_for_another_host_is_refused(tmp_path: Path) -> None:
    server, shown = certificate(tmp_path, "DNS:elsewhere.test")
    with speaking(OK, tls=server, ca_bundle=shown) as (http, script):
        error = failure(http)
    assert (error.code, script.requests) == ("tls_certificate", [])


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1 is deprecated:DeprecationWarning")
def test_an_old_protocol_is_refused(tmp_path: Path) -> None:
    server, shown = certificate(tmp_path, "IP:127.0.0.1")
    server.minimum_version = server.maximum_version = ssl.TLSVersion.TLSv1
    with speaking(OK, tls=server, ca_bundle=shown, budget=Budget(attempts=1)) as (http, script):
        error = failure(http)
    assert (error.code, error.certain, script.requests) == ("unreachable", True, [])


def as_in_a_new_process() -> None:
    """What other tests asked of urllib3's loggers is forgotten, as far as the wire did not ask for it itself."""
    for name in [name for name in logging.root.manager.loggerDict if name.startswith("urllib3.")]:
        logging.getLogger(name).setLevel(logging.NOTSET)
    logging.getLogger("urllib3").setLevel(logging.ERROR)


def test_nothing_secret_is_logged_or_shown(caplog: pytest.LogCaptureFixture) -> None:
    as_in_a_new_process()
    secret = {"appsecret_proof": SECRET}
    more: dict[str, Any] = {"headers": {"Authorization": f"Bearer {SECRET}"}, "sign": lambda: secret}
    strange = raw(head(200, {"Content-Length": "2"}).replace(b"Content", b"no colon here\r\nContent") + b"{}")
    with caplog.at_level(logging.DEBUG), speaking(strange, reset(), answer({}, 400), **more) as (http, _):
        http.call("POST", SECRET, name="users", json={"a": SECRET})
        error = failure(http)
    shown = f"{error!r}{error} {error.__context__!r}{error.__cause__!r}{http!r}{caplog.text}"
    assert SECRET not in shown
    assert error.__context__ is None


def test_the_wire_quiets_urllib3_in_a_new_process() -> None:
    program = "import logging, warehouse_sync.wire; print(logging.getLogger('urllib3.connection').getEffectiveLevel())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) == logging.ERROR
