"""Balcão's public events: typed records, a consumer that loses nothing, and replay.

from balcao_events import consume, topics

for event in consume(topics.PRICE_CHANGED, group="billing.prices"):
    print(event.product_id, event.before, event.after)
"""

from balcao_events import topics
from balcao_events._version import __version__
from balcao_events.config import Config
from balcao_events.consume import consume
from balcao_events.consumer import Consumer
from balcao_events.errors import AccessError, BadRecord, BalcaoError, BrokerError, ConfigError, RegistryUnavailable
from balcao_events.received import Position, Received
from balcao_events.records import Event
from balcao_events.replay import replay
from balcao_events.seen import RecentIds, Seen
from balcao_events.topic import Topic

__all__ = [
    "AccessError",
    "BadRecord",
    "BalcaoError",
    "BrokerError",
    "Config",
    "ConfigError",
    "Consumer",
    "Event",
    "Position",
    "Received",
    "RecentIds",
    "RegistryUnavailable",
    "Seen",
    "Topic",
    "__version__",
    "consume",
    "replay",
    "topics",
]
