"""`balcao pricelist import`."""

from pathlib import Path
from typing import Annotated

import typer


def import_pricelist(
    path: Annotated[Path, typer.Argument(help="CSV in UTF-8, the complete list.")],
    rejects: Annotated[
        Path | None, typer.Option(help="Where rejected rows go; NAME.rejected.csv in this folder otherwise.")
    ] = None,
) -> None:
    """Bring products and price ceilings to an official price list (CMED); running it again changes nothing."""
    from connectors.pricelist.importer import import_file
    from runtime.settings import MarketplaceWriter, load
    from store.progress import rows_shown
    from store.session import session

    reject_file = rejects or Path(f"{path.stem}.rejected.csv")
    with session(load(MarketplaceWriter).dsn) as connection, rows_shown() as progress:
        summary = import_file(connection, path, reject_file, progress)
    typer.echo(summary.sentence())
