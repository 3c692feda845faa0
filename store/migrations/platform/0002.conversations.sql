-- depends: 0001.roles

CREATE TABLE conversations (
    id              uuid PRIMARY KEY,
    channel         text NOT NULL CHECK (channel IN ('whatsapp')),
    phone_number_id text NOT NULL CHECK (phone_number_id <> ''),
    contact         text NOT NULL CHECK (contact <> ''),
    contact_id      bigint,
    pharmacy_id     bigint,
    state           text NOT NULL CHECK (state IN ('open', 'escalated', 'closed')),
    slots           jsonb NOT NULL CHECK (jsonb_typeof(slots) = 'object'),
    opened_at       timestamptz NOT NULL,
    last_message_at timestamptz NOT NULL,
    closed_at       timestamptz,
    CONSTRAINT conversations_closed CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);

CREATE UNIQUE INDEX conversations_one_open_a_contact ON conversations (contact, phone_number_id) WHERE state <> 'closed';

CREATE INDEX conversations_by_contact ON conversations (contact, last_message_at DESC);

CREATE INDEX conversations_escalated ON conversations (last_message_at) WHERE state = 'escalated';

COMMENT ON TABLE conversations IS 'What one contact and we talk about, from the first message until it is closed.';

COMMENT ON COLUMN conversations.id IS 'The conversation.';

COMMENT ON COLUMN conversations.channel IS 'Where it is held.';

COMMENT ON COLUMN conversations.phone_number_id IS 'The business number''s id at the provider.';

COMMENT ON COLUMN conversations.contact IS 'The channel''s id of who writes. Personal data: phone number.';

COMMENT ON COLUMN conversations.contact_id IS 'The marketplace''s contact, when known; no foreign key, it is another database.';

COMMENT ON COLUMN conversations.pharmacy_id IS 'The pharmacy the contact speaks for, when known.';

COMMENT ON COLUMN conversations.state IS 'open, escalated (a person has it) or closed.';

COMMENT ON COLUMN conversations.slots IS 'What the flows remember between turns. Personal data: may quote the contact.';

COMMENT ON COLUMN conversations.opened_at IS 'When the first message was recorded.';

COMMENT ON COLUMN conversations.last_message_at IS 'When the newest inbound message was recorded; the channel''s 24-hour window counts from here.';

COMMENT ON COLUMN conversations.closed_at IS 'When it was closed.';

CREATE TABLE messages (
    id                 uuid PRIMARY KEY,
    conversation_id    uuid NOT NULL REFERENCES conversations,
    direction          text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    channel_message_id text UNIQUE CHECK (channel_message_id <> ''),
    kind               text NOT NULL CHECK (kind <> ''),
    text               text,
    reply_to           text,
    sent_at            timestamptz NOT NULL,
    recorded_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT messages_inbound_has_channel_id CHECK (direction = 'outbound' OR channel_message_id IS NOT NULL)
);

CREATE INDEX messages_by_conversation ON messages (conversation_id, sent_at);

COMMENT ON TABLE messages IS 'What was said in a conversation, both ways.';

COMMENT ON COLUMN messages.id IS 'The message; of an outbound one, the id of the command to send it.';

COMMENT ON COLUMN messages.conversation_id IS 'Where it was said.';

COMMENT ON COLUMN messages.direction IS 'inbound or outbound.';

COMMENT ON COLUMN messages.channel_message_id IS 'The channel''s id; unique, so that a message delivered twice is recorded once. Null of an outbound one: send_attempts has it.';

COMMENT ON COLUMN messages.kind IS 'text, button, interactive, image, audio, video, document, location or other.';

COMMENT ON COLUMN messages.text IS 'The words. Personal data: free text.';

COMMENT ON COLUMN messages.reply_to IS 'The channel''s id of the message it quotes or answers.';

COMMENT ON COLUMN messages.sent_at IS 'Inbound: when the contact sent it, by the channel''s clock. Outbound: when the turn decided it.';

COMMENT ON COLUMN messages.recorded_at IS 'When the row was inserted.';

CREATE TABLE turns (
    id                 uuid PRIMARY KEY,
    conversation_id    uuid NOT NULL REFERENCES conversations,
    inbound_message_id text NOT NULL UNIQUE REFERENCES messages (channel_message_id),
    flow               text NOT NULL CHECK (flow <> ''),
    flows              text[] NOT NULL,
    confidence         numeric(4,3) CHECK (confidence BETWEEN 0 AND 1),
    understanding      text NOT NULL CHECK (understanding <> ''),
    entities           jsonb NOT NULL,
    seen               jsonb NOT NULL,
    outcome            text NOT NULL CHECK (outcome <> ''),
    latency_ms         integer NOT NULL CHECK (latency_ms >= 0),
    decided_at         timestamptz NOT NULL
);

CREATE INDEX turns_by_conversation ON turns (conversation_id, decided_at);

COMMENT ON TABLE turns IS 'What an agent decided about one inbound message, and what it knew when it did.';

COMMENT ON COLUMN turns.id IS 'The turn.';

COMMENT ON COLUMN turns.conversation_id IS 'Where it was taken.';

COMMENT ON COLUMN turns.inbound_message_id IS 'The channel''s id of the message it answers; unique, the idempotency key of the turn.';

COMMENT ON COLUMN turns.flow IS 'The flow that answered.';

COMMENT ON COLUMN turns.flows IS 'All flows understood, in the order asked.';

COMMENT ON COLUMN turns.confidence IS 'Of the understanding, 0 to 1; null when it gives none.';

COMMENT ON COLUMN turns.understanding IS 'Which understanding proposed the flow: offline, or a model''s name.';

COMMENT ON COLUMN turns.entities IS 'What was read from the words. Personal data: may quote the contact.';

COMMENT ON COLUMN turns.seen IS 'The tools'' answers that the reply stands on. Personal data: may hold the pharmacy''s.';

COMMENT ON COLUMN turns.outcome IS 'replied, asked, escalated, silent or another word of the policy.';

COMMENT ON COLUMN turns.latency_ms IS 'From the message''s receipt at the webhook to this row.';

COMMENT ON COLUMN turns.decided_at IS 'When it was decided.';

CREATE TABLE escalations (
    id              uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations,
    turn_id         uuid NOT NULL REFERENCES turns,
    pharmacy_id     bigint,
    reason          text NOT NULL CHECK (reason <> ''),
    priority        text NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    summary         text NOT NULL,
    state           text NOT NULL CHECK (state IN ('waiting', 'taken', 'resolved')),
    taken_by        text,
    created_at      timestamptz NOT NULL,
    taken_at        timestamptz,
    resolved_at     timestamptz,
    CONSTRAINT escalations_taken CHECK ((taken_by IS NULL) = (taken_at IS NULL)),
    CONSTRAINT escalations_resolved CHECK ((state = 'resolved') = (resolved_at IS NOT NULL))
);

CREATE UNIQUE INDEX escalations_one_unresolved ON escalations (conversation_id) WHERE state <> 'resolved';

CREATE INDEX escalations_waiting ON escalations (created_at) WHERE state = 'waiting';

COMMENT ON TABLE escalations IS 'Conversations that a person must take.';

COMMENT ON COLUMN escalations.id IS 'The escalation.';

COMMENT ON COLUMN escalations.conversation_id IS 'Which conversation; at most one escalation of it is not resolved.';

COMMENT ON COLUMN escalations.turn_id IS 'The turn that escalated.';

COMMENT ON COLUMN escalations.pharmacy_id IS 'The pharmacy, when the contact is known.';

COMMENT ON COLUMN escalations.reason IS 'Why: asked_for_person, not_understood, not_allowed, failure.';

COMMENT ON COLUMN escalations.priority IS 'low, normal, high or urgent.';

COMMENT ON COLUMN escalations.summary IS 'What a person needs to know, in Portuguese. Personal data: free text.';

COMMENT ON COLUMN escalations.state IS 'waiting, taken or resolved.';

COMMENT ON COLUMN escalations.taken_by IS 'Who took it.';

COMMENT ON COLUMN escalations.created_at IS 'When the turn escalated.';

COMMENT ON COLUMN escalations.taken_at IS 'When a person took it.';

COMMENT ON COLUMN escalations.resolved_at IS 'When the person was done.';
