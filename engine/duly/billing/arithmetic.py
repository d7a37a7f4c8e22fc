"""Lines, taxes and totals of an invoice: per rate, carved out of the rounded gross."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from duly.model.books import InvoiceLine
from duly.values.money import Money, Taxed, apportion, tax_inside, total

BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class Charge:
    """Hold what shall become a line: the price of one, tax included, and its tax."""

    text: str
    quantity: int
    unit: Money
    tax_class: str
    rate: Fraction
    cycle_id: int | None = None
    subscription_line_id: int | None = None

    @property
    def gross(self) -> Money:
        """Return the line's amount with tax."""
        return self.unit.times(self.quantity)


def invoice_lines(charges: Sequence[Charge]) -> tuple[InvoiceLine, ...]:
    """Make the lines in their order; the nets of one rate add up to the net of its sum."""
    nets = _nets(charges)
    return tuple(_line(charge, net) for charge, net in zip(charges, nets, strict=True))


def _nets(charges: Sequence[Charge]) -> Sequence[Money]:
    by_rate: dict[Fraction, list[int]] = {}
    for index, charge in enumerate(charges):
        by_rate.setdefault(charge.rate, []).append(index)
    nets: dict[int, Money] = {}
    for rate, indexes in by_rate.items():
        of_rate = _nets_of_rate(rate, [charges[index].gross for index in indexes])
        nets.update(zip(indexes, of_rate, strict=True))
    return [nets[index] for index in range(len(charges))]


def _nets_of_rate(rate: Fraction, gross: Sequence[Money]) -> Sequence[Money]:
    """Round each line's net so that they add up to the net of the sum."""
    currency = gross[0].currency
    whole = tax_inside(total(gross, currency), rate).net.minor
    parts = rate.denominator + rate.numerator  # of which each net is rate.denominator
    nets = apportion(whole, [amount.minor * rate.denominator for amount in gross], parts)
    return [Money(net, currency) for net in nets]


def _line(charge: Charge, net: Money) -> InvoiceLine:
    return InvoiceLine(
        text=charge.text,
        quantity=charge.quantity,
        unit=charge.unit,
        amount=Taxed(net, charge.gross - net, charge.gross),
        tax_class=charge.tax_class,
        tax_rate_bp=int(charge.rate * BASIS_POINTS),
        cycle_id=charge.cycle_id,
        subscription_line_id=charge.subscription_line_id,
    )


def invoice_total(lines: Sequence[InvoiceLine], currency: str) -> Taxed:
    """Add up the lines; the sums agree with each rate's own sum by construction."""
    return Taxed(
        total((line.amount.net for line in lines), currency),
        total((line.amount.tax for line in lines), currency),
        total((line.amount.gross for line in lines), currency),
    )
