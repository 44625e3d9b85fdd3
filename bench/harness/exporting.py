"""The memory that a long CSV answer needs beyond what is there anyway, in the broker and in its
PostgreSQL backend, while a client reads it as fast as it comes."""
import dataclasses
import http.client
import json
import pathlib
import subprocess
import threading
import time

START = 1_577_836_800  # 2020-01-01
LINE = 5_000  # instances a line
STATION = "urn:ngsi-ld:AirQualityObserved:export"
BACKEND = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'FETCH FORWARD%'"


@dataclasses.dataclass
class Exported:
    rows: int
    bytes: int
    broker_mb: float  # above idle, at most
    backend_mb: float  # its own memory: without the shared buffers that it has touched


def instance(number):
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(START + 60 * number))
    return {"type": "Property", "value": number % 1000 / 10, "observedAt": moment, "unitCode": "GQ"}


def write(file, rows):
    with open(file, "w") as out:
        for first in range(0, rows, LINE):
            instances = [instance(number) for number in range(first, min(first + LINE, rows))]
            json.dump({"id": STATION, "type": "AirQualityObserved", "PM10": instances}, out)
            out.write("\n")


def anonymous_mb(pid):
    """Memory that a process does not share, in MB; 0 where it is gone."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon")), 0.0)


class Watch(threading.Thread):
    """Looks at both processes until it is told to stop."""

    def __init__(self, broker_pid, cluster):
        super().__init__(daemon=True)
        self.broker_pid, self.cluster = broker_pid, cluster
        self.broker, self.backend, self.over = 0.0, 0.0, threading.Event()

    def run(self):
        backends = []
        while not self.over.is_set():
            backends = backends or self.cluster.sql(BACKEND)
            self.broker = max(self.broker, anonymous_mb(self.broker_pid))
            self.backend = max([self.backend, *map(anonymous_mb, backends)])
            time.sleep(0.005)


def read(port, path):
    """(rows, bytes) of an answer, of which nothing is kept."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("GET", path, headers={"Accept": "text/csv"})
    answer = connection.getresponse()
    rows = size = 0
    while chunk := answer.read(1 << 16):  # raises where it is cut off
        rows, size = rows + chunk.count(b"\n"), size + len(chunk)
    connection.close()
    return rows - 1, size


def measure(binary, data_dir, broker, cluster, folder, rows):
    file = folder / "evolution.ndjson"
    write(file, rows)
    subprocess.run([binary, "import", "--temporal", str(file), "--data-dir", str(data_dir)],
                   check=True, stderr=subprocess.DEVNULL)
    path = f"/ngsi-ld/v1/temporal/entities/{STATION}"
    read(broker.port, path + "?lastN=100")  # what the first answer of all brings along
    idle = anonymous_mb(broker.pid)
    watch = Watch(broker.pid, cluster)
    watch.start()
    found, size = read(broker.port, path)
    watch.over.set()
    watch.join()
    if found != rows:
        raise SystemExit(f"the export has {found} rows of {rows}")
    return Exported(found, size, max(0.0, watch.broker - idle), watch.backend)
