"""The simulator's memory: one SQLite file, so that a killed process loses nothing it has answered for.

Calls block for well under a millisecond and are made from the event loop. Written pages reach the operating system
before a call returns (write-ahead log), so they outlive the process; they may not outlive a power cut.
"""

import json
import secrets
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from deploy.local.simulator.messages import RANK, Draft, Message, Notice, Status, Webhook

_SCHEMA: Final = """
create table if not exists facts (name text primary key, value text not null) strict;
create table if not exists contacts (wa_id text primary key, name text, seen_ms real not null) strict;
create table if not exists messages (
    seq integer primary key autoincrement,
    revision integer not null,
    wamid text not null unique,
    contact text not null,
    author text not null,
    kind text not null,
    text text,
    content text not null,
    reply_to text,
    command text,
    sent_ms real not null,
    received_ms real not null,
    status text not null,
    error text
) strict;
create index if not exists messages_in_order on messages (contact, seq);
create index if not exists messages_changed on messages (contact, revision);
create table if not exists webhooks (
    seq integer primary key autoincrement,
    lane text not null,
    wamid text not null,
    contact text not null,
    step text,
    body blob not null,
    created_ms real not null,
    due_ms real not null,
    attempts integer not null default 0
) strict;
"""


class Store:
    """Messages, contacts and the webhooks that wait, in ``directory``. One process at a time."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(directory / "simulator.sqlite3", isolation_level="IMMEDIATE")
        self._db.row_factory = sqlite3.Row
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = normal")
        self._db.executescript(_SCHEMA)
        self._revision: int = self._db.execute("select coalesce(max(revision), 0) from messages").fetchone()[0]
        with self._db:
            self._db.execute("insert or ignore into facts values ('epoch', ?)", (secrets.token_hex(8),))

    def close(self) -> None:
        """Release the file."""
        self._db.close()

    def fact(self, name: str) -> str | None:
        """A single remembered value; ``epoch`` names this memory and changes when it starts from nothing."""
        row = self._db.execute("select value from facts where name = ?", (name,)).fetchone()
        return None if row is None else str(row["value"])

    def remember(self, name: str, value: str) -> None:
        """Set a single value."""
        with self._db:
            self._db.execute("insert or replace into facts values (?, ?)", (name, value))

    def keep(self, draft: Draft, notices: Iterable[Notice]) -> tuple[Message, list[Webhook]]:
        """Store a message together with the webhooks that tell of it: all or nothing."""
        self._revision += 1
        with self._db:
            (row,) = self._db.execute(
                "insert into messages (revision, wamid, contact, author, kind, text, content, reply_to, command,"
                " sent_ms, received_ms, status) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning *",
                (
                    self._revision,
                    draft.wamid,
                    draft.contact,
                    draft.author,
                    draft.kind,
                    draft.text,
                    json.dumps(draft.content),
                    draft.reply_to,
                    draft.command,
                    draft.sent_ms,
                    draft.received_ms,
                    draft.status,
                ),
            )
            webhooks = [self._queue(notice) for notice in notices]
        return _message(row), webhooks

    def _queue(self, notice: Notice) -> Webhook:
        (row,) = self._db.execute(
            "insert into webhooks (lane, wamid, contact, step, body, created_ms, due_ms) values (?, ?, ?, ?, ?, ?, ?)"
            " returning *",
            (
                notice.lane,
                notice.wamid,
                notice.contact,
                notice.step,
                notice.body,
                notice.created_ms,
                notice.due_ms,
            ),
        )
        return Webhook(**row)

    def waiting(self) -> list[Webhook]:
        """Every webhook without its 200, in the order stored."""
        return [Webhook(**row) for row in self._db.execute("select * from webhooks order by seq")]

    def postpone(self, webhook: Webhook, due_ms: float) -> None:
        """Count a failed attempt and say when the next is due."""
        with self._db:
            self._db.execute(
                "update webhooks set attempts = attempts + 1, due_ms = ? where seq = ?", (due_ms, webhook.seq)
            )

    def settle(self, webhook: Webhook) -> None:
        """Forget a webhook that had its 200, or that nobody will try again."""
        with self._db:
            self._db.execute("delete from webhooks where seq = ?", (webhook.seq,))

    def advance(self, wamid: str, status: Status, error: str | None = None) -> Message | None:
        """Move a message to a further status; ``None`` when it is there already, beyond it, or unknown."""
        message = self.message(wamid)
        if message is None or RANK[message.status] >= RANK[status]:
            return None
        self._revision += 1
        with self._db:
            self._db.execute(
                "update messages set status = ?, error = coalesce(?, error), revision = ? where wamid = ?",
                (status, error, self._revision, wamid),
            )
        return self.message(wamid)

    def read_up_to(self, message: Message) -> None:
        """Mark a contact's message and all before it of that conversation as read by the business."""
        self._revision += 1
        with self._db:
            self._db.execute(
                "update messages set status = 'read', revision = ?"
                " where contact = ? and author = 'contact' and seq <= ? and status <> 'read'",
                (self._revision, message.contact, message.seq),
            )

    def message(self, wamid: str) -> Message | None:
        """The message with this id."""
        row = self._db.execute("select * from messages where wamid = ?", (wamid,)).fetchone()
        return None if row is None else _message(row)

    def after(self, contact: str, seq: int, limit: int) -> list[Message]:
        """The conversation's messages after ``seq``, oldest first."""
        rows = self._db.execute(
            "select * from messages where contact = ? and seq > ? order by seq limit ?", (contact, seq, limit)
        )
        return [_message(row) for row in rows]

    def changed_since(self, contact: str, revision: int) -> list[Message]:
        """The conversation's messages that are new or changed after ``revision``, in the order of their changes."""
        rows = self._db.execute(
            "select * from messages where contact = ? and revision > ? order by revision, seq", (contact, revision)
        )
        return [_message(row) for row in rows]

    def latest(self, contact: str, limit: int) -> list[Message]:
        """The conversation's newest messages, oldest first."""
        rows = self._db.execute(
            "select * from messages where contact = ? order by seq desc limit ?", (contact, limit)
        ).fetchall()
        return [_message(row) for row in reversed(rows)]

    @property
    def revision(self) -> int:
        """The latest change of any message."""
        return self._revision

    def wrote_since(self, contact: str, ms: float) -> bool:
        """Whether the contact has written to the business since then."""
        return bool(
            self._db.execute(
                "select exists (select 1 from messages where contact = ? and author = 'contact' and received_ms >= ?)",
                (contact, ms),
            ).fetchone()[0]
        )

    def met(self, contact: str, name: str | None, seen_ms: float) -> None:
        """Remember a contact who wrote, and their profile name when one was given."""
        with self._db:
            self._db.execute(
                "insert into contacts values (?, ?, ?) on conflict (wa_id) do update"
                " set name = coalesce(excluded.name, name), seen_ms = excluded.seen_ms",
                (contact, name, seen_ms),
            )

    def name(self, contact: str) -> str | None:
        """The profile name of a contact who wrote."""
        row = self._db.execute("select name from contacts where wa_id = ?", (contact,)).fetchone()
        return None if row is None else row["name"]

    def contacts(self) -> dict[str, str | None]:
        """The profile names of all who wrote, by WhatsApp id, the latest first."""
        rows = self._db.execute("select wa_id, name from contacts order by seen_ms desc")
        return {row["wa_id"]: row["name"] for row in rows}


def _message(row: sqlite3.Row) -> Message:
    return Message(**{**row, "content": json.loads(row["content"])})
