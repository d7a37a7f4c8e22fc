"""Somebody signed up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Select

from duly.condition.words import Translate, as_written
from duly.model.about import About
from duly.shape.form import Fields
from duly.trigger import Look, Trigger, happened


@dataclass(frozen=True, slots=True)
class SignedUp(Trigger):
    """Happen once in a subscriber's life; those taken over from an older system do not count."""

    name = "signed_up"
    about = About.SUBSCRIBER
    once_per = "ever"
    is_event = True
    example = "signed_up:"
    shape = Fields(
        title="Somebody signs up",
        about="Once in a subscriber's life; who is taken over from elsewhere has not signed up.",
        empty_ok=True,
    )

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Self:
        return cls()

    def describe(self, translate: Translate = as_written) -> str:
        return translate("somebody signs up")

    @property
    def stamps(self) -> frozenset[str]:
        return frozenset({self.name})

    def select(self, look: Look) -> Select[Any]:
        """Find sign-ups by the events that tell of them."""
        return happened(look, self.name)


KIND: type[Trigger] = SignedUp
