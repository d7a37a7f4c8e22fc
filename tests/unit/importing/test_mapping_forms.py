"""Every form that may stand on the right of a mapping."""

from datetime import date
from fractions import Fraction

import pytest

from duly.condition.types import Type
from duly.language.mapping import read_mapping
from duly.language.mapping_headings import check_headings, row_names
from duly.language.mapping_shape import mapping_shape
from duly.language.mapping_tree import Always, Column, Computed, MonthsAgo, Pattern, Source, Taken
from duly.model.subscription import Status
from duly.resources import find
from duly.shape.editor import editor_schema
from duly.values.problem import Span, render
from import_cases import BUSINESS, CATALOG, GATEWAYS, LEAST, read

NOWHERE = Span("old.yaml", 1, 1)


def subscriber(line: str) -> str:
    """Write the least mapping with one more line about the subscriber."""
    return LEAST.replace("subscriber:\n", f"subscriber:\n  {line}\n")


def origin(source: Source[object] | Source[str] | Source[date] | None) -> object:
    assert isinstance(source, Taken)
    return source.origin


def column(heading: str) -> Column:
    return Column(heading, NOWHERE)


def test_a_plain_word_is_a_heading() -> None:
    mapping = read(subscriber("name: Nume client"))

    assert origin(mapping.subscriber.texts["name"]) == column("Nume client")


def test_words_translate_a_column() -> None:
    mapping = read(LEAST + "  status: {column: Churn, words: {No: active, Yes: ended}}\n")

    assert mapping.subscription is not None
    status = mapping.subscription.status
    assert isinstance(status, Taken)
    assert status.origin == column("Churn")
    assert status.words == {"No": Status.ACTIVE, "Yes": Status.ENDED}


def test_a_word_may_stand_for_an_empty_cell() -> None:
    mapping = read(subscriber('language: {column: Limba, words: {"": ro, E: en}}'))

    language = mapping.subscriber.texts["language"]
    assert isinstance(language, Taken)
    assert language.words == {"": "ro", "E": "en"}


def test_always_is_read_at_once() -> None:
    mapping = read(subscriber("language: {always: RO}"))

    assert mapping.subscriber.texts["language"] == Always("ro")


def test_a_formula_may_give_a_text_a_number_a_day_or_words() -> None:
    mapping = read(
        LEAST.replace(
            "started_on: Start", "started_on: {formula: 'add_days(row.start, 1)'}"
        ).replace(
            "plan: Plan", "plan: {formula: round(row.size), words: {1: box-small, 2: box-large}}"
        )
        + "  amount: {formula: row.price * 1.21}\n"
    )

    assert mapping.subscription is not None
    sources = [
        origin(mapping.subscription.plan),
        origin(mapping.subscription.amount),
        origin(mapping.subscription.started_on),
    ]
    types = [source.formula.type for source in sources if isinstance(source, Computed)]
    assert types == [Type.WHOLE, Type.NUMBER, Type.DATE]


@pytest.mark.parametrize(
    ("written", "pieces"),
    [
        ("{No}@example.test", (column("No"), "@example.test")),
        ("{ First name } {Last}", (column("First name"), " ", column("Last"))),
        ("{{{No}}}", ("{", column("No"), "}")),
        ("the same for all", ("the same for all",)),
    ],
)
def test_a_text_holds_cells_in_braces(written: str, pieces: tuple[str | Column, ...]) -> None:
    mapping = read(subscriber(f'note: {{text: "{written}"}}'))

    assert origin(mapping.subscriber.own["note"]) == Pattern(pieces)


def test_months_ago_counts_back_from_the_take_over() -> None:
    mapping = read(LEAST.replace("started_on: Start", "started_on: {months_ago: tenure}"))

    assert mapping.subscription is not None
    assert origin(mapping.subscription.started_on) == MonthsAgo(column("tenure"))


@pytest.mark.parametrize(
    ("written", "may_be_missing"),
    [
        ("Price", False),
        ("{column: Price}", False),
        ("{column: Price, missing: plan_price}", True),
        ("{formula: row.price * 2, missing: plan_price}", True),
    ],
)
def test_the_price_of_the_plan_may_stand_in_for_an_amount(
    written: str, may_be_missing: bool
) -> None:
    mapping = read(f"{LEAST}  amount: {written}\n")

    assert mapping.subscription is not None
    assert mapping.subscription.or_plan_price is may_be_missing


def test_without_an_amount_the_plan_has_the_price() -> None:
    mapping = read(LEAST)

    assert mapping.subscription is not None
    assert mapping.subscription.amount is None
    assert mapping.subscription.or_plan_price


def test_an_amount_for_all_is_in_the_main_unit() -> None:
    mapping = read(LEAST + "  amount: {always: 29.85}\n")

    assert mapping.subscription is not None
    assert mapping.subscription.amount == Always(Fraction(2985, 100))


def test_consents_know_their_words_and_their_proof() -> None:
    mapping = read(
        subscriber("consent.news: {column: Stiri, agreed_when: [DA, x], given: paper of 2024}")
    )

    (consent,) = mapping.subscriber.consents
    assert (consent.topic, consent.agreed_when) == ("news", {"DA", "x"})
    assert mapping.subscriber.consent_source == "paper of 2024"


def test_the_address_has_parts() -> None:
    mapping = read(subscriber("address: {street: Strada, city: Oras, country: {always: RO}}"))

    address = mapping.subscriber.address
    assert list(address) == ["street", "city", "country"]
    assert origin(address["street"]) == column("Strada")
    assert address["country"] == Always("RO")


@pytest.mark.parametrize(
    ("by", "source"),
    [("cards", Always("cards")), ("{always: transfer}", Always("transfer"))],
)
def test_a_plain_word_after_by_is_a_connector(by: str, source: Source[str]) -> None:
    mapping = read(f"{LEAST}payment_method: {{by: {by}, token: Card}}\n")

    assert mapping.payment_method is not None
    assert mapping.payment_method.by == source


def test_a_column_after_by_names_connectors() -> None:
    mapping = read(
        f"{LEAST}payment_method: {{by: {{column: Via, words: {{C: cards}}}}, token: Card}}\n"
    )

    assert mapping.payment_method is not None
    assert origin(mapping.payment_method.by) == column("Via")


def test_a_row_may_be_a_subscriber_alone() -> None:
    mapping = read(
        "file: people.csv\neach_row: subscriber\ntake_over_on: 2026-12-01\n"
        "subscriber: {same: {external_id: Client}}\n"
    )

    assert mapping.subscription is None


def test_the_format_says_how_cells_are_written() -> None:
    mapping = read(
        LEAST + 'format: {separator: ";", decimal: ",", dates: DD.MM.YYYY, encoding: cp1250}\n'
    )

    assert (mapping.format.separator, mapping.format.decimal) == (";", ",")
    assert mapping.format.date("1.2.2026") == date(2026, 2, 1)
    assert mapping.format.encoding == "cp1250"


@pytest.mark.parametrize("written", ["tab", '"\\t"', "'\\t'"])
def test_a_tab_may_be_named(written: str) -> None:
    assert read(f"{LEAST}format: {{separator: {written}}}\n").format.separator == "\t"


def test_bad_rows_are_set_aside_unless_something_else_is_said() -> None:
    assert read(LEAST).on_bad_row == "set_aside"
    assert read(LEAST + "on_bad_row: stop\n").on_bad_row == "stop"


# The headings of the file.

FORMULAS = LEAST + "  amount: {formula: row.pret_lunar * 2}\nskip_when: row.stare == 'Anulat'\n"


def test_a_file_with_all_columns_has_no_problem() -> None:
    headings = ("No", "Client", "Plan", "Start", "Pret lunar", "Stare")

    assert check_headings(read(FORMULAS), headings) == ()


def test_every_column_that_is_not_there_is_told_with_its_place() -> None:
    headings = ("No", "Client ", "Plan", "Started", "Pret lunar (RON)", "Stare")
    problems = check_headings(read(FORMULAS), headings)

    assert "\n".join(render(one, tuple(FORMULAS.split("\n"))) for one in problems) == (
        'imports/old.yaml:6:23: old.csv has no column "Client" [unknown-heading]\n'
        "  |\n"
        "6 |   same: {external_id: Client}\n"
        "  |                       ^^^^^^\n"
        '  = did you mean "Client "?\n'
        'imports/old.yaml:9:15: old.csv has no column "Start" [unknown-heading]\n'
        "  |\n"
        "9 |   started_on: Start\n"
        "  |               ^^^^^\n"
        '  = did you mean "Stare"?\n'
        'imports/old.yaml:10:21: old.csv has no column that formulas call "row.pret_lunar" '
        "[unknown-heading]\n"
        "   |\n"
        "10 |   amount: {formula: row.pret_lunar * 2}\n"
        "   |                     ^^^^^^^^^^^^^^\n"
        '   = did you mean "pret_lunar_ron"?'
    )


def test_a_name_that_two_columns_have_is_refused() -> None:
    mapping = read(LEAST + "skip_when: row.nr == '1'\n")

    (problem,) = check_headings(mapping, ("No", "Client", "Plan", "Start", "Nr", "Nr."))

    assert problem.message == '"row.nr" could be "Nr" or "Nr."'


def test_headings_have_names_for_formulas() -> None:
    assert row_names(("Preț lunar", "Start")) == {
        "row.preț_lunar": "Preț lunar",
        "row.start": "Start",
    }


# The starter pack, and the schema for editors.


def test_the_example_of_the_pack_has_no_mistake() -> None:
    folder = find("rules") / "coffee-box" / "imports"
    mapping, problems = read_mapping(
        (folder / "old-shop.yaml").read_bytes(),
        "imports/old-shop.yaml",
        business=BUSINESS,
        catalog=CATALOG,
        gateways=GATEWAYS,
    )

    assert problems == ()
    assert mapping is not None
    first, *_ = (folder / "old-shop.csv").read_text(encoding="utf-8").splitlines()
    assert check_headings(mapping, first.split(mapping.format.separator)) == ()


def test_editors_know_the_fields_of_the_business() -> None:
    schema = editor_schema(mapping_shape(BUSINESS))

    assert "cups_a_day" in str(schema)
    assert "consent.news" in str(schema)
