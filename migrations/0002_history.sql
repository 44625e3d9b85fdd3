-- The temporal evolution of entities, partitioned by time. This makes the two outer partitions
-- only, which together take any moment; store::ensure_partitions cuts months out of the last one.
-- Creates empty tables; takes no lock that anyone waits for.

CREATE SEQUENCE history_iid CACHE 100;

CREATE TABLE history (
  eid bigint NOT NULL,
  ts timestamptz NOT NULL,                               -- observedAt, else modifiedAt
  modified_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  iid bigint NOT NULL,
  num float8,
  attr_id int NOT NULL,
  ds_id int NOT NULL DEFAULT 0,
  flags smallint NOT NULL DEFAULT 0,                     -- bit 0: has observedAt; value kind; deleted; written as current state
  txt text,                                              -- string, or JSON text of any other value
  rest bytea                                             -- remaining members, laid out like a document slice
) PARTITION BY RANGE (ts);
ALTER TABLE history ALTER txt SET COMPRESSION lz4;
ALTER TABLE history ALTER rest SET COMPRESSION lz4;
CREATE INDEX history_k ON history (eid, attr_id, ts);

-- Bounds are months in UTC. The last full month before the installation begins the first month of
-- its own, so that what arrives a little late does not fall into history_past.
DO $$
DECLARE
  edge timestamptz := (date_trunc('month', now() AT TIME ZONE 'UTC') - interval '1 month') AT TIME ZONE 'UTC';
BEGIN
  EXECUTE format('CREATE TABLE history_past PARTITION OF history FOR VALUES FROM (MINVALUE) TO (%L)', edge);
  EXECUTE format('CREATE TABLE history_future PARTITION OF history FOR VALUES FROM (%L) TO (MAXVALUE)', edge);
END $$;

-- Types and attributes an entity ever had; insert only.
CREATE TABLE history_type (
  tenant_id int,
  type_id int,
  eid bigint,
  PRIMARY KEY (eid, type_id)
);
CREATE INDEX history_type_k ON history_type (tenant_id, type_id, eid);
CREATE TABLE history_attr (
  eid bigint,
  attr_id int,
  PRIMARY KEY (eid, attr_id)
);
