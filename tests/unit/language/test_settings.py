"""What duly.yaml says of the business and of its connectors."""

from datetime import time

import pytest

from duly.condition.own import OWN_TYPES
from duly.language.settings_shape import TYPES_OF_FIELDS
from duly.language.workspace import Settings, read_workspace
from duly.model.business import Business, Hours, OwnField, Series
from duly.values.duration import Duration, Unit
from language_files import FOLDER, PLACES, workspace


def settings(text: str, environment: dict[str, str] | None = None) -> Settings:
    files = {**workspace(FOLDER / "base"), PLACES["settings"]: text.encode()}
    reading = read_workspace(files, environment=environment or {}, outlets=None)
    assert reading.settings is not None, reading.problems
    return reading.settings


EVERYTHING = (FOLDER / "good" / "settings" / "everything.yaml").read_text(encoding="utf-8")
LEAST = (
    "business: {name: Tea, country: RO}\nzone: UTC\nlanguages: [en, ro]\ncurrency: RON\n"
    "fields: {cups: {type: number}}\nmessages: {topics: {news: News}}\n"
)


def test_everything_that_is_written_is_known() -> None:
    assert settings(EVERYTHING, {"PLACE": "/srv"}).business == Business(
        name="Tiny Tea",
        zone="Europe/Bucharest",
        currency="RON",
        languages=("en", "ro"),
        environment="live",
        legal_name="Tiny Tea SRL",
        country="RO",
        tax_id="RO18547290",
        registry="J12/345/2019",
        email="tea@example.com",
        web="https://tea.example.com",
        iban="RO49AAAA1B31007593840000",
        bank="Example Bank",
        address={
            "street": "Str. Horea 10",
            "city": "Cluj-Napoca",
            "region": "CJ",
            "postcode": "010020",
            "country": "RO",
        },
        sender="Tiny Tea <tea@example.com>",
        hours=Hours(time(5, 15), time(10), time(18, 30)),
        due_in=Duration(2, Unit.WEEK),
        series={"invoice": Series("T-{n}", yearly=False, starts_at=100)},
        fields=(
            OwnField("cups", "number", "subscriber", "Cups a day."),
            OwnField("taste", "word", "subscription", "", ("mild", "strong")),
            OwnField("app.first_login", "date"),
        ),
        topics={"news": "News", "no": "Nothing"},
        payments=("cards",),
    )


def test_what_is_not_written_has_a_default() -> None:
    found = settings(LEAST)

    assert found.database == ""
    assert found.connectors == {}
    assert found.business == Business(
        name="Tea",
        zone="UTC",
        currency="RON",
        languages=("en", "ro"),
        country="RO",
        fields=(OwnField("cups", "number"),),
        topics={"news": "News"},
    )


def test_secrets_come_from_the_environment() -> None:
    found = settings(EVERYTHING, {"PLACE": "/srv"})

    assert found.database == "sqlite:////srv/tea.db"
    email = found.connectors["email"]
    assert (email.name, email.use) == ("email", "outbox")
    assert email.values == {"folder": "/srv/out", "tags": ("a", "/srv")}
    assert found.connectors["cards"].values == {}


def test_secrets_are_not_shown() -> None:
    found = settings(EVERYTHING, {"PLACE": "hush"})

    assert "hush" not in repr(found)


def test_a_secret_may_look_like_a_placeholder() -> None:
    text = LEAST + 'connectors: {cards: {use: sandbox, key: "${ONE}${TWO}"}}\n'

    found = settings(text, {"ONE": "${TWO}", "TWO": "2"})

    assert found.connectors["cards"].values == {"key": "${TWO}2"}


@pytest.mark.parametrize("place", ["business: {name: '${NAME}', country: RO}"])
def test_the_environment_is_not_asked_elsewhere(place: str) -> None:
    text = LEAST.replace("business: {name: Tea, country: RO}", place)

    assert settings(text, {"NAME": "hush"}).business.name == "${NAME}"


def test_each_type_of_an_own_field_can_be_written() -> None:
    assert tuple(TYPES_OF_FIELDS) == tuple(str(kind) for kind in OWN_TYPES)


@pytest.mark.parametrize(
    "pattern", ["{n}", "A{year}-{n:05}", "{year}/{n:3}", "{{x}}{n}{year}", "{n}{n}{year}"]
)
def test_a_number_pattern_fills_the_year_and_the_number(pattern: str) -> None:
    text = LEAST + f'invoices: {{series: {{invoice: {{number: "{pattern}", restarts: never}}}}}}\n'

    series = settings(text).business.series["invoice"]

    assert series.pattern.format(year=2026, n=7)


@pytest.mark.parametrize(
    "pattern",
    ["{year}", "{n.real}", "{n!r}", "{n:>99999999999}", "{n:{year}}", "{0}", "{", "{n:05f}", "{}"],
)
def test_a_number_pattern_can_do_nothing_else(pattern: str) -> None:
    text = LEAST + f'invoices: {{series: {{invoice: {{number: "{pattern}", restarts: never}}}}}}\n'
    files = {**workspace(FOLDER / "base"), PLACES["settings"]: text.encode()}

    reading = read_workspace(files, environment={}, outlets=None)

    codes = [problem.code for problem in reading.problems if problem.span.file == "duly.yaml"]
    assert codes == ["not-the-form-of-a-number"]
