"""TikTok's identifiers: the one table that says how each is named, understood, cleaned, checked, hashed and sent.

The order of the table is part of stored digests: append, never reorder.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, partial
from typing import Any

from warehouse_sync.fields import Field
from warehouse_sync.normalize import Around, Normaliser, Quick, is_email, lower, usual_email
from warehouse_sync.phones import e164, is_e164, usual_e164
from warehouse_sync.text import Note

from .tiktok_settings import Style

STREAMING = "https://business-api.tiktok.com/portal/docs?id=1739566528222210"
"""Add/Delete audience segment mappings."""
READ = "2026-11"


def email(style: Style) -> Normaliser:
    """Without spaces and in lower case; the older styles cut a plus tag, and the dots before the @."""

    def cleaned(value: Any, around: Around) -> str | Note:
        found = lower(value, around)
        return found if isinstance(found, Note) else _styled("".join(found.split()), style)

    return cleaned


def _styled(address: str, style: Style) -> str:
    if style == "plain":
        return address
    local, at, domain = address.rpartition("@")
    local = local.partition("+")[0]
    return f"{local.replace('.', '') if style == 'strip_plus_dots' else local}{at}{domain}"


def quick_email(style: Style) -> Quick:
    """Short cut: an address of the plainest kind, in this style."""
    if style == "plain":
        return usual_email

    def found(value: Any) -> bytes | None:
        usual = usual_email(value)
        styled = _styled(usual.decode(), style) if usual else ""
        return None if styled[:1] in ("", "@") else styled.encode()

    return found


DEVICE = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII)


def is_device(device: str, _around: Around) -> Note | None:
    """An id with its hyphens, which TikTok hashes too; not all zeros, as of people who opted out."""
    return None if DEVICE.fullmatch(device) and device.strip("0-") else Note.MADID_INVALID


def usual_device(value: Any) -> bytes | None:
    """Short cut: text that is an id and nothing else."""
    if isinstance(value, str) and DEVICE.fullmatch(value) and value.strip("0-"):
        return value.lower().encode()
    return None


_field = partial(Field, role="identifier", link=STREAMING, read=READ)
_device = partial(
    _field, normalise={"tiktok": lower}, check=is_device, max_length=64, quick=usual_device,
    samples=("AB1234CD-E123-12EF-A123-000000000001",),
)  # fmt: skip

FIELDS: tuple[Field, ...] = (
    _field(
        "EMAIL_SHA256",
        "Email",
        about="E-mail address; without spaces, in lower case. The option `email_style` has the older rules.",
        normalise={"tiktok": email("plain")},
        hash="sha256",
        check=is_email,
        max_length=254,
        quick=usual_email,
        samples=("Jane Doe@Gmail.com", "janedoe@gmail.com"),
        other_labels=("Email SHA256", "E-mail"),
    ),
    _field(
        "PHONE_SHA256",
        "Phone",
        about="Phone number in E.164 form with its +. The option `default_country` makes it of national numbers; "
        "without it they are left out.",
        normalise={"tiktok": e164},
        hash="sha256",
        check=is_e164,
        quick=usual_e164,
        samples=("+1 (231) 234-5678", "+1231234567"),
        other_labels=("Phone number",),
    ),
    _device(
        "IDFA_SHA256",
        "IDFA",
        about="Apple's advertising id, hashed with SHA-256; lower case with its hyphens.",
        hash="sha256",
        other_labels=("iOS IDFA",),
    ),
    _device(
        "AAID_SHA256",
        "AAID",
        about="Android's advertising id, hashed with SHA-256; lower case with its hyphens.",
        hash="sha256",
        other_labels=("GAID", "GAID_SHA256", "Android AAID"),
    ),
    _device(
        "IDFA_MD5",
        "IDFA as MD5",
        about="Apple's advertising id, hashed with MD5; lower case with its hyphens. Without them it cannot be told "
        "from a hash and is taken for one.",
        hash="md5",
    ),
    _device(
        "AAID_MD5",
        "AAID as MD5",
        about="Android's advertising id, hashed with MD5; lower case with its hyphens. Without them it cannot be told "
        "from a hash and is taken for one.",
        hash="md5",
        other_labels=("GAID_MD5",),
    ),
)
"""Every type of id that the streaming API takes."""


@cache
def fields(style: Style) -> tuple[Field, ...]:
    """The table with the e-mail address in this style."""
    if style == "plain":
        return FIELDS
    first, *others = FIELDS
    styled = replace(first, normalise={"tiktok": email(style)}, quick=quick_email(style))
    return (styled, *others)
