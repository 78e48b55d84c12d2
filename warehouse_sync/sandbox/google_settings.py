"""How Google's part of the stand-in behaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .google_tokens import AD_WORDS, DATA_MANAGER

ACCOUNT, MANAGER, PROJECT = "1234567890", "9876543210", "sandbox-project"


@dataclass(frozen=True)
class GoogleSettings:
    """How this part behaves.

    `managed`: accounts that are reached only through a manager, and that manager. `service_account` is the address of
    one, `service_key` its public key (modulus, exponent): without it signatures are not checked. `scopes` are those of
    the refresh token. `projects` may be asked to pay; `needs_project` refuses calls that name none. `add_seconds` and
    `remove_seconds` pass before a request takes effect. `unconsented`: what becomes of rows without both consents, as
    in the EEA when refused. `late`: rows with such a cell fail later, with this reason; `refused`: they are named in a
    refusal at once, with this one. `violations`: so many rows at most are named in a refusal (0: none is).
    `doubled_paths`: their fields are `audience_members.audience_members[0]`. `warns`: additions come with a warning.
    `minute` and `day` are the calls let through per quota.

    Of the Google Ads API: `ads_allowed`: whether it takes customer lists from this caller at all, else `ads_refusal` is
    the status; `ads_operations` are let through a day; `ads_page` is how many rows a page of answers has.
    """

    accounts: tuple[str, ...] = (ACCOUNT,)
    managed: Mapping[str, str] = field(default_factory=dict)
    client_id: str = "sandbox-client"
    client_secret: str = "sandbox-secret"  # noqa: S105 - the stand-in's public password
    refresh_token: str = "sandbox-refresh"  # noqa: S105 - the same
    scopes: tuple[str, ...] = (DATA_MANAGER, AD_WORDS)
    service_account: str = "wsync@sandbox-project.iam.gserviceaccount.com"
    service_key: tuple[int, int] | None = None
    access_seconds: int = 3599
    projects: tuple[str, ...] = (PROJECT,)
    needs_project: bool = False
    add_seconds: float = 0.0
    remove_seconds: float = 0.0
    unconsented: Literal["accepted", "refused"] = "accepted"
    late: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    violations: int = 1000
    doubled_paths: bool = False
    warns: bool = False
    minute: int = 300
    day: int = 100_000
    ads_allowed: bool = True
    ads_refusal: int = 403
    ads_versions: tuple[str, ...] = ("v23", "v24", "v25", "v26")
    ads_operations: int = 15_000
    ads_page: int = 10_000
