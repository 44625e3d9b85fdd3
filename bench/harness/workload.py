"""What is asked of the broker, in the shapes of docs/demo/town.ndjson as bench/generate repeats
them: {copy} is the number of the town."""
import json
import random
import re
from urllib.parse import quote

CORE = {"id", "type", "@context"}
COLUMNS, STEP = 60, (0.08, 0.05)  # as in bench/generate


def observed(entity):
    """Attributes that a sensor would report."""
    return [name for name, value in entity.items() if isinstance(value, dict)
            and "observedAt" in value and isinstance(value.get("value"), (int, float))]


class Workload:
    def __init__(self, lines, count):
        """`lines`: the generated Entities of one town at least; `count` are loaded in all."""
        self.random = random.Random(1026)
        entities = [json.loads(line) for line in lines]
        self.town = [entity for entity in entities if entity["id"].endswith(":0")]
        self.copies = max(count // len(self.town), 1)
        self.lines = lines
        sensors = [entity for entity in self.town if observed(entity)]
        self.sample = self.random.sample(self.town, 40)
        self.sensors = self.random.sample(sensors, min(40, len(sensors)))
        self.types = sorted({entity["type"] for entity in self.town})

    @staticmethod
    def path_of(entity, suffix=""):
        """With {copy} in place of the town's number, which the id ends in."""
        return f"/ngsi-ld/v1/entities/{entity['id'][:-1]}{{copy}}{suffix}"

    def retrieve(self):
        return [("GET", self.path_of(entity), "") for entity in self.sample]

    def by_type(self):
        return [("GET", f"/ngsi-ld/v1/entities?type={kind}&limit=20", "") for kind in self.types]

    @staticmethod
    def by_pages():
        """Queries whose results are long: name and target of the first page."""
        base = "/ngsi-ld/v1/entities?"
        return [("all, 20", base + "local=true&limit=20"),
                ("all, 100", base + "local=true&limit=100"),
                ("a type, 20", base + "type=Streetlight&limit=20"),
                ("two types, 20", base + "type=Streetlight,ParkingSpot&limit=20"),
                ("a type and q, 20", base + "type=ParkingSpot&q=status==%22free%22&limit=20"),
                ("pattern in q (memory), 20",
                 base + "type=ParkingSpot&q=status~=%22%5Efree%22&limit=20")]

    def by_q(self):
        terms = {"WasteContainer": "fillingLevel>0.{}", "AirQualityObserved": "no2>{}",
                 "ParkingSpot": "status==%22free%22", "TrafficFlowObserved": "intensity>{}00",
                 "OffStreetParking": "availableSpotNumber<{}0"}
        return [("GET", f"/ngsi-ld/v1/entities?type={kind}&q={quote(term.format(bound), '=%')}"
                        "&limit=20", "")
                for kind, term in terms.items() for bound in range(1, 8, 2)]

    def by_place(self):
        requests = []
        for number in range(60):
            copy = self.random.randrange(self.copies)
            row, column = divmod(copy, COLUMNS)
            place = (7.2306 + column * STEP[0], 53.3675 + row * STEP[1] % 20)
            kind = ("ParkingSpot", "Streetlight", "WasteContainer", "Device")[number % 4]
            requests.append(("GET", f"/ngsi-ld/v1/entities?type={kind}&georel=near%3BmaxDistance=="
                                    f"500&geometry=Point&coordinates=%5B{place[0]:.4f},"
                                    f"{place[1]:.4f}%5D&limit=20", ""))
        return requests

    def patch(self):
        body = '{"value":{value},"observedAt":"2026-01-01T00:00:00Z"}'
        return [("PATCH", self.path_of(entity, f"/attrs/{observed(entity)[0]}"), body)
                for entity in self.sensors]

    def temporal(self):
        return [("GET", f"/ngsi-ld/v1/temporal/entities/{entity['id'][:-1]}{{copy}}"
                        f"?attrs={observed(entity)[0]}&timerel=after&timeAt=2020-01-01T00:00:00Z",
                 "") for entity in self.sensors]

    def batch(self, size):
        """Entities that no request before it had: their towns have no number but a name."""
        entities = (self.lines * (size // len(self.lines) + 1))[:size]
        text = "[" + ",".join(line.strip() for line in entities) + "]"
        unique, at = [], 0
        for number, found in enumerate(re.finditer(r'(:aldenhaven:[^"]*:\d+)"', text)):
            unique += [text[at:found.start()], found[1], "-{serial}", '"']
            at = found.end()
        return [("POST", "/ngsi-ld/v1/entityOperations/upsert", "".join(unique) + text[at:])]

    def creations(self):
        """Entities of the town under ids that no request before it had."""
        return [("POST", "/ngsi-ld/v1/entities",
                 json.dumps({**entity, "id": entity["id"][:-1] + "-{serial}"}))
                for entity in self.sample]


def filled(request, copy, value="12.5", serial="x"):
    """The request with its places filled, for one call."""
    method, path, body = request
    body = body.replace("{value}", value).replace("{serial}", serial)
    return method, path.replace("{copy}", str(copy)), body
