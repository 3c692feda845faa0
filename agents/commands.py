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


_Days = Annotated[int, typer.Option("--days", min=1, max=400, help="How long this holds.")]


def vip(
    pharmacy: Annotated[int, typer.Argument(help="The pharmacy's id in the marketplace.")],
    why: Annotated[str, typer.Option(help="Why, in a few words: kept as the fact's source.")],
    days: _Days = 90,
    no: Annotated[bool, typer.Option("--no", help="Say that it is not, whatever it buys.")] = False,
) -> None:
    """Say that a pharmacy is looked after personally: a person takes over sooner."""
    import asyncio

    from agents.customer import looked_after
    from runtime.errors import UserError

    if not why.strip():
        raise UserError("--why is empty: say in a few words why.")
    asyncio.run(looked_after.name(pharmacy, vip=not no, days=days, why=why.strip()))
    typer.echo(f"pharmacy {pharmacy}: {'not ' if no else ''}looked after, for {days} days")


def vips(
    above: Annotated[float, typer.Option(min=0.01, help="BRL bought in the last 30 days from which on.")] = 50_000.0,
    days: _Days = 35,
) -> None:
    """Look after the pharmacies that buy most; to be run again before the days are over, best every night."""
    import asyncio
    from decimal import Decimal

    from agents.customer import looked_after

    found = asyncio.run(looked_after.by_volume(above=Decimal(str(above)), days=days))
    for one in found:
        typer.echo(f"pharmacy {one.pharmacy_id}: {one.orders} orders, R$ {one.total}")
    typer.echo(f"{len(found)} pharmacies bought for R$ {above:.2f} or more in 30 days")


def quality(
    days: Annotated[int, typer.Option(min=1, help="Conversations opened in the last so many days.")] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Say how contacts were served: containment, CSAT and what models cost, in all, by flow and by agent version."""
    import asyncio

    from agents.customer import quality as served

    for line in asyncio.run(served.lines(days, as_json=as_json)):
        typer.echo(line)


COMMANDS: dict[str, Any] = {
    "replay": replay,
    "hand-back": hand_back,
    "close": close,
    "vip": vip,
    "vips": vips,
    "quality": quality,
}
