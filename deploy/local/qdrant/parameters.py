"""What a collection is made of: its creation request, for the engine and as ``GET /collections/<name>`` answers it."""

# The engine's type aliases stand in its stubs only.
from __future__ import annotations

from typing import Any

import qdrant_edge as edge
from qdrant_client.http import models

from deploy.local.qdrant.failures import BadInputError, unsupported

_DISTANCES = {
    models.Distance.COSINE: edge.Distance.Cosine,
    models.Distance.EUCLID: edge.Distance.Euclid,
    models.Distance.DOT: edge.Distance.Dot,
    models.Distance.MANHATTAN: edge.Distance.Manhattan,
}
_INDEXES = {
    models.PayloadSchemaType.KEYWORD: edge.PayloadSchemaType.Keyword,
    models.PayloadSchemaType.INTEGER: edge.PayloadSchemaType.Integer,
    models.PayloadSchemaType.FLOAT: edge.PayloadSchemaType.Float,
    models.PayloadSchemaType.TEXT: edge.PayloadSchemaType.Text,
    models.PayloadSchemaType.BOOL: edge.PayloadSchemaType.Bool,
    models.PayloadSchemaType.DATETIME: edge.PayloadSchemaType.Datetime,
    models.PayloadSchemaType.UUID: edge.PayloadSchemaType.Uuid,
}
_NAMES = {kind: name.value for name, kind in _INDEXES.items()}


def to_config(given: models.CreateCollection) -> edge.EdgeConfig:
    """The engine's configuration.

    Settings of a cluster, of the disk and of the HNSW graph are accepted and without effect here, so that a
    deployment's request works unchanged; what would change results is refused.
    """
    if given.quantization_config is not None:
        raise unsupported("quantisation")
    dense = given.vectors
    if not dense and not given.sparse_vectors:
        raise BadInputError("a collection has at least one vector")
    return edge.EdgeConfig(
        vectors=_vector(dense)
        if isinstance(dense, models.VectorParams)
        else {name: _vector(params) for name, params in (dense or {}).items()},
        sparse_vectors={name: _sparse(params) for name, params in (given.sparse_vectors or {}).items()},
    )


def _vector(given: models.VectorParams) -> edge.EdgeVectorParams:
    if given.multivector_config is not None or given.quantization_config is not None:
        raise unsupported("a multi-vector or quantised vector")
    if given.datatype not in {None, models.Datatype.FLOAT32}:
        raise unsupported(f"the datatype {given.datatype}")
    return edge.EdgeVectorParams(given.size, _DISTANCES[given.distance])


def _sparse(given: models.SparseVectorParams) -> edge.EdgeSparseVectorParams:
    return edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf if given.modifier is models.Modifier.IDF else None)


def to_index(given: Any) -> edge.PayloadSchemaType | edge.PayloadSchemaParams:
    """A payload index by type name, or a keyword, integer or text index with its options."""
    match given:
        case models.PayloadSchemaType() if given in _INDEXES:
            return _INDEXES[given]
        case models.KeywordIndexParams():
            return edge.KeywordIndexParams(is_tenant=given.is_tenant, prefix=given.prefix)
        case models.IntegerIndexParams():
            return edge.IntegerIndexParams(lookup=given.lookup, range=given.range, is_principal=given.is_principal)
        case None:
            raise BadInputError("field_schema is needed")
        case _:
            raise unsupported(f"the index {given if isinstance(given, str) else type(given).__name__}")


def info_json(created: models.CreateCollection, info: edge.ShardInfo) -> dict[str, Any]:
    """``CollectionInfo`` of the REST API."""
    params: dict[str, Any] = {"shard_number": 1, "replication_factor": 1, "write_consistency_factor": 1}
    asked = created.model_dump(mode="json", exclude_none=True)
    params |= {name: asked[name] for name in ("vectors", "sparse_vectors") if name in asked}
    return {
        "status": "green",
        "optimizer_status": "ok",
        "indexed_vectors_count": 0,
        "points_count": info.points_count,
        "segments_count": info.segments_count,
        "config": {
            "params": params,
            "hnsw_config": {"m": 16, "ef_construct": 100, "full_scan_threshold": 10000},
            "optimizer_config": {
                "deleted_threshold": 0.2,
                "vacuum_min_vector_number": 1000,
                "default_segment_number": 1,
                "flush_interval_sec": 5,
            },
            "wal_config": {"wal_capacity_mb": 32, "wal_segments_ahead": 0},
            **({"metadata": asked["metadata"]} if "metadata" in asked else {}),
        },
        "payload_schema": {
            field: {"data_type": _NAMES[index.data_type], "points": index.points}
            for field, index in info.payload_schema.items()
        },
    }
