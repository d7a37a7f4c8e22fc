"""What may not change from what is live to what comes after it."""

from collections.abc import Iterator

from duly.catalog import Catalog, Price
from duly.errors import InputError
from duly.store.sold import InUse


def check_heir(before: Catalog | None, after: Catalog, in_use: InUse) -> None:
    """Raise InputError for a catalogue that running subscriptions could not go on with.

    A plan or price that somebody has stays, and a price keeps its amount, interval and tax.
    """
    told = [*_gone(after, in_use), *(_changed(before, after, in_use) if before else ())]
    if told:
        raise InputError("; ".join(told))


def _gone(after: Catalog, in_use: InUse) -> Iterator[str]:
    prices = _prices(after)
    for code, count in sorted(in_use.plans.items()):
        if code not in after.plans:
            yield _keep("plan", code, count)
    for code, count in sorted(in_use.prices.items()):
        if code not in prices:
            yield _keep("price", code, count)


def _keep(what: str, code: str, count: int) -> str:
    have = "1 subscription has" if count == 1 else f"{count} subscriptions have"
    return (
        f'catalog.yaml no longer has the {what} "{code}", which {have}: put it back, with '
        "until: on its price if nobody new shall get it"
    )


def _changed(before: Catalog, after: Catalog, in_use: InUse) -> Iterator[str]:
    old, new = _prices(before), _prices(after)
    for code in sorted(old.keys() & new.keys() & in_use.prices.keys()):
        if _terms(old[code]) != _terms(new[code]):
            yield (
                f'the price "{code}" is in use and stays {_said(old[code])}: put it back, and '
                f"add a price with a name of its own for {_said(new[code])}"
            )


def _prices(catalog: Catalog) -> dict[str, Price]:
    return {price.code: price for plan in catalog.plans.values() for price in plan.prices}


def _terms(price: Price) -> tuple[object, ...]:
    return price.amount, price.every, price.tax


def _said(price: Price) -> str:
    amount = "a chosen amount" if price.amount is None else str(price.amount)
    return f"{amount} every {price.every} (tax {price.tax})"
