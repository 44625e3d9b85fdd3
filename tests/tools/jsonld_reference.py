#!/usr/bin/env python3
"""Holds a running broker's term expansion and compaction (4.4, 5.5.7) against PyLD's.

    jsonld_reference.py http://127.0.0.1:1026 [CONTEXTS [SEED]]     (pip install pyld)

Random @contexts of the forms that cities write: objects and arrays of them, prefixes, aliases of
keywords, type coercion, containers, a @vocab, terms taken back with null, redefined core terms. An
Entity is created with the @context inline; read with the core @context alone its Attributes must
have the IRIs that PyLD expands to, and a query by POST with the @context must give names that
expand to them again. The broker reads [core, user, core]: the core @context, being last, decides,
and a user's definitions of its terms are ignored.
"""
import json, random, sys, urllib.error, urllib.request
from pathlib import Path

from pyld import jsonld

CORE_FILE = Path(__file__).parents[2] / "schemas/contexts/ngsi-ld-core-context-v1.9.jsonld"
CORE = {k: v for k, v in json.loads(CORE_FILE.read_text())["@context"].items() if k != "@protected"}
CORE["ngsildproof"] = {"@id": "ngsi-ld:ngsildproof"}  # its scoped @context would be downloaded
OPTIONS = {"base": "", "processingMode": "json-ld-1.1", "documentLoader": None}


def random_context(chance):
    """One object, and the terms that it defines."""
    context = {}
    prefixes = [f"p{n}" for n in range(chance.randint(0, 3))]
    for prefix in prefixes:
        iri = f"https://{prefix}.example/" + chance.choice(["", "ns#", "a/"])
        context[prefix] = chance.choice([iri, {"@id": iri, "@prefix": True}])
    if chance.random() < 0.2:
        context["@vocab"] = "https://vocab.example/"
    for n in range(chance.randint(1, 8)):
        prefix = chance.choice(prefixes) if prefixes else None
        iri = f"{prefix}:t{n}" if prefix and chance.random() < 0.5 else f"https://x.example/t{n}"
        definition = {"@id": iri}
        if chance.random() < 0.5:
            definition["@type"] = chance.choice(["@id", "@vocab", "@json", "https://x.example/dt"])
        if chance.random() < 0.3:
            definition["@container"] = chance.choice(["@list", "@set", "@language", "@index"])
            if definition["@container"] == "@language":
                definition.pop("@type", None)
        context[f"t{n}"] = iri if chance.random() < 0.5 else definition
    if chance.random() < 0.3:
        context[f"t{chance.randint(0, 8)}"] = None
    if chance.random() < 0.3:
        context["alias"] = chance.choice([f"t{chance.randint(0, 8)}", "location", "https://x.example/other"])
    if chance.random() < 0.3:
        context[chance.choice(["observedAt", "value", "location"])] = "https://x.example/mine"
    return context


def call(url, method, path, body=None):
    request = urllib.request.Request(url + "/ngsi-ld/v1/" + path, method=method)
    request.add_header("NGSILD-Tenant", "pyld")
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/ld+json")
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.loads(answer.read() or "null")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or "null")


def names_of(context, chance):
    parts = context if isinstance(context, list) else [context]
    terms = {t for part in parts for t in part if not t.startswith("@") and t not in CORE}
    terms |= {"undefined", "t99"}
    for part in parts:
        terms |= {f"{t}:more" for t in part if t.startswith("p")}
    return sorted(terms - {t for t in terms if chance.random() < 0.1})


def main(url, count, seed):
    chance = random.Random(seed)
    processor = jsonld.JsonLdProcessor()
    vocab = CORE["@vocab"]
    terms = differ = refused = 0
    for number in range(count):
        parts = [random_context(chance) for _ in range(chance.choice([1, 1, 2, 3]))]
        context = parts if len(parts) > 1 else parts[0]
        names = names_of(context, chance)
        heeded = [{k: v for k, v in part.items() if k not in CORE or k == "@vocab"} for part in parts]
        try:
            active = processor.process_context(processor._get_initial_context(OPTIONS), [CORE, *heeded, CORE], OPTIONS)
            every = {n: processor._expand_iri(active, n, vocab=True) or vocab + n for n in names}
            # Two names of one IRI would be one Attribute twice, which is refused.
            expected = {n: iri for iri, n in {iri: n for n, iri in every.items()}.items()}
        except jsonld.JsonLdError as error:
            expected = error
        entity = {"id": f"urn:pyld:{chance.getrandbits(64):x}", "type": "T", "@context": context}
        entity.update({n: {"type": "Property", "value": 1} for n in (names if isinstance(expected, Exception) else expected)})
        status, answer = call(url, "POST", "entities", entity)
        if isinstance(expected, Exception) or status != 201:
            if isinstance(expected, Exception) != (status != 201):
                differ += 1
                print("refused by one:", json.dumps(context), expected, status, answer)
            refused += 1
            continue
        _, stored = call(url, "GET", f"entities/{entity['id']}?options=keyValues")
        known = {processor._expand_iri(core_alone(processor), k, vocab=True) for k in stored} - {"@id", "@type"}
        terms += len(expected)
        if known != set(expected.values()):
            differ += 1
            print("expansion:", json.dumps(context), sorted(set(expected.values()) ^ known))
        query = {"type": "Query", "entities": [{"id": entity["id"], "type": "T"}], "@context": context}
        _, found = call(url, "POST", "entityOperations/query?options=keyValues", query)
        back = {processor._expand_iri(active, k, vocab=True) or vocab + k for k in found[0]} - {"@id", "@type"}
        if back != set(expected.values()):
            differ += 1
            print("compaction:", json.dumps(context), sorted(found[0]), sorted(back ^ set(expected.values())))
    print(f"{count} @contexts, {terms} names, {refused} refused, {differ} differ (seed {seed})")
    return 1 if differ else 0


def core_alone(processor, made=[]):
    if not made:
        made.append(processor.process_context(processor._get_initial_context(OPTIONS), CORE, OPTIONS))
    return made[0]


if __name__ == "__main__":
    arguments = sys.argv[1:] + ["200", "1"][len(sys.argv) - 2:]
    sys.exit(main(arguments[0], int(arguments[1]), int(arguments[2])))
