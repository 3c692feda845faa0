"""Vectors that mean the same tomorrow and on another machine, and near texts near each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.text.embedder import OfflineEmbedder
from runtime.text.search_text import content_hash, document_text, request_text
from runtime.text.terms import document_terms, term_id
from schemas.records.catalog import SearchDocument

pytestmark = pytest.mark.unit

TEXT = "losartana potassica 50mg 30un comprimido revestido ems"
EMBEDDER = OfflineEmbedder()


def likeness(one: str, other: str) -> float:
    left, right = EMBEDDER.embed([one, other])
    return float(left @ right)


def test_the_same_text_has_the_same_vector_in_every_version_of_this_embedder() -> None:
    """If this fails, count ``OfflineEmbedder.version`` up: stored vectors no longer fit queries."""
    largest = {185: -0.3562, 46: 0.3255, 298: 0.2875, 309: -0.2301, 360: -0.2301, 314: -0.215, 131: -0.1879}
    vector = EMBEDDER.embed([TEXT])[0]
    assert {int(place) for place in np.argsort(-np.abs(vector))[: len(largest)]} == set(largest)
    assert {place: round(float(vector[place]), 4) for place in largest} == pytest.approx(largest, abs=2e-4)
    assert document_terms(["losartana", "50mg"])[0] == [139448125, 1227831591, 2754408660, 3244282638]
    assert term_id("50mg") == 3244282638


@given(st.lists(st.text(max_size=40), max_size=6))
def test_rows_are_unit_vectors_or_zero_and_independent_of_their_neighbours(texts: list[str]) -> None:
    rows = EMBEDDER.embed(texts)
    assert rows.shape == (len(texts), EMBEDDER.dimensions)
    assert rows.dtype == np.float32
    for text, row in zip(texts, rows, strict=True):
        norm = float(np.linalg.norm(row))
        assert norm == pytest.approx(1.0, abs=1e-5) or norm == 0.0
        assert np.allclose(EMBEDDER.embed([text])[0], row, atol=1e-6)


@given(st.lists(st.text(max_size=40), max_size=4))
def test_sparse_ids_are_ascending_unique_and_32_bits(texts: list[str]) -> None:
    for indices, values in (*EMBEDDER.sparse(texts), *map(EMBEDDER.sparse_query, texts)):
        assert indices == sorted(set(indices))
        assert all(0 <= index < 2**32 for index in indices)
        assert len(values) == len(indices)
        assert all(value > 0 for value in values)


def test_a_misspelt_name_is_nearer_than_another_product() -> None:
    assert likeness("losatrana 50mg", TEXT) > 1.5 * likeness("dipirona 50mg", TEXT)
    assert likeness("losart", TEXT) > likeness("omeprazol", TEXT) + 0.2


def test_the_maker_of_the_pack_says_nothing() -> None:
    assert likeness(TEXT, TEXT + " industria farmaceutica ltda caixa blister") == pytest.approx(1.0)


def test_terms_are_saturated_and_weigh_less_in_longer_texts() -> None:
    one, three = (dict(zip(*document_terms(["ems"] * n), strict=True))[term_id("ems")] for n in (1, 3))
    assert one < three < 3 * one
    longer = dict(zip(*document_terms(["ems", *"abcdefghijkl"]), strict=True))[term_id("ems")]
    assert longer < one


def document(**changed: object) -> SearchDocument:
    fields = {
        "name": "Losartana Potássica",
        "active_ingredients": ["LOSARTANA POTÁSSICA"],
        "presentation": "50 MG COM REV CT 2 BL AL PLAS TRANS X 15",
        "manufacturer": "EMS S/A",
        "offers": [],
    }
    return fields | changed  # type: ignore[return-value]


def test_a_documents_text_is_what_identifies_the_product() -> None:
    assert document_text(document()) == TEXT


def test_only_what_identifies_the_product_changes_the_hash() -> None:
    base = content_hash(document_text(document()))
    assert content_hash(document_text(document(offers=[{"price": 1}]))) == base
    assert content_hash(document_text(document(name="LOSARTANA  POTASSICA"))) == base
    assert content_hash(document_text(document(manufacturer="Medley"))) != base
    assert content_hash(document_text(document(presentation="100 MG COM REV CT BL AL X 30"))) != base


def test_a_request_uses_the_documents_words() -> None:
    asked = request_text("Quanto custa a losartana 50 mg c/ 30 cp da EMS?").split()
    assert set(asked) <= set(TEXT.split())
    assert {"losartana", "50mg", "30un", "comprimido", "ems"} == set(asked)


def test_it_says_what_it_is_in_both_languages() -> None:
    assert "offline" in OfflineEmbedder.description.lower()
    assert "Modelo" in OfflineEmbedder.description
    assert "model" in OfflineEmbedder.description
