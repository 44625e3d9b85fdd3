"""The store without the broker in front of it: what its statements cost, beside pgbench's own
transactions on the same cluster. Every figure is a ratio or a number of bytes."""
import re
import subprocess
import time

from . import load, replay

YARDSTICK = "yardstick"  # a database with pgbench's tables
COUNT = "SELECT count(*) FROM entity_type WHERE tenant_id = 1 AND type_id = 0;\n"
PATCHES = 100_000


class StoreAlone:
    def __init__(self, bench):
        self.bench, self.cluster, self.work = bench, bench.cluster, bench.work
        self.seconds = bench.asked.seconds

    def run(self):
        self.cluster.sql(f"CREATE DATABASE {YARDSTICK}")
        subprocess.run(["pgbench", "-q", "-i", "-s", "10", *self.cluster.connection[:4], YARDSTICK],
                       check=True, capture_output=True)
        self.reads()
        before = self.replayed([COUNT], clients=1).database_us
        self.writes()
        self.ratio("count of all after 100,000 PATCHes over before, CPU", 1.2,
                   self.replayed([COUNT], clients=1).database_us, before)
        self.inserts()
        self.month()

    def ratio(self, what, wanted, value, of, at_least=False):
        value /= of
        met = value >= wanted if at_least else value <= wanted
        self.bench.gate(f"store: {what}", f"{'≥' if at_least else '≤'} {wanted}", value, met)

    def replayed(self, scripts, variables=None, *, clients):
        return replay.pgbench(self.cluster, scripts, variables or replay.Variables(),
                              self.bench.scripts, clients=clients, seconds=self.seconds)

    def yardstick(self, kind, clients):
        ran = subprocess.run(["pgbench", "-n", kind, "-M", "prepared", "-c", str(clients), "-j", "2",
                              "-T", str(self.seconds), *self.cluster.connection[:4], YARDSTICK],
                             check=True, capture_output=True, text=True)
        return float(re.search(r"tps = ([0-9.]+)", ran.stdout)[1])

    def reads(self):
        alone = self.retrieves(1)
        self.ratio("retrieve over pgbench -S, 4 connections each", 0.9, alone.per_second,
                   self.yardstick("-S", 4), at_least=True)
        self.ratio("retrieves of which 16 wait over alone, CPU each", 0.4,
                   self.retrieves(16).database_us / 16, alone.database_us)
        # Through the broker, which takes documents as bytes: pgbench has them written as text, which
        # costs twenty of them more than the look-ups do. One connection: nothing travels together.
        page = self.asked(self.work.by_type(), connections=1)
        one = self.asked(self.work.retrieve(), connections=1)
        self.ratio("list of 20 over retrieve, CPU", 5, page.database_us, one.database_us)

    def retrieves(self, together):
        """The broker's statement for so many Entities of random towns."""
        recorded, _ = self.bench.record(self.work.retrieve()[:1], 1)
        statement = re.sub(r"ANY\s*\([^)]*\)", "ANY(ARRAY[{}]::text[])", recorded[0])
        statement = re.sub(r"tenant_id = \S+", "tenant_id = 1", statement)
        variables, sets, uris = replay.Variables(), [], []
        for number, entity in enumerate(self.work.sample[:together]):
            sets.append(f"\\set c{number} random(0, {self.work.copies - 1})")
            uris.append(f"{variables.name(entity['id'][:-1])}::text || :c{number}::text")
        script = "\n".join(sets) + "\n" + statement.format(", ".join(uris))
        return self.replayed([script], variables, clients=4)

    def writes(self):
        by_eight = self.asked(self.work.patch(), connections=8)
        self.ratio("PATCH with history through the broker over pgbench -N, 8 connections each", 0.8,
                   by_eight.per_second, self.yardstick("-N", 8), at_least=True)
        alone = self.asked(self.work.patch(), connections=1)
        self.cluster.sql("ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()",
                         "CHECKPOINT")  # what a checkpoint adds depends on when it comes
        updates, wal, done, used = self.updates(), self.wal(), 0, 0.0
        while done < PATCHES:
            figures = self.asked(self.work.patch(), connections=128)
            done += figures.requests
            used += figures.database_us * figures.requests
        wal = self.wal() - wal
        self.cluster.sql("ALTER SYSTEM RESET full_page_writes", "SELECT pg_reload_conf()")
        self.ratio("PATCHes of 128 connections over alone, CPU each", 0.3, used / done,
                   alone.database_us)
        time.sleep(2)  # backends tell their counts once a second
        all_updates, hot = (now - then for now, then in zip(self.updates(), updates))
        self.ratio("HOT share of the updates of entity and search", 0.95, hot, all_updates,
                   at_least=True)
        self.bench.gate("store: WAL a PATCH between checkpoints, bytes", "≤ 1500", wal / done,
                        wal / done <= 1500, "{:.0f}")

    def asked(self, requests, connections):
        return load.run(self.bench.broker.port, self.bench.broker.pid, self.cluster, requests,
                        self.bench.scripts, seconds=self.seconds, connections=connections,
                        copies=self.work.copies)

    def updates(self):
        row = self.cluster.sql("SELECT sum(n_tup_upd), sum(n_tup_hot_upd) FROM pg_stat_user_tables "
                               "WHERE relname IN ('entity', 'search')")[0]
        return [int(number) for number in row.split("|")]

    def wal(self):
        return int(self.cluster.sql("SELECT pg_current_wal_lsn() - '0/0'")[0])

    def inserts(self):
        batch = self.asked(self.work.batch(500), connections=1)
        single = self.asked(self.work.creations(), connections=1)
        self.ratio("upsert of 500 over single creations, CPU an Entity", 0.3,
                   batch.database_us / 500, single.database_us)
        rows = 100_000
        before = self.cluster.cpu()
        self.cluster.sql(
            "INSERT INTO history (eid,ts,modified_at,created_at,iid,num,attr_id,ds_id,flags,txt,rest)"
            " SELECT eid,now(),modified_at,created_at,nextval('history_iid'),num,attr_id,ds_id,flags,"
            f"txt,rest FROM (SELECT * FROM history ORDER BY iid LIMIT {rows}) AS first")
        each = (self.cluster.cpu() - before) / rows * 1e6
        count = int(self.cluster.sql("SELECT count(*) FROM history")[0])
        self.bench.gate(f"store: history insert in a batch at {count:,} rows, CPU µs a row", "≤ 10",
                        each, each <= 10)

    def month(self):
        """Last of all: the history of this month is gone afterwards."""
        name = self.cluster.sql("SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = "
                                "'history'::regclass ORDER BY pg_relation_size(inhrelid) DESC")[0]
        rows = int(self.cluster.sql(f"SELECT count(*) FROM {name}")[0])
        self.cluster.sql("CHECKPOINT")
        wal, began = self.wal(), time.monotonic()
        self.cluster.sql(f"ALTER TABLE history DETACH PARTITION {name} CONCURRENTLY",
                         f"DROP TABLE {name}")
        took, wal = time.monotonic() - began, self.wal() - wal
        self.bench.gate(f"store: WAL of dropping a month of {rows:,} rows ({took:.2f} s), kB",
                        "< 1000", wal / 1e3, wal < 1_000_000, "{:.0f}")
