"""Write the calls of a claim: the exact requests, before any byte leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from duly.action import Ask, Facts, Prepared
from duly.dispatch.changing import apply_all
from duly.dispatch.desk import LEASE, Call, Desk, Item
from duly.dispatch.ending import finish
from duly.dispatch.items import make_task
from duly.dispatch.preparing import ended_by, failed, prepare
from duly.dispatch.written import look_at_written
from duly.errors import OutsideError
from duly.store import calls as store_calls
from duly.store import jobs as store_jobs
from duly.store import saving
from duly.store.bulk import savepoint
from duly.store.jobs import Claim
from duly.store.record import Transaction
from duly.store.saving import Request, ToSave


def write_calls(
    transaction: Transaction,
    desk: Desk,
    items: Sequence[Item],
    facts: Mapping[int, Facts],
    now: datetime,
    held: frozenset[str],
) -> tuple[Call, ...]:
    """Write the calls of jobs that reach outside, and end those that need not.

    A job that was called before asks what it asked then, under the same key; only a message may
    have to go another way.
    """
    before = store_calls.first_requests(transaction, [item.job.id for item in items])
    again = [item for item in items if item.job.id in before]
    fresh = [item for item in items if item.job.id not in before]
    kept, anew = look_at_written(transaction, desk, again, facts, now)
    claims = [_again(item, before[item.job.id]) for item in kept]
    claims += _begin(transaction, desk, [*anew, *fresh], facts, now, held)
    if not claims:
        return ()
    lease = LEASE[claims[0][0].job.job_class]
    store_jobs.write_claims(transaction, [found for _, found in claims], now, lease)
    return _made(transaction, desk, claims)


def _again(item: Item, request: Request) -> tuple[Item, Claim]:
    return item, Claim(item.job, item.job.effect_key, item.job.connector, request)


def _begin(
    transaction: Transaction,
    desk: Desk,
    items: Sequence[Item],
    facts: Mapping[int, Facts],
    now: datetime,
    held: frozenset[str],
) -> list[tuple[Item, Claim]]:
    """Prepare jobs for their first call, and write the rows that their requests refer to."""
    prepared = {item.job.id: prepare(item, facts) for item in items}
    asked = []
    for item in items:
        match prepared[item.job.id]:
            case Ask(connector=connector) if connector in held:
                store_jobs.name_connector(transaction, item.job.id, connector)
            case Ask() as ask:
                asked.append((item, ask))
            case _:
                pass
    claims = _save(transaction, desk, asked, prepared, now)
    ended = [ended_by(item, prepared[item.job.id], now) for item in items]
    finish(transaction, [one for one in ended if one is not None], now)
    return claims


def _save(
    transaction: Transaction,
    desk: Desk,
    asked: Sequence[tuple[Item, Ask]],
    prepared: dict[int, Prepared],
    now: datetime,
) -> list[tuple[Item, Claim]]:
    """Write the rows of all jobs together; if one cannot be written, each on its own."""
    try:
        return _save_all(transaction, desk, asked, now)
    except OutsideError:
        raise
    except Exception:  # noqa: BLE001 - one of them cannot be written: find it
        claims = []
        for item, ask in asked:
            try:
                claims += _save_all(transaction, desk, [(item, ask)], now)
            except OutsideError:
                raise
            except Exception as error:  # noqa: BLE001 - a bug fails this job alone
                prepared[item.job.id] = failed(item, error)
        return claims


def _save_all(
    transaction: Transaction, desk: Desk, asked: Sequence[tuple[Item, Ask]], now: datetime
) -> list[tuple[Item, Claim]]:
    if not asked:
        return []
    with savepoint(transaction):
        apply_all(transaction, [(item, ask.changes) for item, ask in asked], now)
        wanted = [ToSave(item.job, item.firing, ask.row) for item, ask in asked]
        installation = desk.shop.installation
        saved = saving.save(transaction, wanted, installation=installation, now=now)
    return [
        (item, Claim(item.job, found.effect_key, ask.connector, found.request))
        for item, ask in asked
        for found in [saved[item.job.id]]
    ]


def _made(
    transaction: Transaction, desk: Desk, claims: Sequence[tuple[Item, Claim]]
) -> tuple[Call, ...]:
    """Make the calls from the rows as they were saved."""
    requests = {item.job.id: found.request for item, found in claims}
    rows = saving.saved_rows(transaction, requests, desk.shop.business)
    calls = []
    for item, found in claims:
        job = replace(
            item.job,
            fence=item.job.fence + 1,
            tries=item.job.tries + 1,
            effect_key=found.effect_key,
            connector=found.connector,
        )
        claimed = replace(item, job=job)
        calls.append(Call(claimed, make_task(claimed, rows[job.id])))
    return tuple(calls)
