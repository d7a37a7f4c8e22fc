"""What telling duly about a row can lead to, and since when duly answers for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Effect(StrEnum):
    """Say what a row did."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Say why a row was not taken; nothing of it was written."""

    reason: str


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Say since when duly answers; without a day everything told happens now."""

    on: date | None = None

    def is_history(self, day: date | None) -> bool:
        """Tell whether something of a day belongs to the system before."""
        return self.on is not None and (day is None or day < self.on)

    def origin(self, day: date | None) -> str:
        """Name where something of a day comes from, as rows keep it."""
        return "import" if self.is_history(day) else "own"


def strongest(effects: Iterable[Effect]) -> Effect:
    """Return the effect that says most."""
    order = (Effect.NEW, Effect.CHANGED, Effect.SAME)
    return min(effects, key=order.index)
