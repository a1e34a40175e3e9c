# SPDX-License-Identifier: Apache-2.0
"""The register finds a document by what is typed from paper, and keeps codes apart."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from register.document import new_document_id
from register.errors import DocumentIdError, UnknownDocumentError
from register.short_code import group_short_code, short_code
from register.store import Store
from tests.unit.register.store_world import NOW, open_register, request


@pytest.fixture
def store(database_url: str) -> Store:
    """Return a register with two agencies."""
    return open_register(database_url)


def test_a_document_is_found_by_its_id_and_by_its_code(store: Store) -> None:
    document_id = store.reserve(request("one"), NOW).document.id
    code = group_short_code(short_code(document_id))
    for typed in (document_id, document_id.lower(), code, code.lower()):
        assert store.find_id(typed) == document_id
    store.close()


def test_what_names_no_document_is_refused_with_the_reason(store: Store) -> None:
    code = short_code(store.reserve(request("one"), NOW).document.id)
    mistyped = code[:-1] + ("0" if code[-1] != "0" else "2")
    with pytest.raises(DocumentIdError, match="check character"):
        store.find_id(mistyped)
    with pytest.raises(DocumentIdError, match="26 characters"):
        store.find_id("12345/2569")
    with pytest.raises(UnknownDocumentError):
        store.find_id(short_code(new_document_id()))
    store.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE short_code SET code = '000000000000'",
        "DELETE FROM short_code",
        "INSERT INTO short_code SELECT code, 'X' FROM short_code",
    ],
)
def test_nobody_takes_a_code_from_its_document(store: Store, statement: str) -> None:
    store.reserve(request("one"), NOW)
    with pytest.raises(DBAPIError), store._write() as session:
        session.execute(text(statement))
    store.close()
