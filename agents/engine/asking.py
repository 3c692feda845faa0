"""Which message of several that came together asks for a flow, so that what it writes is named after that one alone.

Messages may be grouped otherwise when they come again after a crash. A write that needs no yes is done once whatever
the grouping when its request id comes of the message that asks for it, not of the group's first.
"""

from collections.abc import Mapping, Sequence

from agents.engine.heard import Heard
from agents.engine.interpret import Request
from agents.understanding.protocol import Context, Understanding


async def anchors(
    said: Heard, requests: Sequence[Request], understanding: Understanding, context: Context
) -> Mapping[str, str]:
    """The asking message's id for each flow that writes without a yes; empty for a single message."""
    writing = [each for each in requests if any(not write.confirmed for write in each.flow.writes)]
    if len(said.parts) < 2 or not writing:
        return {}
    alone = [(one, set((await understanding.understand(words, context)).flows)) for one, words in said.parts]
    upto: list[tuple[str, set[str]]] = []
    for at in range(1, len(said.parts) + 1):
        together = "\n".join(words for _, words in said.parts[:at])
        upto.append((said.parts[at - 1][0], set((await understanding.understand(together, context)).flows)))
    last = said.parts[-1][0]
    return {
        each.flow.name: next((one for one, flows in (*alone, *upto) if flows & set(each.flow.serves)), last)
        for each in writing
    }
