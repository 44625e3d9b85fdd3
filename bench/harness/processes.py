"""The processes that are measured: a broker with its cluster, and the time that each has used."""
import http.client
import os
import pathlib
import signal
import subprocess
import time
from urllib.parse import quote

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGESIZE")


def stat_of(pid):
    """(parent, own CPU seconds, CPU seconds of children that have ended), None where it is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    own, children = int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
    return int(fields[1]), own / TICK, children / TICK


def cpu_of(pid):
    found = stat_of(pid)
    return found[1] if found else 0.0


def cluster_cpu(postmaster):
    """CPU seconds of a postmaster with all its backends, those included that have ended."""
    _, own, ended = stat_of(postmaster)
    total = own + ended
    for entry in os.listdir("/proc"):
        found = stat_of(entry) if entry.isdigit() else None
        if found and found[0] == postmaster:
            total += found[1]
    return total


def memory_of(pid):
    """Resident and highest resident memory in MB."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    values = {name: int(rest.split()[0]) / 1024 for name, _, rest in
              (line.partition(":") for line in lines) if name in ("VmRSS", "VmHWM")}
    return values["VmRSS"], values["VmHWM"]


class Broker:
    """`meridian serve` on a data folder, or on a database with `db`."""

    def __init__(self, binary, port, data_dir=None, db=None, output=None, more=()):
        self.port, self.data_dir = port, data_dir
        command = [str(binary), "serve", "--port", str(port)]
        command += ["--db", db] if db else ["--data-dir", str(data_dir)]
        command += more
        began = time.monotonic()
        self.output = open(output or os.devnull, "wb")
        self.process = subprocess.Popen(command, stdout=self.output, stderr=self.output)
        self.wait_until_ready()
        self.seconds_to_ready = time.monotonic() - began

    def wait_until_ready(self):
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise SystemExit(f"the broker ended with status {self.process.returncode}")
            try:
                if self.call("GET", "/q/ready")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.005)
        raise SystemExit("the broker does not get ready")

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.output.close()


class Cluster:
    """The embedded cluster of a data folder, while its broker runs."""

    def __init__(self, data_dir):
        self.folder = pathlib.Path(data_dir) / "postgres"
        lines = (self.folder / "data" / "postmaster.pid").read_text().splitlines()
        self.postmaster, self.socket = int(lines[0]), lines[4]
        self.connection = ["-h", self.socket, "-U", "meridian", "-d", "meridian"]
        self.url = f"postgresql://meridian@/meridian?host={quote(self.socket, safe='')}"
        self.log = self.folder / "postgres.log"

    def sql(self, *statements):
        """Runs them one by one; gives the lines of the answers."""
        command = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", *self.connection]
        for statement in statements:
            command += ["-c", statement]
        return subprocess.run(command, check=True, capture_output=True,
                              text=True).stdout.splitlines()

    def cpu(self):
        time.sleep(0.3)  # backends that are about to end would be seen neither here nor there
        return cluster_cpu(self.postmaster)
