"""Who carries how much: open actions and systems that hang on one person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from gatebook.domain.systems import System
from gatebook.domain.text import clean, is_person, same
from gatebook.sheets.portfolio_tables import ActionRow, PersonRow

# From so many systems owned by one person on, an absence stops more than one thing.
_MANY_SYSTEMS = 3


def people(systems: Sequence[System], actions: Sequence[ActionRow]) -> tuple[PersonRow, ...]:
    """A row for everybody who owns a system, backs one up, or has an open action; most load first.

    A single point of failure: somebody who owns a system that nobody else backs up, or who owns
    `_MANY_SYSTEMS` and more; a team or a role instead of a person is named as such.
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
            backed = is_person(review.backup, marks) and not same(review.owner, review.backup)
            if not backed:
                alone[key(review.owner)].append(system.name)
        if review.backup:
            backs[key(review.backup)].append(system.name)
        names_here = (review.owner, review.backup)
        groups.update(key(name) for name in names_here if name and not is_person(name, marks))
    open_actions = Counter(key(action.owner) for action in actions if action.owner)
    overdue = Counter(key(a.owner) for a in actions if a.owner and (a.days_overdue or 0) > 0)
    rows = [
        PersonRow(
            name=name,
            open_actions=open_actions[person],
            overdue=overdue[person],
            owns=", ".join(owns[person]),
            backs=", ".join(backs[person]),
            alone=_alone(owns[person], alone[person], is_group=person in groups),
        )
        for person, name in names.items()
    ]
    return tuple(sorted(rows, key=lambda r: (-r.overdue, -r.open_actions, r.name.lower())))


def _alone(owned: list[str], without_backup: list[str], *, is_group: bool) -> str:
    parts = ["not one person"] if is_group else []
    parts += [f"no backup: {', '.join(without_backup)}"] if without_backup else []
    parts += [f"owns {len(owned)} systems"] if len(owned) >= _MANY_SYSTEMS else []
    return "; ".join(parts)
