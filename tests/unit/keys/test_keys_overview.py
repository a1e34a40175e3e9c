# SPDX-License-Identifier: Apache-2.0
"""What a list of keys says, and from when on it warns."""

from datetime import datetime, timedelta

from keys.inventory import KeyEntry
from keys.lifecycle import generate_key, self_sign
from keys.overview import KeyState, list_keys, list_warnings
from keys.revocation import RevocationReason, revoke_certificate
from keys.signing import Algorithm, claim_label, seal_label
from keys.store import KeyStore
from tests.unit.keys.pki import World

SEAL, CLAIM = seal_label("TRADE"), claim_label("TRADE")


def states(store: KeyStore, now: datetime) -> dict[str, KeyState]:
    return {key.name: key.state for key in list_keys(store, now)}


def test_a_key_is_described_without_being_opened(world: World, now: datetime) -> None:
    world_without_keys = KeyStore(world.folder, None, world.settings.env)
    [seal] = [key for key in list_keys(world_without_keys, now) if key.name == SEAL]
    assert (seal.kind, seal.place, seal.state) == ("seal", "file", KeyState.SIGNS)
    assert seal.holder == "กรมการค้าตัวอย่าง"
    assert seal.subject is not None
    assert "organizationIdentifier=GOVTH-TRADE" in seal.subject
    assert seal.issued_by == "Tra Development Issuing CA"
    assert seal.days_left in {1093, 1094, 1095}
    assert seal.warning is None
    kinds = {key.name: key.kind for key in list_keys(world_without_keys, now)}
    assert kinds["root-ca"] == "ca"
    assert kinds["publication"] == "publication"


def test_it_warns_from_sixty_days_before_the_end(world: World) -> None:
    store = world.store
    end = store.load_certificate(SEAL).not_valid_after_utc

    def said(before: timedelta) -> str | None:
        [seal] = [key for key in list_keys(store, end - before) if key.name == SEAL]
        return seal.warning

    assert said(timedelta(days=60)) is None
    assert said(timedelta(days=60, seconds=-1)) == (
        "the certificate of seal-TRADE ends in 59 days: `tra keys rotate seal-TRADE`"
    )
    assert "ends in 0 days" in (said(timedelta(seconds=1)) or "")
    assert "has expired" in (said(timedelta(seconds=-1)) or "")
    assert any("seal-TRADE" in line for line in list_warnings(store, end))


def test_every_state_has_its_word(own_world: World, now: datetime) -> None:
    store = own_world.store
    assert states(store, now)[CLAIM] is KeyState.SIGNS
    generate_key(store, CLAIM, Algorithm.ES256, bits=0, now=now)
    assert states(store, now)["claim-TRADE.2"] is KeyState.WAITS
    self_sign(store, CLAIM, store.load_certificate(CLAIM).subject, now)
    assert states(store, now)["claim-TRADE.2"] is KeyState.NEXT
    old, new = store.list_entries(CLAIM)
    store.inventory.replace(old, new, now=now, until=now)
    assert states(store, now)["claim-TRADE.2"] is KeyState.SIGNS
    assert states(store, now)[CLAIM] is KeyState.RETIRED
    revoke_certificate(store, SEAL, reason=RevocationReason.SUPERSEDED, now=now)
    assert states(store, now)[SEAL] is KeyState.REVOKED
    store.inventory.stop(KeyEntry(label=SEAL, generation=1), now)
    assert states(store, now)[SEAL] is KeyState.COMPROMISED
    [warning] = list_warnings(store, now)
    assert warning == (
        "seal-TRADE is compromised and signs nothing: `tra keys rotate seal-TRADE`"
    )


def test_a_key_with_a_successor_is_not_warned_of(
    own_world: World, now: datetime
) -> None:
    store = own_world.store
    end = store.load_certificate(CLAIM).not_valid_after_utc
    later = end - timedelta(days=30)
    generate_key(store, CLAIM, Algorithm.ES256, bits=0, now=now)
    self_sign(store, CLAIM, store.load_certificate(CLAIM).subject, later)
    assert any("claim-TRADE ends" in line for line in list_warnings(store, later))
    old, new = store.list_entries(CLAIM)
    store.inventory.replace(old, new, now=later, until=later)
    assert not any("claim-TRADE" in line for line in list_warnings(store, later))
