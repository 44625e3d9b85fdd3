"""The rows of the newest Entities, taken out and put back by COPY: what PostgreSQL itself needs for
the same rows in the same tables."""
import dataclasses
import subprocess
import time

TABLES = """
SELECT c.relname, string_agg(quote_ident(a.attname), ',' ORDER BY a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
GROUP BY c.relname HAVING bool_or(a.attname = 'eid')
ORDER BY c.relname <> 'entity', c.relname"""


@dataclasses.dataclass
class Copied:
    entities: int
    per_second: float
    database_us: float  # CPU time an Entity


def measure(cluster, folder, after, most):
    """Of the Entities with an eid above `after`, the first `most`."""
    last = cluster.sql(f"SELECT coalesce(max(eid), 0) FROM (SELECT eid FROM entity WHERE eid > "
                       f"{after} ORDER BY eid LIMIT {most}) AS newest")[0]
    tables = [line.split("|") for line in cluster.sql(TABLES)]
    which = f"eid > {after} AND eid <= {last}"
    entities = int(cluster.sql(f"SELECT count(*) FROM entity WHERE {which}")[0])
    put = ["BEGIN;"]
    for name, columns in tables:
        file = folder / f"{name}.copy"
        cluster.sql(f"\\copy (SELECT {columns} FROM {name} WHERE {which}) TO '{file}'")
        put.append(f"\\copy {name} ({columns}) FROM '{file}'")
    cluster.sql(*(f"DELETE FROM {name} WHERE {which}" for name, _ in reversed(tables)), "CHECKPOINT")
    before, began = cluster.cpu(), time.monotonic()
    subprocess.run(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", *cluster.connection],
                   input="\n".join([*put, "COMMIT;"]), check=True, text=True)
    took, used = time.monotonic() - began, cluster.cpu() - before
    return Copied(entities, entities / took, used / max(entities, 1) * 1e6)
