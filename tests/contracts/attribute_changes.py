"""Changes of everything else that a topic promises: what is said of each when it is public, and when it is internal."""

from datetime import timedelta

from schemas.contract import DAY_MS, RuleText
from tests.contracts.change import CONSUMERS, EITHER, NOBODY, PRODUCERS, B, C, Change, N
from tests.contracts.parcels import BILLING, LABEL, LOGISTICS, TODAY, WEIGHT, both, of, subscribed

ALL = ("sinks.parcels", "billing", "logistics")
REST = ("sinks.parcels", "logistics")
ID = RuleText("id.filled", "id is not blank.", "filled", {"field": "id"})
TIGHT = RuleText(WEIGHT.name, "weight is between 2 and 10.", "between", {**WEIGHT.parameters, "least": "2"})
LOOSE = RuleText(WEIGHT.name, "weight is at least 1.", "between", {**WEIGHT.parameters, "most": None})
WORDS = RuleText(WEIGHT.name, "1 to 10.", "between", WEIGHT.parameters)

ATTRIBUTE_CHANGES = (
    Change("the key's type", of(key="avro"), B, B, NOBODY, "keys are avro instead of text", "decode the keys", ALL),
    Change("more partitions", of(partitions=4), B, B, NOBODY, "it has 4 partitions", "lose their order", ALL),
    Change("fewer partitions", of(partitions=1), B, B, NOBODY, "it has 1 partition", "take partitions away", ALL),
    Change("a shorter retention", of(retention_ms=7 * DAY_MS), B, N, CONSUMERS, "kept 7 days instead of 30 days",
           "would miss records", ALL),
    Change("a longer retention", of(retention_ms=60 * DAY_MS), C, C, EITHER, "kept 60 days instead of 30 days",
           "so is what is personal in them (note)"),
    Change("records kept for ever", of(retention_ms=-1), C, C, EITHER, "for ever instead of 30 days", "kept longer"),
    Change("records not kept for ever any more", of(retention_ms=30 * DAY_MS), B, N, CONSUMERS,
           "kept 30 days instead of for ever", "would miss records", ALL, before=of(retention_ms=-1)),
    Change("compacted", of(cleanup="compact"), B, B, NOBODY, "cleanup policy is compact instead of delete",
           "only each key's newest record stays", ALL),
    Change("not compacted any more", of(cleanup="delete"), B, B, NOBODY, "cleanup policy is delete instead of compact",
           "newest record goes with time", ALL, before=of(cleanup="compact")),
    Change("made public", of(visibility="public"), C, C, EITHER, "it is public instead of internal", "FULL_TRANSITIVE",
           before=both(of(visibility="internal"), subscribed())),
    Change("made internal", of(visibility="internal"), B, B, CONSUMERS, "it is internal instead of public",
           "other teams lose a topic", ("billing", "logistics"),
           before=both(of(visibility="public"), subscribed(BILLING, LOGISTICS))),
    Change("another owner", of(owner="support"), C, C, EITHER, "its owner is support", "another team"),
    Change("other words about it", of(description="Parcels."), C, C, EITHER, "it is described in other words",
           "no reader depends on it"),
    Change("a producer added", of(producers=("streams.parcels", "streams.more")), C, C, EITHER,
           "it gained the producer streams.more", "stay the same"),
    Change("a consumer removed", of(consumers=()), C, C, EITHER, "it lost the consumer", "stay the same"),
    Change("a rule added", of(rules=(WEIGHT, LABEL, ID)),
           N, N, PRODUCERS, "it gained the rule id.filled: id is not blank.", "becomes a dead letter",
           ("streams.parcels",)),
    Change("a rule removed", of(rules=(WEIGHT,)), B, N, CONSUMERS, "it lost the rule label.filled",
           "readers may count on it", REST),
    Change("a rule tightened", of(rules=(TIGHT, LABEL)), N, N, PRODUCERS,
           'the rule weight.range says "weight is between 2 and 10."', "becomes a dead letter",
           ("streams.parcels",)),
    Change("a rule loosened", of(rules=(LOOSE, LABEL)), B, N, CONSUMERS,
           'the rule weight.range says "weight is at least 1."', "readers may count on it", REST),
    Change("a rule in other words", of(rules=(WORDS, LABEL)), C, C, EITHER,
           'the rule weight.range says "1 to 10."', "only its words changed"),
    Change("a field became personal", of(personal={"note": "free text", "label": "name"}), N, N, CONSUMERS,
           "`label` is personal data now (name)", "keep it out of logs", REST),
    Change("a field is not personal any more", of(personal={}), N, N, PRODUCERS,
           "`note` is not personal data any more (it was free text)", "records from before still hold it", REST),
    Change("a sunset in time", of(sunset=TODAY + timedelta(days=60)), C, C, EITHER, "it will end after 2027-04-30",
           "to move: sinks.parcels"),
    Change("a sunset too soon", of(sunset=TODAY + timedelta(days=10)), B, C, CONSUMERS, "it will end after 2027-03-11",
           "less than 30 days to move", ("billing", "logistics")),
    Change("a sunset brought forward", of(sunset=TODAY + timedelta(days=10)), B, C, CONSUMERS,
           "it will end after 2027-03-11", "less than 30 days to move", ("billing", "logistics"),
           before=of(sunset=TODAY + timedelta(days=60))),
    Change("a sunset put off", of(sunset=TODAY + timedelta(days=20)), C, C, EITHER, "it will end after 2027-03-21",
           "works until then", before=of(sunset=TODAY + timedelta(days=10))),
    Change("a sunset withdrawn", of(sunset=None), C, C, EITHER, "its sunset 2027-04-30 was withdrawn", "it stays",
           before=of(sunset=TODAY + timedelta(days=60))),
    Change("a successor that does not exist", of(successor="parcels.sent.v9"), B, B, PRODUCERS,
           "its successor is parcels.sent.v9", "no topic of that name", ("billing", "logistics")),
)  # fmt: skip
