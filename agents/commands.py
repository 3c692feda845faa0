"""Commands of the agents."""

from typing import Annotated, Any

import typer


def run_customer() -> None:
    """Answer the pharmacies that write to us, until stopped."""
    from agents.customer.wiring import customer_agent
    from runtime import log
    from runtime.settings import (
        ChannelSettings,
        LLMSettings,
        MarketplaceAgent,
        MarketplaceReader,
        PlatformAgent,
        QdrantSettings,
        RegistrySettings,
        load,
    )
    from runtime.station import run

    databases = load(PlatformAgent), load(MarketplaceReader), load(MarketplaceAgent)
    log.configure("customer")
    run(
        "customer",
        [
            customer_agent(
                *databases,
                load(QdrantSettings),
                registry=load(RegistrySettings),
                llm=load(LLMSettings),
                channel=load(ChannelSettings),
            )
        ],
    )


def replay(
    conversation: Annotated[str, typer.Argument(help="The conversation's id, as turns and escalations have it.")],
    changed: Annotated[
        list[str] | None,
        typer.Option("--with", help="Decide with another: understanding=offline, model=PROFILE, prompt=VERSION."),
    ] = None,
) -> None:
    """Decide a conversation's turns again from their record, and say what differs; nothing is written or sent."""
    import asyncio

    from agents.customer.replaying import replay_conversation

    same = asyncio.run(replay_conversation(conversation, changed or [], typer.echo))
    if not same:
        raise typer.Exit(1)


def hand_back(
    conversation: Annotated[str, typer.Argument(help="The conversation's id.")],
) -> None:
    """Give a conversation that a person held back to the agent, which then remembers nothing of it."""
    _leave(conversation, "hand_back", "given back to the agent")


def close(
    conversation: Annotated[str, typer.Argument(help="The conversation's id.")],
) -> None:
    """Close a conversation that is resolved; the contact's next message begins another one."""
    _leave(conversation, "resolve", "closed")


def _leave(conversation: str, how: str, said: str) -> None:
    import asyncio

    from agents.customer.leaving import leave

    asyncio.run(leave(conversation, how))
    typer.echo(f"{conversation}: {said}")


COMMANDS: dict[str, Any] = {"replay": replay, "hand-back": hand_back, "close": close}
