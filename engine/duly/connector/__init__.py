"""Public: what a connector fulfils, receives, returns and raises."""

from duly.connector.capability import CHANNELS as CHANNELS
from duly.connector.capability import Browsable as Browsable
from duly.connector.capability import Carrier as Carrier
from duly.connector.capability import Channel as Channel
from duly.connector.capability import ChargeRequest as ChargeRequest
from duly.connector.capability import Connector as Connector
from duly.connector.capability import Messenger as Messenger
from duly.connector.capability import OutgoingMessage as OutgoingMessage
from duly.connector.capability import ParcelItem as ParcelItem
from duly.connector.capability import ParcelRequest as ParcelRequest
from duly.connector.capability import Payment as Payment
from duly.connector.capability import PaymentGateway as PaymentGateway
from duly.connector.capability import PaymentNews as PaymentNews
from duly.connector.capability import PaymentState as PaymentState
from duly.connector.capability import Place as Place
from duly.connector.capability import Receipt as Receipt
from duly.connector.capability import SourceFormat as SourceFormat
from duly.connector.capability import SourceRow as SourceRow
from duly.connector.capability import SubscriberSource as SubscriberSource
from duly.connector.failure import ConnectorFailure as ConnectorFailure
from duly.connector.failure import FailureClass as FailureClass
from duly.connector.failure import Misconfigured as Misconfigured
from duly.connector.failure import Refused as Refused
from duly.connector.failure import Temporary as Temporary
from duly.connector.failure import Uncertain as Uncertain
