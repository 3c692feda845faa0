"""Commands on the register."""

from typing import Annotated

import typer


def derive(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 when a derived file is stale.")
    ] = False,
) -> None:
    """Write what derives from the register: the Avro schemas under schemas/derived."""
    from schemas import derive as files

    found = files.stale() if check else files.write()
    for line in found:
        typer.echo(line)
    if check and found:
        typer.echo("run `make derive` and commit what it writes")
        raise typer.Exit(1)
