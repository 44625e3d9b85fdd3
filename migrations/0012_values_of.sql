-- A row of `history` without a datasetId of its own is 8 bytes smaller with NULL in its place (eight
-- bytes are what rows grow by). Rows of before have 0: both are the default Attribute instance, for
-- which every other table, and what the functions below give, has 0. The lock is held for a moment.
ALTER TABLE history ALTER ds_id DROP NOT NULL, ALTER ds_id DROP DEFAULT;

-- As before, but for that.
CREATE OR REPLACE FUNCTION instances_of(of_eid bigint, attribute int, since timestamptz,
                                        until timestamptz)
RETURNS TABLE (ts timestamptz, modified_at timestamptz, created_at timestamptz, iid bigint,
               num float8, ds_id int, flags smallint, txt text, rest bytea, subject_id int)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 200 AS $$
SELECT h.ts, h.modified_at, h.created_at, h.iid, h.num, coalesce(h.ds_id, 0), h.flags, h.txt, h.rest,
       h.subject_id
FROM history h WHERE h.eid = $1 AND h.attr_id = $2 AND h.ts >= $3 AND h.ts < $4
UNION ALL
SELECT f.ts, f.modified_at, f.created_at, f.iid, f.num, f.ds_id, f.flags, f.txt, f.rest,
       f.subject_id
FROM folded_instances_of($1, $2, $3, $4) f
$$;

-- What aggregations need of instances_of: two thirds of its cost where instances are folded, for
-- only these arrays are unfolded.
CREATE FUNCTION values_of(of_eid bigint, attribute int, since timestamptz, until timestamptz)
RETURNS TABLE (ts timestamptz, num float8, ds_id int, flags smallint, txt text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 200 AS $$
SELECT h.ts, h.num, coalesce(h.ds_id, 0), h.flags, h.txt
FROM history h WHERE h.eid = $1 AND h.attr_id = $2 AND h.ts >= $3 AND h.ts < $4
UNION ALL
SELECT m.ts, u.num, u.ds_id, u.flags, u.txt
FROM (SELECT date_part('epoch', f.day) AS begins, f.ds_id, f.flags,
             f.day >= $3 AND f.day <= $4 - interval '24 hours' AS is_within,
             unnest(f.ms) AS ms, unnest(f.us) AS us, unnest(f.num) AS num,
             unnest(CASE WHEN cardinality(f.txt) = 1 THEN array_fill(f.txt[1], ARRAY[f.n])
                         ELSE f.txt END) AS txt
      FROM history_folded f
      WHERE f.eid = $1 AND f.attr_id = $2 AND f.day > $3 - interval '24 hours' AND f.day < $4) u,
  LATERAL (SELECT to_timestamp(u.begins + coalesce(u.ms / 1e3::float8, u.us / 1e6::float8)) AS ts) m
WHERE u.is_within OR m.ts >= $3 AND m.ts < $4
$$;
