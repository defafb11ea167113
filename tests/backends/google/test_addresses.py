"""Addresses as people copy them from the browser."""

import pytest

from gatebook.backends.google.addresses import Address, parse_address, tab_address
from gatebook.backends.protocol import Unreadable

ID = "1AbC-dEf_ghijklmnopqrstuvwxyz0123456789ABCDE"


@pytest.mark.parametrize(
    ("copied", "kind"),
    [
        (f"https://docs.google.com/spreadsheets/d/{ID}/edit", "spreadsheet"),
        (f"https://docs.google.com/spreadsheets/d/{ID}/edit?usp=sharing", "spreadsheet"),
        (f"https://docs.google.com/spreadsheets/d/{ID}/edit?gid=12#gid=12", "spreadsheet"),
        (f"https://docs.google.com/spreadsheets/d/{ID}", "spreadsheet"),
        (f"https://docs.google.com/spreadsheets/u/1/d/{ID}/edit", "spreadsheet"),
        (f"https://docs.google.com/a/example.com/spreadsheets/d/{ID}/edit", "spreadsheet"),
        (f"https://drive.google.com/drive/folders/{ID}", "folder"),
        (f"https://drive.google.com/drive/u/0/folders/{ID}?resourcekey=0-x", "folder"),
        (f"https://drive.google.com/drive/folders/{ID}/", "folder"),
        (f"  https://drive.google.com/open?id={ID} ", "unknown"),
    ],
)
def test_addresses_as_copied(copied: str, kind: str) -> None:
    assert parse_address(copied) == Address(kind, ID)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [
        "https://example.com/spreadsheets/d/" + ID,
        "http://docs.google.com/spreadsheets/d/" + ID,
        "https://docs.google.com/document/d/" + ID,
        "https://docs.google.com/forms/d/" + ID,
        "https://docs.google.com.example.org/spreadsheets/d/" + ID,
        "https://drive.google.com/drive/recent",
        "https://docs.google.com/spreadsheets/d/short/edit",
        "https://[",
        "s3://bucket/reviews",
    ],
)
def test_what_is_no_address_of_googles_says_what_one_looks_like(wrong: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse_address(wrong)
    assert wrong in refused.value.reason
    assert "https://drive.google.com/drive/folders/" in refused.value.remedy


def test_a_password_in_an_address_is_not_shown() -> None:
    with pytest.raises(Unreadable) as refused:
        parse_address("https://mia:secret@docs.example.com/x")
    assert "secret" not in refused.value.reason


def test_a_person_s_own_drive_is_a_folder() -> None:
    assert parse_address("https://drive.google.com/drive/my-drive") == Address("folder", "root")


def test_a_tab_s_address_leads_to_the_tab() -> None:
    assert tab_address(ID, 7) == f"https://docs.google.com/spreadsheets/d/{ID}/edit#gid=7"
