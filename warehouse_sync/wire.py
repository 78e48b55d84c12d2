"""One request on the wire, over `requests`: bounded in time and size, exact about whether anything was sent.

The adapter is used without a session: a session would follow `.netrc`, keep cookies, and read the body of a
redirect without any limit.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import json
import logging
import math
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from .errors import ConfigError

LARGEST_ANSWER = 8 * 1024 * 1024
"""Bytes of one decoded answer."""
CONNECT_SECONDS = 10.0

# At DEBUG urllib3 writes every path with its query, at WARNING the whole address over an unreadable header.
logging.getLogger("urllib3").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Request:
    """What leaves. Nothing of it is shown: address, headers and body hold secrets and values."""

    method: str
    url: str = field(repr=False)
    query: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)


@dataclass(frozen=True)
class Reply:
    """A whole answer. `body` is its parsed JSON; `problem` says in one word why it could not be read so."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: Any = field(default=None, repr=False)
    problem: str = ""


@dataclass(frozen=True)
class Broken:
    """No whole answer came. `sent` False only where not one byte of the request left."""

    code: str
    reason: str
    sent: bool


class Wire:
    """Connections to one platform, one per thread; with `public_only` none to a private address.

    Raises `ConfigError` for a `ca_bundle` that cannot be read.
    """

    def __init__(
        self, *, timeout: float, ca_bundle: str | None = None, trust_env: bool = False, public_only: bool = False
    ) -> None:
        self._timeout, self._verify, self._trust_env = timeout, _trusted(ca_bundle), trust_env
        self._public_only = public_only
        self._mine = threading.local()
        self._all: list[HTTPAdapter] = []
        self._lock = threading.Lock()

    def send(self, request: Request) -> Reply | Broken:
        """The answer to one request, or how it broke. Raises for nothing the network or the server does."""
        _now.sent, _now.deadline = False, time.monotonic() + self._timeout
        _now.public_only = self._public_only
        try:
            with self._answer(request) as answer:
                return _read(answer)
        except _Private:
            return Broken(
                "private_address",
                "the address leads to this machine or into a private network; set allow_private",
                sent=False,
            )
        except _TooLarge:
            return Broken("answer_too_large", "the answer is larger than any the platform gives", sent=True)
        except (
            requests.RequestException,
            HTTPError,
            http.client.HTTPException,
            OSError,
            ValueError,
        ) as error:
            return _broken(error)

    def close(self) -> None:
        """Close the connections of every thread; a later request opens new ones."""
        with self._lock:
            for adapter in self._all:
                adapter.close()
            self._all.clear()
            self._mine = threading.local()

    def _answer(self, request: Request) -> requests.Response:
        prepared = requests.Request(
            request.method, request.url, dict(request.headers), data=request.body, params=dict(request.query)
        ).prepare()
        return self._adapter().send(
            prepared,
            stream=True,
            timeout=(min(CONNECT_SECONDS, self._timeout), self._timeout),
            verify=self._verify,
            proxies=get_environ_proxies(request.url) if self._trust_env else {},
        )

    def _adapter(self) -> HTTPAdapter:
        found: HTTPAdapter | None = getattr(self._mine, "adapter", None)
        if found is None:
            found = self._mine.adapter = _Adapter(pool_connections=1, pool_maxsize=1, max_retries=0)
            with self._lock:
                self._all.append(found)
        return found


class _Now(threading.local):
    """Of the request this thread is making: whether a byte has left, and when it must be over."""

    sent = False
    deadline = math.inf
    public_only = False

    def left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


_now = _Now()


class _TimedReader(io.RawIOBase):
    """Reads a socket until the request's own deadline, however slowly bytes drip."""

    def __init__(self, sock: Any) -> None:
        self._sock, self._raw = sock, sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_now.left())
        read: int | None = self._raw.readinto(buffer)
        return read

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedSocket:
    """The one thing an `HTTPResponse` asks of a socket."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._sock))


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(_TimedSocket(sock), *args, **kwargs)  # type: ignore[arg-type]


class _Plain(HTTPConnection):
    """Marks when the first byte of a request leaves; connecting, also through a proxy, sends none of it."""

    response_class = _Response

    def _new_conn(self) -> Any:
        """Looks at where the connection led, after every name was resolved and before anything is said."""
        opened = super()._new_conn()
        if _now.public_only and self.proxy is None and not is_public(opened.getpeername()[0]):
            opened.close()
            raise _Private
        return opened

    def connect(self) -> None:
        try:
            super().connect()
        finally:
            _now.sent = False

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        self.sock.settimeout(_now.left())
        _now.sent = True
        super().send(data)


class _Secure(_Plain, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


_POOLS = {"http": _PlainPool, "https": _SecurePool}


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        if not proxy.startswith(("http://", "https://")):
            raise requests.exceptions.InvalidProxyURL("only http and https proxies are supported")
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


class _TooLarge(Exception):
    pass


class _Private(Exception):
    """The connection led to an address that is not public."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet: not of this machine, a private network, a link or a group."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None) or found
    return bool(inner.is_global and not inner.is_multicast)


def _read(answer: requests.Response) -> Reply:
    content = b"".join(_bounded(answer))
    if "html" in answer.headers.get("Content-Type", "").lower():
        return Reply(answer.status_code, answer.headers, problem="unexpected_content_type")
    try:
        return Reply(answer.status_code, answer.headers, json.loads(content))
    except (ValueError, RecursionError):
        return Reply(answer.status_code, answer.headers, problem="not_json" if content.strip() else "empty_answer")


def _bounded(answer: requests.Response) -> Iterator[bytes]:
    size = 0
    for chunk in answer.raw.stream(65_536, decode_content=True):
        size += len(chunk)
        if size > LARGEST_ANSWER:
            raise _TooLarge
        yield chunk


def _broken(error: BaseException) -> Broken:
    sent = _now.sent
    if not sent and any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
        return Broken("tls_certificate", "the certificate of the server is not trusted", sent)
    if not sent and isinstance(error, requests.exceptions.ProxyError | requests.exceptions.InvalidProxyURL):
        return Broken("proxy", "the proxy did not let the request through", sent)
    if not sent:
        return Broken("unreachable", "no connection could be made; check the network, and the address (base_url)", sent)
    if isinstance(error, requests.Timeout) or any(isinstance(cause, TimeoutError) for cause in _causes(error)):
        return Broken("timeout", "no whole answer came in time", sent)
    return Broken("broken_answer", "the connection broke before the whole answer was there", sent)


def _causes(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__ or found.__context__


def _trusted(ca_bundle: str | None) -> str | bool:
    """What `verify` is given: a bundle that can be read, or the usual authorities."""
    if not ca_bundle:
        return True
    try:
        ssl.create_default_context(cafile=ca_bundle)
    except (OSError, ssl.SSLError):
        raise ConfigError("ca_bundle is not a file of certificates in PEM form", key="ca_bundle") from None
    return ca_bundle


def require_safe(base: str, *, allow_http: bool = False) -> None:
    """Raise `ConfigError` unless `base` is https, or plain http of this machine or allowed, and holds no secrets."""
    try:
        parts = urlsplit(base)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ConfigError("base_url is not an address", key="base_url") from None
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ConfigError("base_url must hold neither credentials nor a query", key="base_url")
    plain = parts.scheme == "http" and (allow_http or _is_loopback(host))
    if not host or not (parts.scheme == "https" or plain):
        raise ConfigError("base_url must begin with https:// (plain http is for this machine only)", key="base_url")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def require_printable(headers: Mapping[str, str]) -> None:
    """Raise `ConfigError` where a header's value could not travel as it is; the value is not shown."""
    for name, value in headers.items():
        if not (value.isascii() and value.isprintable()):
            raise ConfigError(
                f"the {name} header would hold characters that cannot travel; check the secret it is made of"
            )
