"""From catalog.yaml to what is sold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from duly.catalog import Catalog, Content, Names, Plan, Price, Product, Tax, Term
from duly.condition.types import example_amount
from duly.language.catalog_shape import CATALOG, COUNTED
from duly.language.day_ranges import check_ranges, day_range
from duly.language.tax_rates import check_taxes, read_taxes
from duly.language.within import each, names_under, part
from duly.model.business import Business
from duly.shape.convert import convert
from duly.shape.node import Node
from duly.shape.quote import quote
from duly.shape.record import Item, Record
from duly.shape.suggest import listed
from duly.values.duration import Duration, Unit
from duly.values.money import Money
from duly.values.problem import Problem, Span

_A_DAY = Duration(1, Unit.DAY)  # stands for a length that could not be read


def read_offering(
    node: Node, business: Business | None, today: date | None = None
) -> tuple[Catalog | None, tuple[Problem, ...]]:
    """Read the tree of catalog.yaml; None if it has a mistake.

    Without a business nothing is compared with duly.yaml, which could not be read. ``today`` is the
    day on which a draft is to count; what is live is read on any day and says nothing of it.
    """
    vocabulary = {"tax": names_under(node, "taxes"), "product": names_under(node, "products")}
    if business is not None:
        vocabulary["language"] = dict.fromkeys(business.languages, "")
    item, told = convert(node, CATALOG, vocabulary)
    if item is None:
        return None, told
    record = item.as_a(Record)
    taxes, problems = read_taxes(part(record, "taxes"))
    reader = _Reader(record, taxes, business, [*told, *problems])
    catalog = reader.catalog()
    if business is not None and today is not None:
        reader.problems.extend(check_taxes(record, catalog, business.country, today))
    found = tuple(sorted(reader.problems))
    return (None if any(one.severity == "error" for one in found) else catalog), found


@dataclass(frozen=True, slots=True)
class _Reader:
    """Read what was converted, and collect what is wrong beyond single values."""

    record: Record
    taxes: Mapping[str, Tax]
    business: Business | None
    problems: list[Problem]

    def catalog(self) -> Catalog:
        if self.record.get("prices_include_tax", bool) is False:
            message = "prices without tax are not there yet"
            hint = "write prices_include_tax: true, and prices as customers pay them"
            self._tell(self.record.item("prices_include_tax").span, "not-there-yet", message, hint)
        self._check_currency()
        self._check_names_of_prices()
        products = {
            name: Product(name, _names(item.as_a(Record)))
            for name, item in each(self.record, "products")
        }
        plans = {name: self._plan(name, item) for name, item in each(self.record, "plans")}
        return Catalog(self.record.get_or("currency", ""), plans, products, self.taxes)

    def _check_currency(self) -> None:
        written = self.record.get("currency", str)
        if written is None or self.business is None or written == self.business.currency:
            return
        message = f"the catalogue is in {written} and duly.yaml in {self.business.currency}"
        hint = f'write "currency: {self.business.currency}", or change duly.yaml'
        self._tell(self.record.item("currency").span, "two-currencies", message, hint)

    def _plan(self, code: str, item: Item) -> Plan:
        plan = item.as_a(Record)
        contents = part(plan, "parcel").many("items", Record)
        usual = self._usual_tax(contents)
        prices = each(plan, "prices")
        if "prices" in plan and plan.item("prices").is_whole and not prices:
            amount = example_amount(self.record.get_or("currency", "EUR"))
            hint = f'write "{code}-2026: {{amount: {amount}, every: 1 month}}" under it'
            message = f"{quote(code)} has no price"
            self._tell(plan.item("prices").key, "no-price", message, hint)
        versions = [day_range(price, quote(name)) for name, price in prices]
        self.problems.extend(check_ranges(versions, without_gaps=False))
        return Plan(
            code=code,
            names=_names(plan),
            prices=tuple(self._price(name, price, usual) for name, price in prices),
            term=self._term(code, plan),
            parcel=tuple(_content(one) for one in contents if "product" in one),
        )

    def _term(self, code: str, plan: Record) -> Term | None:
        """Read a term; one counted in cycles, or in parcels, one a cycle, is told as a time."""
        term = part(plan, "term")
        if "length" not in term or "then" not in term:
            return None
        length, then = term.need("length", Duration), term.need("then", str)
        if length.unit not in COUNTED:
            return Term(length, then)
        if length.unit is Unit.PARCEL and "parcel" not in plan:
            message = f"{quote(code)} is bound for {length} and sends no parcels"
            hint = f'write "{Duration(length.count, Unit.CYCLE)}", or add "parcel:" to it'
            self._tell(term.item("length").span, "no-parcel", message, hint)
        cycles = {price.as_a(Record).get_or("every", _A_DAY) for _, price in each(plan, "prices")}
        if len(cycles) > 1:
            message = f"the prices of {quote(code)} have cycles of several lengths"
            hint = 'write how long the term is, such as "6 months"'
            self._tell(term.item("length").span, "cycles-differ", message, hint)
        every = next(iter(cycles), _A_DAY)
        return Term(Duration(length.count * every.count, every.unit), then)

    def _usual_tax(self, contents: Iterable[Record]) -> str:
        """Return the class of a price that names none: its products' common one, or the only."""
        products = part(self.record, "products")
        classes = {
            product.get_or("tax", "")
            for one in contents
            if (product := products.get(one.get_or("product", ""), Record)) is not None
        }
        candidates = classes if len(classes) == 1 else set(self.taxes)
        return next(iter(candidates)) if len(candidates) == 1 else ""

    def _price(self, code: str, item: Item, usual: str) -> Price:
        price = item.as_a(Record)
        amount = price.item("amount").value if "amount" in price else None
        tax = price.get_or("tax", usual)
        if tax in self.taxes:
            self._check_country(item, self.taxes[tax])
        elif not tax and item.is_whole and self._is_whole("taxes", "products"):
            message = f"{quote(code)} does not say which tax it includes"
            hint = f"add one of: {listed([f'tax: {name}' for name in self.taxes])}"
            self._tell(item.key, "no-tax", message, hint)
        if isinstance(amount, Money) and "at_least" in price:
            message = "a price that is fixed has no smallest amount"
            hint = 'remove it, or write "amount: chosen"'
            self._tell(price.item("at_least").key, "not-here", message, hint)
        days = day_range(item, code)
        return Price(
            code=code,
            every=price.get_or("every", _A_DAY),
            tax=tax,
            amount=amount if isinstance(amount, Money) else None,
            at_least=price.get("at_least", Money),
            since=days.since,
            until=days.until,
        )

    def _is_whole(self, *names: str) -> bool:
        items = [self.record.item(name) for name in names if name in self.record]
        return all(item.is_whole for item in items)

    def _check_country(self, item: Item, tax: Tax) -> None:
        country = self.business.country if self.business else ""
        if country and not any(rate.country in ("", country) for rate in tax.rates):
            message = f"the tax {quote(tax.name)} has no rate for {country}"
            hint = f'add "{country}: 21%" to it, with the rate that applies'
            self._tell(item.key, "no-rate", message, hint)

    def _check_names_of_prices(self) -> None:
        seen: dict[str, Item] = {}
        for _, plan in each(self.record, "plans"):
            for name, item in each(plan.as_a(Record), "prices"):
                first = seen.setdefault(name, item)
                if first is not item:
                    message = f"the price {quote(name)} stands in line {first.key.line} too"
                    self._tell(item.key, "written-twice", message, "choose another name for it")

    def _tell(self, span: Span, code: str, message: str, hint: str) -> None:
        self.problems.append(Problem(span, code, message, hint))


def _names(record: Record) -> Names:
    """Return the names of something by language; under "" the one for all."""
    if "name" not in record:
        return {}
    item = record.item("name")
    if isinstance(item.value, str):
        return {"": item.value}
    return {language: text.as_a(str) for language, text in item.as_a(Record)}


def _content(record: Record) -> Content:
    every = record.get("every", Duration)
    count = record.get_or("count", 1)
    return Content(record.need("product", str), count, every.count if every else 1)
