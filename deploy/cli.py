"""The `balcao` command: composed here from the commands that each part of the house defines."""

import sys
from collections.abc import Callable
from typing import Any

import typer

import agents.commands
import agents.evals.commands
import agents.understanding.commands
import backoffice.catalogue.commands
import connectors.postgres.commands
import connectors.pricelist.commands
import connectors.whatsapp.commands
import deploy.demo.commands
import deploy.evaluation.commands
import deploy.local.commands
import runtime.access_commands
import runtime.commands
import runtime.contracts
import runtime.evolution_commands
import runtime.letters.commands
import runtime.topic_commands
import schemas.commands
import sinks.bigquery.commands
import sinks.qdrant.commands
import sinks.whatsapp.commands
import store.commands
import streams.commands
from runtime.errors import UserError

Command = Callable[..., Any]


def group(name: str, help_text: str, commands: dict[str, Command]) -> typer.Typer:
    """A Typer application of named commands."""
    app = typer.Typer(name=name, help=help_text, no_args_is_help=True, pretty_exceptions_enable=False)
    for command, function in commands.items():
        app.command(command)(function)
    return app


def build() -> typer.Typer:
    """The whole command tree."""
    app = group(
        "balcao",
        "Balcão: captured changes become events, answers, and fresh views.",
        {
            "up": deploy.local.commands.up,
            "down": deploy.local.commands.down,
            "status": deploy.local.commands.status,
            "logs": deploy.local.commands.logs,
            "env": deploy.local.commands.env,
            "demo": deploy.demo.commands.demo,
            "derive": schemas.commands.derive,
            "subscribe": runtime.access_commands.subscribe,
            "catalogue": backoffice.catalogue.commands.catalogue,
            "traffic": store.commands.traffic,
        },
    )
    groups: dict[str, tuple[str, dict[str, Command]]] = {
        "connectors": (
            "Debezium's connectors.",
            {
                "apply": connectors.postgres.commands.apply,
                "status": connectors.postgres.commands.status,
                "restart": connectors.postgres.commands.restart,
            },
        ),
        "run": (
            "Run one station in the foreground.",
            {
                "webhook": connectors.whatsapp.commands.run,
                "streams": streams.commands.run,
                "events": streams.commands.run_events,
                "customer": agents.commands.run_customer,
                "bigquery": sinks.bigquery.commands.run,
                "qdrant": sinks.qdrant.commands.run,
                "whatsapp": sinks.whatsapp.commands.run,
            },
        ),
        "topics": (
            "The broker's topics.",
            {
                "apply": runtime.commands.topics_apply,
                "tail": runtime.topic_commands.tail,
                "replay": runtime.topic_commands.replay,
                "drift": runtime.evolution_commands.drift,
                "skip": runtime.evolution_commands.skip,
            },
        ),
        "dlq": (
            "Dead letters: records that a station could not take.",
            {
                "list": runtime.letters.commands.list_letters,
                "show": runtime.letters.commands.show,
                "edit": runtime.letters.commands.edit,
                "redrive": runtime.letters.commands.redrive,
                "discard": runtime.letters.commands.discard,
            },
        ),
        "index": (
            "The vector index: new vectors beside the ones in use.",
            {
                "status": sinks.qdrant.commands.status,
                "rebuild": sinks.qdrant.commands.rebuild,
                "switch": sinks.qdrant.commands.switch,
                "discard": sinks.qdrant.commands.discard,
            },
        ),
        "agents": ("The agents' conversations.", agents.commands.COMMANDS),
        "contracts": ("The register's promises.", {"check": runtime.contracts.check}),
        "access": ("Who may do what at the broker.", {"apply": runtime.access_commands.apply}),
        "db": (
            "The databases.",
            {
                "migrate": store.commands.migrate,
                "seed": store.commands.seed,
                "prune": store.commands.prune_outbox,
                "prune-requests": store.commands.prune_requests,
            },
        ),
        "understanding": ("The offline understanding.", {"train": agents.understanding.commands.train}),
        "eval": (
            "How well the agents do.",
            {
                "understanding": agents.evals.commands.understanding,
                "scenarios": deploy.evaluation.commands.scenarios,
                "injections": deploy.evaluation.commands.injections,
                "gate": deploy.evaluation.commands.gate,
                "page": deploy.evaluation.commands.page,
            },
        ),
        "pricelist": ("The official price list.", {"import": connectors.pricelist.commands.import_pricelist}),
    }
    for name, (help_text, commands) in groups.items():
        app.add_typer(group(name, help_text, commands))
    return app


def main() -> None:
    """Run the command line; an error meant for people ends it with one sentence and exit code 2."""
    try:
        build()()
    except UserError as error:
        sys.stderr.write(f"balcao: {error}\n")
        raise SystemExit(2) from error


if __name__ == "__main__":
    main()
