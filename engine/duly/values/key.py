"""Keys made of business facts, never of wall time or of ids: a restored backup has the same."""

import hashlib
from datetime import date

_SEPARATOR = "\x1f"
KEY_LENGTH = 40


def date_key(day: date, offset_days: int) -> str:
    """Name a date and how many days before it (negative: after it): ``2026-12-01:14d``."""
    return f"{day.isoformat()}:{offset_days}d"


def job_key(
    installation: str, *, rule: str, about: str, subject: str, occurrence: str, step: str
) -> str:
    """Name a decision: the same for every replica and after every restore.

    ``subject`` and ``occurrence`` are names that the business or duly's own counting gave.
    """
    return _digest(installation, rule, about, subject, occurrence, step)


def charge_key(installation: str, *, subscription: str, invoice: str, number: int) -> str:
    """Name one attempt at one invoice, as the gateway sees it.

    ``subscription`` is the business's own name, ``invoice`` what it bills of it.
    """
    return _digest(installation, "charge", subscription, invoice, str(number))


def _digest(*parts: str) -> str:
    """Hide the names in a key: some businesses call people by their addresses."""
    return hashlib.sha256(_SEPARATOR.join(parts).encode()).hexdigest()[:KEY_LENGTH]


def in_share(key: str, percent: int) -> bool:
    """Tell whether a key falls into the given percentage, the same way for ever."""
    return int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) % 100 < percent
