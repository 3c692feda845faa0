"""The measure itself: what counts as right, and files that are not as they should be."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from agents.evals.cases import Case, read_cases
from agents.evals.matching import matched, same
from agents.evals.understanding import measure
from agents.understanding.protocol import Entities, Understood
from deploy.cli import build
from runtime.errors import UserError

pytestmark = pytest.mark.unit


def said(*flows: str, **entities: Any) -> Understood:
    return Understood(
        flow=flows[0] if flows else None,
        flows=flows,
        entities=Entities(**entities),
        confidence=0.9,
        abstained=not flows,
        source="offline",
    )


@pytest.mark.parametrize(
    ("name", "found", "meant", "agrees"),
    [
        ("product", "Losartana 50mg EMS", "losartana 50mg", True),
        ("product", "dipirona", "dipirona sódica 500mg gotas", False),
        ("date", "terça-feira", "terca feira", True),
        ("city", "são joão del-rei", "Sao Joao del Rei", True),
        ("quantity", 10, "10", True),
        ("quantity", 10, 10.0, True),
        ("price", 12.9, "R$ 12,90", True),
        ("price", 1250.0, "1.250,00", True),
        ("price", 12.9, "caro", False),
        ("cnpj", "12345678000195", "12.345.678/0001-95", True),
        ("order_number", "AB-12", "ab12", True),
        ("order_number", "100", "1001", False),
    ],
)
def test_when_two_values_say_the_same(name: str, found: Any, meant: Any, agrees: bool) -> None:
    assert same(name, found, meant) is agrees


def test_a_value_found_serves_once() -> None:
    assert matched({"quantity": [10]}, {"quantity": [10, 10]}) == 1


def test_figures_of_a_small_file() -> None:
    cases = [
        Case("a", "order_status", ("order_status", "human"), {"order_number": ("1", "2")}),
        Case("b", "human", ("human",), {}),
        Case("c", "human", ("human",), None),
        Case("d", None, (), None),
    ]
    answers = {
        "a": said("order_status", order_numbers=("1",)),
        "b": said("complaint", scores=(9,), gtins=("7891234567895",)),
        "c": said(cities=("Natal",)),
        "d": said(),
    }
    report = measure(cases, answers.__getitem__)
    assert report.as_dict() == {
        "accuracy": 0.5,
        "flows_f1": pytest.approx(2 * 1 / 6, abs=1e-4),
        "macro_f1": pytest.approx((1 + 0 + 2 / 3) / 3, abs=1e-4),
        "entities_f1": 0.5,
        "abstained": 2,
        "n": 4,
    }
    assert set(report.confusions) == {("human", "complaint", 1), ("human", "-", 1)}


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_one_value_or_many(tmp_path: Path) -> None:
    line = json.dumps(
        {"text": "oi", "flow": "greeting", "entities": {"quantity": 3, "product": ["a", "b"], "date": None}}
    )
    case = read_cases(write(tmp_path / "c.jsonl", line, "", json.dumps({"text": "x", "flow": None})))
    assert case[0].entities == {"quantity": (3,), "product": ("a", "b"), "date": ()}
    assert (case[1].flow, case[1].flows, case[1].entities) == (None, (), None)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"text": 3, "flow": "human"}',
        '{"text": "oi"}',
        '{"text": "oi", "flows": "human"}',
        '{"text": "oi", "flow": 3}',
        '{"text": "oi", "flow": "human", "entities": []}',
        '{"text": "oi", "flow": "human", "entities": {"city": {"a": 1}}}',
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    path = write(tmp_path / "c.jsonl", '{"text": "oi", "flow": "greeting"}', line)
    with pytest.raises(UserError, match="line 2"):
        read_cases(path)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\xfa"])
def test_a_file_without_cases_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.jsonl"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"c\.jsonl"):
        read_cases(path)


def test_command_prints_its_figures(tmp_path: Path) -> None:
    path = write(tmp_path / "c.jsonl", '{"text": "bom dia", "flow": "greeting", "flows": ["greeting"], "entities": {}}')
    done = CliRunner().invoke(build(), ["eval", "understanding", "--cases", str(path), "--json"])
    assert json.loads(done.stdout) == {
        "accuracy": 1.0,
        "flows_f1": 1.0,
        "macro_f1": 1.0,
        "entities_f1": 1.0,
        "abstained": 0,
        "n": 1,
    }
    assert "greeting" in CliRunner().invoke(build(), ["eval", "understanding", "--cases", str(path)]).stdout
