"""Tokens open what their role says, until they are revoked or run out."""

import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from ihubkg.access import PREFIX, RIGHTS, ROLES, Access
from ihubkg.errors import Conflict, NotFound, StoreError


def test_a_token_is_recognised_and_not_kept(tmp_path: Path) -> None:
    access = Access.of(tmp_path / "data")
    token = access.create("anna", "maintainer")
    assert token.startswith(PREFIX)
    holder = access.holder(token)
    assert holder is not None
    assert (holder.name, holder.role, holder.end) == ("anna", "maintainer", token[-4:])
    assert holder.may("update")
    assert not holder.may("tokens")
    for file in (tmp_path / "data").iterdir():
        assert token.encode() not in file.read_bytes()


def test_another_token_opens_nothing(tmp_path: Path) -> None:
    access = Access.of(tmp_path)
    token = access.create("anna", "admin")
    for wrong in ("", token[:-1], token + "x", token.lower(), PREFIX):
        assert access.holder(wrong) is None


def test_a_revoked_token_is_invalid_at_once_and_everywhere(tmp_path: Path) -> None:
    access = Access.of(tmp_path)
    token = access.create("anna", "admin")
    beside = Access(tmp_path)
    assert beside.holder(token) is not None
    access.revoke("anna")
    assert beside.holder(token) is None
    assert access.holders()[0].revoked is not None
    again = access.create("anna", "editor")
    assert beside.holder(again) is not None
    assert [holder.role for holder in access.holders()] == ["admin", "editor"]


def test_a_name_has_one_valid_token(tmp_path: Path) -> None:
    access = Access.of(tmp_path)
    access.create("anna", "editor")
    with pytest.raises(Conflict, match="revoke it first"):
        access.create("anna", "admin")
    with pytest.raises(NotFound) as error:
        access.revoke("ana")
    assert error.value.candidates == ("anna",)


def test_a_token_runs_out(tmp_path: Path) -> None:
    access = Access.of(tmp_path)
    token = access.create("anna", "editor", days=1)
    with closing(sqlite3.connect(tmp_path / "access.sqlite")) as table, table:
        table.execute("UPDATE token SET expires = '2020-01-01T00:00:00+00:00'")
    assert access.holder(token) is None


def test_each_role_has_the_rights_of_the_one_before() -> None:
    for lower, higher in pairwise(ROLES):
        assert RIGHTS[lower] < RIGHTS[higher]


def test_a_folder_of_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("mine")
    with pytest.raises(StoreError, match="other files"):
        Access.of(tmp_path)


def test_a_folder_without_tokens_opens_nothing(tmp_path: Path) -> None:
    assert Access(tmp_path).holder("x") is None
    assert not (tmp_path / "access.sqlite").exists()
