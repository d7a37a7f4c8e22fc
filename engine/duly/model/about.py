"""What a rule can be about, and which of them owns which."""

from collections.abc import Iterable
from enum import StrEnum


class About(StrEnum):
    """Name the row a rule is about; its id is the subject of a firing."""

    SUBSCRIBER = "subscriber"
    SUBSCRIPTION = "subscription"
    INVOICE = "invoice"


# From the owner down; everything belongs to the one before it.
_OWNERS = (About.SUBSCRIBER, About.SUBSCRIPTION, About.INVOICE)


def common_owner(kinds: Iterable[About]) -> About:
    """Return the lowest row that owns all of the given ones."""
    return min(kinds, key=_OWNERS.index)


def reaches(about: About) -> tuple[About, ...]:
    """List the rows whose fields a rule about this one may read: itself and its owners."""
    return _OWNERS[: _OWNERS.index(about) + 1]
