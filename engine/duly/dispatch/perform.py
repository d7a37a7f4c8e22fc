"""Make calls: the only place where what a connector raises becomes an outcome."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence

from duly.action import Tools
from duly.connector import ConnectorFailure, Misconfigured, Refused, Temporary, Uncertain
from duly.dispatch.changing import Told
from duly.dispatch.desk import AT_ONCE, CALL_LIMIT_S, Call
from duly.model.outcome import Failed, Outcome, Retry, Unknown, Wait

BUG = "bug"

_log = logging.getLogger(__name__)


async def perform(calls: Sequence[Call], tools: Tools) -> AsyncGenerator[Sequence[Told]]:
    """Make the calls, some at a time; give each time what was answered since the last time.

    So a slow call keeps no other's answer from being written, and many quick ones are written
    together.
    """
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(call: Call) -> Told:
        async with limit:
            return Told(call, await _perform(call, tools))

    tasks = [asyncio.create_task(one(call)) for call in calls]
    waiting = set(tasks)
    try:
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            yield [task.result() for task in tasks if task in done]
    finally:
        for task in waiting:
            task.cancel()


async def ask(calls: Sequence[Call], tools: Tools) -> tuple[Outcome | None, ...]:
    """Ask by key what became of calls, some at a time; None for what cannot be asked."""
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(call: Call) -> Outcome | None:
        async with limit:
            return await _ask(call, tools)

    return tuple(await asyncio.gather(*(one(call) for call in calls)))


async def _perform(call: Call, tools: Tools) -> Outcome:
    """Turn the answer, or what is raised in its place, into an outcome."""
    try:
        async with asyncio.timeout(CALL_LIMIT_S):
            return await call.item.action.perform(call.task, tools)
    except Temporary as error:
        return Retry(error.message, error.retry_after_s)
    except Refused as error:
        return Failed(error.message, str(error.failure), error.reference)
    except Uncertain as error:
        return Unknown(error.message)
    except TimeoutError:
        return Unknown(f"no answer within {CALL_LIMIT_S} s")
    except Misconfigured as error:
        return Wait(error.message)
    except Exception as error:  # noqa: BLE001 - a bug of the connector fails this job alone
        _log.exception("connector failed", extra={"job": call.task.job_id})
        return _after_bug(call, f"the connector {call.task.connector} failed: {_name(error)}")


def _name(error: Exception) -> str:
    return type(error).__name__


def _after_bug(call: Call, reason: str) -> Outcome:
    """Doubt what a connector's bug leaves behind, where it can be asked; else it failed.

    It may have been made after the effect, by a mistake in reading the answer.
    """
    return Unknown(reason) if call.item.action.can_find else Failed(reason, BUG)


async def _ask(call: Call, tools: Tools) -> Outcome | None:
    """Ask the other side; only what it answers is believed, whatever else is raised."""
    if not call.item.action.can_find:
        return None
    try:
        async with asyncio.timeout(CALL_LIMIT_S):
            return await call.item.action.find(call.task, tools)
    except ConnectorFailure as error:
        return Unknown(error.message)
    except TimeoutError:
        return Unknown(f"no answer within {CALL_LIMIT_S} s")
    except Exception as error:  # noqa: BLE001 - a bug of the connector says nothing of the effect
        _log.exception("connector could not be asked", extra={"job": call.task.job_id})
        return Unknown(f"the connector {call.task.connector} failed: {_name(error)}")
