"""How commands end badly: one message that helps on, one exit code, and never a value from the data."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ..errors import WsyncError
from .screen import Screen

PACKAGE = Path(__file__).parent.parent
FACTS = ("code", "path", "line", "key", "statement", "connector", "http_status", "request_id")


@contextmanager
def handled(screen: Screen) -> Iterator[None]:
    """Turn an exception into its message and exit code."""
    try:
        yield
    except (click.exceptions.Exit, click.Abort, click.ClickException):
        raise
    except KeyboardInterrupt:
        screen.note("stopped by signal 2")
        raise click.exceptions.Exit(130) from None
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - the last resort of the whole program
        if screen.json:
            screen.document({"error": described(error)})
        screen.note(message(error))
        raise click.exceptions.Exit(exit_code(error)) from None


def exit_code(error: Exception) -> int:
    return error.exit_code if isinstance(error, WsyncError) else 1


def message(error: Exception) -> str:
    """What to tell a person. Of an unexpected error only its class and places in our own code."""
    if isinstance(error, WsyncError):
        return str(error)
    places = "\n".join(f"  {place}" for place in frames(error))
    return (
        f"unexpected {type(error).__name__}; what it says is not shown because it could quote data\n{places}\n"
        "This is a fault of wsync. State is safe: the next run recovers. Please report these lines"
    )


def frames(error: BaseException) -> list[str]:
    """File, line and function of every frame, ours as paths inside the package; neither source nor values."""
    found = traceback.extract_tb(error.__traceback__)
    return [f"{_place(frame.filename)}:{frame.lineno} in {frame.name}" for frame in found]


def _place(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(PACKAGE.parent)) if path.is_relative_to(PACKAGE.parent) else path.name


def described(error: Exception | None) -> dict[str, Any] | None:
    """An error as JSON: class, message, exit code, and what else is known of it."""
    if error is None:
        return None
    told: dict[str, Any] = {"class": type(error).__name__, "message": message(error), "exit_code": exit_code(error)}
    if isinstance(error, WsyncError):
        told |= {name: _text(getattr(error, name)) for name in FACTS if getattr(error, name, None) is not None}
        inner = getattr(error, "complaints", ())
        if inner:
            told["complaints"] = [described(each) for each in inner]
    return told


def _text(value: Any) -> Any:
    return value if isinstance(value, str | int) else str(value)
