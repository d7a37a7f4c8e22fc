"""What is told of a draft because of the day it is to count from, and of what is sold."""

from datetime import date

import pytest

from duly.catalog import Catalog
from duly.language.messages import MessageFiles
from duly.language.offering import read_offering
from duly.language.rule_files import Known, read_rule_files
from duly.language.source import parse
from duly.model.business import Business
from duly.shape.node import Node
from duly.values.problem import Problem

BUSINESS = Business("Tiny Tea", "Europe/Bucharest", "RON", ("en", "ro"), country="RO")
PLANS = """\
plans:
  tin: {name: Tin, prices: {tin-2026: {amount: 40.00 RON, every: 1 month, tax: food}}}
  chest: {name: Box, prices: {gift: {amount: chosen, at_least: 5.00 EUR, every: 1 week, tax: old}}}
"""
EVER = "currency: RON\ntaxes: {food: {RO: 11%}, old: {RO: 5%}}\n" + PLANS


def tree(text: str, file: str) -> Node:
    node, problems = parse(text, file)
    assert node is not None, problems
    return node


def told(problems: tuple[Problem, ...]) -> list[tuple[str, str, str]]:
    return [(one.severity, one.message, one.hint) for one in problems]


@pytest.mark.parametrize(
    ("rates", "today", "expected"),
    [
        ("{RO: [{rate: 11%, from: 2026-03-01}]}", date(2026, 3, 1), []),
        (
            "{RO: [{rate: 11%, from: 2026-03-01}]}",
            date(2026, 2, 28),
            [
                (
                    "error",
                    'the tax "food" has no rate for RO on 2026-02-28',
                    'add the rate that counts until then, such as "{rate: 11%, until: 2026-02-28}"',
                )
            ],
        ),
        ("{RO: [{rate: 11%, from: 2026-03-01}], all: 5%}", date(2026, 2, 28), []),
        ("{RO: 11%, DE: [{rate: 7%, from: 2030-01-01}]}", date(2026, 2, 28), []),
        (
            "{RO: [{rate: 9%, until: 2026-02-27}]}",
            date(2026, 2, 27),
            [
                (
                    "warning",
                    "after 2026-02-27 no rate is known",
                    "take out until:, or add the rate that follows",
                )
            ],
        ),
        (
            "{RO: [{rate: 9%, until: 2026-02-27}]}",
            date(2026, 2, 28),
            [
                (
                    "error",
                    'the tax "food" has no rate for RO on 2026-02-28',
                    'take out its last "until:", or add the rate that counts from 2026-02-28',
                ),
                (
                    "warning",
                    "after 2026-02-27 no rate is known",
                    "take out until:, or add the rate that follows",
                ),
            ],
        ),
    ],
)
def test_a_tax_that_is_used_has_a_rate_today(
    rates: str, today: date, expected: list[tuple[str, str, str]]
) -> None:
    text = EVER.replace("food: {RO: 11%}", f"food: {rates}")

    _, problems = read_offering(tree(text, "catalog.yaml"), BUSINESS, today)

    assert told(problems) == expected


def test_a_tax_that_no_price_has_may_begin_later() -> None:
    text = EVER.replace("old: {RO: 5%}", "old: {RO: 5%}, new: {RO: [{rate: 6%, from: 2030-01-01}]}")

    _, problems = read_offering(tree(text, "catalog.yaml"), BUSINESS, date(2026, 2, 28))

    assert problems == ()


def test_what_is_live_is_read_after_its_taxes_are_over() -> None:
    text = EVER.replace("food: {RO: 11%}", "food: {RO: [{rate: 9%, until: 2026-02-27}]}")

    catalog, _ = read_offering(tree(text, "catalog.yaml"), BUSINESS)

    assert catalog is not None


def known(catalog: Catalog | None, today: date | None = None) -> Known:
    plans = {"tin": "", "chest": ""}
    return Known(
        BUSINESS, plans, MessageFiles(), None, is_certain=True, catalog=catalog, today=today
    )


def rule(condition: str, days: str = "") -> Node:
    text = (
        f"rules: {{care: {{when: {{cycle_due: }}, only_if: {{{condition}}}, {days}do: [pause: ]}}}}"
    )
    return tree(text, "rules/care.yaml")


CATALOG, _ = read_offering(tree(EVER, "catalog.yaml"), BUSINESS)


@pytest.mark.parametrize(
    ("condition", "message", "hint"),
    [
        (
            "subscription.price: tin-2025",
            'subscription.price holds a word: "tin-2025" is not possible here',
            'did you mean "tin-2026"?',
        ),
        (
            "subscription.plan: box",
            'subscription.plan holds a word: "box" is not possible here',
            "possible here: tin, chest",
        ),
        (
            "subscription.amount: {at_least: 5.00 USD}",
            'subscription.amount holds money: "5.00 USD" is in USD, and amounts here '
            "are in RON or EUR",
            'write one such as "5.00 RON"',
        ),
        (
            "subscription.amount: {at_least: 5}",
            'subscription.amount holds money: "5" is not an amount of money',
            'write a number and a currency, such as "5.00 RON"',
        ),
        (
            "subscriber.paid_total: {at_least: 5.00 EUR}",  # a sum in the currency of the business
            'paid_total holds money: "5.00 EUR" is in EUR, and amounts here are in RON',
            'write one such as "5.00 RON"',
        ),
        (
            "formula: 2 * subscription.amount > '9.00 USD'",
            '"9.00 USD" is in USD, and amounts here are in RON or EUR',
            'write one such as "5.00 RON"',
        ),
        (
            "formula: subscription.amount > 5",
            "subscription.amount holds money and cannot be compared with 5, which is a whole "
            "number",
            "write '5.00 RON'",
        ),
    ],
)
def test_what_is_not_sold_is_refused(condition: str, message: str, hint: str) -> None:
    problems = read_rule_files([rule(condition)], known(CATALOG)).problems

    assert told(problems) == [("error", message, hint)]


@pytest.mark.parametrize(
    "condition",
    [
        "subscription.price: [tin-2026, gift]",
        "subscription.amount: {at_least: 5.00 EUR}",  # the gift is paid in EUR
        "subscription.amount: {between: [5.00 RON, 9.00 RON]}",
    ],
)
def test_what_is_sold_is_taken(condition: str) -> None:
    assert read_rule_files([rule(condition)], known(CATALOG)).problems == ()


def test_without_a_catalogue_prices_and_currencies_may_be_right() -> None:
    conditions = "subscription.price: any, subscription.amount: {at_least: 5.00 USD}"

    assert read_rule_files([rule(conditions)], known(None)).problems == ()


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (
            date(2026, 3, 1),
            [
                (
                    "warning",
                    "this rule was over on 2026-02-28, so nothing starts it any more",
                    "write a later day, or remove the rule",
                )
            ],
        ),
        (date(2026, 2, 28), []),  # its last day
        (None, []),  # live already
    ],
)
def test_a_rule_that_is_over_is_told(
    today: date | None, expected: list[tuple[str, str, str]]
) -> None:
    node = rule("country: RO", "active_until: 2026-02-28, ")

    assert told(read_rule_files([node], known(CATALOG, today)).problems) == expected
