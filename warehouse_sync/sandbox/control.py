"""The tests' own doors, under `/_sandbox/`: the same the class has, for a sandbox in another process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .replies import Refusal, Reply, answer
from .wire import Call

if TYPE_CHECKING:
    from .standin import Sandbox

PREFIX = "/_sandbox"


def control(sandbox: Sandbox, call: Call) -> Reply:
    """Answers one control request; what is malformed gets HTTP 400 and a line of text."""
    try:
        return answer(perform(sandbox, call))
    except (Refusal, TypeError, ValueError) as wrong:
        text = wrong.message if isinstance(wrong, Refusal) else str(wrong)
        return answer({"error": text}, 400)
    except KeyError:
        return answer({"error": "there is no such door or audience"}, 404)


def perform(sandbox: Sandbox, call: Call) -> Any:
    door, _, rest = call.path.removeprefix(PREFIX).strip("/").partition("/")
    given = call.parameters
    doors: Mapping[tuple[str, str], Callable[[], Any]] = {
        ("GET", ""): sandbox.state,
        ("GET", "audiences"): lambda: [vars(each) for each in sandbox.summary()],
        ("POST", "audiences"): lambda: {"id": sandbox.create_audience(**given)},
        ("POST", "marks"): lambda: sandbox.mark(rest, **given),
        ("GET", "members"): lambda: members(sandbox, rest),
        ("GET", "counts"): sandbox.counts,
        ("GET", "journal"): lambda: journal(sandbox, full=call.flag("full")),
        ("GET", "faults"): lambda: [vars(each) for each in sandbox.faults.waiting()],
        ("POST", "faults"): lambda: vars(sandbox.fault(**given)),
        ("DELETE", "faults"): sandbox.clear_faults,
        ("POST", "clock"): lambda: {"now": sandbox.advance(float(given["advance"]))},
        ("POST", "settings"): lambda: sandbox.configure(**given),
        ("POST", "reset"): sandbox.reset,
    }
    return doors[call.method, door]()


def members(sandbox: Sandbox, audience: str) -> dict[str, Any]:
    entries = [
        {"tokens": sorted(each.tokens), "context": list(each.context), "attributes": list(each.attributes)}
        for each in sandbox.entries(audience)
    ]
    return {"tokens": sorted(sandbox.members(audience)), "entries": entries}


def journal(sandbox: Sandbox, *, full: bool) -> list[dict[str, Any]]:
    return [dict(vars(each)) if full else each.line() for each in sandbox.requests]
