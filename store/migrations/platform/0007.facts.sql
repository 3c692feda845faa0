-- depends: 0006.events

CREATE TABLE pharmacy_facts (
    pharmacy_id bigint NOT NULL,
    name        text NOT NULL CHECK (name <> ''),
    value       jsonb NOT NULL,
    source      text NOT NULL CHECK (source <> ''),
    turn_id     uuid REFERENCES turns,
    noted_at    timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (pharmacy_id, name),
    CONSTRAINT pharmacy_facts_hold_for_a_while CHECK (expires_at > noted_at)
);

COMMENT ON TABLE pharmacy_facts IS 'What agents remember of a pharmacy beyond a conversation, until it expires.';

COMMENT ON COLUMN pharmacy_facts.pharmacy_id IS 'The marketplace''s pharmacy; no foreign key, it is another database.';

COMMENT ON COLUMN pharmacy_facts.name IS 'Which fact, as the flow that wrote it declares.';

COMMENT ON COLUMN pharmacy_facts.value IS 'The fact. Personal data: may quote the contact.';

COMMENT ON COLUMN pharmacy_facts.source IS 'Where it is from: the flow that noted it, or the person who entered it.';

COMMENT ON COLUMN pharmacy_facts.turn_id IS 'The turn that noted it; null when a person did.';

COMMENT ON COLUMN pharmacy_facts.noted_at IS 'When it was noted.';

COMMENT ON COLUMN pharmacy_facts.expires_at IS 'From when on it is no more relied on.';

GRANT SELECT, INSERT, UPDATE ON pharmacy_facts TO platform_agent;
