"""The web service of ihubkg: linked data, questions, SPARQL, validation and pages for people."""
