"""Every hostile file through validation: read or refused in time, in its place, in plain words.

    python tests/hostile/files.py [FOLDER]

FOLDER holds the small files; what is too large to be kept is made here. Each goes to POST
/validate of a running service and to `ihubkg validate` within walls of memory and time. The answer
is a report (or a refusal) without a trace of the program; what cannot be read says where; the
service is the same process after each, opens no connection, and repeats nothing private. Prints a
table; exit code 1 if anything is wrong, 2 if the folder is not there.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from tests.conformance.running import PROGRAM, ROOT, Running, service
from tests.hostile.queries import listening, measuring

DEFAULT = Path("../shared/hostile")
MIB = 1024 * 1024
BYTES = 12 * MIB
"""Largest file that /validate takes in this run, so that large ones reach the worker."""
SECONDS = 60.0
"""Time limit of a file; the default."""
MEMORY = 2048 * MIB
"""Most memory of a worker, and of the command line."""
AT_ONCE = 40
"""Files of the command line in one go: its start takes longer than most files."""
TYPES = {
    ".ttl": "text/turtle",
    ".trig": "application/trig",
    ".nt": "application/n-triples",
    ".nq": "application/n-quads",
    ".jsonld": "application/ld+json",
    ".rdf": "application/rdf+xml",
    ".csv": "text/csv",
}
SECRETS = ("mari@kool.example", "+372 5123 4567", "2010-05-17", "Maasikas")
HEAD = (
    "@prefix ihub: <https://w3id.org/ihub4schools/ontology#> .\n"
    "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    "@prefix schema: <https://schema.org/> .\n"
    "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
    "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
    "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
    "@prefix : <https://w3id.org/ihub4schools/id/method/> .\n"
)
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">{}'
    "</rdf:RDF>"
)
LONG = "x" * 1000
NAMED = ":x a ihub:Method ; skos:prefLabel "


@dataclass(frozen=True)
class Case:
    """A hostile file; `private` holds what no answer may repeat."""

    name: str
    data: bytes
    private: bool = False

    @property
    def suffix(self) -> str:
        return Path(self.name).suffix


def kept(folder: Path) -> Iterator[Case]:
    """Yield the files of a folder that are of a format of ours."""
    for file in sorted(folder.iterdir()):
        if file.suffix in TYPES:
            yield Case(file.name, file.read_bytes())


def made() -> Iterator[Case]:
    """Yield what is too large to be kept."""
    makers = (turtle, engine, others, json_ld, xml, tables, private)
    for name, text in (pair for maker in makers for pair in maker()):
        data = text.encode("utf-8", "surrogatepass")
        yield Case(f"made {name}", data, private=name.startswith("private"))


def turtle() -> Iterator[tuple[str, str]]:
    """Yield what is hostile to parsers of Turtle."""
    deep = 100_000
    for name, text in {
        "nested blanks": f"<a:a> <a:b> {'[ <a:b> ' * deep}1{']' * deep} .",
        "nested lists": f"<a:a> <a:b> {'(' * deep}{')' * deep} .",
        "triple terms": f"<a:a> <a:b> {'<<( <a:a> <a:b> ' * deep}1{' )>>' * deep} .",
        "integer of a million": f"<a:a> <a:b> {'9' * 10**6} .",
        "quoted integer": HEAD + '<a:a> <a:b> "' + "9" * 10**6 + '"^^xsd:integer .',
        "exponent": f'{HEAD}<a:a> <a:b> "1E1000000000"^^xsd:decimal .',
        "exponent of a million": f"<a:a> <a:b> 1e{'9' * 10**6} .",
        "literal of 10 MB": f"<a:a> <a:b> '{'x' * 10**7}' .",
        "html": HEAD + '<a:a> <a:b> "' + "<div>" * 100_000 + '"^^rdf:HTML .',
        "xml": HEAD + '<a:a> <a:b> "' + "<a>" * 100_000 + '"^^rdf:XMLLiteral .',
        "iri of 5 MB": f"<a:a> <a:b> <http://e/{'../' * 1_600_000}> .",
        "name of 5 MB": f"@prefix p: <http://e/> . p:{'a' * 5 * 10**6} a p:b .",
        "language tag": f'<a:a> <a:b> "x"@{"a" * 100_000} .',
        "prefixes": "".join(f"@prefix p{n}: <http://e/{n}/> .\n" for n in range(100_000)),
        "bases": "".join(f"@base <http://e/{n}/> . <a> <a:b> <c> .\n" for n in range(50_000)),
        "escapes unclosed": "<a:a> <a:b> '" + "\\u0041" * 700_000,
        "quotes unclosed": '<a:a> <a:b> """' + 'x"' * 10**6,
        "comment": "#" + "x" * 10**7,
        "white space": " " * 10**7,
        "dots": f"@prefix p: <a:a> . p:a{'.' * 10**6} a p:b .",
        "lone surrogate": "<a:a> <a:b> '\ud800' .",
        "escaped surrogate": "<a:a> <a:b> '\\uD800' .",
        "escaped nul": "<a:a> <a:b> '\\u0000' .",
        "bidi": f"<a:a> <a:b> '{'‮⁦' * 1000}' .",
        "one line": " ".join(f"<a:{n}> <a:b> 1 ." for n in range(60_000)),
        "small triples": "".join(f"<a:{n}> <a:b> {n} .\n" for n in range(199_000)),
        "zeros": "\0" * 10**7,
    }.items():
        yield f"{name}.ttl", text


def engine() -> Iterator[tuple[str, str]]:
    """Yield what is read in no time and hostile to shapes, queries and fixes."""
    many, wrong = range(3_000), "skos:preflabel 'x' ; ihub:methodFormt :y"
    label = '"Name"@en'
    for name, text in {
        "values of a field": NAMED + ", ".join(f'"{n}"@en' for n in range(20_000)) + " .",
        "languages": NAMED + ", ".join(f'"a"@x-{n:05}' for n in range(190)) + " .",
        "dates compared": ":x schema:startDate " + ", ".join(f'"{n}"' for n in many) + " .",
        "regex e-mail": f'{NAMED}"{"a.a-a_" * 100_000}"@en .',
        "regex telephone": f'{NAMED}"{"+1 (2) 3-4/ " * 60_000}"@en .',
        "regex born": f'{NAMED}"{"born telefon " * 50_000}"@en .',
        "regex address": f"<https://w3id.org/ihub4schools/id/method/{'a-' * 900}!> a ihub:Method .",
        "wrong things": "".join(f":m{n} a ihub:Method ; {wrong} .\n" for n in many),
        "list cyclic": f"{NAMED}{label} ; ihub:targetLevel _:l . _:l rdf:first 1 ; rdf:rest _:l .",
        "list long": f"{NAMED}{label} ; ihub:targetLevel ({' 1' * 30_000} ) .",
        "chain": "".join(f":m{n} a ihub:Method ; ihub:continuesWith :m{n + 1} .\n" for n in many),
        "circle": "".join(
            f"<https://w3id.org/ihub4schools/id/event/{n}> a ihub:Event ; ihub:occursWithin "
            f"<https://w3id.org/ihub4schools/id/event/{(n + 1) % 2000}> .\n"
            for n in range(2000)
        ),
        "everything within": "".join(
            f"<https://w3id.org/ihub4schools/id/event/{n}> a ihub:Event ; ihub:occursWithin "
            + ", ".join(f"<https://w3id.org/ihub4schools/id/event/{m}>" for m in range(150))
            + " .\n"
            for n in range(150)
        ),
        "same": ":x <http://www.w3.org/2002/07/owl#sameAs> "
        + ", ".join(f":m{n}" for n in range(2_000))
        + " .",
        "kinds": ":x a " + ", ".join(f"ihub:K{n}" for n in range(150)) + " .",
        "shapes in data": "<https://w3id.org/ihub4schools/shapes#Method> sh:deactivated true ; "
        'sh:pattern "(a+)+$" ; sh:targetNode :x . :x a ihub:Method .',
        "classes in data": "ihub:Method <http://www.w3.org/2000/01/rdf-schema#subClassOf> :x .",
        "published taken over": "<https://w3id.org/ihub4schools/voc/format/tool> a ihub:Method .",
        "duplicates": "".join(
            f"<https://w3id.org/ihub4schools/id/school/s{n}> a ihub:School ; skos:prefLabel "
            f'"School"@en ; <http://purl.org/dc/terms/spatial> <http://publications.europa.eu/'
            "resource/authority/country/EST> .\n"
            for n in range(1_500)
        ),
    }.items():
        yield f"engine {name}.ttl", HEAD + text


def others() -> Iterator[tuple[str, str]]:
    """Yield what is hostile to parsers of TriG and N-Quads."""
    terms = "<<( <a:a> <a:b> " * 100_000
    yield "graphs.trig", "".join(f"<a:g{n}> {{ <a:a> <a:b> {n} }}\n" for n in range(100_000))
    yield "nested.trig", "{" * 10**6
    yield "triple terms.nq", f"<a:a> <a:b> {terms}1{' )>>' * 100_000} ."
    yield "line of 10 MB.nq", f'<a:a> <a:b> "{"x" * 10**7}" .'
    yield "unclosed.nq", '<a:a> <a:b> "' + "x\\" * 500_000
    yield "spaces.nq", "<a:a>" + " " * 200_000


def json_ld() -> Iterator[tuple[str, str]]:
    """Yield what is hostile to parsers of JSON and JSON-LD."""
    deep = 100_000
    for name, text in {
        "arrays": "[" * deep + "]" * deep,
        "objects": '{"http://e/p":' * 5_000 + "1" + "}" * 5_000,
        "lists": '{"@list":[' * deep + "]}" * deep,
        "terms": json.dumps({"@context": {f"t{n}": f"http://e/{n}" for n in range(deep)}}),
        "chained terms": json.dumps(
            {"@context": {f"t{n}": f"t{n + 1}:a" for n in range(5_000)}, "t0": "x"}
        ),
        "nested contexts": '{"@context":{},"http://e/p":' * 400 + "1" + "}" * 400,
        "number": f'{{"@id":"http://e/a","http://e/p":{"9" * 10**6}}}',
        "exponent": f'{{"@id":"http://e/a","http://e/p":1e{"9" * 10**6}}}',
        "literal of 10 MB": f'{{"@id":"http://e/a","http://e/p":"{"x" * 10**7}"}}',
        "duplicate keys": '{"@id":"http://e/a","@id":"http://e/b","http://e/p":1}',
        "surrogate": '{"@id":"http://e/a","http://e/p":"\\ud800"}',
        "remote": '{"@context":"http://127.0.0.1:18098/c","@id":"http://e/a","p":1}',
        "imported": '{"@context":{"@import":"http://127.0.0.1:18098/c"},"@id":"http://e/a"}',
        "scoped": '{"@context":{"t":{"@id":"http://e/t","@context":"http://127.0.0.1:18098/"}}}',
        "typed": '{"@type":"@json","http://e/p":{"@type":"@json","@value":' + "[" * 60_000,
        "things": json.dumps([{"@id": f"http://e/{n}", "http://e/p": n} for n in range(60_000)]),
    }.items():
        yield f"{name}.jsonld", text


def xml() -> Iterator[tuple[str, str]]:
    """Yield what is hostile to parsers of XML."""
    laughs = "".join(f'<!ENTITY e{n} "' + f"&e{n - 1};" * 10 + '">' for n in range(1, 10))
    names = " ".join(f'xmlns:n{n}="http://e/{n}"' for n in range(100_000))
    attributes = " ".join(f'a{n}="1"' for n in range(100_000))
    for name, text in {
        "laughs": f'<!DOCTYPE r [<!ENTITY e0 "ha">{laughs}]>' + RDF.format("&e9;"),
        "quadratic": f'<!DOCTYPE r [<!ENTITY e "{LONG}">]>' + RDF.format("&e;" * 60_000),
        "outside": '<!DOCTYPE r SYSTEM "http://127.0.0.1:18098/x">' + RDF.format(""),
        "parameter": '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:18098/x"> %p;]><r/>',
        "file": '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + RDF.format("&e;"),
        "deep": RDF.format("<e:a>" * 100_000),
        "namespaces": f"<r {names}/>",
        "attributes": f"<r {attributes}/>",
        "text of 10 MB": RDF.format(f'<e:a rdf:about="http://e/a"><e:b>{"x" * 10**7}</e:b></e:a>'),
        "characters": RDF.format("&#0;"),
    }.items():
        yield f"{name}.rdf", text


def tables() -> Iterator[tuple[str, str]]:
    """Yield what is hostile to readers of tables."""
    head = "id,name,country,place,source passages\n"
    for name, text in {
        "columns": ",".join(f"c{n}" for n in range(10**6)),
        "cell of 10 MB": f"{head}x,{'y' * 10**7},,,\n",
        "quotes": f'{head}x,"' + '""' * 5 * 10**6,
        "unclosed": f'{head}x,"' + "y,\n" * 10**6,
        "rows": head + "\n" * 10**6,
        "things": head + "".join(f"s{n},School {n},EST,estonia,a\n" for n in range(20_000)),
        "one thing": head + "x,X,EST,estonia,a\n" * 5_000,
        "values": f"{head}x,X,EST,{'|'.join(f'r{n}' for n in range(20_000))},a\n",
        "separators": f"{head}x,X,EST,{'|' * 120_000},a\n",
        "formulas": f'{head}x,"=HYPERLINK(""http://e/"")",@SUM(A1),+1,-1\n',
        "bidi": f"{head}x,‮X,EST,estonia,a\n",
        "titles": "id," * 199 + "id\n" + "x," * 199 + "x\n",
        "names": f"{head}{'a%2F../' * 300},X,EST,estonia,a\n",
        "wrong cells": head + "".join(f"S {n},,ESTONIA,estnia,web\n" for n in range(800)),
    }.items():
        yield f"{name}.csv", text


def private() -> Iterator[tuple[str, str]]:
    """Yield what has to be refused, and never repeated."""
    mail, phone, born, name = SECRETS
    person = "<https://w3id.org/ihub4schools/id/person/mari-maasikas>"
    pupil = (
        f'{person} a ihub:Person ; skos:prefLabel "Mari {name}"@en ; schema:telephone "{phone}" ;\n'
        f'schema:birthDate "{born}"^^xsd:date ; schema:email <mailto:{mail}> .\n'
        '<https://w3id.org/ihub4schools/id/membership/m> a ihub:Membership ; skos:prefLabel "M"@en'
        f" ; ihub:membershipOf {person} ; ihub:membershipIn\n"
        "<https://w3id.org/ihub4schools/id/school/audru> ; ihub:membershipRole\n"
        "<https://w3id.org/ihub4schools/voc/role/student> ."
    )
    row = f'"Write to {mail} or {phone}, born {born}"'
    for what, text in {
        "pupil.ttl": HEAD + pupil,
        "text.ttl": f'{HEAD}{NAMED}"Write to {mail} or call {phone}."@en .',
        "syntax.ttl": f"{HEAD}{mail} a ihub:Method .",
        "prefix.ttl": f'{HEAD}{NAMED}"x"@en ; {mail} 1 .',
        "json.jsonld": json.dumps(
            {
                "@id": "http://e/a",
                "@type": "https://w3id.org/ihub4schools/ontology#Method",
                mail: "x",
                "http://www.w3.org/2004/02/skos/core#note": f"Call {phone}, born {born}",
            }
        ),
        "context.jsonld": json.dumps({"@context": f"http://{mail}/c"}),
        "language.jsonld": json.dumps({"http://e/p": {"@value": "x", "@language": mail}}),
        "cell.csv": f"id,name,country,place,notes\nx,X,EST,estonia,{row}\n{mail},Y,EST,{mail},\n",
        "title.csv": f"id,name,country,place,{mail}\nx,X,EST,estonia,y\n",
    }.items():
        yield f"private {what}", text


@dataclass
class Tally:
    """What was seen: faults, cases, the longest time in seconds of each way."""

    faults: int = 0
    count: int = 0
    posted: float = 0.0
    typed: float = 0.0


def post(client: httpx.Client, case: Case, report: str = "application/json") -> tuple[int, str]:
    """Send a case; return the status and the answer."""
    headers = {"Content-Type": TYPES[case.suffix], "Accept": report}
    answer = client.post("/validate?profile=submission", content=case.data, headers=headers)
    return answer.status_code, answer.text


def fault(case: Case, status: int, text: str) -> str:
    """Return what is wrong with an answer, "" if nothing is."""
    if status not in (200, 400, 413, 415):
        return f"STATUS {status} {text[:200]}"
    if "Traceback" in text or 'File "/' in text:
        return "TRACEBACK"
    if case.private and any(secret.lower() in text.lower() for secret in SECRETS):
        return "REPEATS PRIVATE DATA"
    if status != 200:
        return "" if json.loads(text).get("detail") else "NO REASON"
    found = json.loads(text)
    problems = found["problems"]
    if case.private and not problems:
        return "PRIVATE DATA ACCEPTED"
    if not found["readable"]:
        place = problems[0].get("location", {})
        limited = problems[0]["constraint"] == "Limit"
        return "" if limited or "line" in place else f"NOT LOCATED: {problems[0]['message']}"
    return ""


def said(status: int, text: str) -> str:
    """Return the first words of an answer."""
    found = json.loads(text)
    if status != 200:
        return str(found.get("detail", ""))[:60]
    problems = found["problems"]
    first = problems[0]["message"] if problems else ""
    return f"{found['summary'][:40]} {first}"[:76] if found["readable"] else first[:76]


def forms(client: httpx.Client, case: Case) -> str:
    """Return which form of the report repeats what is private, if any."""
    for form in ("text/turtle", "application/ld+json", "text/csv", "application/sarif+json"):
        if any(secret in post(client, case, form)[1] for secret in SECRETS):
            return f"{form} REPEATS PRIVATE DATA"
    for form in ("text/plain", "text/html"):
        if any(secret in post(client, case, form)[1] for secret in SECRETS):
            return f"{form} REPEATS PRIVATE DATA"
    return ""


def posted(running: Running, cases: list[Case], tally: Tally) -> None:
    """Send everything to a running service."""
    good = Case("good.ttl", b"<https://w3id.org/ihub4schools/id/method/til> a 1 .")
    with httpx.Client(base_url=running.url, timeout=SECONDS + 30) as client:
        usual = post(client, good)
        for case in cases:
            begin = time.monotonic()
            status, text = post(client, case)
            seconds = time.monotonic() - begin
            wrong = fault(case, status, text) or (forms(client, case) if case.private else "")
            if running.process.poll() is not None:
                wrong = "THE SERVICE DIED"
            elif seconds > 5 and post(client, good) != usual:
                wrong = wrong or "THE NEXT ANSWER IS WRONG"
            tally.faults += bool(wrong)
            tally.count += 1
            tally.posted = max(tally.posted, seconds)
            size = len(case.data)
            row = f"{case.name:28.28} {size:>11,} {status} {seconds:6.2f} s"
            print(row, wrong or said(status, text), flush=True)
        if post(client, good) != usual:
            print("THE SERVICE ANSWERS OTHERWISE THAN BEFORE")
            tally.faults += 1
        tally.faults += _floods(client)


def _floods(client: httpx.Client) -> int:
    """Send 100 MB, announced and not, and 100 MB of nothing compressed; return the faults."""
    import gzip

    hundred, faults = b"<a:a> <a:b> 1 .\n" * (100 * MIB // 16), 0
    headers = {"Content-Type": "text/turtle"}
    small = gzip.compress(hundred)
    packed = {**headers, "Content-Encoding": "gzip"}

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(hundred), MIB):
            yield hundred[start : start + MIB]

    def send(content: bytes | Iterator[bytes], headers: dict[str, str]) -> int:
        with suppress(httpx.TransportError):  # the service may close the door while we speak
            return client.post("/validate", content=content, headers=headers).status_code
        return 413

    for name, content, given, expected in (
        ("100 MB announced", hundred, headers, (413,)),
        ("100 MB in pieces", pieces(), headers, (413,)),
        ("100 MB packed", small, packed, (413, 415)),
    ):
        begin = time.monotonic()
        status = send(content, given)
        wrong = "" if status in expected else "TAKEN"
        print(f"{name:28} {100 * MIB:>11,} {status} {time.monotonic() - begin:6.2f} s {wrong}")
        faults += bool(wrong)
    return faults


def _walls() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def typed(cases: list[Case], tally: Tally) -> None:
    """Give everything to the command line, many at a time; then each that went wrong alone."""
    with tempfile.TemporaryDirectory(prefix="ihubkg-hostile-") as folder:
        paths = []
        for case in cases:
            path = Path(folder) / case.name.replace(" ", "-")
            path.write_bytes(case.data)
            paths.append(path)
        for start in range(0, len(paths), AT_ONCE):
            group = paths[start : start + AT_ONCE]
            begin = time.monotonic()
            wrong = _type(group)
            seconds = time.monotonic() - begin
            tally.typed = max(tally.typed, seconds)
            print(f"ihubkg validate, {len(group)} files {seconds:29.2f} s {wrong}", flush=True)
            tally.faults += bool(wrong)


def _type(paths: list[Path]) -> str:
    """Run the command line on files; return what is wrong."""
    try:
        done = subprocess.run(
            [*PROGRAM, "validate", "--seconds", "5", *map(str, paths)],
            cwd=ROOT,
            capture_output=True,
            timeout=SECONDS * len(paths),
            preexec_fn=_walls,
        )
    except subprocess.TimeoutExpired:
        return "TOO LONG"
    text = done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")
    if done.returncode not in (0, 1, 2) or "Traceback" in text or "fault of ihubkg" in text:
        return f"EXIT {done.returncode} {text[-300:]}"
    silent = [path.name for path in paths if done.returncode == 2 and str(path) not in text]
    if any(secret in text for secret in SECRETS):
        return "REPEATS PRIVATE DATA"
    return f"SAYS NOTHING of {len(silent)}" if not text else ""


def main(arguments: list[str]) -> int:
    """Run against a service of its own, then by the command line."""
    folder = Path(arguments[0]) if arguments else DEFAULT
    if not folder.is_dir():
        print(f"The hostile files are not at {folder}: nothing was sent.")
        return 2
    cases = [*kept(folder.resolve()), *made()]
    tally = Tally()
    settings = {"validate_bytes": str(BYTES), "client_seconds": "100000"}
    with service(settings) as running, listening() as seen, measuring(running) as peak:
        posted(running, cases, tally)
    typed(cases, tally)
    faults = tally.faults + len(seen)
    print(
        f"{tally.count} files, {faults} faults; longest {tally.posted:.2f} s posted, "
        f"{tally.typed:.2f} s for {AT_ONCE} typed; most memory {peak.worker >> 20} MiB in a worker,"
        f" {peak.service >> 20} MiB in the service; outgoing connections {len(seen)}"
    )
    return min(faults, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
