"""A request as it came: the path, and the parameters from query, JSON, form or multipart made one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .replies import Refusal


@dataclass(frozen=True)
class Call:
    """One parsed request. `parameters` are those of the query overlaid with those of the body; `raw` is the body and
    `search` the query as they came.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Mapping[str, Any] = field(default_factory=dict)
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    raw: bytes = field(default=b"", repr=False)
    search: str = field(default="", repr=False)

    @property
    def parameters(self) -> dict[str, Any]:
        return {**self.query, **self.body}

    @property
    def verb(self) -> str:
        """The method meant: a POST may carry `method=DELETE` or `method=GET`."""
        override = str(self.parameters.get("method", "")).upper()
        return override if self.method == "POST" and override in {"DELETE", "GET"} else self.method

    def decoded(self, name: str) -> Any:
        """A parameter that is JSON, whether it came as JSON or as its text."""
        value = self.parameters.get(name)
        if not isinstance(value, str):
            return value
        if name not in self.memo:
            try:
                self.memo[name] = json.loads(value)
            except ValueError:
                raise Refusal(100, f"param {name} must be valid JSON") from None
        return self.memo[name]

    def flag(self, name: str) -> bool:
        """A yes-or-no parameter in any of its spellings."""
        return str(self.parameters.get(name, "")).lower() in {"true", "1"}


def parse(method: str, target: str, headers: Mapping[str, str], body: bytes, *, any_body: bool = False) -> Call:
    """Reads a request. Raises `Refusal` for a body that is not what its content type says.

    `any_body`: such a body, or one of another kind, is left to its reader, as `raw`.
    """
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    try:
        decoded = decode_body(headers.get("content-type", ""), body)
    except Refusal:
        if not any_body:
            raise
        decoded = {}
    return Call(method, parts.path, query, headers, decoded, raw=body, search=parts.query)


def decode_body(content_type: str, body: bytes) -> Mapping[str, Any]:
    if not body:
        return {}
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return multipart(content_type, body)
    if kind == "application/json":
        return json_object(body)
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    except UnicodeDecodeError:
        raise Refusal(100, "The body is not UTF-8 text") from None


def json_object(body: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        raise Refusal(2500, "The JSON body could not be parsed") from None
    if not isinstance(value, dict):
        raise Refusal(2500, "The JSON body must be an object")
    return value


def multipart(content_type: str, body: bytes) -> Mapping[str, Any]:
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    found: dict[str, Any] = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition") if isinstance(part, Message) else None
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            found[name] = content.decode()
            if filename := part.get_filename():
                found[f"{name}.name"] = filename
    return found
