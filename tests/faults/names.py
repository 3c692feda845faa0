"""What one seed's ground is called: its database, topics, groups, dataset and collection, so that seeds never meet."""

from dataclasses import dataclass, replace

from schemas.captured import CAPTURED
from schemas.topic import Topic
from schemas.topics import SEARCH_DOCUMENTS
from tests.faults.changes import TABLES

WAREHOUSE, INDEX, STREAM = "bigquery", "qdrant", "streams"
STATIONS = (WAREHOUSE, INDEX, STREAM)


@dataclass(frozen=True, slots=True)
class Names:
    """Of one ground. ``run`` is lower-case letters, digits and underscores."""

    run: str

    @property
    def captured(self) -> tuple[Topic, ...]:
        """The register's topics of the tables, under the ground's own names."""
        return tuple(replace(CAPTURED[table], name=f"cdc.{self.run}.public.{table}") for table in TABLES)

    @property
    def documents(self) -> Topic:
        """The register's topic of search documents, under the ground's own name."""
        return replace(SEARCH_DOCUMENTS, name=f"{self.run}.search-documents")

    def group(self, station: str) -> str:
        """The consumer group of a station."""
        return f"{self.run}.{station}"

    def reads(self, station: str) -> tuple[Topic, ...]:
        """The topics that a station reads."""
        return (self.documents,) if station == INDEX else self.captured
