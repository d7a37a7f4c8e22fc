"""One look of the engine at the world."""

from duly.tick.run import TickReport as TickReport
from duly.tick.run import run as run
