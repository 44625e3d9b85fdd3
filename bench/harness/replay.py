"""What the broker's requests ask of the database, replayed by pgbench: the statements are taken
from the server's own log while single requests run, with their parameters."""
import dataclasses
import os
import re
import subprocess
import time

LINE = re.compile(r"^\d{4}-\d\d-\d\d [0-9:.]+ UTC \[\d+\] ")
EXECUTE = re.compile(r"LOG:  (?:execute ([^:]+)|statement): (.*)", re.DOTALL)
DETAIL = re.compile(r"DETAIL:  parameters: (.*)", re.DOTALL)
PARAMETER = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")


@dataclasses.dataclass
class Statement:
    name: str
    text: str
    parameters: dict  # number -> value, None for NULL


def parse_log(text):
    """The statements of a log, in order."""
    entries = []
    for line in text.splitlines():
        if LINE.match(line):
            entries.append(LINE.sub("", line))
        elif entries:
            entries[-1] += "\n" + line.lstrip("\t")
    statements = []
    for entry in entries:
        if found := EXECUTE.search(entry):
            statements.append(Statement(found[1] or "", found[2].strip().rstrip(";"), {}))
        elif (found := DETAIL.search(entry)) and statements:
            statements[-1].parameters = {
                int(number): None if value == "NULL" else value[1:-1].replace("''", "'")
                for number, value in PARAMETER.findall(found[1])}
    return statements


class Recorder:
    """Records the statements of single requests to a broker."""

    def __init__(self, broker, cluster):
        self.broker, self.cluster = broker, cluster

    def __enter__(self):
        self.cluster.sql("ALTER SYSTEM SET log_statement = 'all'", "SELECT pg_reload_conf()")
        time.sleep(0.3)
        begin = self.position()
        time.sleep(2.5)  # what runs without any request
        self.background = {one.text for one in parse_log(self.read(begin))}
        self.background -= {"BEGIN", "COMMIT"}
        return self

    def __exit__(self, *_):
        self.cluster.sql("ALTER SYSTEM RESET log_statement", "SELECT pg_reload_conf()")
        time.sleep(0.3)

    def position(self):
        return self.cluster.log.stat().st_size

    def read(self, begin):
        with open(self.cluster.log, "rb") as log:
            log.seek(begin)
            return log.read().decode(errors="replace")

    def record(self, method, path, body=None):
        begin = self.position()
        status, answer = self.broker.call(method, path, body)
        if status >= 300:
            raise SystemExit(f"{method} {path}: {status} {answer[:300]!r}")
        time.sleep(0.01)
        found = [one for one in parse_log(self.read(begin)) if one.text not in self.background]
        return without_empty_transactions(found)


def without_empty_transactions(statements):
    kept = []
    for one in statements:
        if one.text == "COMMIT" and kept and kept[-1].text == "BEGIN":
            kept.pop()
        else:
            kept.append(one)
    return kept


class Variables:
    """Values that pgbench is given by name, so that they are parameters as they are the broker's."""

    def __init__(self):
        self.values = {}

    def name(self, value):
        if not value:
            return "''"  # which pgbench does not take
        return ":" + self.values.setdefault(value, f"v{len(self.values)}")


def parameter(value, varied, variables):
    """`varied`: {text in the value: (text, pgbench expression)} that stand in for what was
    recorded."""
    if value is None:
        return "NULL"
    for text, (start, expression) in varied.items():
        before, found, after = value.partition(text)
        if found and (not after or not after[0].isalnum()):
            kind = "text[]" if value.startswith("{") else "text"
            return (f"({variables.name(before + start)}::text || {expression} || "
                    f"{variables.name(after)}::text)::{kind}")
    return variables.name(value)


def array_of(number):
    """Matches an array that holds nothing but this number."""
    return re.compile(r"\{%s(?:,%s)*\}" % (number, number))


def script(statements, variables, prelude="", varied=None, row_id=None):
    """A pgbench script of recorded statements. With `row_id` the first one that locks gives the
    row, and its eid takes the place of that number in the others."""
    lines = [prelude] if prelude else []
    known = False
    for one in statements:
        def put(found, one=one):
            value = one.parameters.get(int(found[1]))
            if known and value and array_of(row_id).fullmatch(value):
                filled = re.sub(re.escape(str(row_id)), "' || :eid::text || '", value)
                return f"(('{filled}')::text)"
            return parameter(value, varied or {}, variables)
        text = re.sub(r"\$(\d+)(?!\d)", put, one.text)
        if row_id and one.name == "lock_entities":
            lines.append(text + " \\gset")
            known = True
        else:
            lines.append(text + ";")
    return "\n".join(lines) + "\n"


# What the broker sets on its own read connections (src/store/pg/connection.cpp): without them
# pgbench would carry out other plans.
SESSION = ("-c jit=off -c plan_cache_mode=force_generic_plan -c enable_seqscan=off "
           "-c enable_memoize=off -c random_page_cost=1.1")


@dataclasses.dataclass
class Replayed:
    per_second: float
    database_us: float


def pgbench(cluster, scripts, variables, folder, *, clients, seconds):
    for old in folder.glob("*.sql"):
        old.unlink()
    files = []
    for number, text in enumerate(scripts[:128]):  # pgbench takes no more
        file = folder / f"{number}.sql"
        file.write_text(text)
        files += ["-f", str(file)]
    given = [f"-D{name}={value}" for value, name in variables.values.items()]
    before = cluster.cpu()
    # connection parameters stand last: pgbench takes the database as operand
    run = subprocess.run(["pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T",
                          str(seconds), *given, *files, *cluster.connection[:4], "meridian"],
                         capture_output=True, text=True,
                         env={**os.environ, "PGOPTIONS": SESSION})
    used = cluster.cpu() - before
    if run.returncode != 0:
        raise SystemExit(f"pgbench failed:\n{run.stderr[-2000:]}")
    count = int(re.search(r"actually processed: (\d+)", run.stdout)[1])
    per_second = float(re.search(r"tps = ([0-9.]+)", run.stdout)[1])
    return Replayed(per_second, used / max(count, 1) * 1e6)
