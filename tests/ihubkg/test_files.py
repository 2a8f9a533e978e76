from pathlib import Path

from ihubkg import files


def copy(folder: Path) -> Path:
    (folder / "ontology").mkdir()
    (folder / "queries" / "questions").mkdir(parents=True)
    (folder / "ontology" / "a.ttl").write_text("<http://a> a <http://b> .")
    (folder / "queries" / "questions" / "q.rq").write_text("ASK {}")
    return folder


def test_the_root_holds_the_product() -> None:
    assert all((files.root() / name).is_dir() for name in files.FOLDERS)


def test_files_are_walked_in_order_and_nothing_else_is(tmp_path: Path) -> None:
    top = copy(tmp_path)
    (top / "ontology" / ".a.ttl.swp").write_text("x")
    (top / "README.md").write_text("x")
    found = [path.relative_to(top).as_posix() for path in files.walk(top)]
    assert found == ["ontology/a.ttl", "queries/questions/q.rq"]


def test_the_digest_follows_names_and_bytes(tmp_path: Path) -> None:
    top = copy(tmp_path)
    before = files.digest(top)
    assert before == files.digest(top)
    (top / "ontology" / "a.ttl").rename(top / "ontology" / "b.ttl")
    renamed = files.digest(top)
    (top / "ontology" / "b.ttl").write_text("<http://a> a <http://c> .")
    assert len({before, renamed, files.digest(top)}) == 3


def test_the_digest_ignores_what_is_not_packaged(tmp_path: Path) -> None:
    top = copy(tmp_path)
    before = files.digest(top)
    (top / "ontology" / "notes.txt").write_text("x")
    assert files.digest(top) == before
