"""Who carries how much: systems and open actions, and what hangs on one person alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from gatebook.domain.systems import System
from gatebook.domain.text import clean, is_person
from gatebook.portfolio.names import listed
from gatebook.sheets.portfolio_tables import ActionRow, PersonRow

# Fewer open actions of a system are often one person's, and no reason to worry.
_MANY_ACTIONS = 3


def people(systems: Sequence[System], actions: Sequence[ActionRow]) -> tuple[PersonRow, ...]:
    """A row for everybody who owns a system, backs one up, or has an open action; most load first.

    A single point of failure is somebody without whom a system stands still: the only person among
    its owner and its backup, or the one who has all of its open actions where these are
    `_MANY_ACTIONS` and more. A team or a role is no person, and named as such.
    """
    names: dict[str, str] = {}
    owns: dict[str, list[str]] = defaultdict(list)
    backs: dict[str, list[str]] = defaultdict(list)
    alone: dict[str, list[str]] = defaultdict(list)

    def key(name: str) -> str:
        return names.setdefault(clean(name).lower(), clean(name)).lower()

    groups: set[str] = set()

    for system in systems:
        review = system.newest.review
        marks = system.newest.checklist.policy.person_marks
        if review.owner:
            owns[key(review.owner)].append(system.name)
        if review.backup:
            backs[key(review.backup)].append(system.name)
        here = [name for name in (review.owner, review.backup) if name]
        persons = {key(name) for name in here if is_person(name, marks)}
        groups.update(key(name) for name in here if not is_person(name, marks))
        if len(persons) == 1:
            alone[persons.pop()].append(system.name)
    open_actions = Counter(key(action.owner) for action in actions if action.owner)
    overdue = Counter(key(a.owner) for a in actions if a.owner and (a.days_overdue or 0) > 0)
    busy: dict[str, list[str]] = defaultdict(list)
    for name, owner in _all_in_one_hand(actions):
        busy[key(owner)].append(name)
    rows = [
        PersonRow(
            name=name,
            systems=len(owns[person]),
            open_actions=open_actions[person],
            overdue=overdue[person],
            owns=listed(owns[person]),
            backs=listed(backs[person]),
            alone=_NO_PERSON if person in groups else _alone(alone[person], busy[person]),
        )
        for person, name in names.items()
    ]
    return tuple(
        sorted(rows, key=lambda r: (-r.overdue, -r.open_actions, -r.systems, r.name.lower()))
    )


_NO_PERSON = "Not a person: nobody is named"


def _all_in_one_hand(actions: Sequence[ActionRow]) -> list[tuple[str, str]]:
    """Systems with many open actions that all have one owner, with that owner."""
    owners: dict[str, list[str]] = defaultdict(list)
    for action in actions:
        owners[action.system].append(action.owner)
    return [
        (system, found[0])
        for system, found in owners.items()
        if len(found) >= _MANY_ACTIONS and found[0] and len({clean(o).lower() for o in found}) == 1
    ]


def _alone(systems: list[str], busy: list[str]) -> str:
    parts = [f"the only person on {listed(systems)}"] if systems else []
    parts += [f"has all open actions of {listed(busy)}"] if busy else []
    return f"Yes: {'; '.join(parts)}" if parts else ""
