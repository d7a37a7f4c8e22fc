"""Options and fixtures of all tests: the long forms, and real databases."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest

import databases

_LONG_EXAMPLES = 1000

# A deadline or a slow strategy measures the machine, not the code.
hypothesis.settings.register_profile(
    "duly", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile(
    "duly-all", hypothesis.settings.get_profile("duly"), max_examples=_LONG_EXAMPLES
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="run the long forms of the tests too")


def pytest_configure(config: pytest.Config) -> None:
    hypothesis.settings.load_profile("duly-all" if config.getoption("--all") else "duly")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--all"):
        return
    long = [item for item in items if item.get_closest_marker("all")]
    items[:] = [item for item in items if not item.get_closest_marker("all")]
    config.hook.pytest_deselected(items=long)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give the URL of a PostgreSQL server where databases can be made."""
    with ExitStack() as stack:
        given = os.environ.get("DULY_TEST_POSTGRES")
        try:
            yield given or stack.enter_context(databases.postgres_server())
        except databases.NoPostgresError as error:
            complain = pytest.fail if os.environ.get("CI") else pytest.skip
            complain(str(error))


@pytest.fixture
def fresh_postgres(postgres_url: str) -> Iterator[str]:
    """Give the URL of an empty PostgreSQL database that is dropped after the test."""
    with databases.temporary_database(postgres_url) as url:
        yield url


@pytest.fixture
def fresh_sqlite(tmp_path: Path) -> str:
    """Give the URL of a SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'duly.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Run the test twice: with an empty SQLite and with an empty PostgreSQL database."""
    fixtures = {"sqlite": "fresh_sqlite", "postgresql": "fresh_postgres"}
    url: str = request.getfixturevalue(fixtures[request.param])
    return url
