"""The error tree: each class tells the caller what to do.

    DulyError
    ├── InputError        what somebody gave us is wrong: show it, exit 1, change nothing
    ├── UsageError        the command was called wrongly: show it, exit 2
    ├── OutsideError      a file, database or service outside is not there: show it, exit 3
    └── StateError        a change that the state does not allow: refuse the change, keep the state
        ├── ClockError    the clock stands before the last look: act on what was decided
        └── TakenError    somebody else did it meanwhile: look again

Connector failures are their own family, in ``duly.connector``: dispatch turns them into outcomes.
"""


class DulyError(Exception):
    """Root of all errors that duly raises on purpose."""


class InputError(DulyError):
    """Say what is wrong with a value somebody gave, and what to give instead."""


class UsageError(DulyError):
    """Say how a command wants to be called."""


class OutsideError(DulyError):
    """Say what outside duly could not be reached or used."""


class StateError(DulyError):
    """Refuse a change that the present state does not allow."""


class ClockError(StateError):
    """Refuse to look at a moment before the last look: the clock stands wrong, or stood wrong."""


class TakenError(StateError):
    """Refuse what somebody else has done meanwhile: looked at again, it is found done."""
