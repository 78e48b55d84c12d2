"""What an HTTP API's status means: nothing is read from its body, whose form nobody knows.

Custom Audience and Census' HTTP destination, which is the better model for what is tried again (read 2026-11-22).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from warehouse_sync.http import Kind, Reply, Verdict


class Known(NamedTuple):
    """One kind of answer. `codes` are HTTP statuses; `words` say what was found and `remedy` what to do."""

    kind: Kind
    name: str
    codes: tuple[int, ...]
    words: str
    remedy: str = ""
    said: tuple[str, ...] = ()
    certain: bool = True
    seconds: float | None = None
    attempts: int | None = None


KNOWN: tuple[Known, ...] = (
    Known("wait", "throttled", (429,), "the API asks to slow down", "lower requests_per_second"),
    Known("denied", "credentials", (401,), "the API does not accept the credentials", "renew them"),
    Known("denied", "not_allowed", (403,), "the credentials may not do this", "ask who runs the API for the right"),
    Known("denied", "proxy_auth", (407,), "the proxy wants credentials"),
    Known("rejected", "missing", (404, 410), "the address, or the audience, does not exist",
          "check base_url, the action's endpoint and the audience's id"),
    Known("rejected", "method", (405,), "the address does not take this method", "check the action's method"),
    Known("rejected", "too_large", (413,), "the request is larger than the API takes", "lower the action's batch_size"),
    Known("retry", "server_fault", (408, 425, *range(500, 600)), "the API failed to answer", certain=False),
    Known("denied", "redirected", tuple(range(300, 400)),
          "the address answers with a redirect, which is not followed", "set base_url to where it leads",
          certain=False),
    Known("rejected", "refused", (400, 402, 406, 409, 411, 412, *range(414, 425), 426, 428, *range(430, 500)),
          "the API refused the request", "look at the template, required fields and the hash setting"),
)  # fmt: skip

TABLE = {code: known for known in KNOWN for code in known.codes}
_STRANGE = Known("retry", "unexpected_answer", (), "the answer is none of an API", certain=False)
REMEDIES = {known.name: known.remedy for known in KNOWN}

is_trace = re.compile(r"[A-Za-z0-9_.:+/=-]{1,64}").fullmatch


def trace(reply: Reply) -> str | None:
    """The request's id in the API's own log, where a header has one."""
    found = reply.headers.get("X-Request-Id", "")
    return found if is_trace(found) else None


def classify(reply: Reply) -> Verdict:
    """The verdict by the status alone: every 2xx means that the whole batch succeeded."""
    if 200 <= reply.status < 300:
        return Verdict("ok", request_id=trace(reply))
    found = TABLE.get(reply.status, _STRANGE)
    advice = f"; {found.remedy}" if found.remedy else ""
    return Verdict(
        found.kind,
        found.name,
        f"{found.words}{advice}. The API responded with status {reply.status}",
        certain=found.certain,
        request_id=trace(reply),
    )
