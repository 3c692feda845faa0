"""The commands on the databases say in a sentence what a person must do."""

from pathlib import Path

import pytest

from connectors.pricelist.commands import import_pricelist
from deploy.local.stack import Stack
from runtime.errors import UserError
from store.commands import Size, prune_outbox, prune_requests, seed
from tests.store.databases import Database, made

pytestmark = pytest.mark.broker


def test_a_database_that_was_never_migrated(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    with made(stack, "marketplace_owner") as database:
        monkeypatch.setenv("BALCAO_MARKETPLACE_WRITER_DSN", database.dsn("marketplace_owner"))
        with pytest.raises(UserError, match="run `balcao db migrate` first"):
            seed(Size.S, 7)


@pytest.mark.parametrize("size", list(Size))
def test_a_market_that_has_data_is_left_alone(
    market: Database, size: Size, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BALCAO_MARKETPLACE_WRITER_DSN", market.dsn("marketplace_writer"))
    seed(size, 7)
    assert "left as it is" in capsys.readouterr().out


def test_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = "postgresql://nobody@127.0.0.1:1/nothing"
    monkeypatch.setenv("BALCAO_MARKETPLACE_WRITER_DSN", nobody)
    monkeypatch.setenv("BALCAO_PLATFORM_OWNER_DSN", nobody)
    with pytest.raises(UserError, match="is not up"):
        seed(Size.S, 7)
    with pytest.raises(UserError, match="is not up"):
        import_pricelist(Path("list.csv"))
    with pytest.raises(UserError, match="is not up"):
        prune_outbox(7)
    monkeypatch.setenv("BALCAO_MARKETPLACE_OWNER_DSN", nobody)
    with pytest.raises(UserError, match="is not up"):
        prune_requests(30)
