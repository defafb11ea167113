"""What counts as the same text, as words, as a person's name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatebook.domain.text import (
    ODD_SPACES,
    WORD_BREAKS,
    clean,
    has_words,
    is_person,
    is_seen,
    person_marks,
    same,
    slug,
    words,
)

# Letters, and all that people paste along with them.
TEXTS = st.text(
    st.sampled_from("abZé李 " + ODD_SPACES + WORD_BREAKS) | st.characters(codec="utf-8"),
    max_size=30,
)
MARKS = person_marks(("team", "task force", "n/a"), ("it", "hr"))


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("", False),
        ("  ", False),
        ("a", True),
        ("-", True),
        ("\n\t", False),
        ("\x07", False),
        ("First\nthen", True),
        ("\u200c\u200d", False),
        ("\u202e\u2066\u2069\u200e", False),
        ("\u115f\u1160\uffa0\u3164\u2800", False),
        ("\ufe0f\u034f\u0301", False),
        ("\U000e0020\U000e007f", False),
        ("\u2028\u2029\u00a0", False),
        ("\ue000", False),
        ("\u200e李\u200e", True),
        ("\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", True),
        ("🚀", True),
        ("…", True),
    ],
)
def test_what_a_person_sees_of_a_text(text: str, seen: bool) -> None:
    assert is_seen(text) is seen


class TestClean:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("  Ana   Ruiz ", "Ana Ruiz"),
            ("Ana\u00a0Ruiz", "Ana Ruiz"),
            ("Ana\r\n Ruiz\t", "Ana Ruiz"),
            ("\u200bAna\ufeff", "Ana"),
            ("\u00ad\u2060Ana\u2800\u3164", "Ana"),
            ("Ali\u200creza", "Ali\u200creza"),
            ("Ana\u3000Ruiz", "Ana Ruiz"),
            ("", ""),
            (" \u00a0\n", ""),
            ("Ana", "Ana"),
            ("Zoë  Ås", "Zoë Ås"),
        ],
    )
    def test_spaces(self, text: str, expected: str) -> None:
        """PAINS 14."""
        assert clean(text) == expected

    @given(TEXTS)
    def test_twice_is_once(self, text: str) -> None:
        assert clean(clean(text)) == clean(text)

    @given(TEXTS)
    def test_leaves_no_odd_space_and_nothing_but_spaces_is_lost(self, text: str) -> None:
        cleaned = clean(text)
        assert not set(cleaned) & set(ODD_SPACES)
        assert "  " not in cleaned
        assert cleaned == cleaned.strip(" ")
        kept = [sign for sign in text if sign not in ODD_SPACES + " "]
        assert [sign for sign in cleaned if sign != " "] == kept


class TestSame:
    @pytest.mark.parametrize("other", ["ana ruiz", "ANA  RUIZ ", "Ana\u00a0Ruiz"])
    def test_spaces_and_case_aside(self, other: str) -> None:
        assert same("Ana Ruiz", other)

    @pytest.mark.parametrize("other", ["Ana Ruis", "AnaRuiz", "Ruiz Ana", ""])
    def test_other_names(self, other: str) -> None:
        assert not same("Ana Ruiz", other)

    @given(TEXTS, TEXTS)
    def test_both_ways(self, one: str, other: str) -> None:
        assert same(one, other) == same(other, one)
        assert same(one, one)


class TestWords:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Support-Team@mail.example", " support team mail example "),
            ("N/A", " n a "),
            ("", "  "),
            ("?!", "  "),
            (" One\u00a0Two ", " one two "),
        ],
    )
    def test_as_the_sheet_sees_them(self, text: str, expected: str) -> None:
        assert words(text) == expected

    @given(TEXTS)
    def test_a_space_on_both_sides_of_every_word(self, text: str) -> None:
        found = words(text)
        assert found == f" {' '.join(found.split(' ')).strip(' ')} "
        assert "  " not in found or found == "  "

    @pytest.mark.parametrize(
        ("text", "wanted", "there"),
        [
            ("Head of IT", "it", True),
            ("IT", "it", True),
            ("Italy", "it", False),
            ("Audit", "it", False),
            ("We fix it after launch.", "after launch", True),
            ("after  LAUNCH", "After launch", True),
            ("after the launch", "after launch", False),
            ("post-launch", "post launch", True),
            ("", "it", False),
        ],
    )
    def test_whole_words(self, text: str, wanted: str, there: bool) -> None:
        assert has_words(text, (wanted,)) is there

    def test_nothing_wanted(self) -> None:
        assert not has_words("anything", ())


class TestIsPerson:
    @pytest.mark.parametrize(
        "name", ["Ana Steamer", "Bo Li (IT)", "Ana, HR", "Al Teamer", "Nat A", "Task Forcella"]
    )
    def test_persons(self, name: str) -> None:
        assert is_person(name, MARKS)

    @pytest.mark.parametrize(
        "name",
        ["Team", "the AI team", "Team Lead Ana", "task-force", "N/A", "IT", " it. ", "hr", "", "-",
         "???", "team@mail.example"],
    )  # fmt: skip
    def test_no_persons(self, name: str) -> None:
        assert not is_person(name, MARKS)

    def test_without_any_words_only_a_blank_is_nobody(self) -> None:
        marks = person_marks((), ())
        assert is_person("Team", marks)
        assert not is_person(" . ", marks)

    @given(TEXTS, TEXTS)
    def test_a_word_beside_a_name_makes_it_a_group(self, before: str, after: str) -> None:
        assert not is_person(f"{before} team {after}", MARKS)

    @given(TEXTS)
    def test_space_and_case_make_no_difference(self, name: str) -> None:
        lower = clean(name).lower()
        assert is_person(name, MARKS) == is_person(f"\u00a0{lower} ", MARKS)


class TestSlug:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("Invoice helper", "invoice-helper"),
            ("  Invoice   Helper! ", "invoice-helper"),
            ("Größe 2.0", "grösse-2-0"),
            ("李雷", "李雷"),
            ("a_b", "a-b"),
            ("", "system"),
            ("???", "system"),
        ],
    )
    def test_examples(self, name: str, expected: str) -> None:
        assert slug(name) == expected

    @given(TEXTS)
    def test_stable_and_safe_in_a_stamp(self, name: str) -> None:
        found = slug(name)
        assert found
        assert not set(found) & set(";@= _\n")
        assert slug(found) == found
