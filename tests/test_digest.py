"""What stands in an owner's digest, and that nothing from a sheet becomes more than text."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import icalendar
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gatebook.digest import (
    GROUP,
    MARK,
    PRODUCER,
    Digest,
    by_due,
    calendar,
    digests,
    escaped,
    events,
    markdown,
    one_line,
    person_key,
    summary,
)
from gatebook.domain.cells import Cell
from gatebook.domain.judge import judge
from gatebook.domain.review import Review, Stamp, Status, Unreadable
from gatebook.domain.systems import System, systems
from gatebook.portfolio import build_tables
from gatebook.sample import sample_reviews
from gatebook.sheets.portfolio_read import OldPortfolio
from gatebook.sheets.review_form import TabProblem
from tests.support.builders import TODAY, TWELVE, passing_review, with_row

_COST = "gate 5 Cost per task tracked"


def in_days(days: int) -> date:
    return TODAY + timedelta(days)


def review_of(system: str = "Invoice helper", **changes: Any) -> Review:
    stamp = Stamp(1, TWELVE.id, TWELVE.version, person_key(system), f"{system}-1")
    usual: dict[str, Any] = {"stamp": stamp, "location": f"reviews/{system}.xlsx"}
    return passing_review(TWELVE, **({"system": system} | usual | changes))


def with_action(review: Review, number: int = 5, **changes: Any) -> Review:
    usual: dict[str, Any] = {
        "status": Status.YELLOW,
        "artifact": "",
        "next_action": "Build the sheet",
    }
    return with_row(review, number, **(usual | changes))


def systems_of(*reviews: Review) -> tuple[System, ...]:
    return systems([judge(review, TWELVE, TODAY) for review in reviews], TODAY)


def by_name(*reviews: Review, unread: tuple[TabProblem, ...] = ()) -> dict[str, Digest]:
    return {one.name: one for one in digests(systems_of(*reviews), unread, TODAY)}


def titles(digest: Digest) -> list[tuple[str, list[date | None]]]:
    return [(title, [action.due for action in actions]) for title, actions in by_due(digest)]


# Who gets what


def test_owner_backup_and_lead_get_the_system_with_its_decision() -> None:
    found = by_name(review_of())
    assert list(found) == ["Ana Ruiz", "Bo Li", "Chidi Okafor"]
    parts = {name: [(o.system, o.decision, o.part) for o in d.systems] for name, d in found.items()}
    assert parts == {
        "Ana Ruiz": [("Invoice helper", "Launch this week", "pilot lead")],
        "Bo Li": [("Invoice helper", "Launch this week", "production owner")],
        "Chidi Okafor": [("Invoice helper", "Launch this week", "backup owner")],
    }


def test_a_gate_owner_gets_their_open_actions_and_nobody_elses() -> None:
    review = with_action(review_of(), owner="Mia Berg", due=in_days(-21))
    review = with_action(review, 6, owner="Bo Li", due=in_days(3), next_action="Write it down")
    found = by_name(review)
    mia = found["Mia Berg"]
    assert (mia.systems, mia.reviews) == ((), ())
    (action,) = mia.actions
    assert (action.system, action.gate, action.text) == (
        "Invoice helper",
        _COST,
        "Build the sheet",
    )
    assert [a.text for a in found["Bo Li"].actions] == ["Write it down"]
    assert found["Ana Ruiz"].actions == ()


def test_an_action_says_file_tab_and_cell() -> None:
    """PAINS 30."""
    review = with_action(review_of(), due=TODAY, cells={"next_action": Cell(18, 5)})
    text = markdown(by_name(review)["Mia Berg"])
    assert f"- **2026-11-23**, today: Invoice helper, {_COST} (yellow)\n" in text
    assert "  - What: Build the sheet\n" in text
    assert "  - Where: reviews/Invoice helper.xlsx, tab Review, cell F19\n" in text


def test_one_person_with_two_parts_has_the_system_once() -> None:
    digest = by_name(review_of(lead="bo  LI"))["Bo Li"]
    assert [owned.part for owned in digest.systems] == ["production owner, pilot lead"]


@pytest.mark.parametrize("other", ["bo li", "BO LI", " Bo   Li ", "Bo\u00a0Li", "Bo\nLi"])
def test_one_name_is_one_person_whatever_case_and_spacing(other: str) -> None:
    found = by_name(review_of("A"), review_of("B"), review_of("C", owner=other))
    assert [owned.system for owned in found["Bo Li"].systems] == ["A", "B", "C"]
    assert len(found) == 3


def test_a_name_is_shown_as_it_is_written_most_often() -> None:
    assert "Bo Li" in by_name(review_of("A", owner="BO LI"), review_of("B"), review_of("C"))
    assert "BO LI" in by_name(review_of("A"), review_of("B", owner="BO LI"))


def test_letters_in_two_parts_are_the_same_letters() -> None:
    found = by_name(review_of("A", owner="Zoe\u0301 Li"), review_of("B", owner="Zo\u00e9 Li"))
    assert len(found["Zo\u00e9 Li"].systems) == 2


def test_only_the_newest_review_counts() -> None:
    old = with_action(review_of(review_date=date(2026, 10, 1)), due=in_days(1))
    new = review_of(stamp=Stamp(1, TWELVE.id, TWELVE.version, "invoice helper", "review-2"))
    assert all(not digest.actions for digest in by_name(old, new).values())


# No single owner


@pytest.mark.parametrize("name", ["AI team", "tbd", "Finance", "", "  "])
def test_what_no_person_owns_goes_to_a_digest_of_its_own(name: str) -> None:
    review = with_action(review_of(owner=name), owner=name, due=in_days(1))
    found = by_name(review)
    assert list(found) == ["Ana Ruiz", "Chidi Okafor", GROUP]
    group = found[GROUP]
    typed = name.strip()
    part = f"production owner: {typed}" if typed else "no production owner"
    assert [owned.part for owned in group.systems] == [part]
    assert [action.owner for action in group.actions] == [typed]
    assert f"  - Owner: {typed or '(nobody is named)'}\n" in markdown(group)


def test_an_empty_backup_alone_makes_no_group_digest() -> None:
    assert GROUP not in by_name(review_of(backup=""))


def test_sheets_that_could_not_be_read_stand_there_too() -> None:
    found = by_name(unread=(TabProblem("reviews/x.xlsx", "", "it is [empty]", "Save it anew."),))
    assert list(found) == [GROUP]
    assert summary(found[GROUP]).endswith("1 sheet that could not be read")
    text = markdown(found[GROUP])
    assert "- Where: reviews/x.xlsx\n  - Why: it is \\[empty\\]\n  - What to do: Save" in text


def test_somebody_called_like_the_group_shares_its_digest() -> None:
    assert [*by_name(review_of(owner="no single OWNER"))] == ["Ana Ruiz", "Chidi Okafor", GROUP]


def test_nothing_of_the_portfolios_actions_is_lost_or_added() -> None:
    """Both mean the same by an open action; together the digests hold each exactly once."""
    found = systems(
        [judge(review, TWELVE, TODAY) for _, review in sample_reviews(TWELVE, TODAY)], TODAY
    )
    rows = build_tables(found, (), OldPortfolio(), TODAY, ".").actions
    told = [action for digest in digests(found, (), TODAY) for action in digest.actions]
    assert len(rows) > 5
    assert sorted((r.system, f"gate {r.gate}", r.action) for r in rows) == sorted(
        (a.system, a.gate, a.text) for a in told
    )


# When


def test_actions_stand_in_buckets_overdue_first() -> None:
    review = review_of()
    days = [31, 30, 8, 7, 0, -1, -400]
    for number, day in enumerate(days, 1):
        review = with_action(review, number, due=in_days(day))
    review = with_action(review, 8, due=None)
    assert titles(by_name(review)["Mia Berg"]) == [
        ("Overdue", [in_days(-400), in_days(-1)]),
        ("Due in the next 7 days", [in_days(0), in_days(7)]),
        ("Due in the next 30 days", [in_days(8), in_days(30)]),
        ("Due later", [in_days(31)]),
        ("No date", [None]),
    ]


@pytest.mark.parametrize(
    ("due", "typed"),
    [(Unreadable("30/06/2026"), "30/06/2026"), (date(2206, 11, 30), "2206-11-30")],
)
def test_a_date_that_cannot_be_right_is_shown_and_not_guessed(due: Any, typed: str) -> None:
    """PAINS 15."""
    digest = by_name(with_action(review_of(), due=due))["Mia Berg"]
    assert titles(digest) == [("No date", [None])]
    assert f"- **No date**, Due reads “{typed}”: Invoice helper" in markdown(digest)
    assert list(events(digest)) == []


def test_a_regate_is_told_to_the_systems_owners() -> None:
    review = with_action(review_of(regate_on=in_days(10)), status=Status.RED, due=in_days(2))
    found = by_name(review)
    for name in ("Ana Ruiz", "Bo Li", "Chidi Okafor"):
        (coming,) = found[name].reviews
        assert (coming.due, coming.reason) == (in_days(10), "re-gate")
    assert found["Mia Berg"].reviews == ()
    text = markdown(found["Bo Li"])
    assert "- **2026-12-03**, in 10 days: Invoice helper, re-gate of a delayed launch\n" in text
    assert "Decision: Launch delayed; re-gate on 2026-12-03\n" in text


def test_a_review_that_is_late_says_so() -> None:
    """A live system, launched on 1 September and reviewed on the 15th, was due on 1 October."""
    review = review_of(live="Yes", launch_date=date(2026, 9, 1), review_date=date(2026, 9, 15))
    text = markdown(by_name(review)["Bo Li"])
    assert "**2026-10-01**, 53 days overdue: Invoice helper, monthly in the first quarter" in text


def test_the_first_lines_say_it_all() -> None:
    review = with_action(review_of(regate_on=in_days(1)), status=Status.RED, owner="Bo Li",
                         due=in_days(-1))  # fmt: skip
    lines = markdown(by_name(review)["Bo Li"]).splitlines()
    assert lines[:4] == [
        MARK,
        "# Bo Li",
        "",
        "As of 2026-11-23: 1 system, 1 open action (1 overdue), 1 review or re-gate.",
    ]


# Text from sheets is data

_PASTED = (
    "[x](http://evil.example)",
    "# head",
    "- item",
    "1. item",
    "---",
    "```\ncode",
    "a\n\n# head\n\n<script>alert(1)</script>",
    "line\u2028separator\x0b\x85end",
    "![x](http://evil.example/pixel.png)",
    "<http://evil.example>",
    "a **bold** _thin_ `code` ~~gone~~ | cell |",
    "&lt;b&gt; &#35; \\# \\",
    "* * *",
    "[x]: http://evil.example",
    "-->",
    "BEGIN:VEVENT\r\nSUMMARY:x;y,z\\n",
    "\ud800",
    "a\u202eb",
)


def _shape(text: str) -> list[str]:
    """What a Markdown reader makes of a text: the kinds of its parts, runs of text as one."""
    kinds: list[str] = []
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text):
        for part in token.children or [token]:
            if part.type != "text" or kinds[-1:] != ["text"]:
                kinds.append(part.type)
    return kinds


def _told(text: str) -> list[str]:
    """What a Markdown reader shows of a text, a line for each part."""
    tokens = MarkdownIt("commonmark").parse(text)
    return ["".join(c.content for c in t.children) for t in tokens if t.children]


def _pasted_everywhere(text: str) -> Review:
    review = review_of(f"A{text}", lead=f"Al{text}", location=f"reviews/{text}.xlsx")
    return with_action(review, owner=f"Al{text}", next_action=f"x{text}", due=in_days(1))


@given(st.text())
@pytest.mark.parametrize("prefix", ["", "#", "[", "www.", "http://"])
def test_any_text_is_shown_as_it_was_typed(prefix: str, text: str) -> None:
    """PAINS 18, for Markdown."""
    typed = f"{prefix}{text}"
    (shown,) = _told(f"- What: {escaped(typed)}") or [""]
    assert " ".join(shown.split()) == " ".join(f"What: {one_line(typed)}".split())
    assert _shape(f"- What: {escaped(typed)}") == _shape("- What: x")


@pytest.mark.parametrize("pasted", _PASTED)
def test_pasted_markup_changes_nothing_but_text(pasted: str) -> None:
    plain = next(iter(by_name(_pasted_everywhere("a")).values()))
    found = next(iter(by_name(_pasted_everywhere(pasted)).values()))
    assert _shape(markdown(found)) == _shape(markdown(plain))
    markdown(found).encode()


def test_an_address_makes_no_link_by_itself_either() -> None:
    """GitHub links bare addresses; a sign that is escaped is no part of one."""
    assert escaped("http://evil.example") == "http\\://evil.example"
    assert escaped("WWW.evil.example") == "WWW\\.evil.example"
    assert escaped("a@evil.example") == "a\\@evil.example"
    assert escaped("Fix: write it, 3.5 (half-way)") == "Fix: write it, 3.5 (half-way)"


@given(st.text(), st.text())
@example("\ud800", "x")
@example("BEGIN:VEVENT\r\nUID:1", "a;b,c\\nd")
def test_a_calendar_gives_back_what_was_put_in(text: str, system: str) -> None:
    """PAINS 31, for calendars."""
    review = with_action(review_of(f"A{system}"), next_action=f"x{text}", due=in_days(1))
    digest = by_name(review)["Mia Berg"]
    (event,) = icalendar.Calendar.from_ical(calendar(digest)).walk("VEVENT")
    (wanted,) = events(digest)
    assert str(event["SUMMARY"]) == wanted.summary
    assert str(event["DESCRIPTION"]) == wanted.description
    assert wanted.description.startswith(one_line(f"x{text}"))
    assert wanted.summary.isprintable() or "\n" not in wanted.summary


# The calendar


def _events(digest: Digest) -> list[icalendar.Event]:
    found = icalendar.Calendar.from_ical(calendar(digest)).walk("VEVENT")
    return [event for event in found if isinstance(event, icalendar.Event)]


def test_days_are_all_day_events_that_block_no_time() -> None:
    review = with_action(review_of(regate_on=in_days(10)), status=Status.RED, owner="Bo Li",
                         due=in_days(2))  # fmt: skip
    found = _events(by_name(review)["Bo Li"])
    assert [(e["SUMMARY"], e.decoded("DTSTART")) for e in found] == [
        ("Due: Build the sheet (Invoice helper)", in_days(2)),
        ("Re-gate: Invoice helper", in_days(10)),
    ]
    assert all(event["DTSTART"].params["VALUE"] == "DATE" for event in found)
    assert {event["TRANSP"] for event in found} == {"TRANSPARENT"}
    assert {event["DTSTAMP"].to_ical() for event in found} == {b"20261123T000000Z"}


def test_a_long_action_is_cut_in_the_line_and_whole_in_the_event() -> None:
    digest = by_name(with_action(review_of(), next_action="x" * 500, due=TODAY))["Mia Berg"]
    (event,) = events(digest)
    assert len(event.summary) < 130
    assert "x" * 500 in event.description


def test_the_file_says_who_made_it() -> None:
    lines = calendar(by_name(review_of())["Bo Li"]).decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert f"PRODID:{PRODUCER}" in lines[:4]


def test_ids_stay_while_system_gate_kind_and_day_stay() -> None:
    def ids(review: Review) -> set[str]:
        return {event.uid for digest in by_name(review).values() for event in events(digest)}

    review = with_action(review_of(regate_on=in_days(9)), status=Status.RED, due=in_days(2))
    before = ids(review)
    assert len(before) == 2
    assert ids(with_row(review, 5, owner="Bo Li", next_action="Another text")) == before
    assert len(ids(with_row(review, 5, due=in_days(3))) & before) == 1
    assert len(ids(with_action(with_row(review, 5, due=None), 6, due=in_days(2))) & before) == 1


def test_a_row_that_is_there_twice_gives_two_events_with_two_ids() -> None:
    """PAINS 5."""
    review = with_action(review_of(), due=in_days(2))
    doubled = passing_review(
        stamp=review.stamp, system=review.system, rows=(*review.rows, review.rows[4])
    )
    found = list(events(by_name(doubled)["Mia Berg"]))
    assert len(found) == 2
    assert len({event.uid for event in found}) == 2


@given(st.randoms(use_true_random=False))
def test_the_same_reviews_in_any_order_give_the_same_bytes(random: Any) -> None:
    reviews = [
        with_action(review_of(name, owner=owner), owner=owner, due=in_days(day), number=number)
        for number, (name, owner, day) in enumerate(
            [("A", "Bo Li", 2), ("B", "bo li", 2), ("C", "BO LI", -2), ("D", "AI team", 2)], 3
        )
    ]
    expected = {n: (markdown(d), calendar(d)) for n, d in by_name(*reviews).items()}
    random.shuffle(reviews)
    assert {n: (markdown(d), calendar(d)) for n, d in by_name(*reviews).items()} == expected
