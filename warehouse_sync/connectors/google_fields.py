"""Google's identifiers: the one table that says how each is named, understood, cleaned, checked, hashed and sent.

The order of the table is part of stored digests: append, never reorder.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import Any

from warehouse_sync import normalize, places
from warehouse_sync.fields import Field
from warehouse_sync.normalize import Around, is_email, lower, usual_email
from warehouse_sync.phones import e164, is_e164, usual_e164
from warehouse_sync.text import Note, text

from .google_settings import ListType, Options

FORMATTING = "https://developers.google.com/data-manager/api/devguides/concepts/formatting"
MEMBER = "https://developers.google.com/data-manager/api/reference/rest/v1/AudienceMember"
CONSENT = "https://developers.google.com/data-manager/api/devguides/concepts/consent"
READ = "2026-11"
ADDRESS = "ADDRESS"
"""The identifier that the four parts of an address make."""
GMAIL = ("gmail.com", "googlemail.com")


def email(value: Any, around: Around) -> str | Note:
    """Without spaces, in lower case; of Gmail's own domains alone without dots and without a plus tag."""
    found = lower(value, around)
    return found if isinstance(found, Note) else _of_gmail("".join(found.split()))


def _of_gmail(address: str) -> str:
    local, _at, domain = address.rpartition("@")
    return f"{local.partition('+')[0].replace('.', '')}@{domain}" if domain in GMAIL else address


def quick_email(value: Any) -> bytes | None:
    """Short cut: an address of the plainest kind."""
    usual = usual_email(value)
    if usual is None or not usual.endswith((b"@gmail.com", b"@googlemail.com")):
        return usual
    found = _of_gmail(usual.decode())
    return None if found.startswith("@") else found.encode()


def has_letters(name: str, _around: Around) -> Note | None:
    """A name has a letter."""
    return None if any(map(str.isalpha, name)) else Note.NAME_WITHOUT_LETTERS


def country(value: Any, around: Around) -> str | Note:
    """ISO 3166-1 alpha-2 in upper case, from alpha-2, alpha-3 or an English name."""
    found = normalize.country(value, around)
    return found if isinstance(found, Note) else found.upper()


US_CODE = re.compile(r"(\d{5})(?:[- ]?(\d{4}))?", re.ASCII)
OTHER_CODE = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z -]{0,14}[0-9A-Za-z])?")


def postal_code(value: Any, around: Around) -> str | Note:
    """Trimmed; in the United States five digits or five and four with a hyphen, elsewhere as it stands.

    Numbers get back the leading zeros that a numeric column has lost, in the United States only.
    """
    found = text(value)
    if isinstance(found, Note):
        return found
    code = " ".join(found.split())
    if (around.other or "").lower() not in places.US_ZIP_COUNTRIES:
        return code if OTHER_CODE.fullmatch(code) else Note.ZIP_INVALID
    us = US_CODE.fullmatch(code if isinstance(value, str) else code.zfill(5 if len(code) <= 5 else 9))
    return Note.ZIP_INVALID if us is None else "-".join(filter(None, us.groups()))


DEVICE = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII)


def is_device(device: str, _around: Around) -> Note | None:
    """An id with its hyphens; not all zeros, as of people who opted out."""
    return None if DEVICE.fullmatch(device) and device.strip("0-") else Note.MADID_INVALID


def trimmed(value: Any, _around: Around) -> str | Note:
    """The text of the value, trimmed."""
    return text(value)


def usual_device(value: Any) -> bytes | None:
    """Short cut: text that is an id and nothing else."""
    return value.encode() if isinstance(value, str) and DEVICE.fullmatch(value) and value.strip("0-") else None


USUAL_ID = re.compile(r"[0-9A-Za-z_.:@-]{1,100}")


def usual_id(value: Any) -> bytes | None:
    """Short cut: an id of the plainest letters."""
    return value.encode() if isinstance(value, str) and USUAL_ID.fullmatch(value) else None


GRANTED = frozenset(("granted", "consent_granted", "grant", "yes", "y", "true", "t", "1", "opt_in", "opted_in"))
DENIED = frozenset(
    ("denied", "consent_denied", "deny", "no", "n", "false", "f", "0", "opt_out", "opted_out", "revoked", "withdrawn")
)
OPEN = frozenset(("unspecified", "unknown", "consent_status_unspecified"))


def consent(value: Any, around: Around) -> str | Note:
    """`granted` or `unspecified`. A denial, and a word that is no consent, decide on the whole row.

    Neither API can be told `unknown` (read 2026-11-22), so it is the same as to say nothing.
    """
    found = str(value).lower() if isinstance(value, bool) else lower(value, around)
    if isinstance(found, Note):
        return Note.CONSENT_UNREADABLE
    word = re.sub(r"[\s_-]+", "_", found)
    if word in DENIED:
        return Note.CONSENT_DENIED
    return "granted" if word in GRANTED else "unspecified" if word in OPEN else Note.CONSENT_UNREADABLE


_identifier = partial(Field, role="identifier", link=FORMATTING, read=READ)
_part = partial(Field, role="part", part_of=ADDRESS, link=FORMATTING, read=READ)
_consent = partial(
    Field, role="page", normalise={"google": consent}, link=CONSENT, read=READ,
    samples=("granted", "Granted", "unknown"),
)  # fmt: skip

EMAIL = _identifier(
    "EMAIL", "Email", hash="sha256", normalise={"google": email}, check=is_email, max_length=254, quick=quick_email,
    about="E-mail address; without spaces, in lower case. Addresses of gmail.com and googlemail.com, and no others, "
    "lose their dots and plus tags.",
    samples=("Dana@Example.com", "Cloudy.SanFrancisco+shopping@GMAIL.com"), other_labels=("E-mail", "hashedEmail"),
)  # fmt: skip
PHONE = _identifier(
    "PHONE", "Phone", hash="sha256", normalise={"google": e164}, check=is_e164, quick=usual_e164,
    about="Phone number in E.164 form with its +. The option `default_country` makes it of national numbers; without "
    "it they are left out.",
    samples=("+1 (800) 555-0100", "+18005550100"), other_labels=("Phone number", "hashedPhoneNumber"),
)  # fmt: skip
FIRST_NAME = _part(
    "FIRST_NAME", "First name", hash="sha256", normalise={"google": lower}, check=has_letters,
    about="Given name, without a title; trimmed, in lower case. The option `strip_punctuation` takes off more.",
    samples=(" Dana ", "Anne-Marie"), other_labels=("Given name",),
)  # fmt: skip
LAST_NAME = _part(
    "LAST_NAME", "Last name", hash="sha256", normalise={"google": lower}, check=has_letters,
    about="Family name, without a suffix; trimmed, in lower case. The option `strip_punctuation` takes off more.",
    samples=("Quinn", "O'Neill"), other_labels=("Family name", "Surname"),
)  # fmt: skip
COUNTRY = _part(
    "COUNTRY", "Country", normalise={"google": country}, needed=True,
    about="Country of the address: two letters, made of three letters or an English name, too. Not hashed.",
    samples=("us", "DEU", "United Kingdom"), other_labels=("Region code", "Country code"),
)  # fmt: skip
POSTAL_CODE = _part(
    "POSTAL_CODE", "Postal code", normalise={"google": postal_code}, needs="COUNTRY",
    about="Postal code; in the United States five digits, or five and four, elsewhere as it is. Not hashed.",
    samples=("94043", "SW1A 1AA"), other_labels=("Zip", "Zip code", "Postcode"),
)  # fmt: skip
USER_ID = _identifier(
    "USER_ID", "CRM ID", normalise={"google": trimmed}, max_length=512, quick=usual_id, link=MEMBER,
    about="Your own id of a customer, which you gave to Google elsewhere, too; trimmed, not hashed. For lists of "
    "CRM_ID.",
    samples=("customer-4711",), other_labels=("User ID", "Customer ID", "Third party user ID"),
)  # fmt: skip
MOBILE_ID = _identifier(
    "MOBILE_ID", "Mobile advertising ID", normalise={"google": trimmed}, check=is_device, quick=usual_device,
    about="Device id: IDFA or GAID with its hyphens, sent as it is, not hashed. For lists of MOBILE_ADVERTISING_ID.",
    samples=("EA7583CD-A667-48BC-B806-42ECB2B48606", "38400000-8cf0-11bd-b23e-10b96e40000d"), link=MEMBER,
    other_labels=("Mobile ID", "IDFA", "GAID", "MADID"),
)  # fmt: skip
USER_CONSENT = _consent(
    "AD_USER_DATA_CONSENT", "User consent",
    about="Whether this person has consented to the use of their data for ads: granted, denied, unspecified or "
    "unknown, or a boolean. A row that denies it is never added, and is taken off the list.",
    other_labels=("User data consent", "adUserData"),
)  # fmt: skip
PERSONALIZATION_CONSENT = _consent(
    "AD_PERSONALIZATION_CONSENT", "Ad personalization consent",
    about="Whether this person has consented to personalised ads; the same words, the same effect.",
    other_labels=("Personalization consent", "adPersonalization"),
)  # fmt: skip

CONSENTS = (USER_CONSENT, PERSONALIZATION_CONSENT)
BY_TYPE: dict[ListType, tuple[Field, ...]] = {
    "CONTACT_INFO": (EMAIL, PHONE, FIRST_NAME, LAST_NAME, COUNTRY, POSTAL_CODE),
    "CRM_ID": (USER_ID,),
    "MOBILE_ADVERTISING_ID": (MOBILE_ID,),
}
"""What a member of a list of each type can have, beside the consents."""
FIELDS: tuple[Field, ...] = (*(each for some in BY_TYPE.values() for each in some), *CONSENTS)
"""All of them; which are offered depends on the list's type."""
PARTS = tuple(each.name for each in FIELDS if each.part_of)


def fields(list_type: ListType, options: Options) -> tuple[Field, ...]:
    """The table of a sync: of its list's type, names and consents as its options have them."""
    found = BY_TYPE[list_type]
    if options.strip_punctuation:
        names = (FIRST_NAME, LAST_NAME)
        found = tuple(replace(each, normalise={"google": normalize.name}) if each in names else each for each in found)
    said = (options.user_data_consent, options.personalization_consent)
    pairs = zip(CONSENTS, said, strict=True)
    return (*found, *(replace(each, default=_constant(word)) for each, word in pairs))


def _constant(word: str) -> str | None:
    return None if word in OPEN else word
