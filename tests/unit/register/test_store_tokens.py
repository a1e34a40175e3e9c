# SPDX-License-Identifier: Apache-2.0
"""API tokens: shown once, bound to an agency, over when they say so."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from register.document import AgencyId
from register.errors import TokenError, UnknownAgencyError
from register.store import EventAction
from tests.unit.register.store_world import HEALTH, NOW, TRADE, open_register

ACTIONS = frozenset({"issue", "revoke"})
TYPES = frozenset({"business_licence"})
HOUR = timedelta(hours=1)


def test_token_stands_for_its_agency_types_and_actions(database_url: str) -> None:
    with open_register(database_url) as store:
        plain, made = store.create_token(
            TRADE, "counter 1", TYPES, ACTIONS, NOW + HOUR, NOW
        )
        assert plain.startswith("tra_")
        found = store.check_token(plain, NOW)
        assert found == made
        assert (found.agency_id, found.types, found.actions) == (TRADE, TYPES, ACTIONS)
        assert store.list_tokens(TRADE) == (made,)
        assert store.list_tokens(HEALTH) == ()
        unlimited, _ = store.create_token(TRADE, "all", None, ACTIONS, None, NOW)
        assert store.check_token(unlimited, NOW).types is None


def test_token_text_is_nowhere_in_the_database(database_url: str) -> None:
    with open_register(database_url) as store:
        plain, _ = store.create_token(TRADE, "n", None, ACTIONS, None, NOW)
        with store._read() as session:
            rows = session.execute(text("SELECT * FROM token")).all()
        assert plain.removeprefix("tra_") not in repr((rows, store.events()))


@pytest.mark.parametrize("wrong", ["", "tra_", "tra_x", "ตรา", "\ud800", "x" * 10_000])
def test_unknown_token_is_refused(database_url: str, wrong: str) -> None:
    with open_register(database_url) as store:
        with pytest.raises(TokenError) as refused:
            store.check_token(wrong, NOW)
        assert refused.value.reason == "unknown"


def test_token_ends_at_its_expiry(database_url: str) -> None:
    with open_register(database_url) as store:
        plain, _ = store.create_token(TRADE, "n", None, ACTIONS, NOW + HOUR, NOW)
        store.check_token(plain, NOW + HOUR - timedelta(seconds=1))
        with pytest.raises(TokenError) as refused:
            store.check_token(plain, NOW + HOUR)
        assert refused.value.reason == "expired"


def test_revoked_token_is_refused_for_ever(database_url: str) -> None:
    with open_register(database_url) as store:
        plain, made = store.create_token(TRADE, "n", None, ACTIONS, None, NOW)
        with pytest.raises(TokenError):
            store.revoke_token(made.id, NOW, HEALTH)
        store.check_token(plain, NOW)
        revoked = store.revoke_token(made.id, NOW, TRADE)
        assert store.revoke_token(made.id, NOW + HOUR) == revoked
        with pytest.raises(TokenError) as refused:
            store.check_token(plain, NOW)
        assert refused.value.reason == "revoked"
        assert [each.action for each in store.events(agency_id=TRADE)][1:] == [
            EventAction.TOKEN_CREATED,
            EventAction.TOKEN_REVOKED,
        ]


def test_token_needs_a_known_agency(database_url: str) -> None:
    with open_register(database_url) as store, pytest.raises(UnknownAgencyError):
        store.create_token(AgencyId("NOBODY"), "n", None, ACTIONS, None, NOW)
