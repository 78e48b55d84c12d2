"""`wsync demo`: a small shop, a stand-in platform, and the product between them, run as a user would run it."""

from __future__ import annotations

from .tour import run

__all__ = ["run"]
