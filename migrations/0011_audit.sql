-- Who made a change, as the gateway in front of the broker named them (option
-- audit-subject-header): history.subject_id and history_folded.subject_id, which are NULL where
-- nobody was named. Creates an empty table; takes no lock that anyone waits for.

CREATE TABLE subject (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE
);
