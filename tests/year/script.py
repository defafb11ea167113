"""What happens in the year 2025: forty systems, a line an event.

Words of a line: the day, what happens, the system, and after a colon how. Marks name what is not
green: "3R@01-20" is a red on gate 3 with a fix due on 20 January, "5Y" a yellow without a date, "7-" a
gate that nobody marked, "9r@02-10" a red that Petra Holm accepts as yellow. `live` and `launch` are
dates and stay, as does `low`; all else holds for one sitting.

| event | is |
|---|---|
| review | a sitting with a form of its own |
| blank | a form for a sitting on a day to come |
| edit | the newest form says something else now: all of its marks are given again |
| renew | `gatebook renew` makes the form of the next sitting, on a day |
| fill | the form that waits is marked, with a spreadsheet program |
| change | a line in the log of the newest form |
| called | the system has another name, from the newest form on |
| forget | the newest form is deleted; `recall` puts it back |
| vanish | all forms of the system are gone; `return` brings them back, `retire` for good and its row too |
| move | the newest form goes to another folder or name |
| older | the newest form is replaced by the copy from before it was edited last |
| break | nobody can open the newest form; `mend` is the end of that |
| note | somebody writes into the portfolio's column Notes |
| checklist | from now on the checklist's second version counts: no yellow on gate 3 |
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

YEAR = 2025

# Twelve systems of which each goes through something of its own.
TOLD = """
01-06 review    Support assistant: 3R@01-20 7R@01-13 5Y@02-10 regate=01-20
01-16 note      Support assistant: Ask about the vendor's letter
01-20 review    Support assistant: 7R@01-27 5Y@02-10 regate=01-27
01-27 review    Support assistant: 5Y@02-10
02-03 edit      Support assistant: 5Y@03-10 live=02-03
03-04 review    Support assistant: 5Y@03-10
03-06 edit      Support assistant: 5Y@04-21
03-07 edit      Support assistant: 5Y@05-19
04-03 review    Support assistant:
05-05 review    Support assistant: 8R@05-12
05-12 edit      Support assistant: 8R@05-26
05-27 review    Support assistant:
08-04 review    Support assistant: 3Y@08-20
11-03 review    Support assistant:

01-08 review    Invoice reader: 1Y@02-03 3Y@02-17 launch=03-03
03-03 edit      Invoice reader: 3Y@03-24 live=03-03
04-02 review    Invoice reader: 3Y@04-30
05-02 review    Invoice reader: 3Y@06-30
05-20 forget    Invoice reader:
07-21 recall    Invoice reader:
07-28 review    Invoice reader: 3Y@08-11
08-12 edit      Invoice reader:
09-04 change    Invoice reader: Vendor model upgrade
09-18 review    Invoice reader: 6Y@10-06

01-14 review    Contract search: 12R@02-03 regate=02-03
02-05 review    Contract search:
02-10 edit      Contract search: live=02-10
03-11 renew     Contract search: 03-17
03-17 fill      Contract search: 2Y@04-14
04-15 edit      Contract search: 2Y@05-12
05-13 edit      Contract search: 2Y@06-16
06-17 renew     Contract search: 06-24
06-24 fill      Contract search: 2R@07-01
07-08 change    Contract search: Other
08-11 renew     Contract search: 08-18
10-06 fill      Contract search:

01-21 review    Shift planner: low 4r@02-17 6Y@02-17
02-18 edit      Shift planner: 6Y@03-10
03-04 older     Shift planner:
03-18 edit      Shift planner: 6Y@03-31 live=03-17
04-17 review    Shift planner: 11r@05-05
05-15 review    Shift planner: 3r@06-02
06-17 review    Shift planner:
09-17 review    Shift planner: 3r@10-06

02-03 review    CV screener: 1- 2- 3-
02-12 edit      CV screener: 8R@02-24 regate=02-24
03-06 called    CV screener: Application reader
03-06 review    CV screener: 10Y@03-31
03-17 edit      CV screener: 10Y@03-31 live=03-17
04-16 review    CV screener:
05-20 review    CV screener: 3Y@06-09
06-16 review    CV screener:
09-22 review    CV screener:

02-04 review    Meeting notes: launch=02-24
02-24 edit      Meeting notes: live=02-24
03-24 review    Meeting notes:
04-08 move      Meeting notes: archive/2025/meeting notes.xlsx
04-29 review    Meeting notes: 9Y@05-30
05-22 vanish    Meeting notes:
07-10 return    Meeting notes:
07-24 review    Meeting notes: 9Y@08-29
11-24 review    Meeting notes:

02-11 review    Price tagger: 5R@02-25 6R@02-18 regate=02-25
03-03 break     Price tagger:
04-24 mend      Price tagger:
05-06 review    Price tagger: 5R@05-20 regate=05-13
06-25 review    Price tagger: 5R@07-15 regate=07-15
07-15 review    Price tagger:
07-21 edit      Price tagger: live=07-21
08-21 review    Price tagger:
09-22 review    Price tagger: 1Y@10-20 2Y@10-20 3Y@10-20
10-27 review    Price tagger: 1Y@11-17 3R@11-03

02-13 review    Chat summary:
03-03 edit      Chat summary: live=03-03
04-03 review    Chat summary: 12R@04-10
04-24 retire    Chat summary:

03-12 review    Fraud hints: unsigned
03-13 edit      Fraud hints: 2Y@04-07
03-31 edit      Fraud hints: live=03-31 2Y@04-07
04-30 review    Fraud hints: nobackup
05-30 review    Fraud hints: 2Y
06-30 review    Fraud hints:
08-20 change    Fraud hints: Data source
08-28 older     Fraud hints:
09-11 edit      Fraud hints: 6R@09-25
12-29 review    Fraud hints: 6Y@01-12+

03-19 review    Claims triage: 1R@03-26 2R@03-26 11R@03-26 regate=03-26 nobackup
03-26 review    Claims triage: 1R@04-02 2Y@04-23 regate=04-02
04-03 review    Claims triage: 2Y@04-23
04-14 edit      Claims triage: 2Y@04-23 live=04-14
05-14 renew     Claims triage: 05-14
05-15 fill      Claims triage: 2Y@06-23
06-13 move      Claims triage: claims triage (final).xlsx
06-16 review    Claims triage:
07-14 review    Claims triage: 3Y@07-28
10-14 renew     Claims triage: 10-14

04-09 blank     Menu writer: 06-02
06-02 fill      Menu writer: 7Y@06-30
06-30 edit      Menu writer: 7Y@07-28 live=06-30
07-30 review    Menu writer: 7Y@09-01
08-29 vanish    Menu writer:
09-29 return    Menu writer:
10-01 review    Menu writer:

07-01 checklist -: 2

08-05 review    Route planner: 3Y@08-19 launch=09-01
08-19 review    Route planner: 4Y@09-15
09-01 edit      Route planner: 4Y@09-15 live=08-31
09-30 review    Route planner: 4Y@10-20
10-30 review    Route planner: 4R@11-06
11-28 review    Route planner: 4Y@12-15
"""


class Event(NamedTuple):
    """One line: on this day this happened to this system, in this way."""

    day: date
    what: str
    system: str
    how: str


def on(text: str) -> date:
    """ "03-24" of this year; "01-12+" of the next."""
    month, day = text.rstrip("+").split("-")
    return date(YEAR + text.endswith("+"), int(month), int(day))


def told(text: str) -> list[Event]:
    """The events of a script."""
    lines = re.findall(r"^(\d\d-\d\d) (\w+) +([^:]+):[ ]?(.*)$", text, re.M)
    return [Event(on(day), what, system, how.strip()) for day, what, system, how in lines]


def _short(day: date) -> str:
    return f"{day:%m-%d}" + ("+" if day.year > YEAR else "")


def ordinary(random: Random, number: int) -> list[str]:
    """The year of a system like most: reviews until it passes, a launch, then the cadence, more or less
    on time; some due dates slip, and some forms are made by `gatebook renew`."""
    name = f"Ordinary {number:02}"
    day = date(YEAR, 1, 7) + timedelta(random.randrange(200))
    lines: list[str] = []

    def marks(red: float, yellow: float) -> str:
        found = []
        for gate in range(1, 13):
            drawn = random.random()
            if drawn < red:
                found.append(f"{gate}R@{_short(day + timedelta(random.choice((5, 7, 14))))}")
            elif drawn < red + yellow:
                found.append(f"{gate}Y@{_short(day + timedelta(random.choice((20, 30, 45))))}")
        return " ".join(found)

    def add(what: str, how: str) -> None:
        if day.year == YEAR:
            lines.append(f"{day:%m-%d} {what} {name}: {how}")

    said = marks(0.09, 0.1)
    while "R" in said:
        regate = day + timedelta(random.choice((7, 14)))
        add("review", f"{said} regate={_short(regate)}")
        day = regate + timedelta(random.choice((0, 0, 6)))
        said = marks(0.03, 0.1)
    add("review", said)
    day += timedelta(random.choice((3, 10)))
    launch = day
    add("edit", f"{said} live={_short(launch)}")
    for months in (1, 2, 3, 6, 9, 12):
        due = launch + timedelta(round(30.4 * months))
        if random.random() < 0.1 or due.year > YEAR:
            continue
        day = due + timedelta(random.choice((-2, 0, 1, 9)))
        said = marks(0.01, 0.06)
        if months > 3 and random.random() < 0.5:
            sitting, day = day, day - timedelta(5)
            add("renew", _short(sitting))
            day = sitting
            add("fill", said)
        else:
            add("review", said)
        if "@" in said and random.random() < 0.4:
            day += timedelta(8)
            later = re.sub(r"@[\d+-]+", f"@{_short(day + timedelta(30))}", said)
            add("edit", later)
    return lines


def events() -> list[Event]:
    """The whole year, in its order."""
    random = Random(YEAR)
    made = [line for number in range(1, 29) for line in ordinary(random, number)]
    return sorted(told(TOLD + "\n".join(made)), key=lambda event: event.day)
