"""Who changes something, and when."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Context:
    """Hold the instant of a change and its actor: rule:ID, import, gateway or cli."""

    now: datetime
    actor: str
