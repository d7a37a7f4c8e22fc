"""Public: answering connectors, the tokens they understand, and a clock to turn.

The contract tests need pytest and have a door of their own: ``duly.testing.contracts``.
"""

from duly.testing.answers import TOKENS as TOKENS
from duly.testing.answers import looks_like_card as looks_like_card
from duly.testing.fakes import Clock as Clock
from duly.testing.fakes import Fault as Fault
from duly.testing.fakes import MemoryCarrier as MemoryCarrier
from duly.testing.fakes import MemoryGateway as MemoryGateway
from duly.testing.fakes import MemoryGatewaySettings as MemoryGatewaySettings
from duly.testing.fakes import MemoryMessenger as MemoryMessenger
from duly.testing.fakes import NoSettings as NoSettings
from duly.testing.gateway import AnsweringGateway as AnsweringGateway
from duly.testing.gateway import Charge as Charge
from duly.testing.gateway import ChargeBook as ChargeBook
