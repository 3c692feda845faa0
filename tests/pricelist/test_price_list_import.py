"""The price list reaches the marketplace whole, once, and with nothing lost on the way."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

import connectors.pricelist
from connectors.pricelist.importer import Summary, import_file
from connectors.pricelist.rows import COLUMNS
from runtime.errors import UserError
from tests.store.databases import Database

pytestmark = pytest.mark.broker

SAMPLE = Path(connectors.pricelist.__file__).parent / "sample.csv"
BOTH = "AURORA FARMA LTDA"
ROW = ["LORATADINA", "12.ABC.345/01DE-35", BOTH, "10 MG COM CT BL AL PLAS TRANS X 12", "REGULADO", "10.00", "sem_tarja"]


def run(database: Database, path: Path, rejects: Path | None = None) -> Summary:
    with psycopg.connect(database.dsn("marketplace_writer")) as connection:
        return import_file(connection, path, rejects or path.with_name("rejected.csv"), lambda _subject, _rows: None)


def query(database: Database, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.dsn("marketplace_owner")) as connection:
        return connection.execute(statement.encode()).fetchall()


def written(path: Path, *rows: list[str], header: tuple[str, ...] = COLUMNS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def test_the_sample_is_imported_whole_and_a_second_run_changes_nothing(empty: Database, tmp_path: Path) -> None:
    rejects = tmp_path / "rejected.csv"
    first = run(empty, SAMPLE, rejects)
    assert (first.read, first.rejected, first.counts.new_products, first.counts.new_suppliers) == (40, 0, 40, 5)
    state = "SELECT p.xmin::text, p.* FROM products p ORDER BY id"
    before = query(empty, state)
    second = run(empty, SAMPLE, rejects)
    assert second.counts.unchanged_products == second.read == 40
    assert second.counts.new_suppliers == 0
    assert query(empty, state) == before
    assert not rejects.exists()


def test_form_and_dose_are_read_and_brought_to_products_that_had_none(empty: Database) -> None:
    run(empty, SAMPLE)
    known = "SELECT count(*) FROM products WHERE form IS NOT NULL AND dose IS NOT NULL"
    [(full,)] = query(empty, known)
    assert full >= 35
    assert query(
        empty, "SELECT form, dose FROM products WHERE presentation LIKE '875 MG + 125 MG COM CT%' LIMIT 1"
    ) == [("comprimido", "875 mg + 125 mg")]
    with psycopg.connect(empty.dsn("marketplace_owner")) as connection:
        connection.execute("UPDATE products SET form = NULL, dose = NULL")
    assert run(empty, SAMPLE).counts.changed_products >= full
    assert query(empty, known) == [(full,)]


def test_only_a_regulated_price_is_a_ceiling(empty: Database) -> None:
    run(empty, SAMPLE)
    found = query(empty, "SELECT DISTINCT price_regime, ceiling_price IS NOT DISTINCT FROM factory_price FROM products")
    assert sorted(found) == [("regulated", True), ("released", False)]


def test_bad_rows_are_kept_aside_with_line_and_reason(empty: Database, tmp_path: Path) -> None:
    path = written(
        tmp_path / "list.csv",
        ROW,
        [*ROW[:1], "12.ABC.345/01DE-00", *ROW[2:]],
        ROW[:5],
        [*ROW[:3], "a presentation\non two lines", *ROW[4:5], "dez", *ROW[6:]],
        ROW,
        [*ROW[:3], "5 MG", *ROW[4:]],
    )
    summary = run(empty, path)
    assert (summary.read, summary.rejected, summary.counts.new_products) == (6, 4, 2)
    assert summary.reject_file is not None
    with summary.reject_file.open(encoding="utf-8", newline="") as file:
        header, *kept = csv.reader(file)
    assert header == ["line", "reason", *COLUMNS]
    assert [(row[0], row[1].split(":")[0]) for row in kept] == [
        ("3", "manufacturer_cnpj '12.ABC.345/01DE-00' is no CNPJ"),
        ("4", "the row has 5 columns, the header 7"),
        ("5", "factory_price_brl 'dez' is no price"),
        ("7", "the row repeats line 2"),
    ]
    assert kept[2][2:] == [*ROW[:3], "a presentation\non two lines", *ROW[4:5], "dez", *ROW[6:]]


def test_bytes_that_are_not_utf_8_are_kept_as_they_were(empty: Database, tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes(f"{','.join(COLUMNS)}\n{','.join(ROW)}\nCAFEÍNA,{','.join(ROW[1:])}\n".encode("latin-1"))
    summary = run(empty, path)
    assert (summary.read, summary.rejected) == (2, 1)
    assert summary.reject_file is not None
    assert "CAFEÍNA".encode("latin-1") in summary.reject_file.read_bytes()


def test_the_same_presentation_at_two_prices_is_two_products(empty: Database, tmp_path: Path) -> None:
    dear = [*ROW[:5], "16.00", ROW[6]]
    run(empty, written(tmp_path / "list.csv", dear, ROW))
    assert query(empty, "SELECT variant, factory_price FROM products ORDER BY variant") == [
        (1, Decimal("10.00")),
        (2, Decimal("16.00")),
    ]
    summary = run(empty, written(tmp_path / "list.csv", ROW, [*dear[:5], "17.00", dear[6]]))
    assert (summary.counts.new_products, summary.counts.changed_products) == (0, 1)


def test_what_the_list_does_not_know_stays_known(empty: Database, tmp_path: Path) -> None:
    path = written(tmp_path / "list.csv", [*ROW[:6], "vermelha"])
    run(empty, path)
    with psycopg.connect(empty.dsn("marketplace_owner")) as connection:
        connection.execute("UPDATE products SET stripe = 'red_retained', name = 'Loralune', gtin = '7891000315507'")
    assert run(empty, path).counts.unchanged_products == 1
    run(empty, written(path, [*ROW[:6], "sem_informacao"]))
    assert query(empty, "SELECT stripe, name, gtin FROM products") == [("red_retained", "Loralune", "7891000315507")]


def test_a_renamed_manufacturer_is_renamed(empty: Database, tmp_path: Path) -> None:
    run(empty, written(tmp_path / "list.csv", ROW))
    run(empty, written(tmp_path / "list.csv", [*ROW[:2], "AURORA FARMA S.A.", *ROW[3:]]))
    assert query(empty, "SELECT legal_name, trade_name FROM suppliers") == [("AURORA FARMA S.A.", BOTH)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "lacks the column active_ingredients"),
        ("a,b\n1,2\n", "lacks the column active_ingredients"),
        (f'{",".join(COLUMNS)}\n{",".join(ROW)}\n"open quote,1\n', "is no CSV from line 3"),
    ],
)
def test_a_file_that_is_no_list_imports_nothing(empty: Database, tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=says):
        run(empty, path)
    assert query(empty, "SELECT count(*) FROM products") == [(0,)]


def test_a_file_that_is_not_there_is_said_so(empty: Database, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="was not imported: No such file"):
        run(empty, tmp_path / "nothing.csv")
