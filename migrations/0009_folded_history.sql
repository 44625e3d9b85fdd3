-- Instances of closed months in a compact layout (docs/history.md): one row a series and day with
-- arrays, about 20 bytes an instance instead of 170. Creates empty tables and functions; the new
-- column of `history` has no default, so that its lock is held for a moment only.

-- Who made the change, where that is told (docs/audit.md).
ALTER TABLE history ADD subject_id int;

-- The arrays are in the order of (ts, iid). An array of one element stands for n equal ones, NULL
-- for what its comment says.
CREATE TABLE history_folded (
  eid bigint NOT NULL,
  day timestamptz NOT NULL,                              -- begins the UTC day of all ts
  first_iid bigint NOT NULL,
  attr_id int NOT NULL,
  ds_id int NOT NULL,
  n int NOT NULL,                                        -- instances
  subject_id int,
  flags smallint NOT NULL,
  ms int[],                                              -- ts - day in ms; NULL: see us
  us bigint[],                                           -- ts - day in µs; NULL: see ms
  late int[],                                            -- modified_at - ts in µs; NULL: see modified
  modified timestamptz[],                                -- modified_at; NULL: see late
  created timestamptz[],                                 -- created_at; NULL: equal to modified_at
  iids int[],                                            -- iid - first_iid; NULL: 0, 1, 2 …
  num float8[],                                          -- NULL: all NULL, as in the next ones
  txt text[],
  rest bytea[]
) PARTITION BY RANGE (day);
-- In line, compressed where that is possible: what is read is nearly always all of them.
ALTER TABLE history_folded
  ALTER ms SET STORAGE MAIN, ALTER us SET STORAGE MAIN, ALTER late SET STORAGE MAIN,
  ALTER modified SET STORAGE MAIN, ALTER created SET STORAGE MAIN, ALTER iids SET STORAGE MAIN,
  ALTER num SET STORAGE MAIN, ALTER txt SET STORAGE MAIN, ALTER rest SET STORAGE MAIN,
  ALTER ms SET COMPRESSION lz4, ALTER us SET COMPRESSION lz4, ALTER late SET COMPRESSION lz4,
  ALTER modified SET COMPRESSION lz4, ALTER created SET COMPRESSION lz4,
  ALTER iids SET COMPRESSION lz4, ALTER num SET COMPRESSION lz4, ALTER txt SET COMPRESSION lz4,
  ALTER rest SET COMPRESSION lz4;
CREATE INDEX history_folded_k ON history_folded (eid, attr_id, day);

-- One row: no instance with this ts or a later one is folded, or ever was before this was raised.
CREATE TABLE history_fold (until timestamptz NOT NULL);
INSERT INTO history_fold VALUES ('-infinity');

-- One row: instances with an earlier ts are dropped (history-retention).
CREATE TABLE history_horizon (at timestamptz NOT NULL);
INSERT INTO history_horizon VALUES ('-infinity');

-- The instances in one row of history_folded. Doubles tell microseconds apart for every day that
-- is folded (after 1970), so that the times are exactly those that were folded.
CREATE FUNCTION unfolded(day timestamptz, first_iid bigint, ms int[], us bigint[], late int[],
                         modified timestamptz[], created timestamptz[], iids int[],
                         num float8[], txt text[], rest bytea[])
RETURNS TABLE (ts timestamptz, modified_at timestamptz, created_at timestamptz, iid bigint,
               num float8, txt text, rest bytea)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 200 AS $$
SELECT to_timestamp(x.at), m.modified_at,
       CASE WHEN $7 IS NULL THEN m.modified_at ELSE coalesce(x.created, $7[1]) END,
       $2 + coalesce(x.iid, x.nth - 1), x.num,
       CASE WHEN cardinality($10) = 1 THEN $10[1] ELSE x.txt END,
       CASE WHEN cardinality($11) = 1 THEN $11[1] ELSE x.rest END
FROM (SELECT d.begins + coalesce(a.ms / 1e3::float8, a.us / 1e6::float8) AS at, a.*
      FROM (SELECT date_part('epoch', $1) AS begins OFFSET 0) d,
        unnest($3, $4, $5, $6, $7, $8, $9, $10, $11) WITH ORDINALITY
          AS a(ms, us, late, modified, created, iid, num, txt, rest, nth)) x,
  LATERAL (SELECT CASE WHEN $5 IS NULL THEN coalesce(x.modified, $6[1])
                       ELSE to_timestamp(x.at + x.late / 1e6::float8) END AS modified_at) m
$$;

-- The folded instances of one Attribute with ts in [since, until); of a day that lies within, no
-- time is compared. PostgreSQL puts the texts of this and the next function in place of their
-- calls, so that partitions are pruned and conditions reach the tables.
CREATE FUNCTION folded_instances_of(of_eid bigint, attribute int, since timestamptz,
                                    until timestamptz)
RETURNS TABLE (ts timestamptz, modified_at timestamptz, created_at timestamptz, iid bigint,
               num float8, ds_id int, flags smallint, txt text, rest bytea, subject_id int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 200 AS $$
SELECT u.ts, u.modified_at, u.created_at, u.iid, u.num, f.ds_id, f.flags, u.txt, u.rest,
       f.subject_id
FROM history_folded f,
  LATERAL unfolded(f.day, f.first_iid, f.ms, f.us, f.late, f.modified, f.created, f.iids, f.num,
                   f.txt, f.rest) u
WHERE f.eid = $1 AND f.attr_id = $2 AND f.day > $3 - interval '24 hours' AND f.day < $4
  AND (f.day >= $3 AND f.day <= $4 - interval '24 hours' OR u.ts >= $3 AND u.ts < $4)
$$;

-- All instances of one Attribute with ts in [since, until), folded or not.
CREATE FUNCTION instances_of(of_eid bigint, attribute int, since timestamptz, until timestamptz)
RETURNS TABLE (ts timestamptz, modified_at timestamptz, created_at timestamptz, iid bigint,
               num float8, ds_id int, flags smallint, txt text, rest bytea, subject_id int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 200 AS $$
SELECT h.ts, h.modified_at, h.created_at, h.iid, h.num, h.ds_id, h.flags, h.txt, h.rest,
       h.subject_id
FROM history h WHERE h.eid = $1 AND h.attr_id = $2 AND h.ts >= $3 AND h.ts < $4
UNION ALL
SELECT f.ts, f.modified_at, f.created_at, f.iid, f.num, f.ds_id, f.flags, f.txt, f.rest,
       f.subject_id
FROM folded_instances_of($1, $2, $3, $4) f
$$;
