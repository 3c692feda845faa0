"""`balcao run streams` and `balcao run events`."""


def run() -> None:
    """Join captured changes into search documents, until stopped."""
    from runtime import log, station
    from runtime.codec import Encoder
    from runtime.producer import Producer
    from runtime.registry import Registry
    from runtime.settings import KafkaSettings, MarketplaceReader, RegistrySettings, load
    from store.pool import Pool, pool
    from streams.catalog import SearchDocuments

    log.configure("streams")
    kafka, reader = load(KafkaSettings), load(MarketplaceReader)
    encoder = Encoder(Registry(load(RegistrySettings)))

    def producer() -> Producer:
        return Producer(kafka, client_id="balcao.streams")

    def marketplace() -> Pool:
        return pool(reader.dsn, application="balcao.streams")

    station.run("streams", [SearchDocuments(marketplace, producer, encoder)])


def run_events() -> None:
    """Turn captured changes into the domain events that other teams subscribe to, until stopped."""
    from runtime import log, station
    from runtime.codec import Encoder
    from runtime.producer import Producer
    from runtime.registry import Registry
    from runtime.settings import KafkaSettings, RegistrySettings, load
    from streams.events.processor import DomainEvents

    log.configure("events")
    kafka = load(KafkaSettings)
    encoder = Encoder(Registry(load(RegistrySettings)))
    station.run("events", [DomainEvents(lambda: Producer(kafka, client_id="balcao.events"), encoder)])
