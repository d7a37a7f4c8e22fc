"""Keys made of business facts, never of wall time: the same decision has the same key."""

import hashlib
from datetime import date

_SEPARATOR = "\x1f"
KEY_LENGTH = 40


def cycle_key(index: int) -> str:
    """Name the k-th cycle of a subscription."""
    return f"cycle:{index}"


def date_key(day: date, offset_days: int) -> str:
    """Name a date and how many days before it (negative: after it): ``2026-12-01:14d``."""
    return f"{day.isoformat()}:{offset_days}d"


def attempt_key(invoice_id: int, number: int) -> str:
    """Name one try to collect an invoice."""
    return f"{invoice_id}:{number}"


def job_key(installation: str, rule: str, subject: int, occurrence: str, step: str) -> str:
    """Name a decision: the same for every replica and after every restore, and 40 letters long."""
    parts = (installation, rule, str(subject), occurrence, step)
    return hashlib.sha256(_SEPARATOR.join(parts).encode()).hexdigest()[:KEY_LENGTH]


def charge_key(installation: str, invoice_id: int, number: int) -> str:
    """Name one attempt at one invoice, as the gateway sees it."""
    return f"{installation}:{invoice_id}:{number}"


def in_share(key: str, percent: int) -> bool:
    """Tell whether a key falls into the given percentage, the same way for ever."""
    return int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) % 100 < percent
