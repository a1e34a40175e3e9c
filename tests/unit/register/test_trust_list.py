# SPDX-License-Identifier: Apache-2.0
"""The trust list: every MUST of docs/spec/trust-list.md."""

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from register.claim import claim_kid
from register.document import AgencyId, Text
from register.envelope import open_jws, public_jwk, sign_jws
from register.errors import (
    TrustListError,
    TrustListTimeError,
)
from register.trust_list import (
    JWS_TYPE,
    Agency,
    ClaimKey,
    Period,
    PublicationKey,
    SealAnchor,
    TrustList,
    TypeEntry,
    check_trust_list_time,
    open_trust_list,
    sign_trust_list,
)
from register.trust_members import write_members
from tests.unit.register.formats_world import (
    CLAIM,
    FOREIGN_CLAIM,
    HEALTH,
    LICENCE,
    NOW,
    PUBLICATION,
    ROOT,
    STRANGER,
    agency,
    trust_list,
)

DAY = timedelta(days=1)


def signed(trust: TrustList) -> str:
    """Return the list, signed by the trust root."""
    return sign_trust_list(trust, kid=ROOT.kid, sign=ROOT.sign)


def opened(token: str, **changes: Any) -> TrustList:  # noqa: ANN401 - any argument
    """Open a list as the verifier does."""
    usual: dict[str, Any] = {"root_key": ROOT.public, "now": NOW}
    return open_trust_list(token, **(usual | changes))


def members() -> dict[str, Any]:
    """Return the payload of the usual list."""
    return open_jws(signed(trust_list()), typ=JWS_TYPE, keys={ROOT.kid: ROOT.public})


def with_agency(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    """Return the payload with other members in its first agency."""
    payload = members()
    payload["agencies"][0] |= changes
    return payload


def with_entry(kind: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    """Return the payload with other members in a first key, type or anchor."""
    payload = members()
    payload["agencies"][0][kind][0] |= changes
    return payload


def test_a_list_survives_its_signature() -> None:
    full = trust_list(
        agencies=(
            agency(
                claim_keys=(
                    ClaimKey(
                        key=CLAIM.public,
                        certificate=CLAIM.certificate,
                        period=Period(
                            not_before=NOW,
                            not_after=NOW + DAY,
                            compromised_from=NOW + DAY,
                        ),
                    ),
                ),
                publication_keys=(
                    PublicationKey(
                        key=PUBLICATION.public, certificate=PUBLICATION.certificate
                    ),
                ),
            ),
            HEALTH,
        )
    )
    assert opened(signed(full)) == full


def test_the_payload_has_the_members_of_the_page() -> None:
    payload = members()
    assert payload.keys() == {
        "v",
        "name",
        "seq",
        "iat",
        "exp",
        "agencies",
        "timestamp_anchors",
    }
    entry = payload["agencies"][0]
    assert entry["types"] == [
        {"id": "business_licence", "code": "BL01", "name": LICENCE.to_json()}
    ]
    key = entry["claim_keys"][0]
    assert key["kid"] == claim_kid(CLAIM.certificate).hex()
    assert key["jwk"] == {
        **public_jwk(CLAIM.public),
        "x5c": [base64.b64encode(CLAIM.certificate).decode()],
    }
    assert (key["not_after"], key["compromised_from"]) == (None, None)
    assert entry["publication_keys"][0]["kid"] == PUBLICATION.kid
    assert entry["seal_anchors"][0]["subject"] == {
        "organizationIdentifier": "GOVTH-TRADE"
    }


def test_only_the_pinned_root_counts() -> None:
    with pytest.raises(TrustListError):
        opened(signed(trust_list()), root_key=STRANGER.public)
    forged = sign_trust_list(trust_list(), kid=ROOT.kid, sign=STRANGER.sign)
    with pytest.raises(TrustListError):
        opened(forged)


def test_another_typ_is_refused() -> None:
    token = sign_jws(members(), typ="tra-record+jwt", kid=ROOT.kid, sign=ROOT.sign)
    with pytest.raises(TrustListError, match="typ"):
        opened(token)


def test_time_and_sequence_bound_a_list() -> None:
    trust = trust_list(seq=5)
    token = signed(trust)
    last = trust.exp - timedelta(seconds=1)
    assert opened(token, now=last, newest_seq=5).seq == 5
    ahead = trust.iat - timedelta(minutes=5)
    assert opened(token, now=ahead, newest_seq=4).seq == 5
    for changes in (
        {"now": trust.exp},
        {"now": ahead - timedelta(seconds=1)},
        {"newest_seq": 6},
    ):
        with pytest.raises(TrustListTimeError):
            opened(token, **changes)
    with pytest.raises(TrustListTimeError):
        check_trust_list_time(trust, now=trust.exp, newest_seq=None)


def test_what_a_list_says_of_officers_is_read_as_it_was_written() -> None:
    plain = agency()
    first, *others = plain.types
    changed = replace(
        plain,
        types=(replace(first, officer_versions=(2, 3)), *others),
        officer_anchors=plain.seal_anchors,
    )
    trust = trust_list(agencies=(changed, HEALTH))
    assert opened(signed(trust)) == trust
    assert "officer_anchors" not in write_members(trust_list())["agencies"][0]


def test_members_that_are_not_known_are_ignored() -> None:
    payload = with_agency(more=1) | {"more": 1}
    token = sign_jws(payload, typ=JWS_TYPE, kid=ROOT.kid, sign=ROOT.sign)
    assert opened(token) == trust_list()


STRANGERS_X5C = [base64.b64encode(STRANGER.certificate).decode()]

WRONG: dict[str, dict[str, Any]] = {
    "another version": members() | {"v": 3},
    "version 0": members() | {"v": 0},
    "no seal certificates": with_agency(seal_certificates=None),
    "no name": members() | {"name": None},
    "no seq": members() | {"seq": None},
    "seq 0": members() | {"seq": 0},
    "no exp": members() | {"exp": None},
    "agencies as an object": members() | {"agencies": {}},
    "an agency that is none": members() | {"agencies": [1]},
    "no anchors": members() | {"timestamp_anchors": None},
    "an anchor that is no certificate": members()
    | {"timestamp_anchors": [{"certificate": "AAAA"}]},
    "an anchor that is no base64": members()
    | {"timestamp_anchors": [{"certificate": "*"}]},
    "an anchor in another base64": members()
    | {"timestamp_anchors": [{"certificate": STRANGERS_X5C[0].rstrip("=") + "\n"}]},
    "an agency id in lower case": with_agency(id="trade"),
    "a domain with a path": with_agency(domain="trade.go.th/x"),
    "a domain in upper case": with_agency(domain="Trade.go.th"),
    "no claim keys": with_agency(claim_keys=None),
    "officer versions that are no numbers": with_entry("types", officer_versions=["1"]),
    "officer versions from 0": with_entry("types", officer_versions=[0]),
    "officer anchors that are no list": with_agency(officer_anchors={}),
    "a type id of another form": with_entry("types", id="Licence"),
    "a type code of another form": with_entry("types", code="licence"),
    "a type without name": with_entry("types", name={"th": "ก"}),
    "another kid of a claim key": with_entry("claim_keys", kid="00000000"),
    "a claim key without x5c": with_entry("claim_keys", jwk=public_jwk(CLAIM.public)),
    "x5c of another key": with_entry(
        "claim_keys",
        kid=claim_kid(STRANGER.certificate).hex(),
        jwk={**public_jwk(CLAIM.public), "x5c": STRANGERS_X5C},
    ),
    "an empty x5c": with_entry(
        "claim_keys", jwk={**public_jwk(CLAIM.public), "x5c": []}
    ),
    "x5c of junk": with_entry(
        "claim_keys", jwk={**public_jwk(CLAIM.public), "x5c": [7]}
    ),
    "another kid of a publication key": with_entry("publication_keys", kid=CLAIM.kid),
    "a key without jwk": with_entry("publication_keys", jwk=None),
    "a private key": with_entry(
        "publication_keys", jwk={**public_jwk(PUBLICATION.public), "d": "AAAA"}
    ),
    "a date as text": with_entry("publication_keys", not_before="2026-01-01"),
    "an anchor without subject": with_entry("seal_anchors", subject=None),
    "an anchor that asks for nothing": with_entry("seal_anchors", subject={}),
    "an anchor that asks for O only": with_entry("seal_anchors", subject={"O": "a"}),
    "an attribute without value": with_entry(
        "seal_anchors", subject={"organizationIdentifier": ""}
    ),
    "an attribute of a strange name": with_entry(
        "seal_anchors", subject={"organizationIdentifier": "a", "a b": "c"}
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_malformed_list_is_refused_though_well_signed(name: str) -> None:
    token = sign_jws(WRONG[name], typ=JWS_TYPE, kid=ROOT.kid, sign=ROOT.sign)
    with pytest.raises(TrustListError):
        opened(token)


def test_a_key_must_say_whether_it_is_compromised() -> None:
    payload = members()
    del payload["agencies"][0]["publication_keys"][0]["compromised_from"]
    token = sign_jws(payload, typ=JWS_TYPE, kid=ROOT.kid, sign=ROOT.sign)
    with pytest.raises(TrustListError, match="compromised_from"):
        opened(token)


LICENCE_TYPE = TypeEntry(id="business_licence", code="BL01", name=LICENCE)

CONTRADICTIONS: dict[str, tuple[Agency, ...]] = {
    "two agencies of one id": (agency(), replace(HEALTH, id=AgencyId("TRADE"))),
    "two types of one code": (
        agency(types=(LICENCE_TYPE, replace(LICENCE_TYPE, id="other"))),
    ),
    "two types of one id": (
        agency(types=(LICENCE_TYPE, replace(LICENCE_TYPE, code="BL02"))),
    ),
    "one claim key in two agencies": (
        agency(),
        replace(HEALTH, claim_keys=agency().claim_keys),
    ),
    "one organizationIdentifier in two agencies": (
        agency(),
        replace(HEALTH, seal_anchors=agency().seal_anchors),
    ),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_list_that_contradicts_itself_is_neither_signed_nor_taken(name: str) -> None:
    trust = trust_list(agencies=CONTRADICTIONS[name])
    with pytest.raises(TrustListError, match="twice"):
        signed(trust)
    payload = members()
    payload["agencies"] = write_members(trust)["agencies"]
    token = sign_jws(payload, typ=JWS_TYPE, kid=ROOT.kid, sign=ROOT.sign)
    with pytest.raises(TrustListError, match="twice"):
        opened(token)


def test_one_publication_key_may_serve_two_agencies() -> None:
    trust = trust_list(
        agencies=(agency(), replace(HEALTH, publication_keys=agency().publication_keys))
    )
    assert opened(signed(trust)) == trust


def test_one_agency_may_have_two_anchors() -> None:
    anchors = (
        *agency().seal_anchors,
        SealAnchor(
            certificate=CLAIM.certificate,
            subject={"organizationIdentifier": "GOVTH-TRADE", "O": "Example Trade"},
        ),
    )
    trust = trust_list(agencies=(agency(seal_anchors=anchors), HEALTH))
    assert opened(signed(trust)) == trust


@given(st.text(max_size=100))
def test_junk_is_never_more_than_a_wrong_list(token: str) -> None:
    with pytest.raises(TrustListError):
        opened(token)


def test_look_ups_find_what_is_there_and_nothing_else() -> None:
    trust = trust_list()
    kid = claim_kid(FOREIGN_CLAIM.certificate)
    assert trust.agency("HEALTH") == HEALTH
    assert trust.agency("NONE") is None
    assert [a.id for a, _ in trust.claim_keys_for(kid)] == ["HEALTH"]
    assert trust.claim_keys_for(b"none") == ()
    assert HEALTH.type_by_code("BL01") == HEALTH.type_by_id("business_licence")
    assert HEALTH.type_by_code("XX") is None
    assert HEALTH.type_by_id("other") is None


@pytest.mark.parametrize(
    ("period", "counts"),
    [
        (Period(), True),
        (Period(not_before=NOW), True),
        (Period(not_before=NOW + DAY), False),
        (Period(not_after=NOW), True),
        (Period(not_after=NOW - DAY), False),
        (Period(compromised_from=NOW + DAY), False),
        (Period(compromised_from=NOW - DAY), False),
    ],
    ids=str,
)
def test_a_publication_key_counts_within_its_dates_and_never_if_stolen(
    period: Period,
    counts: bool,  # noqa: FBT001 - a table of cases
) -> None:
    keys = (PublicationKey(key=PUBLICATION.public, period=period),)
    found = agency(publication_keys=keys).publication_keys_at(NOW)
    assert list(found) == ([PUBLICATION.kid] if counts else [])


def test_a_list_without_texts_is_not_signed() -> None:
    with pytest.raises(TrustListError, match="name"):
        signed(trust_list(name=Text(th="", en="")))
