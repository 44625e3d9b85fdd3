-- What managing stored @contexts needs beyond caching them (5.13): every one has a local
-- identifier, hosted and implicitly created ones belong to a tenant, and brokers on one database
-- notice each other's deletions and reloads. Rewrites the small table `context` under an exclusive
-- lock; @contexts are read by a broker only when it does not have them in memory.

ALTER TABLE context
  ADD COLUMN local_id text COLLATE "C" NOT NULL
    DEFAULT 'urn:ngsi-ld:Context:' || gen_random_uuid(), -- 5.13.1; equals url unless cached
  ADD COLUMN tenant_id int REFERENCES tenant,            -- NULL: cached, for all tenants
  ADD COLUMN digest bytea;                               -- of the body, where implicitly created
CREATE UNIQUE INDEX context_local_id ON context (local_id);
CREATE UNIQUE INDEX context_digest ON context (tenant_id, digest) WHERE digest IS NOT NULL;
CREATE INDEX context_tenant ON context (tenant_id) WHERE tenant_id IS NOT NULL;

-- One row: counts every change by which a processed @context in memory may have become wrong.
CREATE TABLE context_version (
  number bigint NOT NULL
);
INSERT INTO context_version (number) VALUES (0);
