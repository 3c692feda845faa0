"""What may never be, looked at after each commit, and what must be at the end of a schedule."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from runtime import dead_letter
from runtime.assignment import TP
from runtime.letters.letter import Place, place_of
from schemas.topics import SEARCH_DOCUMENTS
from tests.simulation.simulated_records import PAYMENTS, TASKS, TOPICS, Change
from tests.simulation.simulated_warehouse import ViolatedError, payment_tables, stored
from tests.simulation.simulated_worker import GROUP, RETRY, Servers

Where = tuple[str, int, int]
"""A topic's name, a partition and an offset."""


@dataclass
class Judgement:
    """What was written, and how far the servers were looked through. All methods raise ``ViolatedError``."""

    servers: Servers
    written: dict[Where, Change] = field(default_factory=dict)
    mended: set[Where] = field(default_factory=set)
    _letters: dict[Where, tuple[Place, Mapping[str, bytes]]] = field(default_factory=dict)
    _read: dict[str, int] = field(default_factory=dict)
    _rows: set[tuple[int, int]] = field(default_factory=set)
    _rows_read: int = 0
    _checked: dict[TP, int] = field(default_factory=dict)

    def letters(self) -> Iterator[tuple[Place, Mapping[str, bytes]]]:
        """Every dead letter there is, in the order in which they were found."""
        self._look_through()
        yield from list(self._letters.values())

    def look(self) -> None:
        """Nothing is committed before it is done, and nothing ever goes back."""
        if back := self.servers.regressions:
            raise ViolatedError(back[0])
        self._look_through()
        for tp, committed in self.servers.broker.committed.items():
            for offset in range(self._checked.get(tp, 0), committed.offset):
                if not self._done(tp, offset):
                    raise ViolatedError(f"{tp.topic}[{tp.partition}]@{offset} is committed and was not done")
            self._checked[tp] = committed.offset

    def unfinished(self) -> str | None:
        """What is still to be done."""
        broker = self.servers.broker
        for tp, log in broker.logs.items():
            if tp.topic.endswith(".dead-letter"):
                continue
            committed, end = broker.committed.get(tp), self._end(tp)
            if end and (committed is None or committed.offset < end):
                return f"{tp.topic}[{tp.partition}] stands at {committed and committed.offset} of {len(log)}"
        if bad := [where for where, change in self.written.items() if not change.good and where not in self.mended]:
            return f"the dead letter of {bad[0]} was not sent back"
        if self._newest_rows() != {key: row["_lsn"] for key, row in self.servers.warehouse.current.items()}:
            return "the current rows are behind"
        return None

    def judge(self) -> None:
        """Everything is where it should be, once."""
        self.look()
        self._history()
        bad = {where for where, change in self.written.items() if not change.good}
        if self._letters.keys() != bad:
            raise ViolatedError(f"the dead letters are of {sorted(self._letters)}, and should be of {sorted(bad)}")
        if any(place.group != GROUP for place, _ in self._letters.values()):
            raise ViolatedError("a dead letter names another group")
        self._current_rows()
        newest: dict[int, tuple[int, int, bool]] = {}
        for (topic, _, offset), change in self.written.items():
            if topic == SEARCH_DOCUMENTS.name:
                newest[change.key] = max(newest.get(change.key, (0, 0, False)), (change.lsn, offset, change.deleted))
        stands = self.servers.index.payloads
        points = {key: (each["version"], each["offset"], each["deleted"]) for key, each in stands.items()}
        if points != newest:
            raise ViolatedError(f"the index has {points}, the source {newest}")

    def _history(self) -> None:
        payments = {(n, at): change for (topic, n, at), change in self.written.items() if topic == PAYMENTS.name}
        # before the first change that readers cannot take, its partition stands
        wanted = sorted((n, at) for n, at in payments if at < self._end(TP(PAYMENTS.name, n)))
        found = sorted(stored(self.servers.warehouse))
        if found != wanted:
            twice = sorted({each for each in found if found.count(each) > 1})
            lost, more = sorted(set(wanted) - set(found)), sorted(set(found) - set(wanted))
            raise ViolatedError(f"the history has {twice} more than once, lacks {lost}, and should not have {more}")
        for row in self.servers.warehouse.history:
            change = payments[row["_kafka_partition"], row["_offset"]]
            if row.get("note") != change.note:
                raise ViolatedError(f"the new column of {change} holds {row.get('note')}")

    def _current_rows(self) -> None:
        payments = [each for (topic, _, _), each in self.written.items() if topic == PAYMENTS.name]
        for key, row in self.servers.warehouse.current.items():
            (state,) = {each for each in payments if not each.truncates and (each.key, each.lsn) == (key, row["_lsn"])}
            if (row["_op"] == "d") != state.deleted:
                raise ViolatedError(f"row {key} is not what its newest change says")
        truncated = max((each.lsn for each in payments if each.truncates), default=None)
        if self.servers.warehouse.emptied.get(payment_tables()[1].name) != truncated:
            raise ViolatedError(f"the table was truncated at {truncated}, and its rows are not hidden from there")

    def _end(self, tp: TP) -> int:
        """Up to where a partition can be taken."""
        log = self.servers.broker.logs[tp]
        if tp.topic != PAYMENTS.name:
            return len(log)
        breaks = (at for at in range(len(log)) if self.written[tp.topic, tp.partition, at].era.breaks)
        return min(breaks, default=len(log))

    def _newest_rows(self) -> dict[int, int]:
        newest: dict[int, int] = {}
        for (topic, _, _), change in self.written.items():
            if topic == PAYMENTS.name and not change.truncates and not change.era.breaks:
                newest[change.key] = max(newest.get(change.key, 0), change.lsn)
        return newest

    def _look_through(self) -> None:
        """Reads what is new since the last time."""
        history = self.servers.warehouse.history
        self._rows.update((row["_kafka_partition"], row["_offset"]) for row in history[self._rows_read :])
        self._rows_read = len(history)
        for topic in TOPICS:
            log = self.servers.broker.logs[TP(topic.dead_letter, 0)]
            for raw in log[self._read.get(topic.name, 0) :]:
                headers = dict(raw.headers)
                place = place_of(dead_letter.read(headers), raw.offset)
                self._letters.setdefault((place.topic, place.partition, place.offset), (place, headers))
            self._read[topic.name] = len(log)

    def _done(self, tp: TP, offset: int) -> bool:
        if tp.topic == RETRY:
            said = dead_letter.read(dict(self.servers.broker.logs[tp][offset].headers))
            return self._effective((said.topic, said.partition, said.offset))
        where = (tp.topic, tp.partition, offset)
        return where in self._letters or self._effective(where)

    def _effective(self, where: Where) -> bool:
        topic, number, offset = where
        change = self.written[where]
        if topic == TASKS.name:
            return (number, offset) in self.servers.ledger.done
        if topic == SEARCH_DOCUMENTS.name:
            there = self.servers.index.payloads.get(change.key)
            return there is not None and (there["version"], there["offset"]) >= (change.lsn, offset)
        hidden = self.servers.warehouse.emptied.get(payment_tables()[1].name, -1)
        return (number, offset) in self._rows and (not change.truncates or hidden >= change.lsn)
