"""Lines and totals of an invoice add up to the cent, per rate."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duly.billing.arithmetic import Charge, invoice_lines, invoice_total
from duly.values.money import Money, tax_inside

FOOD, STANDARD = Fraction(11, 100), Fraction(21, 100)


def charge(minor: int, rate: Fraction = STANDARD, quantity: int = 1) -> Charge:
    return Charge("x", quantity, Money(minor, "RON"), "standard", rate)


@pytest.mark.parametrize(
    ("charges", "nets", "taxes"),
    [
        # 89.00 / 1.21 = 73.5537 -> 73.55, tax 15.45
        ([charge(8900)], [7355], [1545]),
        # 3 x 1.00 at 21 %: 3.00 / 1.21 = 2.4793 -> 2.48; each 0.8264: two 0.83 and one 0.82
        ([charge(100), charge(100), charge(100)], [83, 83, 82], [17, 17, 18]),
        # each rate on its own: 10.00 / 1.11 = 9.009 -> 9.01; 10.00 / 1.21 = 8.264 -> 8.26
        ([charge(1000, FOOD), charge(1000)], [901, 826], [99, 174]),
        # 2 x 5.00 = 10.00 / 1.21 = 8.26
        ([charge(500, quantity=2)], [826], [174]),
        # a charge and a credit that nearly cancel keep their own nets: 0.01 / 1.21 -> 0.01
        ([charge(100_000), charge(-99_999)], [82_645, -82_644], [17_355, -17_355]),
        ([charge(0)], [0], [0]),
    ],
)
def test_nets_of_one_rate_add_up_to_the_net_of_its_sum(
    charges: list[Charge], nets: list[int], taxes: list[int]
) -> None:
    lines = invoice_lines(charges)

    assert [line.amount.net.minor for line in lines] == nets
    assert [line.amount.tax.minor for line in lines] == taxes


@given(
    st.lists(
        st.tuples(st.integers(0, 10_000_00), st.sampled_from([FOOD, STANDARD]), st.integers(1, 9)),
        min_size=1,
        max_size=12,
    )
)
def test_an_invoice_adds_up_in_every_way(parts: list[tuple[int, Fraction, int]]) -> None:
    charges = [charge(minor, rate, quantity) for minor, rate, quantity in parts]

    lines = invoice_lines(charges)
    total = invoice_total(lines, "RON")

    assert total.net + total.tax == total.gross
    assert total.gross.minor == sum(minor * quantity for minor, _, quantity in parts)
    for rate in (FOOD, STANDARD):
        chosen = [i for i, part in enumerate(charges) if part.rate == rate]
        gross = Money(sum(charges[i].gross.minor for i in chosen), "RON")
        net = sum(lines[i].amount.net.minor for i in chosen)
        assert net == tax_inside(gross, rate).net.minor
    for line, part in zip(lines, charges, strict=True):
        exact = Fraction(part.gross.minor) / (1 + part.rate)
        assert abs(line.amount.net.minor - exact) < 1
