"""Queries: from the REST API's models to the engine's."""

from typing import Any

import qdrant_edge as edge
from qdrant_client.http import models

from deploy.local.qdrant.bodies import Prefetch, Query, Scroll
from deploy.local.qdrant.failures import unsupported
from deploy.local.qdrant.filters import to_filter
from deploy.local.qdrant.points import to_id, to_vector, with_payload

RRF_K = 2
"""What a server takes when a request names no k."""
DEFAULT_LIMIT = 10


def to_query_request(given: Query) -> edge.QueryRequest:
    """The engine's request of one ``points/query``. Raises ``BadInputError`` for a query it lacks."""
    if given.lookup_from is not None:
        raise unsupported("lookup_from")
    return edge.QueryRequest(
        limit=DEFAULT_LIMIT if given.limit is None else given.limit,
        offset=given.offset,
        query=_query(given.query, given.using),
        prefetches=_prefetches(given.prefetch),
        with_vector=False if given.with_vector is None else given.with_vector,
        with_payload=with_payload(given.with_payload, default=False),
        filter=to_filter(given.filter),
        score_threshold=given.score_threshold,
        params=_params(given.params),
    )


def to_scroll_request(given: Scroll) -> edge.ScrollRequest:
    """The engine's request of one ``points/scroll``."""
    return edge.ScrollRequest(
        offset=None if given.offset is None else to_id(given.offset),
        limit=DEFAULT_LIMIT if given.limit is None else given.limit,
        filter=to_filter(given.filter),
        with_payload=with_payload(given.with_payload, default=True),
        with_vector=False if given.with_vector is None else given.with_vector,
        order_by=None if given.order_by is None else _order_by(given.order_by),
    )


def _prefetches(given: Any) -> list[edge.Prefetch]:
    stages = [] if given is None else given if isinstance(given, list) else [given]
    return [_prefetch(stage) for stage in stages]


def _prefetch(given: Prefetch) -> edge.Prefetch:
    if given.lookup_from is not None:
        raise unsupported("lookup_from")
    return edge.Prefetch(
        limit=DEFAULT_LIMIT if given.limit is None else given.limit,
        query=_query(given.query, given.using),
        prefetches=_prefetches(given.prefetch),
        params=_params(given.params),
        filter=to_filter(given.filter),
        score_threshold=given.score_threshold,
    )


def _query(given: Any, using: str | None) -> Any:
    match given:
        case None:
            return None
        case list() | models.SparseVector():
            return edge.Query.Nearest(to_vector(given), using=using)
        case models.NearestQuery() if given.mmr is None and isinstance(given.nearest, list | models.SparseVector):
            return edge.Query.Nearest(to_vector(given.nearest), using=using)
        case models.FusionQuery(fusion=models.Fusion.RRF):
            return edge.Fusion.Rrf(RRF_K)
        case models.FusionQuery(fusion=models.Fusion.DBSF):
            return edge.Fusion.Dbsf()
        case models.RrfQuery():
            return edge.Fusion.Rrf(RRF_K if given.rrf.k is None else given.rrf.k, given.rrf.weights)
        case models.OrderByQuery():
            return _order_by(given.order_by)
        case _:
            raise unsupported(f"the query {type(given).__name__}")


def _order_by(given: str | models.OrderBy) -> edge.OrderBy:
    if isinstance(given, str):
        return edge.OrderBy(given)
    directions = {None: None, models.Direction.ASC: edge.Direction.Asc, models.Direction.DESC: edge.Direction.Desc}
    start = given.start_from
    return edge.OrderBy(
        given.key,
        directions[given.direction],
        start if start is None or isinstance(start, int | float) else start.isoformat(),
    )


def _params(given: models.SearchParams | None) -> edge.SearchParams | None:
    if given is None:
        return None
    if given.quantization is not None or given.acorn is not None or given.idf is not None:
        raise unsupported("a search parameter of quantisation, ACORN or an IDF corpus")
    return edge.SearchParams(
        hnsw_ef=given.hnsw_ef,
        exact=bool(given.exact),
        indexed_only=bool(given.indexed_only),
    )
