"""What follows from a review's own words."""

from __future__ import annotations

from datetime import date

import pytest

from gatebook.domain.review import SignOff, Unreadable, as_date
from tests.support.builders import REVIEWED, passing_review


@pytest.mark.parametrize(
    ("area", "regulated"),
    [
        ("HR", "HR"), ("Healthcare", "Healthcare"), ("None", None), ("", None),
        (Unreadable("banking"), None),
    ],
)  # fmt: skip
def test_regulated_areas(area: str | Unreadable, regulated: str | None) -> None:
    assert passing_review(regulated_area=area).regulated == regulated


@pytest.mark.parametrize(
    ("sign_off", "signed"),
    [
        (SignOff("Dana Novak", "COO", REVIEWED), True),
        (SignOff("", "COO", REVIEWED), False),
        (SignOff("Dana Novak", "", REVIEWED), False),
        (SignOff("Dana Novak", "COO", None), False),
        (SignOff("Dana Novak", "COO", Unreadable("today")), False),
    ],
)
def test_signed_is_name_role_and_date(sign_off: SignOff, signed: bool) -> None:
    assert passing_review(sign_off=sign_off).signed is signed


@pytest.mark.parametrize(
    ("stakes", "low"),
    [
        ("Low-stakes internal", True), ("Standard", False), ("", False), (Unreadable("low"), False),
    ],
)  # fmt: skip
def test_only_the_very_words_are_low_stakes(stakes: str | Unreadable, low: bool) -> None:
    assert passing_review(stakes=stakes).low_stakes is low


@pytest.mark.parametrize(
    ("live", "is_live"), [("Yes", True), ("No", False), ("", False), (Unreadable("soon"), False)]
)
def test_live(live: str | Unreadable, is_live: bool) -> None:
    assert passing_review(live=live).is_live is is_live


def test_as_date() -> None:
    assert as_date(date(2026, 1, 1)) == date(2026, 1, 1)
    assert as_date(Unreadable("soon")) is None
    assert as_date(None) is None
