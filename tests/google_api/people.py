"""Who there is: people and service accounts, and what each may do with a file."""

from __future__ import annotations

from dataclasses import dataclass

# Addresses to the names that Google shows.
Names = dict[str, str]

# Drive's roles, the weakest first:
# https://developers.google.com/workspace/drive/api/guides/ref-roles
ROLES = ("reader", "commenter", "writer", "fileOrganizer", "organizer", "owner")


def at_least(role: str, wanted: str) -> bool:
    """Whether a role includes another; an empty role includes none."""
    return bool(role) and ROLES.index(role) >= ROLES.index(wanted)


@dataclass(frozen=True)
class Person:
    """An account. `project` is the cloud project of a service account or of an app's sign-in."""

    email: str
    name: str
    is_service_account: bool = False
    # A service account owns no storage; older ones did.
    owns_storage: bool = True

    @property
    def permission_id(self) -> str:
        """Drive's number for the account."""
        digits = "".join(str(ord(letter)) for letter in self.email)
        return digits.ljust(20, "0")[:20]


@dataclass(frozen=True)
class Caller:
    """Who calls: the account, the app (client) that it uses, and what the token is for."""

    person: Person
    client: str
    scopes: frozenset[str]

    @property
    def email(self) -> str:
        """The account's address."""
        return self.person.email
