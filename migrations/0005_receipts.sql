-- Answers to requests with an Idempotency-Key, for 24 hours. Creates an empty table; takes no lock
-- that anyone waits for.

CREATE TABLE receipt (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  scope text COLLATE "C" NOT NULL,                       -- tenant and resource
  key text COLLATE "C" NOT NULL,
  payload bytea NOT NULL,                                -- SHA-256 of what was asked
  started_at timestamptz NOT NULL DEFAULT now(),
  answer text COLLATE "C",                               -- NULL: still being worked at
  CONSTRAINT receipt_key UNIQUE (scope, key)
) WITH (fillfactor = 80);
CREATE INDEX receipt_started_at ON receipt (started_at);
