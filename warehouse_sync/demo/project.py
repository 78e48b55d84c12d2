"""The shop as a project on disk: two configuration files, and a duckdb file with the table."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ..errors import ConfigError
from ..sandbox import ACCOUNT, TOKEN
from .shop import COLUMNS, Customer

SYNC = "customers"
AUDIENCE = "Shop customers"
DATABASE = "shop.duckdb"
ENVIRONMENT = ("FACEBOOK_TOKEN", "FACEBOOK_URL")

WSYNC_YML = f"""\
warehouse:
  type: duckdb
  path: {DATABASE}

destinations:
  facebook:
    type: facebook
    ad_account_id: "{ACCOUNT.removeprefix("act_")}"
    access_token: "{{{{ env_var('FACEBOOK_TOKEN') }}}}"
    # The stand-in for Facebook that `wsync sandbox` starts. Leave the line out, and it is Facebook itself.
    base_url: "{{{{ env_var('FACEBOOK_URL', 'http://127.0.0.1:8321') }}}}"
"""

SYNC_YML = f"""\
source: customers
primary_key: customer_id
destination: facebook
audience:
  name: {AUDIENCE}
mapping:
  EMAIL: email
  PHONE: phone
  FN: first_name
  LN: last_name
  DOBY: born
  DOBM: born
  DOBD: born
  CT: city
  ZIP: postcode
  COUNTRY: country
"""

TABLE = """\
create or replace table customers as
select * from read_csv($path, header = true, nullstr = '\\N', delim = ',', quote = '"', escape = '"', columns = {
  'customer_id': 'bigint', 'email': 'text', 'phone': 'text', 'first_name': 'text', 'last_name': 'text',
  'born': 'text', 'city': 'text', 'postcode': 'text', 'country': 'text'
})
"""


@contextmanager
def place(folder: Path | None) -> Iterator[Path]:
    """The project's folder: the given one, kept, or a temporary one. Raises `ConfigError` for one with files in it."""
    if folder is None:
        with TemporaryDirectory(prefix="wsync-demo-") as made:
            yield Path(made)
        return
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ConfigError("is not empty; the demo needs a folder of its own", path=folder)
    yield folder


@contextmanager
def environment(url: str) -> Iterator[None]:
    """The variables that the project reads, for as long as the demo runs."""
    before = {name: os.environ.get(name) for name in ENVIRONMENT}
    os.environ.update(zip(ENVIRONMENT, (TOKEN, url), strict=True))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def lay_out(root: Path) -> None:
    """Writes the configuration."""
    (root / "syncs").mkdir()
    (root / "wsync.yml").write_text(WSYNC_YML, encoding="utf-8")
    (root / "syncs" / f"{SYNC}.yml").write_text(SYNC_YML, encoding="utf-8")


def fill(root: Path, customers: Iterable[Customer]) -> None:
    """Makes the table anew with these rows, as a nightly build would."""
    import duckdb

    path = root / "customers.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(COLUMNS)
        lines.writerows([r"\N" if cell is None else cell for cell in each.cells()] for each in customers)
    with duckdb.connect(str(root / DATABASE)) as connection:
        connection.execute(TABLE, {"path": str(path)})
    path.unlink()
