"""What the schema registry knows of a captured topic: how its table really is, beside what the register says of it."""

from dataclasses import dataclass

from runtime.contracts_registry import RegisteredVersions
from runtime.newest import newest_schemas
from runtime.registry import DEFAULT_COMPATIBILITY
from runtime.settings import KafkaSettings
from schemas import evolution
from schemas.contract import Contract
from schemas.evolution import Difference, Kind


@dataclass(frozen=True, slots=True)
class Captured:
    """One captured topic's table against its changed record type.

    The registry holds no captured topic to a rule: the table has changed already when it is asked, and a refusal would
    stop every table of the connector. So what counts is whether readers with the new record type could read what the
    connector writes now: ``found`` is where they differ, ``had`` the columns that any of ``versions`` had.
    """

    topic: str
    versions: int
    level: str
    found: tuple[Difference, ...]
    had: frozenset[str]

    @property
    def accepts(self) -> bool:
        """Whether readers of the new record type would go on at what is written now."""
        return not self._stops

    @property
    def agree(self) -> bool:
        """There is no second verdict to agree with."""
        return True

    @property
    def _stops(self) -> list[Difference]:
        return [
            one
            for one in self.found
            if one.kind is Kind.RETYPED or (one.kind is Kind.LACKING and one.column in self.had)
        ]

    def sentences(self) -> list[str]:
        """What the registry holds, and what does not fit, in words."""
        if not self.versions:
            return [f"the registry has not seen {self.topic}: its table was never captured, so nothing can be compared"]
        many = f"{self.versions} version{'' if self.versions == 1 else 's'}"
        says = "could be read with this register" if self.accepts else "would stop its readers with this register"
        said = [f"{self.topic} is captured: what its table writes now ({many}) {says}"]
        said += [f"{self.topic}: {_sentence(one, one in self._stops)}" for one in self.found]
        if self.level != DEFAULT_COMPATIBILITY:
            said.append(
                f"the registry holds {self.topic} to {self.level}: a change of the table that it refuses stops every "
                f"table of the connector; captured topics have the rule {DEFAULT_COMPATIBILITY}"
            )
        return said


def captured(registered: RegisteredVersions, contract: Contract, broker: KafkaSettings | None) -> Captured:
    """Compares a captured topic's record type with what its table writes now. Blocks.

    That is what its newest record was written with; when the broker may not be asked, or has none, the newest of the
    registry's versions, which is another one if the table was changed and changed back. Raises ``UserError`` when the
    registry or the broker does not answer.
    """
    subject = f"{contract.name}-value"
    versions = {number: evolution.columns_of(schema) for number, schema in registered.numbered(subject).items()}
    written = None if broker is None else newest_schemas(broker, [contract.name]).get(contract.name)
    newest = versions.get(written or 0, next(reversed(versions.values()), None))
    found = () if newest is None else evolution.between(evolution.columns_of(contract.schema), newest)
    had = frozenset[str]().union(*versions.values())
    return Captured(contract.name, len(versions), registered.level(subject), found, had)


def _sentence(one: Difference, stops: bool) -> str:
    if one.kind is Kind.RETYPED:
        return f"column {one.column} is {one.was} in the register and {one.now} in the table: alter the table first"
    if one.kind is Kind.ADDED:
        return f"column {one.column} ({one.now}) is in the table and not in the register: readers keep it as it comes"
    if stops:
        return f"column {one.column} ({one.was}) was dropped from the table: take it out of the record type"
    return f"column {one.column} ({one.was}) is not in the table yet: it reads as NULL until it is"
