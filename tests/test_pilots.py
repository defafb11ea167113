"""A list of pilots: read as people save it, checked as a whole, never guessed. Source: CLI.md."""

from __future__ import annotations

import csv
import io
import unicodedata
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gatebook.domain.review import LOW_STAKES, REGULATED_AREAS, STANDARD
from gatebook.domain.text import clean
from gatebook.pilots import (
    COLUMNS,
    Pilot,
    PilotsError,
    blank_review,
    file_name,
    one_pilot,
    read_pilots,
)
from gatebook.templates import template_text
from tests.support.builders import TWELVE

_HEAD = "system,lead,owner,backup,stakes,customer-data,regulated,launch,date\n"
_EXCEL_SAYS = "CSV UTF-8"


def _read(text: str | bytes) -> tuple[Pilot, ...]:
    data = text if isinstance(text, bytes) else text.encode()
    return read_pilots(data, "pilots.csv", TWELVE.policy)


def _wrong(text: str | bytes) -> list[str]:
    with pytest.raises(PilotsError) as error:
        _read(text)
    assert all(message.startswith("pilots.csv") for message in error.value.messages)
    return list(error.value.messages)


def test_every_column_reaches_the_pilot() -> None:
    (pilot,) = _read(
        _HEAD + "Claims,Ana Ruiz,Bo Li,Cy Ek,low,yes,healthcare,2026-12-14,2026-11-30\n"
    )
    assert pilot == Pilot(
        system="Claims",
        lead="Ana Ruiz",
        owner="Bo Li",
        backup="Cy Ek",
        stakes=LOW_STAKES,
        customer_data="Yes",
        regulated_area="Healthcare",
        launch_date=date(2026, 12, 14),
        review_date=date(2026, 11, 30),
        row=2,
    )


def test_what_is_left_empty_is_the_usual() -> None:
    (pilot,) = _read("lead,system\nAna Ruiz,Claims\n")
    assert pilot == Pilot("Claims", "Ana Ruiz", row=2)
    assert (pilot.stakes, pilot.customer_data, pilot.regulated_area) == (STANDARD, "No", "None")
    assert pilot.launch_date is None
    assert pilot.review_date is None


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_line_ends_and_excels_mark(separator: str, end: str) -> None:
    """PAINS 24: other programs and other countries save other files."""
    text = end.join([separator.join(["System", "Lead"]), separator.join(["Claims, v2; b", "Ana"])])
    text = text.replace("Claims, v2; b", '"Claims, v2; b"')
    (pilot,) = _read(b"\xef\xbb\xbf" + text.encode())
    assert (pilot.system, pilot.lead) == ("Claims, v2; b", "Ana")


def test_excels_mark_before_a_header_in_quotes() -> None:
    (pilot,) = _read(b'\xef\xbb\xbf"system","lead"\n"Claims","Ana"\n')
    assert pilot.system == "Claims"


def test_excels_line_that_names_the_separator() -> None:
    (pilot,) = _read("sep=;\r\nsystem;lead\r\nClaims;Ana\r\n")
    assert (pilot.system, pilot.row) == ("Claims", 2)


@pytest.mark.parametrize(
    "header",
    [
        "SYSTEM,Lead,CUSTOMER_DATA",
        " system , lead ,customer data",
        "System,Pilot lead,Customer-Data",
        "ai system,Pilot_Lead,Touches customer data",
    ],
)
def test_columns_in_any_case_and_spelling(header: str) -> None:
    (pilot,) = _read(f"{header}\nClaims,Ana,Y\n")
    assert (pilot.system, pilot.lead, pilot.customer_data) == ("Claims", "Ana", "Yes")


def test_blank_rows_are_passed_over_and_row_numbers_stay_true() -> None:
    pilots = _read("\nsystem,lead\n\n,\nClaims,Ana\n\nOrders,Bo\n")
    assert [(pilot.system, pilot.row) for pilot in pilots] == [("Claims", 5), ("Orders", 7)]


def test_a_text_over_two_lines_counts_as_one_row() -> None:
    pilots = _read('system,lead\n"Claims\nhelper",Ana\nOrders,Bo\n')
    assert [(pilot.system, pilot.row) for pilot in pilots] == [("Claims helper", 2), ("Orders", 3)]


def test_every_mistake_is_named_at_once_with_row_column_found_and_expected() -> None:
    """PAINS 30, and PAINS 15: a date that could be two days is not guessed."""
    wrong = _wrong(
        _HEAD
        + "Claims,Ana,,,medium,perhaps,law,30/11/2026,2026-13-01\n"
        + "Orders,Bo,,,,,,,\n"
        + ",,,,,,,,2206-11-30\n"
    )
    assert len(wrong) == 8
    for message, parts in zip(
        wrong,
        [
            ("row 2, column stakes", "“medium”", "low or standard"),
            ("row 2, column customer-data", "“perhaps”", "yes or no"),
            ("row 2, column regulated", "“law”", "hr, credit, education, healthcare"),
            ("row 2, column launch", "“30/11/2026”", "2026-11-30", "yyyy-mm-dd"),
            ("row 2, column date", "“2026-13-01”", "2026-11-30"),
            ("row 4, column system", "nothing", "the system's name"),
            ("row 4, column lead", "nothing", "one person's name"),
            ("row 4, column date", "2206-11-30", "2049-12-31"),
        ],
        strict=True,
    ):
        assert all(part in message for part in parts), (message, parts)


def test_an_unknown_column_is_asked_about() -> None:
    (message,) = _wrong("system,lead,customr_data,Budget\nClaims,Ana,yes,5\n")[:1]
    assert "row 1, column C" in message
    assert "Did you mean “customer-data”?" in message
    (_, budget) = _wrong("system,lead,customr_data,Budget\nClaims,Ana,yes,5\n")
    assert "column D" in budget
    assert "take it out" in budget


def test_two_spellings_of_one_column_name_both() -> None:
    (message,) = _wrong("system,lead,Pilot lead\nClaims,Ana,Bo\n")
    assert "columns B and C" in message
    assert "“lead” and “Pilot lead”" in message


def test_a_list_without_its_header_says_how_to_begin() -> None:
    wrong = _wrong("Claims,Ana\nOrders,Bo\n")
    assert "no column system and no column lead" in wrong[-1]
    assert "system,lead,owner" in wrong[-1]


@pytest.mark.parametrize("text", ["", "\n\n", "system,lead\n", "system,lead\n,\n", b"\xef\xbb\xbf"])
def test_an_empty_list_says_so(text: str | bytes) -> None:
    assert _wrong(text)


def test_a_text_outside_the_named_columns_is_not_dropped() -> None:
    """PAINS 17: a comma that is part of a name."""
    (message,) = _wrong("system,lead\nClaims,Ruiz, Ana\n")
    assert "row 2, column C" in message
    assert "quotes" in message


@pytest.mark.parametrize("line", ['"Claims,Ana\nOrders,Bo\n', '"Claims" x,Ana\n'])
def test_a_stray_quote_is_named_with_its_row(line: str) -> None:
    (message,) = _wrong("system,lead\n" + line)
    assert "row 2" in message
    assert "quote" in message


@pytest.mark.parametrize(
    "data",
    [
        "system,lead\nClaims,Zoë\n".encode("utf-16"),
        "system,lead\nClaims,Zoë\n".encode("utf-16-le"),
        b"PK\x03\x04 and so on",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on",
    ],
)
def test_other_files_say_how_to_save_them(data: bytes) -> None:
    """PAINS 22: name what the file is."""
    (message,) = _wrong(data)
    assert _EXCEL_SAYS in message


def test_an_old_encoding_names_the_line() -> None:
    (message,) = _wrong("system,lead\nOrders,Bo\nClaims,Zoë\n".encode("latin-1"))
    assert "line 3" in message
    assert "Claims,Zoë" in message
    assert _EXCEL_SAYS in message


def test_two_rows_for_one_form_name_both() -> None:
    (message,) = _wrong("system,lead\nClaims bot,Ana\nOrders,Bo\nClaims-BOT,Cy\n")
    assert "rows 2 and 4" in message
    assert "claims-bot review.xlsx" in message


def test_one_system_may_have_reviews_on_two_days() -> None:
    assert len(_read("system,lead,date\nClaims,Ana,2026-11-30\nClaims,Ana,2026-12-30\n")) == 2


@pytest.mark.parametrize("name", ["", "???", "🤖", "x" * 101])
def test_a_system_needs_a_name_that_can_be_told_apart(name: str) -> None:
    with pytest.raises(PilotsError, match="--system"):
        one_pilot({"system": name, "lead": "Ana"}, TWELVE.policy)


def test_a_letter_typed_in_two_parts_is_the_same_name() -> None:
    """PAINS 20: the same system from a Mac's list and from a form is one system."""
    name = "Réclame"
    (pilot,) = _read(f"system,lead\n{unicodedata.normalize('NFD', name)},Ana\n")
    assert file_name(pilot) == "réclame review.xlsx"
    assert blank_review(pilot, TWELVE, "0").stamp.system_id == "réclame"


def test_the_blank_review_carries_the_pilot_and_its_stamp() -> None:
    pilot = Pilot("Claims", "Ana", "Bo", "Cy", LOW_STAKES, "Yes", "HR", date(2026, 12, 1))
    review = blank_review(pilot, TWELVE, "0a1b2c3d")
    stamp = review.stamp
    assert (stamp.checklist, stamp.version) == ("twelve-gates", 1)
    assert (stamp.system_id, stamp.review_id) == ("claims", "claims-undated-0a1b2c3d")
    assert (review.system, review.lead, review.owner, review.backup) == (
        "Claims",
        "Ana",
        "Bo",
        "Cy",
    )
    assert (review.stakes, review.customer_data, review.regulated_area) == (LOW_STAKES, "Yes", "HR")
    assert (review.launch_date, review.review_date, review.live) == (date(2026, 12, 1), None, "No")
    assert not any(row.owner for row in review.rows)


_NAMES = (
    st.text(min_size=1, max_size=100).map(clean).filter(lambda name: any(map(str.isalnum, name)))
)
_DAYS = st.none() | st.dates(TWELVE.policy.earliest_date, TWELVE.policy.latest_date)


@given(system=_NAMES, day=_DAYS)
@example(system="系" * 100, day=date(2026, 11, 30))
def test_file_names_are_safe_everywhere(system: str, day: date | None) -> None:
    name = file_name(Pilot(system, "Ana", review_date=day))
    stem = name.removesuffix(".xlsx")
    assert len(name.encode()) <= 255
    assert not set(name) & set('<>:"/\\|?*\0')
    assert all(sign.isprintable() for sign in name)
    assert not stem.endswith((" ", "."))
    assert " review" in stem
    assert stem.partition(" ")[0]


_PLAIN = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40)
_ROWS = st.fixed_dictionaries(
    {
        "system": _PLAIN.filter(lambda text: any(map(str.isalnum, clean(text)))),
        "lead": _PLAIN.filter(clean),
        "owner": _PLAIN,
        "backup": _PLAIN,
        "stakes": st.sampled_from(["", "low", "Standard"]),
        "customer-data": st.sampled_from(["", "yes", "NO", "y", "n"]),
        "regulated": st.sampled_from(["", *REGULATED_AREAS]),
        "launch": _DAYS.map(lambda day: str(day or "")),
        "date": _DAYS.map(lambda day: str(day or "")),
    }
)


@given(row=_ROWS, separator=st.sampled_from(",;\t"), order=st.permutations(COLUMNS))
def test_a_list_reads_back_as_it_was_written(
    row: dict[str, str], separator: str, order: Any
) -> None:
    """PAINS 31: write, read, the same; and the list and the options of the command agree."""
    names = [column.option for column in order]
    text = io.StringIO()
    writer = csv.DictWriter(text, names, delimiter=separator)
    writer.writeheader()
    writer.writerow(row)
    (pilot,) = _read(text.getvalue())
    assert pilot == Pilot(
        **{
            name: getattr(one_pilot(row, TWELVE.policy), name)
            for name in Pilot.__slots__
            if name != "row"
        },
        row=2,
    )
    assert pilot.lead == unicodedata.normalize("NFC", clean(row["lead"]))


@given(st.binary(max_size=200) | _PLAIN.map(str.encode))
def test_any_file_at_all_ends_in_pilots_or_in_messages(data: bytes) -> None:
    try:
        pilots: tuple[object, ...] = _read(data)
    except PilotsError as error:
        pilots = error.messages
    assert pilots


def test_the_example_list_is_right() -> None:
    text = template_text("pilots.csv")
    assert text.startswith(_HEAD)
    assert len(_read(text)) == len(text.splitlines()) - 1
