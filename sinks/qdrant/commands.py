"""`balcao run qdrant`."""


def run() -> None:
    """Keep the vector index up to date with the products' search documents."""
    from runtime.settings import QdrantSettings, load
    from runtime.station import run as run_station
    from runtime.text.embedder import OfflineEmbedder
    from sinks.qdrant.processor import ProductPoints

    run_station("qdrant", [ProductPoints(load(QdrantSettings), OfflineEmbedder())])
