"""`wsync init`: the two files a project begins with."""

from __future__ import annotations

from pathlib import Path

from .errors import ConfigError

MAIN = """\
# One project: a warehouse, the platforms to send to, and a file for each sync in the folder syncs.
# `wsync schema wsync` prints a JSON Schema that editors can check this file with.

warehouse:
  type: duckdb
  path: warehouse.duckdb   # relative to this folder

destinations:
  facebook:
    type: facebook
    # `wsync sandbox` starts a stand-in on this machine. For Meta itself: your ad account's id, and no base_url.
    ad_account_id: "1000000001"
    base_url: http://127.0.0.1:8321
    # A secret is never written here. For the sandbox: export WSYNC_ENV_SECRET_FACEBOOK_TOKEN=sandbox-token
    access_token: "{{ env_var('WSYNC_ENV_SECRET_FACEBOOK_TOKEN') }}"
"""

EXAMPLE = """\
# One sync: the audience on the platform is kept equal to the rows of the source.
# `wsync plan example` shows what a run would send; `wsync run example` sends it.

source:
  table: main.customers        # or query_file: a file with one SELECT
primary_key: customer_id

destination: facebook
audience:
  name: Customers              # found by exactly this name, or created by the first run

mapping:                       # the platform's field: your column (values are cleaned and hashed on the way)
  EMAIL: email
  PHONE: phone
  FN: first_name
  LN: last_name

# options: {default_country: DE}    # for phone numbers without a country code
# schedule: {every: 1 hour}
"""

FILES = {Path("wsync.yml"): MAIN, Path("syncs", "example.yml"): EXAMPLE}


def init(root: Path) -> list[Path]:
    """Write the files and return their paths. Raises `ConfigError`, nothing written, where one is there already."""
    for name in FILES:
        if (root / name).exists():
            raise ConfigError("exists already, and is not overwritten; nothing was written", path=root / name)
    try:
        for name, text in FILES.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            with (root / name).open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as problem:
        raise ConfigError(f"cannot be written ({type(problem).__name__})", path=root) from None
    return [root / name for name in FILES]
