"""One measure: wrk against a port, with the CPU time that broker and database used meanwhile."""
import dataclasses
import os
import pathlib
import subprocess
import time

from . import processes

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "load.lua"


@dataclasses.dataclass
class Figures:
    per_second: float
    p50_ms: float
    p99_ms: float
    broker_us: float  # CPU time a request
    database_us: float
    errors: int
    requests: int


def run(port, pid, cluster, requests, folder, *, seconds, connections, copies):
    """`requests` are (method, path, body) with the places that load.lua knows."""
    file = folder / "requests"
    file.write_text("".join(f"{method}\t{path}\t{body}\n" for method, path, body in requests))
    environment = {**os.environ, "BENCH_REQUESTS": str(file), "BENCH_COPIES": str(copies),
                   "BENCH_RUN": str(time.monotonic_ns())}
    broker, database = processes.cpu_of(pid), cluster.cpu() if cluster else 0.0
    output = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(SCRIPT),
         f"http://127.0.0.1:{port}"],
        env=environment, check=True, capture_output=True, text=True).stdout
    broker = processes.cpu_of(pid) - broker
    database = (cluster.cpu() if cluster else 0.0) - database
    line = next(line for line in output.splitlines() if line.startswith("BENCH "))
    count, took_us, errors, p50, p99 = (int(number) for number in line.split()[1:])
    each = max(count, 1)
    return Figures(count / (took_us / 1e6), p50 / 1e3, p99 / 1e3, broker / each * 1e6,
                   database / each * 1e6, errors, count)
