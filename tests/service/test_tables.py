"""Templates of tables as downloads, with their mapping where CSV on the Web looks for it."""

import csv

from starlette.testclient import TestClient


def test_templates_are_listed_and_lead_to_their_mapping(client: TestClient) -> None:
    listed = client.get("/templates").json()["templates"]
    assert [one["name"] for one in listed][:2] == ["methods", "schools"]
    for one in listed:
        table = client.get(one["href"])
        assert table.status_code == 200
        assert table.headers["content-type"].startswith("text/csv")
        assert table.headers["content-disposition"].endswith(f'"{one["name"]}.csv"')
        assert f'<{one["metadata"]}>; rel="describedby"' in table.headers["link"]
        titles = next(csv.reader(table.content.decode("utf-8-sig").splitlines()))
        mapping = client.get(one["metadata"])
        assert mapping.headers["content-type"] == "application/csvm+json"
        columns = mapping.json()["tableSchema"]["columns"]
        assert titles == [c["titles"] for c in columns if not c.get("virtual")]


def test_a_template_is_told_unchanged(client: TestClient) -> None:
    tag = client.get("/templates/pilots.csv").headers["etag"]
    assert client.get("/templates/pilots.csv", headers={"If-None-Match": tag}).status_code == 304


def test_an_unknown_table_is_not_found(client: TestClient) -> None:
    for path in ("/templates/school.csv", "/templates/x.csv-metadata.json"):
        found = client.get(path)
        assert found.status_code == 404
        assert "schools" in found.json()["nearest"]
