"""From the cells of one row to what is enrolled, and everything that is wrong with it at once."""

from collections.abc import Mapping
from datetime import date

import pytest

from duly.importing.enrolment import Skipped
from duly.importing.row import BadRowError
from duly.model.enrolment import EnrolledMethod, EnrolledSubscriber, EnrolledSubscription, Enrolment
from duly.model.subscription import Status
from duly.values.money import Money
from import_cases import LEAST, read, read_row

ROW = {"No": "A-1", "Client": "C-1", "Plan": "box-small", "Start": "2026-01-31"}


def enrolment(text: str, **cells: str) -> Enrolment:
    """Read one row of a mapping; underscores in names of cells stand for spaces."""
    found = read_row(read(text), row(cells))
    assert isinstance(found, Enrolment)
    return found


def row(cells: Mapping[str, str]) -> dict[str, str]:
    return ROW | {name.replace("_", " "): text for name, text in cells.items()}


def person(line: str, **cells: str) -> EnrolledSubscriber:
    return enrolment(LEAST.replace("subscriber:\n", f"subscriber:\n  {line}\n"), **cells).subscriber


def subscription(lines: str, **cells: str) -> EnrolledSubscription:
    found = enrolment(f"{LEAST}  {lines}\n", **cells).subscription
    assert found is not None
    return found


def complaint(text: str, **cells: str) -> str:
    with pytest.raises(BadRowError) as caught:
        read_row(read(text), row(cells))
    return str(caught.value)


def about_person(line: str, **cells: str) -> str:
    return complaint(LEAST.replace("subscriber:\n", f"subscriber:\n  {line}\n"), **cells)


# What comes out.


def test_the_least_row_is_an_active_subscription_at_the_price_of_the_plan() -> None:
    found = enrolment(LEAST)

    assert found.method is None
    assert found.subscriber == EnrolledSubscriber(
        external_id="C-1", language="ro", zone="Europe/Bucharest"
    )
    told = found.subscription
    assert told is not None
    assert (told.external_id, told.plan, told.price) == ("A-1", "box-small", "box-small-2026")
    assert (told.amount, told.status) == (Money(8900, "RON"), Status.ACTIVE)
    assert (told.started_on, told.settled_until) == (date(2026, 1, 31), date(2026, 12, 1))


@pytest.mark.parametrize(
    ("line", "cell", "field", "value"),
    [
        ("name: X", "  Ana \n Pop ", "name", "Ana Pop"),
        ("email: X", "ana@example.com", "email", "ana@example.com"),
        ("phone: X", "+40 (712) 345-678", "phone", "+40 (712) 345-678"),
        ("push: X", "device-1", "push", "device-1"),
        ("language: X", "EN", "language", "en"),
        ("language: X", "ro-RO", "language", "ro"),
        ("language: X", "", "language", "ro"),  # the first of duly.yaml
        ("country: X", "de", "country", "DE"),
        ("kind: {column: X, words: {SRL: company}}", "SRL", "kind", "company"),
        ("kind: {column: X, words: {SRL: company}}", "", "kind", "person"),
        ("zone: X", "America/New_York", "zone", "America/New_York"),
        ("signed_up_on: X", "2020-02-29", "signed_up_on", date(2020, 2, 29)),
        ("signed_up_on: {months_ago: X}", "3", "signed_up_on", date(2026, 9, 1)),
        ("signed_up_on: X", "", "signed_up_on", None),
        ('email: {text: "{X}@example.test"}', "7590", "email", "7590@example.test"),
        ('email: {text: "{X}@example.test"}', "", "email", ""),  # all cells are empty
        ("address: {city: X}", "Cluj-Napoca", "address", {"city": "Cluj-Napoca"}),
        ("address: {city: X}", "", "address", {}),
        ("address: {region: X}", "CJ", "region", "CJ"),
        ("address: {country: X}", "RO", "country", "RO"),
        ("consent.news: {column: X, agreed_when: [DA, x], given: then}", "x", "consents",
         {"news": True}),
        ("consent.news: {column: X, agreed_when: [DA, x], given: then}", "NU", "consents",
         {"news": False}),
        ("consent.news: {column: X, agreed_when: [DA, x], given: then}", "", "consents", {}),
    ],
)  # fmt: skip
def test_a_fact_of_a_subscriber(line: str, cell: str, field: str, value: object) -> None:
    assert getattr(person(line, X=cell), field) == value


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("GB", "Europe/London"),  # the only one of the country
        ("US", "Europe/Bucharest"),  # one of many: the business's own
        ("", "Europe/Bucharest"),
    ],
)
def test_a_zone_that_is_not_told_follows_the_country(country: str, zone: str) -> None:
    assert person("country: X", X=country).zone == zone


@pytest.mark.parametrize(
    ("name", "form", "cell", "value"),
    [
        ("cups_a_day", "X", "3", 3),
        ("cups_a_day", "X", "2.50", 2.5),
        ("visits", "X", "3.0", 3),
        ("share_used", "X", "80%", 80),
        ("deposit", "X", "12.50 RON", {"minor": 1250, "currency": "RON"}),
        ("is_vip", "X", "Yes", True),
        ("is_vip", "X", "0", False),
        ("is_vip", "{column: X, words: {da: yes, nu: no}}", "nu", False),
        ("is_vip", "{formula: row.x > 10}", "11", True),
        ("app.first_login", "X", "2026-05-01", "2026-05-01"),
        ("note", "X", " two\nlines ", "two\nlines"),
        ("note", "{formula: lower(row.x)}", "ANA", "ana"),
        ("cups_a_day", "{formula: row.x / 3}", "1", 1 / 3),
    ],
)
def test_a_field_of_the_business_is_kept_as_it_is_declared(
    name: str, form: str, cell: str, value: object
) -> None:
    assert person(f"{name}: {form}", X=cell).own == {name: value}


def test_an_empty_field_of_the_business_is_missing() -> None:
    assert person("note: X", X=" ").own == {}


@pytest.mark.parametrize(
    ("line", "cells", "amount"),
    [
        ("amount: X", {"X": "29.85"}, 2985),
        ("amount: X", {"X": "29.85 RON"}, 2985),
        ("amount: X", {"X": "0"}, 0),
        ("amount: {column: X, missing: plan_price}", {"X": ""}, 8900),
        ("amount: {always: 12.00}", {}, 1200),
        ("amount: {formula: row.x * 1.21}", {"X": "10.05"}, 1216),  # 12.1605
        ("amount: {formula: row.x / 3}", {"X": "0.05"}, 2),  # 0.01666…
        ("amount: {formula: row.x / 2}", {"X": "0.05"}, 3),  # half away from zero
        ("amount: {formula: row.x * 2, missing: plan_price}", {"X": ""}, 8900),
    ],
)
def test_an_amount_is_exact_and_rounded_once(
    line: str, cells: Mapping[str, str], amount: int
) -> None:
    assert subscription(line, **cells).amount == Money(amount, "RON")


@pytest.mark.parametrize(
    ("months", "day"),
    [
        ("0", date(2026, 12, 1)),
        ("1", date(2026, 11, 1)),
        ("34", date(2024, 2, 1)),
        ("1.0", date(2026, 11, 1)),
    ],
)
def test_months_count_back_from_the_take_over(months: str, day: date) -> None:
    text = LEAST.replace("started_on: Start", "started_on: {months_ago: Start}")
    told = enrolment(text, Start=months).subscription

    assert told is not None
    assert told.started_on == day


def test_months_before_a_31st_end_with_their_month() -> None:
    text = LEAST.replace("2026-12-01", "2026-01-31")
    text = text.replace("started_on: Start", "started_on: {months_ago: Start}")
    told = enrolment(text, Start="2").subscription

    assert told is not None
    assert told.started_on == date(2025, 11, 30)


def test_a_formula_counts_days_to_the_take_over() -> None:
    found = person("visits: {formula: days_since(row.start)}")

    assert found.own == {"visits": 304}  # from 31 January to 1 December 2026


def test_cells_are_read_in_the_format_of_the_file() -> None:
    text = LEAST + '  amount: X\nformat: {decimal: ",", dates: DD.MM.YYYY}\n'
    told = enrolment(text, Start="31.01.2026", X="1.029,85").subscription

    assert told is not None
    assert (told.started_on, told.amount) == (date(2026, 1, 31), Money(102985, "RON"))


@pytest.mark.parametrize(
    ("written", "cells", "method"),
    [
        ("{by: cards, token: Card}", {"Card": "pm_1"}, EnrolledMethod("cards", "pm_1", "other")),
        ("{by: cards, token: Card, kind: {always: card}}", {"Card": "pm_1"},
         EnrolledMethod("cards", "pm_1", "card")),
        ("{by: cards, token: Card}", {"Card": ""}, None),
        ("{by: cards, token: Card, when: row.card != 'none'}", {"Card": "none"}, None),
        ("{by: cards, token: Card, when: row.card != ''}", {"Card": ""}, None),
        ('{by: cards, token: {text: "pays/{No}"}}', {}, EnrolledMethod("cards", "pays/A-1")),
        ("{by: {column: Via, words: {T: transfer}}, token: Card}", {"Via": "T", "Card": "x"},
         EnrolledMethod("transfer", "x")),
    ],
)  # fmt: skip
def test_a_way_to_pay(
    written: str, cells: Mapping[str, str], method: EnrolledMethod | None
) -> None:
    assert enrolment(f"{LEAST}payment_method: {written}\n", **cells).method == method


@pytest.mark.parametrize(
    ("formula", "cell", "skipped"),
    [
        ("row.x", "yes", True),  # a cell alone is yes or no
        ("row.x", "off", False),
        ("not row.x", "", False),  # missing is neither
        ("row.x > 10", "11", True),
        ("row.x >= '2.50 RON' * 2", "5", True),  # beside money it is money
        ("row.x >= '2.50 RON' * 2", "4.99 RON", False),
        ("row.x < add_days('2026-01-01', 0)", "2025-12-31", True),  # beside a day it is a day
        ("add_days(row.start, row.x) == '2026-02-02'", "2", True),
        ("row.x in ['a', 'b']", "b", True),
    ],
)
def test_a_cell_is_what_the_formula_uses_it_for(formula: str, cell: str, skipped: bool) -> None:
    found = read_row(read(f'{LEAST}skip_when: "{formula}"\n'), row({"X": cell}))

    assert isinstance(found, Skipped) is skipped


@pytest.mark.parametrize(
    ("formula", "cell", "said"),
    [
        ("row.x", "maybe", "is neither yes nor no; say under words: which of them it stands for"),
        ("row.x > 10", "ten", "is no number; write it like 1234.50"),
        ("row.x > '2.50 RON' * 2", "five", "is no number; write it like 1234.50"),
        ("days_since(row.x) > 3", "1.1.2026", "is no date; write it like 2026-12-31"),
        ("add_days(row.start, row.x) == '2026-02-02'", "1.5", "is no whole number"),
    ],
)
def test_a_cell_that_a_formula_cannot_use_is_told(formula: str, cell: str, said: str) -> None:
    assert complaint(f'{LEAST}skip_when: "{formula}"\n', X=cell) == (f'X is "{cell}", which {said}')


@pytest.mark.parametrize(("state", "skipped"), [("Anulat", True), ("Activ", False), ("", False)])
def test_a_row_can_be_left_out(state: str, skipped: bool) -> None:
    text = LEAST + "skip_when: row.stare == 'Anulat'\n"

    found = read_row(read(text), row({"Stare": state}))

    assert isinstance(found, Skipped) is skipped


def test_a_row_that_is_left_out_need_not_be_right() -> None:
    text = LEAST + "skip_when: row.stare == 'Anulat'\n"

    assert read_row(read(text), row({"Stare": "Anulat", "Start": "never"})) == Skipped()


# What is wrong.


@pytest.mark.parametrize(
    ("line", "cells", "said"),
    [
        ("status: {column: X, words: {Da: active}}", {"X": "Nu"},
         'X is "Nu", which words: does not list'),
        ("status: {column: X, words: {Da: active}}", {"X": ""},
         "X (status) is empty, and every row needs it"),
        ("amount: X", {"X": ""}, "X (amount) is empty, and every row needs it"),
        ("amount: X", {"X": "n/a"}, 'X is "n/a", which is no number; write it like 1234.50'),
        ("amount: X", {"X": "-1"}, 'X is "-1", which is negative; write 0 or more'),
        ("amount: X", {"X": "1.005"},
         'X is "1.005", which has more decimals than RON; write 2 at most'),
        ("amount: X", {"X": "5.00 EUR"},
         'X is "5.00 EUR", which is no number; write it like 1234.50'),
        ("amount: {formula: row.x * 2}", {"X": ""},
         "amount cannot be calculated: a cell of its formula is empty"),
        ("amount: {formula: row.x * 2}", {"X": "two"},
         'X is "two", which is no number; write it like 1234.50'),
        ("amount: {formula: 0 - row.x}", {"X": "2"},
         'amount is "-2", which is negative; write 0 or more'),
        ("paid_until: X", {"X": "31.12.2026"},
         'X is "31.12.2026", which is no date; write it like 2026-12-31'),
        ("roast: X", {"X": "burnt"},
         'X is "burnt", which is not a word of "roast"; possible here: light, medium, dark'),
    ],
)  # fmt: skip
def test_a_bad_cell_of_a_subscription(line: str, cells: Mapping[str, str], said: str) -> None:
    assert complaint(f"{LEAST}  {line}\n", **cells) == said


@pytest.mark.parametrize(
    ("line", "cell", "said"),
    [
        ("email: X", "ana(at)example",
         'X is "ana(at)example", which is not a mail address; write one such as ana@example.com'),
        ("email: X", "ana@example", 'X is "ana@example", which is not a mail address; '
         "write one such as ana@example.com"),
        ("email: X", "a@b.ro, c@d.ro", 'X is "a@b.ro, c@d.ro", which is not a mail address; '
         "write one such as ana@example.com"),
        ('email: {text: "{X}@example"}', "7",
         'email is "7@example", which is not a mail address; write one such as ana@example.com'),
        ("phone: X", "ask Ana", 'X is "ask Ana", which is not a telephone number; '
         "write one such as +40 712 345 678"),
        ("phone: X", "4111 1111 1111 1111", 'X is "4111 1111 1111 1111", which is not a telephone '
         "number; write one such as +40 712 345 678"),
        ("language: X", "de",
         'X is "de", which is not a language of duly.yaml; write one of ro, en'),
        ("country: X", "Romania",
         'X is "Romania", which is not a country; write two letters, such as RO'),
        ("country: X", "UK", 'X is "UK", which is not a country; write GB'),
        ("zone: X", "Bucharest",
         'X is "Bucharest", which is not a time zone; write "Europe/Bucharest"'),
        ("kind: X", "SRL",
         'X is "SRL", which is neither person nor company; possible here: person, company'),
        ("signed_up_on: {months_ago: X}", "-1", 'X is "-1", which is no number of months'),
        ("signed_up_on: {months_ago: X}", "1.5", 'X is "1.5", which is no number of months'),
        ("signed_up_on: {months_ago: X}", "1201", 'X is "1201", which is no number of months'),
        ("signed_up_on: {months_ago: X}", "ten", 'X is "ten", which is no number of months'),
        ("is_vip: X", "maybe", 'X is "maybe", which is neither yes nor no; '
         "say under words: which of them it stands for"),
        ("visits: X", "1.5", 'X is "1.5", which is not a whole number; write it without decimals'),
        ("cups_a_day: X", "three", 'X is "three", which is no number; write it like 1234.50'),
        ("name: X", "a" * 201,
         f'X is "{"a" * 60}…", which has 201 characters; write 200 at most'),
        ("note: X", "card 4111 1111 1111 1111",
         "X holds what looks like a card number, which duly never stores; leave it out"),
        ("name: X", "4111111111111111",
         "X holds what looks like a card number, which duly never stores; leave it out"),
    ],
)  # fmt: skip
def test_a_bad_cell_of_a_subscriber(line: str, cell: str, said: str) -> None:
    assert about_person(line, X=cell) == said


def test_a_card_number_is_no_token() -> None:
    text = LEAST + "payment_method: {by: cards, token: Card}\n"

    assert complaint(text, Card="4111111111111111") == (
        "Card holds what looks like a card number, which duly never stores; leave it out"
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("No", "No (external_id) is empty, and every row needs it"),
        ("Client", "Client (external_id) is empty, and every row needs it"),
        ("Plan", "Plan (plan) is empty, and every row needs it"),
        ("Start", "Start (started_on) is empty, and every row needs it"),
    ],
)
def test_what_every_row_needs_is_asked_for(name: str, said: str) -> None:
    assert complaint(LEAST, **{name: "  "}) == said


def test_everything_that_is_wrong_is_said_at_once() -> None:
    text = LEAST.replace("subscriber:\n", "subscriber:\n  email: Mail\n") + "  amount: Price\n"

    assert complaint(text, Plan="Mic", Start="soon", Mail="@", Price="x") == (
        'Mail is "@", which is not a mail address; write one such as ana@example.com; '
        'Price is "x", which is no number; write it like 1234.50; '
        'Plan is "Mic", which is not a plan; possible here: box-small, box-large, box-office, '
        "gift-6, bound, yearly; "
        'Start is "soon", which is no date; write it like 2026-12-31'
    )


def test_the_same_complaint_is_said_once() -> None:
    text = LEAST.replace("subscriber:\n", "subscriber:\n  signed_up_on: Start\n")

    assert complaint(text, Start="soon") == (
        'Start is "soon", which is no date; write it like 2026-12-31'
    )
