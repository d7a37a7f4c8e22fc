"""What a connector raises, and with it what the engine does next.

Temporary       nothing happened, or repeating the same key is safe   -> tried again later
Refused         the other side said no                                -> failed, rules may react
Uncertain       it may have happened                                  -> asked by key, never guessed
Misconfigured   our credentials or settings are wrong                 -> waits, health turns red
anything else   a bug                                                 -> failed, traceback logged
"""

from enum import StrEnum


class FailureClass(StrEnum):
    """Say how a refusal is to be understood; rules see these words."""

    SOFT = "soft"  # may work another day: no funds, limit reached
    HARD = "hard"  # never try this method again: card stolen, account closed
    ACTION_NEEDED = "action_needed"  # the payer must act, as 3-D Secure asks
    MANDATE_DEAD = "mandate_dead"  # the permission to collect has ended
    FRAUD = "fraud"
    BAD_ADDRESS = "bad_address"  # nobody can be reached there; the address is suppressed


class ConnectorFailure(Exception):  # noqa: N818 - the names are the public words of connectors
    """Root of what a connector may raise; the message is one sentence without secrets."""

    def __init__(self, message: str) -> None:
        """Keep the sentence that people will read."""
        super().__init__(message)
        self.message = message


class Temporary(ConnectorFailure):
    """Report that nothing happened, or that repeating the same key is safe."""

    def __init__(self, message: str, retry_after_s: int | None = None) -> None:
        """``retry_after_s`` is the wait the other side asked for."""
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Refused(ConnectorFailure):
    """Report a definite no of the other side."""

    def __init__(self, message: str, failure: FailureClass, reference: str = "") -> None:
        """Keep the class, and as ``reference`` the other side's name for the try if it has one."""
        super().__init__(message)
        self.failure = failure
        self.reference = reference


class Uncertain(ConnectorFailure):
    """Report that the effect may or may not have happened."""


class Misconfigured(ConnectorFailure):
    """Report that our own credentials or settings are wrong."""
