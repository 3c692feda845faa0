"""The conditions under which a stored point may change: only by what is newer."""

from collections.abc import Iterable

from qdrant_client import models

from runtime.product_points import PointState


def newer(incoming: PointState, stored: PointState) -> bool:
    """Whether ``incoming`` comes after ``stored``; the same record again does not."""
    return (incoming["version"], incoming["offset"]) > (stored["version"], stored["offset"])


def replaces(state: PointState) -> models.Filter:
    """Matches the stored point of the product if ``state`` is newer."""
    return models.Filter(
        must=[models.HasIdCondition(has_id=[state["product_id"]])],
        should=[
            models.FieldCondition(key="version", range=models.Range(lt=state["version"])),
            models.Filter(
                must=[
                    models.FieldCondition(key="version", match=models.MatchValue(value=state["version"])),
                    models.FieldCondition(key="offset", range=models.Range(lt=state["offset"])),
                ]
            ),
        ],
    )


def replaces_any(states: Iterable[PointState]) -> models.Filter:
    """``update_filter`` of one upsert of several products: each point is compared with its own version."""
    return models.Filter(should=[replaces(state) for state in states])


def replaces_same_text(state: PointState, text_hash: str) -> models.Filter:
    """As ``replaces``, but only a living point whose vectors are those of the same text."""
    guard = replaces(state)
    return models.Filter(
        must=[
            *(guard.must if isinstance(guard.must, list) else []),
            models.FieldCondition(key="text_hash", match=models.MatchValue(value=text_hash)),
            models.FieldCondition(key="deleted", match=models.MatchValue(value=False)),
        ],
        should=guard.should,
    )
