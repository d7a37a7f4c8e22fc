"""What became of one try of a job, as the engine understands it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Done:
    """Report the effect; ``result`` is a word such as succeeded, declined or pending."""

    reference: str
    result: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Retry:
    """Report that nothing happened and the same may be tried again."""

    reason: str
    after_s: int | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """Report a definite no; ``failure`` is its class."""

    reason: str
    failure: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Report that it may have happened; only asking by key can tell."""

    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Report that our own settings are wrong: the job waits and loses no try."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotThere:
    """Report that the other side, asked by key, never saw the call."""


Outcome = Done | Retry | Failed | Unknown | Wait | NotThere
