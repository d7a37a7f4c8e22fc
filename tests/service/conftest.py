"""The telephone company after ninety days, as its file is and spread over zones and days."""

from collections.abc import Iterator

import pytest

from service.telco_people import AS_TOLD, CUSTOMERS, SPREAD
from service.telco_run import Run, run_ninety_days

# One in so many customers comes in, if not all do.
ONE_IN = {AS_TOLD.name: 16, SPREAD.name: 33}


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(AS_TOLD, id="as-told", marks=pytest.mark.xdist_group("telco-as-told")),
        pytest.param(SPREAD, id="spread", marks=pytest.mark.xdist_group("telco-spread")),
    ],
)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    if not CUSTOMERS.is_file():
        pytest.skip(f"there is no file {CUSTOMERS}")
    every = 1 if request.config.getoption("--all") else ONE_IN[request.param.name]
    run = run_ninety_days(request.param, tmp_path_factory.mktemp("telco"), every)
    yield run
    run.close()
