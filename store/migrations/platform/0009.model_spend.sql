-- depends: 0008.seals
-- What language models cost, summed where a budget is kept. Each call itself is an event (llm.usage) and a row of the
-- warehouse; these sums are what the next call is allowed by.

CREATE TABLE model_spend (
    kind       text NOT NULL CHECK (kind IN ('day', 'conversation', 'contact')),
    key        text NOT NULL CHECK (key <> ''),
    usd        numeric(14,9) NOT NULL CHECK (usd >= 0),
    tokens     bigint NOT NULL CHECK (tokens >= 0),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, key)
);

CREATE INDEX model_spend_by_age ON model_spend (updated_at);

COMMENT ON TABLE model_spend IS 'What language models have cost, by day, by conversation, and by contact and day.';

COMMENT ON COLUMN model_spend.kind IS 'What is summed.';

COMMENT ON COLUMN model_spend.key IS 'The UTC day, the conversation, or a digest of the contact with the UTC day.';

COMMENT ON COLUMN model_spend.usd IS 'US dollars spent, or reserved for calls under way.';

COMMENT ON COLUMN model_spend.tokens IS 'Tokens read and written, or reserved for calls under way.';

COMMENT ON COLUMN model_spend.updated_at IS 'When it was last counted; old rows are pruned by it.';

GRANT SELECT, INSERT, UPDATE ON model_spend TO platform_agent;
