"""Values of dbt's yml files: `env_var()` filled in, in Jinja's sandbox, as dbt's own native rendering does it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import ConfigError

Where = Callable[[str], ConfigError]
"""Makes the error for a sentence, with the place of the value that is rendered."""


def rendered(value: object, key: str, environ: Mapping[str, str], hidden: set[str], where: Callable[..., Any]) -> Any:
    """The value with everything in it rendered; what came out of Jinja is entered in `hidden`.

    `where(message, key)` makes the error to raise. Jinja is imported only where there is something to render.
    """
    if isinstance(value, Mapping):
        return {name: rendered(inner, f"{key}.{name}", environ, hidden, where) for name, inner in value.items()}
    if isinstance(value, list):
        return [rendered(inner, f"{key}[{at}]", environ, hidden, where) for at, inner in enumerate(value)]
    if not isinstance(value, str) or not ("{{" in value or "{%" in value):
        return value
    found = _render(value, environ, lambda message: where(message, key))
    hidden.add(str(found))
    return found


def _render(text: str, environ: Mapping[str, str], fault: Where) -> object:
    try:
        from jinja2 import StrictUndefined, Undefined
        from jinja2.exceptions import TemplateError
        from jinja2.sandbox import ImmutableSandboxedEnvironment
    except ImportError:
        raise fault("needs Jinja to be read: pip install 'warehouse-sync[dbt]'") from None
    sandbox = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    sandbox.filters |= {"as_number": _number, "as_bool": _bool, "as_native": _native, "as_text": str}
    sandbox.globals = {"env_var": _env_var(environ, fault), "var": _no_var(fault)}
    try:
        bare = _single(text.strip())
        if bare is None:
            return sandbox.from_string(text).render()
        found = sandbox.compile_expression(bare, undefined_to_none=False)()
        return str(found) if isinstance(found, Undefined) else found  # its text is the error
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as problem:
        kind = type(problem).__name__
        raise fault(f"cannot be rendered ({kind}); env_var() and its filters are known here, no macros") from None


def _single(text: str) -> str | None:
    """The expression of a text that is nothing but one, whose value keeps its type."""
    if text.startswith("{{") and text.endswith("}}") and text.count("{{") == 1 and "{%" not in text:
        return text[2:-2].removeprefix("-").removesuffix("-")
    return None


def _env_var(environ: Mapping[str, str], fault: Where) -> Callable[..., object]:
    def env_var(name: str, default: object = None) -> object:
        found = environ.get(name, default)
        if found is None:
            raise fault(f"environment variable {name} is not set")
        return found

    return env_var


def _no_var(fault: Where) -> Callable[..., object]:
    def var(*_words: object, **_more: object) -> object:
        raise fault("uses var(), which only dbt's command line knows; use env_var() instead")

    return var


def _number(value: object) -> object:
    if isinstance(value, int | float):
        return value
    word = str(value).strip()
    return int(word) if word.lstrip("+-").isdigit() else float(word)


def _bool(value: object) -> bool:
    word = str(value).strip().lower()
    if word not in ("true", "false"):
        raise ValueError
    return word == "true"


def _native(value: object) -> object:
    try:
        return ast.literal_eval(str(value))
    except (ValueError, SyntaxError):
        return value
