# SPDX-License-Identifier: Apache-2.0
"""Keys are replaced and stopped while documents are issued and checked."""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from issuer.agencies import ALL_PERMISSIONS, Caller
from issuer.context import open_issuer
from issuer.draft import IssueRequest
from issuer.issue import issue_document
from keys.errors import KeyLabelError, KeyMissingError
from keys.lifecycle import generate_key, self_sign
from keys.signing import PUBLICATION, Algorithm, claim_label, seal_label
from keys.store import open_key_store
from register.document import AgencyId
from register.trust_list import Agency
from tests.world import World, run_world
from tra.clock import system_clock
from tra.errors import TraError
from tra.home import open_publication
from tra.rotation import Plan, rotate_key, stop_key

PLAN = Plan(algorithm=None, bits=2048, overlap=timedelta(days=1), external=False)
SEAL, CLAIM = seal_label("TRADE"), claim_label("TRADE")


@pytest.fixture
def own_world(tmp_path: Path) -> Iterator[World]:
    """An installation whose keys a test may replace."""
    with run_world(tmp_path) as made:
        yield made


def outcome(world: World, pdf: bytes) -> tuple[str, dict[str, str]]:
    """The verdict, and the checks that did not pass with their reasons."""
    report = world.verify(pdf)
    found = {c["id"]: c["reason"] for c in report["checks"] if c["result"] != "PASSED"}
    return report["outcome"], found


IN_FORCE: tuple[str, dict[str, str]] = ("in_force", {})


def seal_serial(world: World, pdf: bytes) -> str:
    serial: str = world.verify(pdf)["signature"]["certificate"]["serial"]
    return serial


def issue_with_a_new_issuer(world: World) -> bytes:
    """Issue a document as a restarted issuer does, which opens its keys anew."""
    keys = open_key_store(world.home.keys)
    issuer = open_issuer(world.home.issuer, keys, clock=system_clock)
    caller = Caller(
        actor="test:keys", agency_id=AgencyId("TRADE"), permissions=ALL_PERMISSIONS
    )
    request = IssueRequest(
        type_id="business_licence",
        data=world.sample(),
        idempotency_key=secrets.token_hex(8),
    )
    document = issue_document(issuer, caller, request, system_clock())
    issuer.close()
    return world.pdf(document.id)


def listed(world: World, agency: str = "TRADE") -> Agency:
    """The agency on the published trust list."""
    publication = open_publication(world.home.verifier)
    found = publication.trust_list(system_clock()).agency(agency)
    assert found is not None
    return found


def test_documents_outlive_the_keys_they_were_made_with(own_world: World) -> None:
    world = own_world
    before = world.pdf(world.issue()["id"])
    assert outcome(world, before) == IN_FORCE
    for label in (SEAL, CLAIM, PUBLICATION):
        done = rotate_key(world.home, label, PLAN, system_clock())
        assert (done.successor.name, done.undone) == (f"{label}.2", ())
    # The server that runs takes up the new keys with the next document.
    between = world.pdf(world.issue()["id"])
    after = issue_with_a_new_issuer(world)
    for pdf in (before, between, after):
        assert outcome(world, pdf) == IN_FORCE
    assert seal_serial(world, before) != seal_serial(world, between)
    assert seal_serial(world, between) == seal_serial(world, after)


def test_the_trust_list_keeps_the_old_key_and_gives_it_an_end(
    own_world: World,
) -> None:
    world = own_world
    now = system_clock()
    for label in (CLAIM, PUBLICATION, SEAL):
        rotate_key(world.home, label, PLAN, now)
    agency = listed(world)
    for old, new in (agency.claim_keys, agency.publication_keys):
        assert old.key != new.key
        assert old.period.not_after == now + PLAN.overlap
        assert new.period.not_after is not None
        assert new.period.not_after > now + timedelta(days=1000)
    # Both seals are below one CA and of one owner: that stays as it was.
    [anchor] = agency.seal_anchors
    assert (anchor.period.not_after, anchor.period.compromised_from) == (None, None)
    [other] = listed(world, "LABOUR").claim_keys
    assert other.period.compromised_from is None


def test_a_stolen_claim_key_signs_no_more_until_it_is_replaced(
    own_world: World,
) -> None:
    world = own_world
    before = world.pdf(world.issue()["id"])
    body = {"type": "business_licence", "data": world.sample()}
    since = system_clock() - timedelta(days=3)

    done = stop_key(world.home, CLAIM, since=since, now=system_clock())

    assert (done.revoked, done.listed, done.undone) == (True, True, ())
    [key] = listed(world).claim_keys
    assert key.period.compromised_from == since
    refused = world.post("/documents", body, key="stopped")
    assert refused.status_code == 503, refused.text
    assert refused.json()["type"].endswith("key-unavailable")
    assert world.issue(token=world.token("LABOUR"))["status"] == "valid"
    # A claim has no trusted time: it counts because the register says the same.
    report = world.verify(before)
    assert report["outcome"] == "in_force"
    assert [note["id"] for note in report["notes"]] == ["claim_confirmed"]

    rotate_key(world.home, CLAIM, PLAN, system_clock())

    finished = world.post("/documents", body, key="stopped")
    assert finished.status_code == 201, finished.text
    assert outcome(world, world.pdf(finished.json()["id"])) == IN_FORCE


def test_a_stolen_seal_key_seals_nothing_more(own_world: World) -> None:
    world = own_world
    before = world.pdf(world.issue()["id"])
    body = {"type": "business_licence", "data": world.sample()}
    now = system_clock() + timedelta(seconds=2)
    done = stop_key(world.home, SEAL, since=now, now=now)
    assert done.revoked
    assert world.post("/documents", body, key="stopped").status_code == 503
    report = world.verify(before)  # its time stamp is older
    assert report["outcome"] == "in_force"
    assert [note["id"] for note in report["notes"]] == ["sealed_before_theft"]
    agency = listed(world)
    assert [s.period.compromised_from for s in agency.seal_certificates] == [now]
    # The CA goes on: what is said is said of the one key.
    assert [a.period.compromised_from for a in agency.seal_anchors] == [None]
    rotate_key(world.home, SEAL, PLAN, system_clock())
    after = issue_with_a_new_issuer(world)
    assert outcome(world, after) == IN_FORCE


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("seal-NOBODY", KeyMissingError),
        ("seal-TRADE.7", KeyMissingError),
        ("seal-TRADE.0", KeyLabelError),
        ("seal-TRADE.01", KeyLabelError),
        ("root-ca", KeyLabelError),
        ("junk", KeyLabelError),
    ],
)
def test_only_a_key_there_is_can_be_stopped(
    world: World, name: str, error: type[Exception]
) -> None:
    now = system_clock()
    with pytest.raises(error):
        stop_key(world.home, name, since=now, now=now)


def test_a_theft_is_not_announced(world: World) -> None:
    now = system_clock()
    with pytest.raises(TraError, match="is yet to come"):
        stop_key(world.home, SEAL, since=now + timedelta(hours=1), now=now)


def test_without_the_trust_root_no_unlisted_key_takes_over(own_world: World) -> None:
    world = own_world
    root = world.folder / "trust-root" / "trust-root.key.pem"
    elsewhere = world.folder / "off-the-machine"
    root.rename(elsewhere)
    for _ in range(2):  # a second run makes no second key
        with pytest.raises(TraError, match=r"must name key claim-TRADE\.2 before"):
            rotate_key(world.home, CLAIM, PLAN, system_clock())
    assert outcome(world, world.pdf(world.issue()["id"])) == IN_FORCE
    elsewhere.rename(root)
    done = rotate_key(world.home, CLAIM, PLAN, system_clock())
    assert done.successor.name == "claim-TRADE.2"
    assert outcome(world, world.pdf(world.issue()["id"])) == IN_FORCE


def test_a_key_that_certified_itself_is_replaced_in_one_step(own_world: World) -> None:
    world = own_world
    keys, now = open_key_store(world.home.keys), system_clock()
    generate_key(keys, CLAIM, Algorithm.ES256, bits=0, now=now)
    self_sign(keys, CLAIM, keys.load_certificate(CLAIM).subject, now)
    for number in (2, 3):
        done = rotate_key(world.home, CLAIM, PLAN, system_clock())
        assert (done.successor.name, done.request) == (f"claim-TRADE.{number}", None)
        assert outcome(world, world.pdf(world.issue()["id"])) == IN_FORCE
