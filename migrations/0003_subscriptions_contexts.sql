-- Subscriptions, what is owed to them, and stored @contexts: small tables beside the entities.
-- Creates empty tables; takes no lock that anyone waits for.

CREATE TABLE subscription (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id int NOT NULL REFERENCES tenant,
  uri text COLLATE "C" NOT NULL,                         -- the subscription's id (5.2.12)
  body jsonb NOT NULL,                                   -- as the client sent it, names expanded
  context text NOT NULL DEFAULT '',                      -- the @context it came with, as JSON text
  is_active boolean NOT NULL DEFAULT true,
  status text NOT NULL DEFAULT 'active',
  created_at timestamptz NOT NULL,
  modified_at timestamptz NOT NULL,
  expires_at timestamptz,
  next_run timestamptz,                                  -- of a subscription with timeInterval
  times_sent bigint NOT NULL DEFAULT 0,
  times_failed bigint NOT NULL DEFAULT 0,
  last_notification timestamptz,
  last_success timestamptz,
  last_failure timestamptz,
  CONSTRAINT subscription_uri UNIQUE (tenant_id, uri)
) WITH (fillfactor = 80);
CREATE INDEX subscription_next_run ON subscription (next_run) WHERE next_run IS NOT NULL;

-- Notifications owed, written in the transaction of the change that caused them (at least once,
-- in order of created_at, then id, per subscription and entity; ids are drawn in blocks).
CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY (CACHE 64) PRIMARY KEY,
  tenant_id int NOT NULL,
  subscription_id int NOT NULL,
  eid bigint NOT NULL,
  entity text COLLATE "C" NOT NULL,
  created_at timestamptz NOT NULL,
  payload bytea NOT NULL,                                -- what delivery needs to build the notification
  attempts int NOT NULL DEFAULT 0,
  next_attempt timestamptz NOT NULL,
  owner text,                                            -- the broker instance that delivers it
  lease timestamptz                                      -- until when it may be left alone
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX outbox_subscription ON outbox (subscription_id, id);
CREATE INDEX outbox_lease ON outbox (lease);

-- Stored @contexts (5.13): hosted by us, implicitly created, or cached copies of remote ones.
CREATE TABLE context (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  url text COLLATE "C" NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('Cached', 'Hosted', 'ImplicitlyCreated')),
  body text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  fetched_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  etag text NOT NULL DEFAULT '',
  last_used timestamptz,
  uses bigint NOT NULL DEFAULT 0
);
