-- depends: 0007.facts
-- Beside escalations, not in it: that table is captured for other teams, and none of this may leave the database so.

CREATE TABLE escalation_seals (
    escalation_id uuid PRIMARY KEY REFERENCES escalations,
    rule          text NOT NULL CHECK (rule <> ''),
    tried         text NOT NULL,
    facts         text NOT NULL,
    digest        text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$')
);

COMMENT ON TABLE escalation_seals IS 'What a person was given when a conversation was handed over, fixed at the time.';

COMMENT ON COLUMN escalation_seals.escalation_id IS 'Of which escalation.';

COMMENT ON COLUMN escalation_seals.rule IS 'The rule that decided it.';

COMMENT ON COLUMN escalation_seals.tried IS 'What the agent understood, looked up and said before. Personal data: free text.';

COMMENT ON COLUMN escalation_seals.facts IS 'What the answers stood on, as JSON. Personal data: may hold the pharmacy''s.';

COMMENT ON COLUMN escalation_seals.digest IS 'SHA-256 over the published escalation.';

GRANT SELECT, INSERT ON escalation_seals TO platform_agent;
