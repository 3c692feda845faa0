"""What Qdrant's REST API does, as the real client sees it; holds for a real server too (see ``conftest.py``)."""

from collections.abc import Callable

import httpx
import pytest
from qdrant_client import AsyncQdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse

pytestmark = pytest.mark.broker

Names = Callable[[], str]


async def make(client: AsyncQdrantClient, name: str) -> str:
    await client.create_collection(
        name,
        vectors_config={"dense": models.VectorParams(size=4, distance=models.Distance.COSINE)},
        sparse_vectors_config={"sparse": models.SparseVectorParams(modifier=models.Modifier.IDF)},
    )
    for field, schema in (("version", "integer"), ("colour", "keyword")):
        await client.create_payload_index(name, field, field_schema=models.PayloadSchemaType(schema), wait=True)
    return name


def point(identity: int, dense: list[float], terms: dict[int, float], **payload: object) -> models.PointStruct:
    sparse = models.SparseVector(indices=list(terms), values=list(terms.values()))
    return models.PointStruct(id=identity, vector={"dense": dense, "sparse": sparse}, payload=payload)


@pytest.fixture
async def filled(client: AsyncQdrantClient, fresh_name: Names) -> str:
    name = await make(client, fresh_name())
    await client.upsert(
        name,
        [
            point(1, [1, 0, 0, 0], {7: 1.0}, version=1, colour="red", tags=["a", "b"], sold=True),
            point(2, [0, 1, 0, 0], {8: 1.0}, version=2, colour="blue", tags=[], sold=False),
            point(3, [0.9, 0.1, 0, 0], {8: 1.0, 9: 2.0}, version=3, colour="red"),
        ],
        wait=True,
    )
    return name


async def payload_of(client: AsyncQdrantClient, name: str, identity: int) -> dict[str, object] | None:
    found = await client.retrieve(name, [identity])
    return found[0].payload if found else None


async def test_a_collection_is_created_once_described_and_removed(client: AsyncQdrantClient, fresh_name: Names) -> None:
    name = fresh_name()
    assert not await client.collection_exists(name)
    await make(client, name)
    assert await client.collection_exists(name)
    with pytest.raises(UnexpectedResponse) as again:
        await make(client, name)
    assert again.value.status_code == 409
    info = await client.get_collection(name)
    vectors = info.config.params.vectors
    assert isinstance(vectors, dict)
    assert vectors["dense"].size == 4
    assert info.payload_schema["version"].data_type == models.PayloadSchemaType.INTEGER
    assert await client.delete_collection(name)
    assert not await client.collection_exists(name)


async def test_what_is_not_there_is_said_in_qdrants_words(client: AsyncQdrantClient, fresh_name: Names) -> None:
    with pytest.raises(UnexpectedResponse) as missing:
        await client.count(fresh_name())
    assert missing.value.status_code == 404
    assert b"doesn't exist" in missing.value.content


async def test_an_unknown_route_is_a_clear_404(qdrant_url: str) -> None:
    async with httpx.AsyncClient() as http:
        answer = await http.post(f"{qdrant_url}/collections/x/points/nonsense", json={})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"points": [{"id": 1, "vector": {"dense": [1.0]}}]},
        {"points": [{"id": 1, "vector": {"unknown": [1.0, 0, 0, 0]}}]},
        {"points": [{"id": -1, "vector": {}}]},
        {"points": [{"id": "no-uuid", "vector": {}}]},
        {"points": [{"id": 1}]},
        {"points": 5},
        {"points": [], "update_filter": {"mustn't": []}},
        {"points": [], "update_filter": {"must": [{"key": "version", "range": {"lt": "x"}}]}},
    ],
)
async def test_a_body_that_cannot_be_is_refused_and_changes_nothing(
    client: AsyncQdrantClient, filled: str, qdrant_url: str, body: dict[str, object]
) -> None:
    before = await payload_of(client, filled, 1)
    async with httpx.AsyncClient() as http:
        answer = await http.put(f"{qdrant_url}/collections/{filled}/points?wait=true", json=body)
    assert 400 <= answer.status_code < 500
    assert answer.json()["status"]["error"]
    assert await payload_of(client, filled, 1) == before


async def test_update_filter_changes_matching_points_and_inserts_new_ones(
    client: AsyncQdrantClient, filled: str
) -> None:
    older_than_3 = models.Filter(must=[models.FieldCondition(key="version", range=models.Range(lt=3))])
    await client.upsert(
        filled,
        [
            point(1, [0, 0, 1, 0], {}, version=3, colour="green"),
            point(3, [0, 0, 1, 0], {}, version=3, colour="green"),
            point(4, [0, 0, 1, 0], {}, version=3, colour="green"),
        ],
        wait=True,
        update_filter=older_than_3,
    )
    colours = {p.id: (p.payload or {})["colour"] for p in await client.retrieve(filled, [1, 3, 4])}
    assert colours == {1: "green", 3: "red", 4: "green"}


async def test_an_update_filter_may_compare_each_point_with_its_own_version(
    client: AsyncQdrantClient, filled: str
) -> None:
    own = [
        models.Filter(
            must=[
                models.HasIdCondition(has_id=[identity]),
                models.FieldCondition(key="version", range=models.Range(lt=version)),
            ]
        )
        for identity, version in ((1, 2), (2, 2), (3, 9))
    ]
    new = [point(identity, [0, 0, 1, 0], {}, version=10, colour="new") for identity in (1, 2, 3)]
    await client.upsert(filled, new, wait=True, update_filter=models.Filter(should=list(own)))
    colours = {p.id: (p.payload or {})["colour"] for p in await client.retrieve(filled, [1, 2, 3])}
    assert colours == {1: "new", 2: "blue", 3: "new"}


async def test_update_modes(client: AsyncQdrantClient, filled: str) -> None:
    await client.upsert(filled, [point(1, [1, 0, 0, 0], {}, colour="x")], update_mode=models.UpdateMode.INSERT_ONLY)
    await client.upsert(filled, [point(9, [1, 0, 0, 0], {}, colour="x")], update_mode=models.UpdateMode.UPDATE_ONLY)
    assert (await payload_of(client, filled, 1) or {})["colour"] == "red"
    assert await payload_of(client, filled, 9) is None


async def test_a_point_may_lose_its_vectors_and_is_then_found_by_no_search(
    client: AsyncQdrantClient, filled: str
) -> None:
    await client.upsert(filled, [models.PointStruct(id=1, vector={}, payload={"deleted": True})], wait=True)
    found = await client.query_points(filled, query=[1.0, 0, 0, 0], using="dense", limit=10)
    assert [p.id for p in found.points] == [3, 2]
    assert await payload_of(client, filled, 1) == {"deleted": True}


async def test_payloads_are_merged_replaced_and_cut(client: AsyncQdrantClient, filled: str) -> None:
    await client.set_payload(filled, {"size": 5}, points=[1], wait=True)
    assert (await payload_of(client, filled, 1) or {}).keys() == {"version", "colour", "tags", "sold", "size"}
    await client.delete_payload(filled, ["tags", "size", "sold"], points=[1], wait=True)
    assert await payload_of(client, filled, 1) == {"version": 1, "colour": "red"}
    red = models.Filter(must=[models.FieldCondition(key="colour", match=models.MatchValue(value="red"))])
    await client.overwrite_payload(filled, {"colour": "pink"}, points=red, wait=True)
    assert await payload_of(client, filled, 3) == {"colour": "pink"}
    await client.clear_payload(filled, models.PointIdsList(points=[3]), wait=True)
    assert await payload_of(client, filled, 3) == {}


async def test_a_batch_is_applied_in_order(client: AsyncQdrantClient, filled: str) -> None:
    results = await client.batch_update_points(
        filled,
        [
            models.UpsertOperation(upsert=models.PointsList(points=[point(5, [1, 0, 0, 0], {}, colour="a")])),
            models.SetPayloadOperation(set_payload=models.SetPayload(payload={"colour": "b"}, points=[5])),
            models.DeleteOperation(delete=models.PointIdsList(points=[1])),
        ],
        wait=True,
    )
    assert [result.status for result in results] == [models.UpdateStatus.COMPLETED] * 3
    assert await payload_of(client, filled, 5) == {"colour": "b"}
    assert await payload_of(client, filled, 1) is None


async def test_columns_are_taken_as_rows(client: AsyncQdrantClient, filled: str) -> None:
    batch = models.Batch(ids=[11, 12], vectors={"dense": [[1, 0, 0, 0], [0, 0, 0, 1]]}, payloads=[{"n": 1}, {"n": 2}])
    await client.upsert(filled, batch, wait=True)
    assert await payload_of(client, filled, 12) == {"n": 2}


async def test_points_are_deleted_by_id_and_by_filter(client: AsyncQdrantClient, filled: str) -> None:
    red = models.Filter(must=[models.FieldCondition(key="colour", match=models.MatchValue(value="red"))])
    await client.delete(filled, models.FilterSelector(filter=red), wait=True)
    assert (await client.count(filled)).count == 1
    await client.delete(filled, [2], wait=True)
    assert (await client.count(filled)).count == 0


async def test_pages_follow_each_other(client: AsyncQdrantClient, filled: str) -> None:
    first, after = await client.scroll(filled, limit=2)
    rest, end = await client.scroll(filled, limit=2, offset=after)
    assert [p.id for p in (*first, *rest)] == [1, 2, 3]
    assert end is None
    newest, _ = await client.scroll(filled, limit=1, order_by=models.OrderBy(key="version", direction="desc"))
    assert newest[0].id == 3


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        (models.FieldCondition(key="colour", match=models.MatchAny(any=["blue", "x"])), {2}),
        (models.FieldCondition(key="colour", match=models.MatchExcept(**{"except": ["red"]})), {2}),
        (models.FieldCondition(key="version", range=models.Range(gte=2)), {2, 3}),
        (models.FieldCondition(key="version", match=models.MatchValue(value=2)), {2}),
        (models.FieldCondition(key="sold", match=models.MatchValue(value=True)), {1}),
        (models.FieldCondition(key="sold", match=models.MatchValue(value=False)), {2}),
        (models.IsEmptyCondition(is_empty=models.PayloadField(key="tags")), {2, 3}),
        (models.HasIdCondition(has_id=[1, 99]), {1}),
        (models.Filter(must_not=[models.HasIdCondition(has_id=[1])]), {2, 3}),
        (models.FieldCondition(key="tags", match=models.MatchValue(value="b")), {1}),
    ],
)
async def test_filters_select(
    client: AsyncQdrantClient, filled: str, condition: models.Condition, ids: set[int]
) -> None:
    chosen = models.Filter(must=[condition])
    points, _ = await client.scroll(filled, scroll_filter=chosen)
    assert {p.id for p in points} == ids
    assert (await client.count(filled, count_filter=chosen)).count == len(ids)


async def test_dense_sparse_and_fused_queries_rank(client: AsyncQdrantClient, filled: str) -> None:
    dense = await client.query_points(filled, query=[1.0, 0, 0, 0], using="dense", with_payload=["colour"])
    assert [p.id for p in dense.points] == [1, 3, 2]
    assert dense.points[0].score == pytest.approx(1.0)
    assert dense.points[0].payload == {"colour": "red"}
    terms = models.SparseVector(indices=[8, 9], values=[1.0, 1.0])
    sparse = await client.query_points(filled, query=terms, using="sparse")
    assert [p.id for p in sparse.points] == [3, 2]
    fused = await client.query_points(
        filled,
        prefetch=[
            models.Prefetch(query=[0, 1, 0, 0], using="dense", limit=2),
            models.Prefetch(query=terms, using="sparse", limit=2),
        ],
        query=models.FusionQuery(fusion=models.Fusion.RRF),
    )
    assert {p.id for p in fused.points} == {2, 3}
    only_blue = models.Filter(must=[models.FieldCondition(key="colour", match=models.MatchValue(value="blue"))])
    blue = await client.query_points(filled, query=[1.0, 0, 0, 0], using="dense", query_filter=only_blue)
    assert [p.id for p in blue.points] == [2]


async def test_vectors_come_back_when_asked_for(client: AsyncQdrantClient, filled: str) -> None:
    found = (await client.retrieve(filled, [3], with_vectors=True))[0].vector
    assert isinstance(found, dict)
    assert found["sparse"] == models.SparseVector(indices=[8, 9], values=[1.0, 2.0])


async def test_without_wait_a_change_is_only_acknowledged(client: AsyncQdrantClient, filled: str) -> None:
    result = await client.upsert(filled, [point(1, [1, 0, 0, 0], {})], wait=False)
    assert result.status == models.UpdateStatus.ACKNOWLEDGED


async def test_an_alias_moves_in_one_step(client: AsyncQdrantClient, filled: str, fresh_name: Names) -> None:
    other, alias = await make(client, fresh_name()), fresh_name()

    def pointing(collection: str) -> models.CreateAliasOperation:
        return models.CreateAliasOperation(
            create_alias=models.CreateAlias(collection_name=collection, alias_name=alias)
        )

    await client.update_collection_aliases([pointing(filled)])
    assert (await client.count(alias)).count == 3
    assert await client.collection_exists(alias)
    drop = models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=alias))
    with pytest.raises(UnexpectedResponse):
        await client.update_collection_aliases([drop, pointing(fresh_name())])
    assert (await client.count(alias)).count == 3, "a change that fails leaves the alias where it was"
    await client.update_collection_aliases([drop, pointing(other)])
    assert (await client.count(alias)).count == 0
    listed = (await client.get_collection_aliases(other)).aliases
    assert [entry.alias_name for entry in listed] == [alias]
    await client.delete_collection(other)
    assert not await client.collection_exists(alias)
