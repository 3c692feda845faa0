"""What teams declare that they read: a new or changed subscription must fit the topic."""

from collections.abc import Iterator
from functools import partial

from schemas.compatibility.readers import Readers
from schemas.compatibility.resolve import listed
from schemas.compatibility.verdict import Difference, First, Verdict
from schemas.contract import Contract, Contracts, subscribers
from schemas.teams import Subscription


def subscription_differences(old: Contracts, new: Contracts, contract: Contract) -> Iterator[Difference]:
    """Subscriptions to the topic that were made, changed or ended, and whether the topic has what they read. Pure."""
    before = {each.team: each for each in subscribers(old.subscriptions, contract.name)}
    after = {each.team: each for each in subscribers(new.subscriptions, contract.name)}
    for team, subscription in after.items():
        if before.get(team) == subscription:
            continue
        what = f"{team} subscribed" if team not in before else f"{team} changed its subscription"
        say = partial(Difference, topic=contract.name, what=what)
        if wrong := _wrong(new, contract, subscription):
            yield say(
                verdict=Verdict.BREAKING,
                why=wrong,
                first=First.PRODUCERS,
                breaks=(team,),
                remedy="Correct it in schemas/teams.py.",
            )
        else:
            yield say(verdict=Verdict.COMPATIBLE, why="from now on a change that breaks what it reads names it")
    for team in before:
        if team not in after:
            what = f"{team} ended its subscription"
            yield Difference(
                topic=contract.name, what=what, verdict=Verdict.COMPATIBLE, why="it is no longer protected here"
            )


def unknown_topic(name: str, who: Readers) -> Iterator[Difference]:
    """Subscriptions to a topic that neither register has. Pure."""
    for team in who.teams(None, still=True):
        yield Difference(
            topic=name,
            what=f"{team} subscribes to it",
            verdict=Verdict.BREAKING,
            why="the register has no topic of that name",
            first=First.PRODUCERS,
            breaks=(team,),
            remedy="Correct it in schemas/teams.py.",
        )


def _wrong(new: Contracts, contract: Contract, subscription: Subscription) -> str:
    if subscription.team not in new.teams:
        return f"the register has no team {subscription.team}"
    if not contract.public:
        return "the topic is internal, and other teams subscribe to public topics only"
    names = {field["name"] for field in contract.schema["fields"]}
    unknown = [field for field in subscription.fields if field not in names]
    return f"it reads {listed(unknown)}, which the topic does not have" if unknown else ""
