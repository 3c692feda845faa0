"""``python -m deploy.local VERB``: the stack's verbs without the rest of the command line."""

import sys

import typer

from deploy.local import commands
from runtime.errors import UserError

app = typer.Typer(help="The local stack.", no_args_is_help=True, pretty_exceptions_enable=False)
for verb in (commands.up, commands.down, commands.status, commands.logs, commands.env, commands.clean, commands.lock):
    app.command()(verb)


if __name__ == "__main__":
    try:
        app()
    except UserError as error:
        sys.stderr.write(f"balcao: {error}\n")
        raise SystemExit(2) from None
