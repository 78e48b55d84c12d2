"""LinkedIn's fields for people and for companies: how each is named, understood, cleaned, checked, hashed and sent.

The order of a table is part of stored digests: append, never reorder. Nothing of a company is hashed.
"""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any

from warehouse_sync.fields import Field
from warehouse_sync.normalize import Around, Check, is_email, lower, usual_email
from warehouse_sync.normalize import country as alpha_2
from warehouse_sync.text import LONGEST, Note, text

USERS = "https://learn.microsoft.com/en-us/linkedin/marketing/matched-audiences/create-and-manage-segment-users"
COMPANIES = "https://learn.microsoft.com/en-us/linkedin/marketing/matched-audiences/create-and-manage-segment-companies"
READ = "2026-11"
MOST_INDUSTRIES, LONGEST_INDUSTRY = 3, 50


def email(value: Any, around: Around) -> str | Note:
    """In lower case and without any space, also inside; nothing else, not even for Gmail."""
    found = lower(value, around)
    return found if isinstance(found, Note) else "".join(found.split())


def words(value: Any, _around: Around) -> str | Note:
    """Text as it is, with single spaces."""
    found = text(value)
    return found if isinstance(found, Note) else " ".join(found.split())


def upper(value: Any, around: Around) -> str | Note:
    """As `words`, in upper case."""
    found = words(value, around)
    return found if isinstance(found, Note) else found.upper()


def country(value: Any, around: Around) -> str | Note:
    """ISO 3166-1 alpha-2 in upper case, from alpha-2, alpha-3 or an English name."""
    found = alpha_2(value, around)
    return found if isinstance(found, Note) else found.upper()


GOOGLE_AID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def is_google_aid(device: str, _around: Around) -> Note | None:
    """32 hex digits, or with the hyphens that such ids have; not all zeros, as of people who opted out."""
    return None if GOOGLE_AID.fullmatch(device) and device.strip("0-") else Note.MADID_INVALID


USUAL_AID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII)


def usual_aid(value: Any) -> bytes | None:
    """Short cut: text that is an id with hyphens and nothing else."""
    if isinstance(value, str) and USUAL_AID.fullmatch(value) and value.strip("0-"):
        return value.lower().encode()
    return None


SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://")
DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+(?:[^\W\d_]{2,}|xn--[a-z0-9-]+)")


def domain(value: Any, around: Around) -> str | Note:
    """In lower case, without the scheme, the path and the port around it."""
    found = lower(value, around)
    if isinstance(found, Note):
        return found
    host = re.split(r"[/?#]", SCHEME.sub("", found, count=1), maxsplit=1)[0]
    return host.partition(":")[0].rstrip(".")


def email_domain(value: Any, around: Around) -> str | Note:
    """As `domain`; an @ before it is taken off."""
    found = domain(value, around)
    return found if isinstance(found, Note) else found.removeprefix("@")


def is_domain(host: str, _around: Around) -> Note | None:
    """Labels and dots, no address and no number."""
    return None if len(host) <= 253 and DOMAIN.fullmatch(host) else Note.DOMAIN_INVALID


PAGE = re.compile(r"(?:https?://)?(?:[a-z]{2,3}\.)?linkedin\.com/(company|school|showcase)/([^\s/?#]+)(?:[/?#]\S*)?")


def page_url(value: Any, around: Around) -> str | Note:
    """`linkedin.com/company/NAME` in lower case, from any address of a company's page."""
    found = lower(value, around)
    if isinstance(found, Note):
        return found
    page = PAGE.fullmatch(found)
    return f"linkedin.com/{page[1]}/{page[2]}" if page else Note.PAGE_INVALID


URN = re.compile(r"(?:urn:li:(?:organization|organizationurn|company):)?0*([1-9][0-9]{0,18})", re.ASCII)


def organization(value: Any, around: Around) -> str | Note:
    """`urn:li:organization:NUMBER`, from the number or any form of the URN."""
    found = lower(value, around)
    if isinstance(found, Note):
        return found
    urn = URN.fullmatch(found)
    return f"urn:li:organization:{urn[1]}" if urn else Note.ID_INVALID


def industries(value: Any, around: Around) -> tuple[str, ...] | Note:
    """Up to three names: a list, a JSON list, or text with commas; each once."""
    found = [words(each, around) for each in _entries(value)]
    names = dict.fromkeys(each for each in found if not isinstance(each, Note) and each)
    wrong = next((each for each in found if isinstance(each, Note)), None)
    if wrong or not names:
        return wrong or Note.NOTHING_LEFT
    if len(names) > MOST_INDUSTRIES:
        return Note.TOO_MANY
    return Note.TOO_LONG if max(map(len, names)) > LONGEST_INDUSTRY else tuple(names)


def _entries(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return list(value)
    if not isinstance(value, str) or len(value) > LONGEST:
        return [value]
    if value.strip().startswith("["):
        try:
            return list(json.loads(value))
        except ValueError:
            pass
    return list(value.split(","))


def is_letters(symbol: str, _around: Around) -> Note | None:
    """At most five letters; a class of shares may follow a dot."""
    return None if re.fullmatch(r"[^\W\d_]+(?:\.[^\W\d_])?", symbol) else Note.NAME_WITHOUT_LETTERS


_identifier = partial(Field, role="identifier", link=COMPANIES, read=READ)
_email = partial(
    _identifier, normalise={"linkedin": email}, check=is_email, max_length=254, quick=usual_email, link=USERS,
    samples=("Dana @Example.com", "dana@example.com"),
)  # fmt: skip


def _attribute(name: str, label: str, most: int, about: str, *samples: str, **more: Any) -> Field:
    given = {"normalise": {"linkedin": words}, "link": USERS, **more}
    return Field(name, label, "attribute", f"{about} Up to {most} characters.", max_length=most, samples=samples,
                 read=READ, **given)  # fmt: skip


COUNTRY = Field(
    "country", "Country", "attribute", "Country of the person or company, as two letters (ISO 3166-1).",
    {"linkedin": country}, USERS, READ, max_length=2, samples=("US", "Germany"),
)  # fmt: skip

USER_FIELDS: tuple[Field, ...] = (
    _email(
        "SHA256_EMAIL", "Email (SHA256)", hash="sha256", other_labels=("Email", "E-mail", "Email SHA256"),
        about="E-mail address of a person; without any space, in lower case.",
    ),
    _email(
        "SHA512_EMAIL", "Email (SHA512)", hash="sha512", other_labels=("Email SHA512",),
        about="The same with the longer hash; it may be filled from the same column.",
    ),
    _identifier(
        "GOOGLE_AID", "Google Advertising ID", about="Android's advertising id of a person; in lower case, not hashed.",
        normalise={"linkedin": lower}, check=is_google_aid, max_length=36, link=USERS, quick=usual_aid,
        samples=("AB1234CD-E123-12EF-A123-000000000001", "ab1234cde12312efa123000000000001"),
        other_labels=("GAID", "AAID"),
    ),
    _attribute("firstName", "First Name", 35, "A person's first name.", "Alex"),
    _attribute("lastName", "Last Name", 35, "A person's last name.", "Keener"),
    _attribute("title", "Title", 50, "A person's title in the company.", "Engineer"),
    _attribute("company", "Company", 50, "The company a person works for.", "Acme Corp"),
    COUNTRY,
)  # fmt: skip
"""What a member of a USER segment can have."""


def _company(name: str, label: str, about: str, normalise: Any, check: Check | None, most: int, *samples: str) -> Field:
    return _identifier(name, label, about=f"{about} For companies.", normalise={"linkedin": normalise}, check=check,
                       max_length=most, samples=samples)  # fmt: skip


COMPANY_FIELDS: tuple[Field, ...] = (
    _company("companyName", "Company Name", "The company's name.", words, None, 100, "Acme Corp"),
    _company("companyEmailDomain", "Company Email Domain", "The domain of the company's e-mail addresses.",
             email_domain, is_domain, 253, "linkedin.com", "@Acme.com"),
    _company("companyWebsiteDomain", "Company Website Domain", "The domain of the company's site.", domain, is_domain,
             253, "www.linkedin.com", "https://Acme.com/about"),
    _company("companyPageUrl", "Company Page URL", "The company's page on LinkedIn.", page_url, None, 100,
             "linkedin.com/company/acmecorp", "https://www.linkedin.com/company/AcmeCorp/about/"),
    _company("organizationUrn", "Organization URN", "The number of the company's page, or its URN in any form.",
             organization, None, 60, "1035", "urn:li:organizationUrn:123", "urn:li:organization:1035"),
    _attribute("stockSymbol", "Stock Symbol", 5, "The company's stock symbol, letters.", "ACME",
               normalise={"linkedin": upper}, check=is_letters, link=COMPANIES),
    _attribute("industries", "Industries", LONGEST_INDUSTRY,
               "Up to three industries: a list, a JSON list, or text with commas. Of each:", "Technology, Software",
               normalise={"linkedin": industries}, link=COMPANIES),
    _attribute("city", "City", 50, "The company's city.", "New York", link=COMPANIES),
    _attribute("state", "State", 50, "The company's state or province.", "Louisiana", link=COMPANIES),
    COUNTRY,
    _attribute("postalCode", "Postal Code", 20, "The company's postal code.", "560001", link=COMPANIES),
)  # fmt: skip
"""What a member of a COMPANY segment can have."""

FIELDS = (*USER_FIELDS, *(each for each in COMPANY_FIELDS if each is not COUNTRY))
"""All of them; which are offered depends on the audience's type."""
