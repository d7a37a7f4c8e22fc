"""When a try that led to nothing is made again, as a value."""

from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)
MAX_TRIES = 20
MAX_AGE = timedelta(days=7)
ASK_AGAIN_AFTER = timedelta(minutes=15)
MAX_ASKING = timedelta(days=2)
SEND_AGAIN_FOR = timedelta(hours=1)
MEND_WAIT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Say when to try again."""

    at: datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Say that a person has to look at it, and why."""

    reason: str


def next_try(
    tries: int, first_at: datetime, now: datetime, asked_for_s: int | None = None
) -> TryAgain | GiveUp:
    """Decide after a try that led to nothing: five minutes, doubling, up to six hours.

    ``first_at`` is when it was tried for the first time: what was held before does not count. The
    other side's own wish is honoured if it is longer.
    """
    if tries >= MAX_TRIES:
        return GiveUp(f"tried {tries} times")
    if now - first_at > MAX_AGE:
        return GiveUp(f"tried for {MAX_AGE.days} days")
    doubled = FIRST_WAIT * 2 ** min(max(tries - 1, 0), 10)
    wished = min(timedelta(seconds=min(asked_for_s or 0, MAX_AGE.total_seconds())), MAX_AGE)
    return TryAgain(now + max(min(doubled, LONGEST_WAIT), wished))


def wait_until(now: datetime) -> datetime:
    """Decide when to look again whether somebody has mended what a job waits for."""
    return now + MEND_WAIT


def ask_again(unclear_since: datetime, now: datetime) -> TryAgain | GiveUp:
    """Decide when an unclear call is asked about once more."""
    if now - unclear_since > MAX_ASKING:
        return GiveUp("its effect could not be found out")
    return TryAgain(now + ASK_AGAIN_AFTER)


def send_again(channel: str, unclear_since: datetime, now: datetime) -> bool:
    """Tell whether an unclear message is sent again under its key, rather than taken for sent.

    A mail for an hour; nothing else, since other channels cost money or ring twice.
    """
    return channel == "email" and now - unclear_since < SEND_AGAIN_FOR
