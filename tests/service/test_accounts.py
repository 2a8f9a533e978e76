"""Who a query is accounted to."""

import asyncio
from pathlib import Path

import pytest
from starlette.types import Scope

from ihubkg.access import Access
from service import accounts
from service.accounts import Accounts
from service.protocol import Fields
from service.turns import Client

HOME: Scope = {"client": ("127.0.0.1", 1)}
AWAY: Scope = {"client": ("203.0.113.7", 1)}


def whom(book: Accounts, scope: Scope, token: str = "") -> Client:
    return asyncio.run(book.client(scope, Fields(token=token)))


def test_a_token_tells_clients_apart_that_share_an_address(tmp_path: Path) -> None:
    access = Access.of(tmp_path)
    book = Accounts(access, ())
    first, second = (access.create(name, "editor") for name in ("first", "second"))
    found = {whom(book, HOME, f"Bearer {token}") for token in (first, second)}
    assert found == {Client("token of first"), Client("token of second")}
    assert not any(client.free for client in found)


def test_no_valid_token_counts_for_nothing(tmp_path: Path) -> None:
    book = Accounts(Access.of(tmp_path), ())
    assert whom(book, AWAY, "Bearer none") == whom(book, AWAY) == Client("203.0.113.7")
    assert whom(book, HOME, "Basic eDp5").free
    assert whom(Accounts(None, ()), AWAY, "Bearer none") == Client("203.0.113.7")


def test_a_revoked_token_is_forgotten(tmp_path: Path) -> None:
    access = Access.of(tmp_path)
    book = Accounts(access, ())
    token = f"Bearer {access.create('first', 'editor')}"
    assert whom(book, HOME, token).key == "token of first"
    access.revoke("first")
    book._known.clear()
    assert whom(book, HOME, token).free


def test_what_is_remembered_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "MOST", 3)
    book = Accounts(Access.of(tmp_path), ())
    for number in range(10):
        whom(book, HOME, f"Bearer {number}")
    assert len(book._known) == 3
