"""The engines' fixtures, brought in here so that coverage is counting when the product is imported."""

from __future__ import annotations

from tests.support.engines import engine, libreoffice

__all__ = ["engine", "libreoffice"]
