"""A topic, team, station or commit that nobody knows: one sentence, exit code 2, before anything is changed."""

import sys

import pytest

from deploy import cli
from schemas.captured import CAPTURED
from schemas.events import ORDER_PLACED, PRICE_CHANGED

pytestmark = pytest.mark.unit
RETURNS = CAPTURED["returns"].name


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["subscribe", "zzz", "--team", "pricing"], "There is no topic 'zzz'; `balcao catalogue` shows them all."),
        (["subscribe", PRICE_CHANGED.name, "--team", "pricng"], "There is no team 'pricng'; near it: pricing;"),
        (["subscribe", RETURNS, "--team", "pricing"], f"{RETURNS} is internal to the platform"),
        (["topics", "replay", "order.placed.v1", "--team", "billing", "--from", "1h"], f"near it: {ORDER_PLACED.name}"),
        (
            ["topics", "replay", PRICE_CHANGED.name, "--team", "zzz", "--from", "1h"],
            "There is no team 'zzz'; there are",
        ),
        (["topics", "replay", PRICE_CHANGED.name, "--team", "pricing", "--from", "ontem"], "'ontem' is no time"),
        (["topics", "skip", "bigquery", "cdc.returns"], "There is no topic 'cdc.returns'"),
        (["topics", "skip", "zzz", RETURNS], "There is no station 'zzz'; there are: bigquery, "),
        (["topics", "skip", "qdrant", RETURNS], f"qdrant does not read {RETURNS}; these do: bigquery."),
        (["topics", "skip", "bigquery", RETURNS, "--partition", "9"], f"{RETURNS} has no partition 9: the last is 0"),
        (["contracts", "check", "--against", "zzz"], "this repository has no commit 'zzz'"),
        (
            ["contracts", "check", "--against", "HEAD", "--topic", "zzz"],
            "no topic 'zzz'; `balcao catalogue` shows them",
        ),
        (["contracts", "check", "--against", "HEAD", "--team", "zzz"], "no team 'zzz'; name one of billing, "),
    ],
)
def test_a_name_that_nobody_knows(
    words: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BALCAO_KAFKA_BOOTSTRAP_SERVERS", "nowhere.invalid:1")
    monkeypatch.setenv("BALCAO_REGISTRY_URL", "http://nowhere.invalid")
    monkeypatch.setattr(sys, "argv", ["balcao", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert said.out == ""
    assert said.err.startswith("balcao: ")
    assert said.err.count("\n") == 1
    assert sentence in said.err
