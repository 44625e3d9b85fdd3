-- Roll-ups of the temporal evolution, by policies (docs/history-policies.md). Creates empty tables;
-- takes no lock that anyone waits for.

CREATE TABLE history_policy (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id int NOT NULL,
  type_id int NOT NULL,
  attr_id int NOT NULL,
  raw_days int,                                          -- instances are kept so long; NULL: for ever
  levels smallint NOT NULL DEFAULT 0,                    -- roll-ups: 1 PT1M, 2 PT1H, 4 P1D, added up
  minute_days int,                                       -- each is kept so long; NULL: for ever
  hour_days int,
  day_days int,
  rolls boolean NOT NULL DEFAULT false,                  -- has or ever had levels: late writes leave marks
  state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'ready', 'dropping')),
  passed_to timestamptz,                                 -- the job went through its Entities up to this day
  UNIQUE (tenant_id, type_id, attr_id)
);

-- How far the history of an Attribute of an Entity is rolled up, and from when on it is there.
-- Days are those of UTC, as the moment at which they begin.
CREATE TABLE history_extent (
  eid bigint,
  attr_id int,
  rolled_from timestamptz NOT NULL,                      -- between these each day with an observed
  rolled_to timestamptz NOT NULL,                        -- instance has its row in rollup_day, or a mark
  raw_from timestamptz NOT NULL DEFAULT '-infinity',     -- instances before are gone
  gone_until timestamptz,                                -- latest modifiedAt of current states among those
  PRIMARY KEY (eid, attr_id)
);

CREATE TABLE rollup_day (
  eid bigint,
  attr_id int,
  day timestamptz,
  levels smallint NOT NULL,                              -- whose roll-ups are there; 0: instances must be read
  PRIMARY KEY (eid, attr_id, day)
);

-- What the observed instances of a part of a day are together, datasetId by datasetId.
CREATE TABLE rollup (
  eid bigint,
  attr_id int,
  level smallint,
  at timestamptz,
  ds_id int,
  kind smallint NOT NULL,                                -- of the Attribute, as in history.flags
  n int NOT NULL,
  total float8 NOT NULL,
  squares float8 NOT NULL,
  spread float8 NOT NULL,                                -- sum of the squared distances from the mean
  least float8 NOT NULL,
  most float8 NOT NULL,
  PRIMARY KEY (eid, attr_id, level, at, ds_id)
);

-- Marks: the instances of the day have changed since, or may have. Each write leaves its own row;
-- who rolls the day up anew removes those that its snapshot shows.
CREATE TABLE rollup_dirty (
  id bigint GENERATED ALWAYS AS IDENTITY,
  eid bigint NOT NULL,
  attr_id int NOT NULL,
  day timestamptz NOT NULL
);
CREATE INDEX rollup_dirty_k ON rollup_dirty (eid, attr_id, day);

-- What the policies of all its types together want of an Attribute of an Entity; a million days is
-- for ever, 0 days of a level is not at all. While one of them is new nothing is removed.
CREATE VIEW history_wanted AS
SELECT t.eid, p.attr_id, t.tenant_id,
  bit_or(CASE WHEN p.state = 'new' THEN 0 ELSE p.levels END)::smallint AS levels,
  max(CASE WHEN p.state = 'new' THEN 1000000 ELSE coalesce(p.raw_days, 1000000) END) AS raw_days,
  max(CASE WHEN p.levels & 1 = 0 THEN 0 ELSE coalesce(p.minute_days, 1000000) END) AS minute_days,
  max(CASE WHEN p.levels & 2 = 0 THEN 0 ELSE coalesce(p.hour_days, 1000000) END) AS hour_days,
  max(CASE WHEN p.levels & 4 = 0 THEN 0 ELSE coalesce(p.day_days, 1000000) END) AS day_days
FROM history_type t
JOIN history_policy p ON p.tenant_id = t.tenant_id AND p.type_id = t.type_id
WHERE p.state <> 'dropping'
GROUP BY t.eid, p.attr_id, t.tenant_id;
