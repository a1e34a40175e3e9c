# SPDX-License-Identifier: Apache-2.0
"""What may change from one trust list to the next, and what never may."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from register.document import Text
from register.errors import TrustListError
from register.trust_changes import check_succession, list_changes, merge_agencies
from register.trust_list import Agency, Period, SealCertificate, TrustList, TypeEntry
from tests.unit.register.formats_world import (
    CLAIM,
    FOREIGN_CLAIM,
    HEALTH,
    LICENCE,
    NOW,
    agency,
    trust_list,
)

DAY = timedelta(days=1)
SEAL = SealCertificate(certificate=CLAIM.certificate)
FULL = agency(seal_certificates=(SEAL,))
OLD = trust_list(agencies=(FULL, HEALTH))


def following(*agencies: Agency, **changes: Any) -> TrustList:  # noqa: ANN401 - any member
    """Return a list that comes after the old one."""
    usual: dict[str, Any] = {"seq": OLD.seq + 1, "agencies": agencies or OLD.agencies}
    return replace(OLD, **(usual | changes))


def dated(part: str, **period: datetime) -> Agency:
    """Return the agency with another period of its first key or anchor."""
    first, *others = getattr(FULL, part)
    changed = replace(first, period=replace(first.period, **period))
    return with_part(part, (changed, *others))


def with_part(part: str, entries: tuple[Any, ...]) -> Agency:
    """Return the agency with other entries in one of its parts."""
    changes: dict[str, Any] = {part: entries}
    return replace(FULL, **changes)


PARTS = ("claim_keys", "publication_keys", "seal_anchors", "seal_certificates")


@pytest.mark.parametrize("part", [*PARTS, "types"])
def test_nothing_that_was_named_is_taken_off(part: str) -> None:
    new = following(with_part(part, ()), HEALTH)
    assert [c.kind for c in list_changes(OLD, new)] == ["taken off"]
    with pytest.raises(TrustListError, match="is taken off"):
        check_succession(OLD, new)


def test_no_agency_or_authority_is_taken_off() -> None:
    for new in (following(FULL), following(timestamp_anchors=())):
        with pytest.raises(TrustListError, match="is taken off"):
            check_succession(OLD, new)


def test_a_type_keeps_its_code() -> None:
    renamed = TypeEntry(id="business_licence", code="BL02", name=LICENCE)
    with pytest.raises(TrustListError, match=r"type business_licence \(BL01\)"):
        check_succession(OLD, following(replace(FULL, types=(renamed,)), HEALTH))


@pytest.mark.parametrize("part", PARTS)
def test_a_theft_is_never_taken_back_or_made_later(part: str) -> None:
    stolen = replace(OLD, agencies=(dated(part, compromised_from=NOW), HEALTH))
    check_succession(OLD, replace(stolen, seq=9))
    earlier = following(dated(part, compromised_from=NOW - DAY), HEALTH)
    check_succession(stolen, earlier)
    assert [c.kind for c in list_changes(stolen, earlier)] == ["compromised"]
    for new in (
        following(),
        following(dated(part, compromised_from=NOW + DAY), HEALTH),
    ):
        with pytest.raises(TrustListError, match="is cleared"):
            check_succession(stolen, new)


KEYS = ("claim_keys", "publication_keys", "seal_certificates")


@pytest.mark.parametrize("part", KEYS)
def test_a_retired_key_never_counts_again_or_for_longer(part: str) -> None:
    period = {"not_before": NOW, "not_after": NOW + DAY}
    retired = replace(OLD, agencies=(dated(part, **period), HEALTH))
    for later in ({"not_after": NOW + 2 * DAY}, {"not_before": NOW - DAY}):
        longer = dated(part, **(period | later))
        new = following(longer, HEALTH)
        assert [c.kind for c in list_changes(retired, new)] == ["prolonged"]
        with pytest.raises(TrustListError, match="is prolonged"):
            check_succession(retired, new)
        # What register and keys say of it does not make it so either.
        merged = merge_agencies(retired.agencies, (longer,))
        check_succession(retired, following(*merged))
        assert merged == retired.agencies
    shorter = dated(part, not_before=NOW + DAY / 4, not_after=NOW + DAY / 2)
    check_succession(retired, following(shorter, HEALTH))


def test_a_ca_may_have_seals_below_it_again() -> None:
    ended = replace(OLD, agencies=(dated("seal_anchors", not_after=NOW), HEALTH))
    check_succession(ended, following())
    assert [c.kind for c in list_changes(ended, following())] == ["changed"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"seq": OLD.seq}, "above 5"),
        ({"seq": OLD.seq - 1}, "above 5"),
    ],
)
def test_a_list_is_newer_than_the_one_before(
    changes: dict[str, Any], expected: str
) -> None:
    with pytest.raises(TrustListError, match=expected):
        check_succession(OLD, following(**changes))


def test_the_first_list_follows_none() -> None:
    check_succession(None, OLD)
    assert {c.kind for c in list_changes(None, OLD)} == {"added"}


def test_changes_are_told_in_words() -> None:
    other = SealCertificate(certificate=FOREIGN_CLAIM.certificate)
    changed = replace(
        dated("claim_keys", not_after=NOW + DAY),
        domain="new.example.go.th",
        seal_certificates=(replace(SEAL, period=Period(compromised_from=NOW)), other),
    )
    said = {
        (c.kind.value, c.agency, c.what.split(" ")[0])
        for c in list_changes(OLD, following(changed, HEALTH))
    }
    assert said == {
        ("added", "TRADE", "seal"),
        ("compromised", "TRADE", "seal"),
        ("retired", "TRADE", "claim"),
        ("changed", "TRADE", "agency"),
    }
    assert list_changes(OLD, following()) == ()


def test_what_an_installation_does_not_know_stays_on_the_list() -> None:
    """The list of two houses, made anew in one of them."""
    mine = replace(
        dated("claim_keys", not_after=NOW + DAY),
        types=(),
        name=Text(th="ชื่อใหม่", en="New name"),
    )
    merged = merge_agencies((FULL, HEALTH), (mine,))
    check_succession(OLD, following(*merged))
    [trade, health] = merged
    assert health == HEALTH
    assert (trade.types, trade.name.en) == (FULL.types, "New name")
    assert trade.claim_keys == mine.claim_keys


def ended(moment: datetime | None) -> Agency:
    return dated("seal_certificates", not_after=moment) if moment else FULL


@pytest.mark.parametrize(
    "order", [lambda a, b: (a, b), lambda a, b: (b, a)], ids=["old", "new"]
)
def test_an_end_that_was_set_stays(
    order: Callable[[Agency, Agency], tuple[Agency, Agency]],
) -> None:
    old, new = order(ended(NOW), ended(None))
    [merged] = merge_agencies((old,), (new,))
    assert merged.seal_certificates[0].period.not_after == NOW


def test_a_type_never_ceases_to_ask_for_an_officer_in_a_version() -> None:
    first, *others = FULL.types

    def signed_in(*versions: int) -> Agency:
        return with_part("types", (replace(first, officer_versions=versions), *others))

    old = following(signed_in(1, 2), HEALTH)
    new = replace(following(signed_in(2), HEALTH), seq=old.seq + 1)
    with pytest.raises(TrustListError, match="version 1 of"):
        check_succession(old, new)
    merged = merge_agencies([signed_in(1)], [signed_in(3)])
    assert merged[0].types[0].officer_versions == (1, 3)


def test_cas_of_officers_are_never_taken_off() -> None:
    anchors = FULL.seal_anchors
    old = following(with_part("officer_anchors", anchors), HEALTH)
    with pytest.raises(TrustListError, match="CA of the officers"):
        check_succession(old, replace(following(FULL, HEALTH), seq=old.seq + 1))
    merged = merge_agencies(old.agencies, [FULL])
    assert merged[0].officer_anchors == anchors
