"""Messages and parcels as files a shop owner can open."""

from duly_connectors.outbox.connector import Outbox as Outbox
from duly_connectors.outbox.connector import OutboxSettings as OutboxSettings
from duly_connectors.outbox.page import write_index as write_index
from duly_connectors.outbox.world import OutboxWorld as OutboxWorld
from duly_connectors.outbox.world import SentMessage as SentMessage
from duly_connectors.outbox.world import SentParcel as SentParcel
from duly_connectors.outbox.world import world as world
