-- Context Source Registrations (5.2.9): a small table beside the entities.
-- Creates an empty table; the new column of `tenant` has a constant default, so that its lock is
-- held for a moment only.

CREATE TABLE registration (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id int NOT NULL REFERENCES tenant,
  uri text COLLATE "C" NOT NULL,                         -- the registration's id (5.2.9)
  body jsonb NOT NULL,                                   -- as the client sent it, names expanded
  created_at timestamptz NOT NULL,
  modified_at timestamptz NOT NULL,
  expires_at timestamptz,
  CONSTRAINT registration_uri UNIQUE (tenant_id, uri)
);
CREATE INDEX registration_expires ON registration (expires_at) WHERE expires_at IS NOT NULL;

ALTER TABLE tenant ADD COLUMN registration_version bigint NOT NULL DEFAULT 0;
