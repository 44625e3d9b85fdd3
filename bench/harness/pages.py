"""Page 1 and page 1,000 of a query, asked for by turns over one connection."""
import http.client
import re
import statistics
import time

FAR = 1_000


class Pages:
    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port)

    def get(self, target):
        """The microseconds until the answer is there, and where its Link `next` leads to."""
        began = time.perf_counter_ns()
        self.connection.request("GET", target, headers={"Accept": "application/json"})
        answer = self.connection.getresponse()
        answer.read()
        took = (time.perf_counter_ns() - began) / 1e3
        if answer.status != 200:
            raise SystemExit(f"{target}: {answer.status}")
        following = (re.match(r'<([^>]*)>; rel="next"', link)
                     for link in answer.headers.get_all("Link", []))
        return took, next((link[1] for link in following if link), None)

    def far(self, first):
        """Page 1,000 by following the links; nothing where the result ends before."""
        target = first
        for _ in range(FAR - 1):
            target = self.get(target)[1]
            if target is None:
                return None
        return target

    def compare(self, first, target, rounds):
        """Medians in microseconds of page 1 and of page `target`."""
        near, far = [], []
        for _ in range(rounds):
            near.append(self.get(first)[0])
            far.append(self.get(target)[0])
        return statistics.median(near), statistics.median(far)
