"""Count how jobs stand, so that what one look brought can be told."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection, func, literal_column, select, union_all

from duly.tables.ledger import job, message

_READY = job.c.state == literal_column("'ready'")
_OUT = job.c.state.in_([literal_column("'calling'"), literal_column("'unknown'")])
_MONEY = job.c.job_class == literal_column("'money'")
_IN_LANE = job.c.state.in_(
    [literal_column(f"'{state}'") for state in ("blocked", "ready", "held", "calling", "unknown")]
)
# By the indexes of what is ready, out, and in a lane.
_OLDEST = union_all(
    select(func.min(job.c.id).label("id")).where(_READY),
    select(func.min(job.c.id)).where(_OUT),
    select(func.min(job.c.id)).where(_MONEY, _IN_LANE),
).subquery("oldest")
_NEWEST = select(func.coalesce(func.max(job.c.id), 0))
_SENT = (message.c.job_id == job.c.id) & (message.c.status == literal_column("'sent'"))


@dataclass(frozen=True, slots=True)
class Standing:
    """Say how some jobs stand; ``channel`` is that of a message that went out."""

    kind: str
    state: str
    result: str
    channel: str


def oldest_unfinished(connection: Connection) -> int:
    """Return the id of the oldest job that something can still become of, else of the next one."""
    oldest = connection.execute(select(func.min(_OLDEST.c.id))).scalar()
    return int(oldest or connection.execute(_NEWEST).scalar_one() + 1)


def standings(connection: Connection, first: int) -> Counter[Standing]:
    """Count the jobs from an id on by how they stand."""
    columns = (job.c.kind, job.c.state, job.c.result, message.c.channel)
    statement = (
        select(*columns, func.count().label("number"))
        .select_from(job.outerjoin(message, _SENT))
        .where(job.c.id >= first)
        .group_by(*columns)
    )
    return Counter(
        {
            Standing(row.kind, row.state, row.result or "", row.channel or ""): row.number
            for row in connection.execute(statement)
        }
    )
