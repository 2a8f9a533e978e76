"""What schemathesis cannot make up by itself: names, texts in SPARQL, and how they are sent."""

import schemathesis
from hypothesis import strategies

QUERIES = (
    "ASK { ?s ?p ?o }",
    "SELECT ?s WHERE { ?s a ?class } ORDER BY ?s LIMIT 3",
    "CONSTRUCT { ?s a ?class } WHERE { ?s a ?class } LIMIT 3",
)
UPDATES = ("INSERT DATA { <urn:a> <urn:b> <urn:c> }",)
"""Nobody here holds a token: none of these may be done."""

THINGS = (
    "digipeda",
    "https://w3id.org/ihub4schools/id/method/til",
    "id/method/digital-accelerator",
)

schemathesis.openapi.format("name-of-a-thing", strategies.sampled_from(THINGS))
schemathesis.openapi.format("sparql-query", strategies.sampled_from(QUERIES))
schemathesis.openapi.format("sparql-update", strategies.sampled_from(UPDATES))
schemathesis.serializer.alias(
    ["application/sparql-query", "application/sparql-update"], "text/plain"
)
