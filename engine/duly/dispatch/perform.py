"""Make calls: the only place where what a connector raises becomes an outcome."""

import asyncio
import logging
from collections.abc import Awaitable, Sequence

from duly.action import Tools
from duly.connector import Misconfigured, Refused, Temporary, Uncertain
from duly.dispatch.desk import Call
from duly.model.outcome import Failed, Outcome, Retry, Unknown, Wait

# How many calls run at the same time; a connector may set itself a lower limit.
AT_ONCE = 10
CALL_LIMIT_S = 60

_log = logging.getLogger(__name__)


async def perform(calls: Sequence[Call], tools: Tools) -> tuple[Outcome, ...]:
    """Make the calls, some at a time; the outcomes come in the order of the calls."""
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(call: Call) -> Outcome:
        async with limit:
            return await as_outcome(call, call.item.action.perform(call.task, tools))

    return tuple(await asyncio.gather(*(one(call) for call in calls)))


async def as_outcome(call: Call, work: Awaitable[Outcome]) -> Outcome:
    """Turn the answer, or what is raised in its place, into an outcome."""
    try:
        async with asyncio.timeout(CALL_LIMIT_S):
            return await work
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
        return Failed(f"the connector {call.task.connector} failed: {type(error).__name__}", "bug")
