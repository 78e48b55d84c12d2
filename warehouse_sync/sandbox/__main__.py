"""`python -m warehouse_sync.sandbox`: the stand-in in the foreground."""

from __future__ import annotations

import argparse

from . import serve
from .settings import ACCOUNT, TOKEN


def main() -> None:
    """Reads the arguments and serves until it is told to stop."""
    parser = argparse.ArgumentParser(prog="warehouse_sync.sandbox", description="A local stand-in for the platforms")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8321, help="0 takes a free one")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--account", action="append", help="an ad account, act_…; may be repeated")
    parser.add_argument("--members", choices=("entries", "tokens", "none"), default="entries")
    parser.add_argument("--record", choices=("all", "lines", "counts"), default="lines")
    given = parser.parse_args()
    accounts = tuple(dict.fromkeys((ACCOUNT, *(given.account or ()))))
    try:
        serve(given.host, given.port, token=given.token, accounts=accounts, members=given.members, record=given.record)
    except OSError as error:
        parser.exit(1, f"cannot listen on {given.host}:{given.port}: {error.strerror}\n")


if __name__ == "__main__":
    main()
