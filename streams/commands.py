"""`balcao run streams`."""


def run() -> None:
    """Turn captured changes into domain events and search documents, until stopped."""
    from runtime import log, station
    from runtime.codec import Encoder
    from runtime.producer import Producer
    from runtime.registry import Registry
    from runtime.settings import KafkaSettings, MarketplaceReader, RegistrySettings, load
    from store.pool import Pool, pool
    from streams.catalog import SearchDocuments
    from streams.orders import OrderEvents

    log.configure("streams")
    kafka, reader = load(KafkaSettings), load(MarketplaceReader)
    encoder = Encoder(Registry(load(RegistrySettings)))

    def producer() -> Producer:
        return Producer(kafka, client_id="balcao.streams")

    def marketplace() -> Pool:
        return pool(reader.dsn, application="balcao.streams")

    station.run("streams", [OrderEvents(producer, encoder), SearchDocuments(marketplace, producer, encoder)])
