"""The limits of dispatch fit each other."""

import pytest

from duly.dispatch.desk import AT_ONCE, BATCH, CALL_LIMIT_S, LEASE
from duly.model.ledger import JobClass


@pytest.mark.parametrize("job_class", sorted(LEASE))
def test_a_claim_holds_longer_than_its_calls_can_take(job_class: JobClass) -> None:
    # As many rounds as the batch needs, each as long as a call may take.
    rounds = -(-BATCH[job_class] // AT_ONCE)

    assert rounds * CALL_LIMIT_S < LEASE[job_class].total_seconds()


def test_every_class_that_reaches_outside_has_a_lease() -> None:
    assert set(LEASE) == set(JobClass) - {JobClass.BOOKS}
