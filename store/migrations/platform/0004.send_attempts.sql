-- depends: 0003.outbox

CREATE TABLE send_attempts (
    command_id          uuid PRIMARY KEY,
    phone_number_id     text NOT NULL CHECK (phone_number_id <> ''),
    contact             text NOT NULL CHECK (contact <> ''),
    state               text NOT NULL CHECK (state IN ('attempting', 'unclear', 'refused', 'sent', 'failed')),
    attempts            integer NOT NULL CHECK (attempts >= 1),
    provider_message_id text UNIQUE,
    delivery            text CHECK (delivery IN ('sent', 'delivered', 'read', 'failed')),
    delivery_at         timestamptz,
    error_code          integer,
    error_title         text,
    first_attempt_at    timestamptz NOT NULL,
    last_attempt_at     timestamptz NOT NULL,
    settled_at          timestamptz,
    CONSTRAINT send_attempts_settled CHECK ((state IN ('sent', 'failed')) = (settled_at IS NOT NULL)),
    CONSTRAINT send_attempts_delivery CHECK ((delivery IS NULL) = (delivery_at IS NULL))
);

CREATE INDEX send_attempts_unsettled ON send_attempts (last_attempt_at) WHERE state IN ('attempting', 'unclear');

COMMENT ON TABLE send_attempts IS 'What became of each command to send a message; a row is committed before the provider is called.';

COMMENT ON COLUMN send_attempts.command_id IS 'The command, echoed by the provider in biz_opaque_callback_data.';

COMMENT ON COLUMN send_attempts.phone_number_id IS 'The business number it is sent from.';

COMMENT ON COLUMN send_attempts.contact IS 'To whom. Personal data: phone number.';

COMMENT ON COLUMN send_attempts.state IS 'attempting; unclear (the provider may have it); refused (it has not, may be tried again); sent; failed (for good).';

COMMENT ON COLUMN send_attempts.attempts IS 'How often the provider was called.';

COMMENT ON COLUMN send_attempts.provider_message_id IS 'The channel''s id of the message, once known.';

COMMENT ON COLUMN send_attempts.delivery IS 'The furthest step the channel reported: sent, delivered, read or failed.';

COMMENT ON COLUMN send_attempts.delivery_at IS 'When that step was reached, by the channel''s clock.';

COMMENT ON COLUMN send_attempts.error_code IS 'The channel''s code of the newest error.';

COMMENT ON COLUMN send_attempts.error_title IS 'The channel''s words for it.';

COMMENT ON COLUMN send_attempts.first_attempt_at IS 'When the provider was first called.';

COMMENT ON COLUMN send_attempts.last_attempt_at IS 'When the provider was last called.';

COMMENT ON COLUMN send_attempts.settled_at IS 'When it was known to be sent or failed.';
