"""What a topic's records guarantee beyond their types: the rules that bind producers, and what is personal in them."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import partial

from schemas.compatibility.readers import Readers, label
from schemas.compatibility.verdict import Difference, First, Verdict
from schemas.contract import Contract, RuleText


def guarantee_differences(old: Contract, new: Contract, readers: Readers) -> Iterator[Difference]:
    """Each changed rule and each changed mark of personal data with its verdict. Pure.

    A rule is a promise to readers that producers must keep: a stricter one needs producers first (a record that breaks
    it becomes a dead letter), a looser one takes something from readers.
    """
    yield from _rules(old, new, readers)
    yield from _personal(old, new, readers)


def _rules(old: Contract, new: Contract, readers: Readers) -> Iterator[Difference]:
    before = {rule.name: rule for rule in old.rules}
    after = {rule.name: rule for rule in new.rules}
    for name, rule in after.items():
        if name not in before:
            yield _stricter(new, f"it gained the rule {name}: {rule.text}")
        elif before[name].parameters != rule.parameters or before[name].text != rule.text:
            what = f'the rule {name} says "{rule.text}" instead of "{before[name].text}"'
            yield from _changed(new, what, before[name], rule, readers)
    for name, rule in before.items():
        if name not in after:
            yield _looser(new, f"it lost the rule {name}: {rule.text}", rule, readers)


def _changed(new: Contract, what: str, before: RuleText, after: RuleText, readers: Readers) -> Iterator[Difference]:
    if before.kind == after.kind and before.parameters == after.parameters:
        yield Difference(topic=new.name, what=what, verdict=Verdict.COMPATIBLE, why="only its words changed")
        return
    was, now = _range(before), _range(after)
    # what cannot be compared may have taken something from readers
    if was is None or now is None or now[0] < was[0] or now[1] > was[1]:
        yield _looser(new, what, before, readers)
    else:
        yield _stricter(new, what)


def _range(rule: RuleText) -> tuple[Decimal, Decimal] | None:
    if rule.kind != "between":
        return None
    try:
        least, most = (rule.parameters.get(side) for side in ("least", "most"))
        return Decimal(least or "-Infinity"), Decimal(most or "Infinity")
    except InvalidOperation:
        return None


def _stricter(new: Contract, what: str) -> Difference:
    return Difference(
        topic=new.name,
        what=what,
        verdict=Verdict.NEEDS_ORDER,
        why="a record that breaks it becomes a dead letter, so producers must keep it before it holds; "
        "records from before may still break it",
        first=First.PRODUCERS,
        breaks=new.producers,
    )


def _looser(new: Contract, what: str, rule: RuleText, readers: Readers) -> Difference:
    field = rule.parameters.get("field")
    return Difference(
        topic=new.name,
        what=what,
        verdict=Verdict.BREAKING if new.public else Verdict.NEEDS_ORDER,
        why="readers may count on it, and records that break it would reach them",
        first=First.CONSUMERS,
        breaks=readers.of(field),
        remedy="Keep the rule, or publish what it forbids in a new version of the topic." if new.public else "",
    )


def _personal(old: Contract, new: Contract, readers: Readers) -> Iterator[Difference]:
    say = partial(Difference, topic=new.name, verdict=Verdict.NEEDS_ORDER)
    names, had = _fields(new.schema), _fields(old.schema)
    for path, reason in new.personal.items():
        top = path.partition(".")[0]
        if path not in old.personal and top in had:
            yield say(
                what=f"{label(tuple(path.split('.')))} is personal data now ({reason})",
                why="readers must keep it out of logs and delete it with the person before it arrives",
                first=First.CONSUMERS,
                breaks=readers.of(top),
            )
        elif path not in old.personal:
            yield say(
                what=f"{label(tuple(path.split('.')))} is new and personal data ({reason})",
                why="only readers that need it may read it",
                verdict=Verdict.COMPATIBLE,
            )
    for path, reason in old.personal.items():
        top = path.partition(".")[0]
        if path not in new.personal and top in names:
            yield say(
                what=f"{label(tuple(path.split('.')))} is not personal data any more (it was {reason})",
                why="records from before still hold it: readers go on treating it as personal until those are gone",
                first=First.PRODUCERS,
                breaks=readers.of(top),
            )


def _fields(schema: Mapping[str, object]) -> set[str]:
    """The names of the record's fields; of a captured row's for Debezium's envelope."""
    found: set[str] = set()
    fields = schema.get("fields")
    for field in fields if isinstance(fields, list) else []:
        found.add(field["name"])
        for arm in field["type"] if isinstance(field["type"], list) else []:
            if isinstance(arm, dict) and arm.get("name") == "Value":
                found |= _fields(arm)
    return found
