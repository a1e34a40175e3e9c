# SPDX-License-Identifier: Apache-2.0
"""Revocation and CRLs, judged by `openssl crl` and `openssl verify`."""

from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from asn1crypto import crl
from cryptography import x509

from keys.ceremony import AgencyNames, add_agency
from keys.errors import AlreadyRevokedError, UnknownCertificateError
from keys.revocation import (
    CrlPublisher,
    RevocationReason,
    crl_as_pem,
    revoke_certificate,
)
from keys.signing import ISSUING_CA, PUBLICATION, ROOT_CA, KeyLabel, seal_label
from tests.unit.keys.pki import RunOpenssl, World

SEAL = seal_label("TRADE")
COMPROMISED = RevocationReason.KEY_COMPROMISE


def _fetch(world: World, label: KeyLabel) -> bytes:
    answer = httpx.get(f"{world.url}/crl/{label}.crl")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pkix-crl"
    return answer.content


def _revoked_at(der: bytes) -> dict[int, datetime]:
    return {
        entry.serial_number: entry.revocation_date_utc
        for entry in x509.load_der_x509_crl(der)
    }


def _verify_chain(
    openssl: RunOpenssl, world: World, folder: Path, label: KeyLabel
) -> str:
    crls = folder / "all.crl.pem"
    crls.write_bytes(
        crl_as_pem(_fetch(world, ISSUING_CA)) + crl_as_pem(_fetch(world, ROOT_CA))
    )
    done = openssl(
        "verify",
        *("-crl_check_all", "-CRLfile", crls),
        *("-CAfile", world.certificate("root-ca")),
        *("-untrusted", world.certificate("issuing-ca")),
        world.certificate(label),
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("label", [ISSUING_CA, ROOT_CA])
def test_openssl_accepts_the_crl(
    world: World, openssl: RunOpenssl, tmp_path: Path, label: KeyLabel
) -> None:
    file = tmp_path / "a.crl"
    file.write_bytes(_fetch(world, label))
    done = openssl(
        "crl",
        *("-in", file, "-inform", "DER", "-noout", "-text", "-verify"),
        *("-CAfile", world.certificate(label)),
    )
    assert "verify OK" in done.stderr
    assert "No Revoked Certificates" in done.stdout
    assert "X509v3 CRL Number" in done.stdout
    assert "X509v3 Authority Key Identifier" in done.stdout


def test_the_crl_is_der(served_world: World, now: datetime) -> None:
    store = served_world.store
    revoke_certificate(store, SEAL, reason=COMPROMISED, now=now)
    der = _fetch(served_world, ISSUING_CA)
    assert crl.CertificateList.load(der, strict=True).dump(force=True) == der


def test_openssl_refuses_a_chain_once_the_seal_is_revoked(
    served_world: World, openssl: RunOpenssl, tmp_path: Path, now: datetime
) -> None:
    before = _verify_chain(openssl, served_world, tmp_path, SEAL)
    assert before.endswith(": OK\n")

    revoke_certificate(served_world.store, SEAL, reason=COMPROMISED, now=now)

    after = _verify_chain(openssl, served_world, tmp_path, SEAL)
    assert "certificate revoked" in after
    assert _verify_chain(openssl, served_world, tmp_path, PUBLICATION).endswith("OK\n")


def test_openssl_refuses_a_chain_once_the_issuing_ca_is_revoked(
    served_world: World, openssl: RunOpenssl, tmp_path: Path, now: datetime
) -> None:
    reason = RevocationReason.CA_COMPROMISE
    revoke_certificate(served_world.store, ISSUING_CA, reason=reason, now=now)
    assert _revoked_at(_fetch(served_world, ISSUING_CA)) == {}
    assert "certificate revoked" in _verify_chain(openssl, served_world, tmp_path, SEAL)


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        (RevocationReason.KEY_COMPROMISE, "Key Compromise"),
        (RevocationReason.CA_COMPROMISE, "CA Compromise"),
        (RevocationReason.AFFILIATION_CHANGED, "Affiliation Changed"),
        (RevocationReason.SUPERSEDED, "Superseded"),
        (RevocationReason.CESSATION_OF_OPERATION, "Cessation Of Operation"),
        (RevocationReason.PRIVILEGE_WITHDRAWN, "Privilege Withdrawn"),
    ],
)
def test_the_crl_says_who_was_revoked_when_and_why(
    served_world: World,
    openssl: RunOpenssl,
    tmp_path: Path,
    now: datetime,
    reason: RevocationReason,
    shown: str,
) -> None:
    revocation = revoke_certificate(served_world.store, SEAL, reason=reason, now=now)
    der = _fetch(served_world, ISSUING_CA)
    assert _revoked_at(der) == {revocation.serial: now}
    file = tmp_path / "a.crl"
    file.write_bytes(der)
    text = openssl("crl", "-in", file, "-inform", "DER", "-noout", "-text").stdout
    assert shown in text
    assert f"{revocation.serial:X}" in text


def test_a_revocation_without_reason_names_none(
    own_world: World, now: datetime
) -> None:
    reason = RevocationReason.UNSPECIFIED
    store = own_world.store
    revocation = revoke_certificate(store, SEAL, reason=reason, now=now)
    publisher = CrlPublisher(store.load_signer(ISSUING_CA), store)
    read = x509.load_der_x509_crl(publisher.current_crl(now))
    entry = read.get_revoked_certificate_by_serial_number(revocation.serial)
    assert entry is not None
    assert list(entry.extensions) == []


def test_a_certificate_can_be_revoked_by_its_serial_number(
    own_world: World, now: datetime
) -> None:
    store = own_world.store
    serial = store.load_certificate(SEAL).serial_number
    revocation = revoke_certificate(store, serial, reason=COMPROMISED, now=now)
    assert revocation.serial == serial
    assert set(own_world.store.index.read().revoked) == {serial}


def test_a_second_revocation_is_refused_and_the_first_stands(
    own_world: World, now: datetime
) -> None:
    store = own_world.store
    revoke_certificate(store, SEAL, reason=COMPROMISED, now=now)
    with pytest.raises(AlreadyRevokedError, match=r"was revoked on .*key_compromise"):
        revoke_certificate(
            store,
            SEAL,
            reason=RevocationReason.SUPERSEDED,
            now=now + timedelta(seconds=1),
        )
    (entry,) = store.index.read().revoked.values()
    assert (entry.reason, entry.at) == ("key_compromise", now)


@pytest.mark.parametrize("target", [12345, seal_label("NOBODY")])
def test_what_was_never_issued_cannot_be_revoked(
    own_world: World, now: datetime, target: int | KeyLabel
) -> None:
    with pytest.raises(UnknownCertificateError):
        revoke_certificate(own_world.store, target, reason=COMPROMISED, now=now)
    assert own_world.store.index.read().revoked == {}


def test_every_process_gives_the_same_crl_until_something_changes(
    own_world: World, now: datetime
) -> None:
    start = now.replace(minute=0, second=0)
    given = []
    for seconds in (0, 599, 600):
        store = own_world.store  # opened anew, as another process would
        publisher = CrlPublisher(store.load_signer(ISSUING_CA), store)
        moment = start + timedelta(days=1, seconds=seconds)
        given.append(publisher.current_crl(moment))
    assert given[0] == given[1] != given[2]


def test_crl_numbers_grow_and_updates_never_lie_in_the_future(
    own_world: World, now: datetime
) -> None:
    store = own_world.store
    publisher = CrlPublisher(store.load_signer(ISSUING_CA), store)
    numbers = []
    moment = now
    for label in (SEAL, PUBLICATION, None, None):
        if label is not None:
            revoke_certificate(store, label, reason=COMPROMISED, now=moment)
        read = x509.load_der_x509_crl(publisher.current_crl(moment))
        number = read.extensions.get_extension_for_class(x509.CRLNumber).value
        numbers.append(number.crl_number)
        assert read.last_update_utc <= moment
        assert read.next_update_utc is not None
        assert read.next_update_utc > moment + timedelta(days=6)
        moment += timedelta(minutes=10) if label is None else timedelta(0)
    assert numbers[0] < numbers[1] == numbers[2] < numbers[3]


def test_revocations_of_expired_certificates_stay_on_the_crl(
    own_world: World, now: datetime
) -> None:
    store = own_world.store
    revocation = revoke_certificate(store, SEAL, reason=COMPROMISED, now=now)
    publisher = CrlPublisher(store.load_signer(ISSUING_CA), store)
    der = publisher.current_crl(now + timedelta(days=5 * 365))
    assert revocation.serial in _revoked_at(der)
    kept = x509.load_der_x509_crl(der).extensions.get_extension_for_oid(
        x509.ObjectIdentifier("2.5.29.60")
    )
    assert not kept.critical


def test_a_new_certificate_makes_a_new_crl(own_world: World, now: datetime) -> None:
    # A list from before a certificate says nothing of it (EN 319 102-1 §5.2.5).
    store = own_world.store
    publisher = CrlPublisher(store.load_signer(ISSUING_CA), store)
    start = now.replace(minute=0, second=0) + timedelta(days=1)
    publisher.current_crl(start)
    certified = start + timedelta(minutes=5)
    names = AgencyNames(id="LABOUR", th="กรมแรงงาน", en="Labour")
    add_agency(own_world.settings, agency=names, now=certified)

    der = publisher.current_crl(start + timedelta(minutes=6))

    assert x509.load_der_x509_crl(der).last_update_utc == certified
