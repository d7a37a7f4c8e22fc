"""When the cycles of a subscription that is taken over begin."""

from datetime import date

from duly.model.enrolment import EnrolledSubscription
from duly.values.cycle import boundary, index_at
from duly.values.duration import Duration, add

_LONGEST_SEARCH = 50  # 29 February comes back after at most 8 years


def anchor_for(started_on: date, every: Duration, paid_until: date) -> date:
    """Return the day to count cycles from, so that one begins on the first day not paid yet.

    That is the first day itself if it does; else a day before it from which the boundaries fall
    on ``paid_until`` and the days after it, as if they had always been counted so.
    """
    index = index_at(started_on, every, paid_until)
    if boundary(started_on, every, index) == paid_until:
        return started_on
    for back in range(index + 1, index + 1 + _LONGEST_SEARCH):
        anchor = boundary(paid_until, every, -back)
        # A day that the month does not have has been clamped and would lose the 31st for good.
        if boundary(anchor, every, back) == paid_until and anchor.day >= paid_until.day:
            return anchor
        if every.days:
            return anchor
    return paid_until  # of cycles so long, none begins before it


def first_bill_on(one: EnrolledSubscription) -> date | None:
    """Return the first day of the first cycle that duly bills; None if it ends before that."""
    anchor = one.anchor_on or one.started_on
    since = one.settled_until or one.started_on
    index = index_at(anchor, one.every, since)
    day = boundary(anchor, one.every, index)
    if day < since:
        day = boundary(anchor, one.every, index + 1)
    end = one.ending_on
    if one.term_then == "ends" and one.term is not None:
        term_end = add(one.started_on, one.term)
        end = min(end, term_end) if end else term_end
    return None if end is not None and end <= day else day
