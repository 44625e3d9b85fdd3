-- What as-of reads need beside the history of Attributes and scopes: the types, createdAt and
-- expiresAt that an Entity once had. A row is written where a change ends such a state (types or
-- expiresAt differ afterwards, or the Entity is deleted), so that other changes cost nothing.
-- Creates empty tables; takes no lock that anyone waits for.

CREATE TABLE entity_past (
  eid bigint,
  until timestamptz,                                     -- the stamp of the change that ended it
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  types int[] NOT NULL,
  PRIMARY KEY (eid, until)
);

-- One row: before this moment nobody noted what entity_past holds, or history was dropped since.
CREATE TABLE as_of_horizon (at timestamptz NOT NULL);
INSERT INTO as_of_horizon VALUES (now());
