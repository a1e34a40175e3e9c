# SPDX-License-Identifier: Apache-2.0
"""Errors of the register: one tree, told apart by class, whole in any process."""

import copy
import inspect
import pickle

import pytest

from register import errors
from register.document import AgencyId, DocumentId
from register.errors import (
    AgencyExistsError,
    DatabaseError,
    DatabaseUnreachableError,
    DatabaseUrlError,
    IdempotencyConflictError,
    IdempotencyKeyError,
    PublishingBusyError,
    RegisterError,
    SchemaError,
    StatusChangeError,
    TokenError,
    UnknownAgencyError,
    UnknownDocumentError,
)
from register.store import DatabaseLimits, Store
from tests.unit.register.store_world import NOW, TRADE, issue, open_register, request

EVERY_ERROR = [
    each
    for _, each in inspect.getmembers(errors, inspect.isclass)
    if each.__module__ == errors.__name__
]


@pytest.mark.parametrize("kind", EVERY_ERROR)
def test_every_error_is_caught_by_the_base(kind: type[Exception]) -> None:
    assert issubclass(kind, RegisterError)
    assert kind.__name__.endswith("Error")
    assert (kind.__doc__ or "").strip().endswith(".")


@pytest.mark.parametrize("kind", EVERY_ERROR)
def test_error_is_the_same_in_another_process(kind: type[Exception]) -> None:
    error = kind("expired")
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 - our own bytes
        assert type(other) is kind
        assert str(other) == str(error)
        assert vars(other) == vars(error)


def test_database_out_of_use_is_told_from_a_wrong_request() -> None:
    unusable = {each for each in EVERY_ERROR if issubclass(each, DatabaseError)}
    assert unusable == {
        DatabaseError,
        DatabaseUrlError,
        DatabaseUnreachableError,
        SchemaError,
    }


@pytest.mark.parametrize("reason", ["unknown", "expired", "revoked"])
def test_token_error_says_why(reason: str) -> None:
    error = TokenError(reason)
    assert error.reason == reason
    assert str(error) == f"The API token is {reason}"


def test_each_refusal_has_its_own_error_and_no_personal_data(
    database_url: str,
) -> None:
    limits = DatabaseLimits(publish_wait_seconds=0.01)
    with open_register(database_url) as store, Store.open(database_url, limits) as slow:
        agency = store.get_agency(TRADE)
        document = issue(store, "สมชาย")
        with store.publishing("status"):
            refusals = (
                (
                    PublishingBusyError,
                    lambda: slow.publishing("status").__enter__(),
                ),
                (
                    IdempotencyKeyError,
                    lambda: store.find_reservation(TRADE, "สมชาย" * 52),
                ),
                (
                    IdempotencyConflictError,
                    lambda: store.reserve(
                        request("สมชาย", request_sha256=b"o" * 32), NOW
                    ),
                ),
                (
                    AgencyExistsError,
                    lambda: store.add_agency(TRADE, agency.name, "x.go.th", NOW),
                ),
                (UnknownAgencyError, lambda: store.get_agency(AgencyId("NOBODY"))),
                (
                    UnknownDocumentError,
                    lambda: store.get_document(DocumentId("A" * 26)),
                ),
                (
                    StatusChangeError,
                    lambda: store.void_reservation(document.id, "สมชาย", " ", NOW),
                ),
            )
            for kind, ask in refusals:
                with pytest.raises(RegisterError) as refused:
                    ask()
                assert type(refused.value) is kind
                assert "สมชาย" not in str(refused.value)
                assert "\n" not in str(refused.value)
