# SPDX-License-Identifier: Apache-2.0
"""The certificates of the development PKI, judged by `openssl`."""

from datetime import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from keys.ceremony import AgencyNames, add_agency
from keys.certificates import build_seal_name
from keys.errors import AgencyNameError
from keys.profiles import CERTIFICATE_POLICY, DOCUMENT_SIGNING
from keys.signing import (
    ISSUING_CA,
    OCSP,
    PUBLICATION,
    ROOT_CA,
    TSA,
    Algorithm,
    KeyLabel,
    claim_label,
    seal_label,
)
from tests.unit.keys.pki import AGENCY, RunOpenssl, World

SEAL, CLAIM = seal_label("TRADE"), claim_label("TRADE")
POLICY = CERTIFICATE_POLICY.dotted_string
LEAVES = [SEAL, CLAIM, PUBLICATION, TSA, OCSP]


def _purposes(openssl: RunOpenssl, world: World, label: str) -> set[str]:
    shown = openssl("x509", "-in", world.certificate(label), "-noout", "-purpose")
    return {
        line.removesuffix(" : Yes")
        for line in shown.stdout.splitlines()
        if line.endswith(" : Yes") and " CA " not in line
    }


def _subject(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> list[object]:
    return [part.value for part in certificate.subject.get_attributes_for_oid(oid)]


@pytest.mark.parametrize("label", LEAVES)
def test_openssl_builds_the_chain_to_the_root(
    world: World, openssl: RunOpenssl, label: KeyLabel
) -> None:
    done = openssl(
        "verify",
        *("-x509_strict", "-check_ss_sig"),
        *("-policy_check", "-explicit_policy", "-policy", POLICY),
        *("-CAfile", world.certificate("root-ca")),
        *("-untrusted", world.certificate("issuing-ca")),
        world.certificate(label),
    )
    assert done.stdout.endswith(": OK\n"), done.stderr


@pytest.mark.parametrize(
    ("label", "purposes"),
    [
        (SEAL, {"S/MIME signing", "Any Purpose", "OCSP helper"}),
        (CLAIM, {"Any Purpose", "OCSP helper"}),
        (PUBLICATION, {"Any Purpose", "OCSP helper"}),
        (TSA, {"Any Purpose", "OCSP helper", "Time Stamp signing"}),
        (OCSP, {"Any Purpose", "OCSP helper"}),
    ],
)
def test_each_certificate_is_for_its_own_job(
    world: World, openssl: RunOpenssl, label: KeyLabel, purposes: set[str]
) -> None:
    # openssl says yes to the last two of every certificate.
    assert _purposes(openssl, world, label) == purposes


def test_the_seal_says_what_readers_ask_for(world: World) -> None:
    seal = world.store.load_certificate(SEAL)
    usage = seal.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert usage.value.content_commitment
    purposes = seal.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert list(purposes.value) == [
        DOCUMENT_SIGNING,
        ExtendedKeyUsageOID.EMAIL_PROTECTION,
    ]
    assert not purposes.critical


def test_the_seal_names_the_agency(world: World) -> None:
    seal = world.store.load_certificate(SEAL)
    assert _subject(seal, NameOID.COUNTRY_NAME) == ["TH"]
    assert _subject(seal, NameOID.ORGANIZATION_NAME) == [AGENCY.en]
    assert _subject(seal, NameOID.ORGANIZATION_IDENTIFIER) == ["GOVTH-TRADE"]
    assert _subject(seal, NameOID.COMMON_NAME) == [AGENCY.th]


@pytest.mark.parametrize("label", [CLAIM, PUBLICATION, TSA, OCSP])
def test_no_other_certificate_can_pass_for_a_seal(
    world: World, label: KeyLabel
) -> None:
    certificate = world.store.load_certificate(label)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert _subject(certificate, NameOID.ORGANIZATION_IDENTIFIER) == []
    assert not usage.content_commitment
    assert DOCUMENT_SIGNING not in purposes.value
    assert ExtendedKeyUsageOID.EMAIL_PROTECTION not in purposes.value


def test_the_time_stamping_purpose_is_critical_and_alone(world: World) -> None:
    certificate = world.store.load_certificate(TSA)
    purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert purposes.critical
    assert list(purposes.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


@pytest.mark.parametrize("label", [SEAL, CLAIM, PUBLICATION, TSA])
def test_certificates_say_where_their_status_is(world: World, label: KeyLabel) -> None:
    extensions = world.store.load_certificate(label).extensions
    points = extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    places = extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert points[0].full_name is not None
    assert [name.value for name in points[0].full_name] == [
        f"{world.url}/crl/issuing-ca.crl"
    ]
    assert [place.access_location.value for place in places] == [
        f"{world.url}/ocsp",
        f"{world.url}/certs/issuing-ca.crt",
    ]


def test_the_issuing_ca_points_to_the_crl_of_the_root(world: World) -> None:
    extensions = world.store.load_certificate(ISSUING_CA).extensions
    points = extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert points[0].full_name is not None
    assert points[0].full_name[0].value == f"{world.url}/crl/root-ca.crl"
    limits = extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (limits.ca, limits.path_length) == (True, 0)


def test_serial_numbers_have_128_bits_and_differ(world: World) -> None:
    serials = [
        world.store.load_certificate(label).serial_number
        for label in (ROOT_CA, ISSUING_CA, *LEAVES)
    ]
    assert {serial.bit_length() for serial in serials} == {128}
    assert len(set(serials)) == len(serials)


def test_no_certificate_outlives_its_issuer(own_world: World, now: datetime) -> None:
    # The issuing CA ends in 15 years; a seal made in the 14th must end with it.
    store = own_world.store
    late = now.replace(year=now.year + 14, day=1)
    names = AgencyNames(id="LATE", th="หน่วยงาน", en="Late Agency")
    add_agency(own_world.settings, agency=names, now=late)
    seal = store.load_certificate(seal_label("LATE"))
    issuing = store.load_certificate(ISSUING_CA)
    assert seal.not_valid_after_utc == issuing.not_valid_after_utc


def test_seals_are_rsa_3072_unless_p256_is_asked_for(
    own_world: World, openssl: RunOpenssl, now: datetime
) -> None:
    names = AgencyNames(id="HEALTH", th="กรมอนามัยตัวอย่าง", en="Example Health")
    add_agency(
        own_world.settings, agency=names, now=now, seal_algorithm=Algorithm.ES256
    )
    store = own_world.store
    usual, other = (
        store.load_certificate(label).public_key()
        for label in (SEAL, seal_label("HEALTH"))
    )
    assert isinstance(usual, rsa.RSAPublicKey)
    assert usual.key_size == 3072
    assert isinstance(other, ec.EllipticCurvePublicKey)
    assert isinstance(other.curve, ec.SECP256R1)
    assert "S/MIME signing" in _purposes(openssl, own_world, "seal-HEALTH")


def test_a_long_thai_name_is_kept_and_disturbs_no_reader(
    own_world: World, openssl: RunOpenssl, now: datetime
) -> None:
    th = "กรมส่งเสริมและพัฒนาคุณภาพชีวิตตัวอย่าง"
    names = AgencyNames(id="LONG", th=th, en="Example Department of Quality of Life")
    add_agency(own_world.settings, agency=names, now=now)
    # Warnings are errors here: a reader that counts bytes must not complain.
    seal = own_world.store.load_certificate(seal_label("LONG"))
    assert _subject(seal, NameOID.ORGANIZATIONAL_UNIT_NAME) == [th]
    assert _subject(seal, NameOID.COMMON_NAME) == [names.en]
    shown = openssl(
        "x509",
        *("-in", own_world.certificate("seal-LONG"), "-noout", "-subject"),
        *("-nameopt", "utf8"),
    )
    assert th in shown.stdout


def test_the_common_name_falls_back_to_what_fits() -> None:
    name = build_seal_name(agency_id="A1", th="ก" * 64, en="é" * 64)
    (shown,) = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert shown.value == "GOVTH-A1"


@pytest.mark.parametrize("bad", ["", "   ", "ก" * 65])
def test_a_name_that_fits_no_certificate_is_refused(bad: str) -> None:
    with pytest.raises(AgencyNameError, match="1 to 64 characters"):
        build_seal_name(agency_id="A1", th=bad, en="Agency")
    with pytest.raises(AgencyNameError, match="1 to 64 characters"):
        build_seal_name(agency_id="A1", th="หน่วยงาน", en=bad)
