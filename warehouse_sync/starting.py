"""`wsync init`: the two files a project begins with, for one kind of destination."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

from .dbt.profiles import PROJECT_FILE
from .errors import ConfigError

MAIN = """\
# One project: a warehouse, the platforms to send to, and a file for each sync in the folder syncs.
# `wsync schema wsync` prints a JSON Schema that editors can check this file with.

{warehouse}
destinations:
  {name}:
    type: {name}
{settings}"""

WAREHOUSE = """\
warehouse:
  type: duckdb
  path: warehouse.duckdb   # relative to this folder
"""
TABLE = """\
source:
  table: main.customers        # or query_file: a file with one SELECT
"""

OF_DBT = """\
# warehouse: dbt           # the connection of dbt's profile, in the folder of a dbt project the default
"""
MODEL = """\
source: ref('customers')       # a model, seed or snapshot; or source('source', 'table')
"""

EXAMPLE = """\
# One sync: the audience on the platform is kept equal to the rows of the source.
# `wsync plan example` shows what a run would send; `wsync run example` sends it.

{source}primary_key: customer_id

destination: {name}
{audience}
mapping:                       # the platform's field: your column (values are cleaned and hashed on the way)
{mapping}
{options}# schedule: {{every: 1 hour}}
"""


@dataclass(frozen=True)
class Beginning:
    """What differs by destination: its settings, the audience, the mapping, and an option worth knowing of."""

    settings: str
    audience: str
    mapping: str
    options: str = "# options: {default_country: DE}    # for phone numbers without a country code\n"


NAMED = """\
audience:
  name: Customers              # found by exactly this name, or created by the first run
"""

FACEBOOK = Beginning(
    settings="""\
# `wsync sandbox` starts a stand-in on this machine. For Meta itself: your ad account's id, and no base_url.
ad_account_id: "1000000001"
base_url: http://127.0.0.1:8321
# A secret is never written here. For the sandbox: export WSYNC_ENV_SECRET_FACEBOOK_TOKEN=sandbox-token
access_token: "{{ env_var('WSYNC_ENV_SECRET_FACEBOOK_TOKEN') }}"
""",
    audience=NAMED,
    mapping="""\
EMAIL: email
PHONE: phone
FN: first_name
LN: last_name
""",
)

GOOGLE = Beginning(
    settings="""\
# `wsync sandbox` starts a stand-in on this machine. For Google itself: your account's id and client, and none of the
# three addresses.
customer_id: "123-456-7890"
# login_customer_id: "123-456-7891"   # the manager, where the account is reached through one
client_id: sandbox-client
base_url: http://127.0.0.1:8321
ads_base_url: http://127.0.0.1:8321
token_url: http://127.0.0.1:8321/token
# Secrets are never written here. For the sandbox: export WSYNC_ENV_SECRET_GOOGLE_CLIENT=sandbox-secret
# and WSYNC_ENV_SECRET_GOOGLE_TOKEN=sandbox-refresh
client_secret: "{{ env_var('WSYNC_ENV_SECRET_GOOGLE_CLIENT') }}"
refresh_token: "{{ env_var('WSYNC_ENV_SECRET_GOOGLE_TOKEN') }}"
""",
    audience="""\
audience:
  list_type: CONTACT_INFO      # or CRM_ID, MOBILE_ADVERTISING_ID, which have fields of their own
  name: Customers              # found by exactly this name, or created by the first run
""",
    mapping="""\
EMAIL: email
PHONE: phone
""",
    options="# options: {default_country: DE, user_data_consent: granted, personalization_consent: granted}\n",
)

LINKEDIN = Beginning(
    settings="""\
# `wsync sandbox` starts a stand-in on this machine. For LinkedIn itself: your ad account's id, the word that LinkedIn
# gave to your app, and neither base_url nor oauth_url.
account_id: "500000001"
source_platform: SANDBOX
base_url: http://127.0.0.1:8321
oauth_url: http://127.0.0.1:8321/oauth/v2
# A secret is never written here. For the sandbox: export WSYNC_ENV_SECRET_LINKEDIN_TOKEN=sandbox-token
access_token: "{{ env_var('WSYNC_ENV_SECRET_LINKEDIN_TOKEN') }}"
# access_token_expires: 2027-01-21   # LinkedIn's tokens live 60 days: the end is shown, and warned about in time
""",
    audience="""\
audience:
  type: USER                   # or COMPANY, which has fields of its own
  name: Customers              # found by exactly this name, or created by the first run
""",
    mapping="""\
SHA256_EMAIL: email
firstName: first_name
lastName: last_name
""",
    options="",
)

TIKTOK = Beginning(
    settings="""\
# `wsync sandbox` starts a stand-in on this machine. For TikTok itself: your advertiser's id, and no base_url.
advertiser_id: "7000000000000000001"
base_url: http://127.0.0.1:8321
# A secret is never written here. For the sandbox: export WSYNC_ENV_SECRET_TIKTOK_TOKEN=sandbox-token
access_token: "{{ env_var('WSYNC_ENV_SECRET_TIKTOK_TOKEN') }}"
""",
    audience=NAMED,
    mapping="""\
EMAIL_SHA256: email
PHONE_SHA256: phone
""",
)

HTTP = Beginning(
    settings="""\
base_url: https://api.example.com/v2
authentication: bearerToken   # or basicAuth, apiKey, noAuth
# A secret is never written here: export WSYNC_ENV_SECRET_HTTP_TOKEN=…
token: "{{ env_var('WSYNC_ENV_SECRET_HTTP_TOKEN') }}"
record_key: [id]              # the fields that make a record; left out, the sync's primary key
actions:
  insert:
    endpoint: /lists/{{connection.audienceId}}/members
    method: POST
    batch_size: 1000
    body: '{"members": [$$.records.{"id": id, "email": email}]}'
    fields:
      - {name: id, required: on}
      - {name: email, hash: SHA256, normalize: email}
  update: {use_insert: on}    # left out, a change is a deletion and an insertion
  delete:
    endpoint: /lists/{{connection.audienceId}}/members
    method: DELETE
    body: '[$$.records.{"id": id}]'
    fields:
      - {name: id, required: on}
""",
    audience="""\
audience:
  id: "4711"                   # as the API has it; nothing is created there
  label: Customers
""",
    mapping="""\
id: customer_id
email: email
""",
)

BEGINNINGS = {"facebook": FACEBOOK, "google": GOOGLE, "http": HTTP, "linkedin": LINKEDIN, "tiktok": TIKTOK}
"""What a project begins with, by the destination's type."""


def files(destination: str, *, dbt: bool = False) -> dict[Path, str]:
    """The files of a new project for this type of destination, by their path; `dbt`: it is a dbt project, too."""
    of = BEGINNINGS[destination]
    warehouse, source = (OF_DBT, MODEL) if dbt else (WAREHOUSE, TABLE)
    main = MAIN.format(name=destination, settings=indent(of.settings, "    "), warehouse=warehouse)
    parts = {"audience": of.audience, "mapping": indent(of.mapping, "  "), "options": of.options, "source": source}
    return {Path("wsync.yml"): main, Path("syncs", "example.yml"): EXAMPLE.format(name=destination, **parts)}


def init(root: Path, destination: str = "facebook") -> list[Path]:
    """Write the files and return their paths. Raises `ConfigError`, nothing written, where one is there already."""
    written = files(destination, dbt=(root / PROJECT_FILE).exists())
    for name in written:
        if (root / name).exists():
            raise ConfigError("exists already, and is not overwritten; nothing was written", path=root / name)
    try:
        for name, text in written.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            with (root / name).open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as problem:
        raise ConfigError(f"cannot be written ({type(problem).__name__})", path=root) from None
    return [root / name for name in written]
