"""Somebody signed up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Select

from duly.model.about import About
from duly.trigger import Look, Trigger, happened


@dataclass(frozen=True, slots=True)
class SignedUp(Trigger):
    """Happen once in a subscriber's life; those taken over from an older system do not count."""

    name = "signed_up"
    about = About.SUBSCRIBER
    once_per = "ever"
    example = "signed_up:"

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        return cls()

    def describe(self) -> str:
        return "somebody signs up"

    @property
    def stamps(self) -> frozenset[str]:
        return frozenset({self.name})

    def select(self, look: Look) -> Select[Any]:
        """Find sign-ups by the events that tell of them."""
        return happened(look, self.name)


KIND: type[Trigger] = SignedUp
