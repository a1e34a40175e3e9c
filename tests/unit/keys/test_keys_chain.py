# SPDX-License-Identifier: Apache-2.0
"""What a CA returns: any form and order, judged before it is taken."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID

from keys.chain import build_chain, check_purpose, find_leaf, read_certificates
from keys.errors import CertificateRefusedError, UnsupportedKeyError
from keys.profiles import CLAIM_SIGNING, DOCUMENT_SIGNING
from keys.signing import PUBLICATION, TSA, KeyLabel, claim_label, seal_label
from tests.forge_pki import NOW, Authority, make_certificate, name_of, new_key

SEAL, CLAIM = seal_label("TRADE"), claim_label("TRADE")
OWNER = name_of("Trade", organization="Trade", identifier="VATTH-0994000158378")
ADOBE = x509.ObjectIdentifier("1.2.840.113583.1.1.5")

Certificates = list[x509.Certificate]


@pytest.fixture(scope="module")
def root() -> Authority:
    return make_certificate(name_of("Root"), new_key(), None, ca=True)


@pytest.fixture(scope="module")
def sub(root: Authority) -> Authority:
    return make_certificate(name_of("Sub"), new_key(), root, ca=True)


@pytest.fixture(scope="module")
def seal(sub: Authority) -> Authority:
    return make_certificate(OWNER, new_key(), sub, usage=DOCUMENT_SIGNING)


def pem(certificates: Certificates) -> bytes:
    return b"".join(c.public_bytes(Encoding.PEM) for c in certificates)


def der(certificates: Certificates) -> bytes:
    return certificates[0].public_bytes(Encoding.DER)


def p7b_der(certificates: Certificates) -> bytes:
    return pkcs7.serialize_certificates(certificates, Encoding.DER)


def p7b_pem(certificates: Certificates) -> bytes:
    return pkcs7.serialize_certificates(certificates, Encoding.PEM)


@pytest.mark.parametrize("write", [pem, p7b_der, p7b_pem])
def test_a_chain_is_read_in_every_form_it_comes_in(
    root: Authority,
    sub: Authority,
    seal: Authority,
    write: Callable[[Certificates], bytes],
) -> None:
    sent = [root.certificate, seal.certificate, sub.certificate]
    read = read_certificates(write(sent))
    assert {c.serial_number for c in read} == {c.serial_number for c in sent}
    assert read_certificates(der(sent)) == [root.certificate]


@pytest.mark.parametrize(
    "junk", [b"", b"junk", b"\x30\x03\x02\x01\x01", bytes(10**6 + 1)]
)
def test_a_file_without_certificates_is_refused(junk: bytes) -> None:
    with pytest.raises(CertificateRefusedError):
        read_certificates(junk)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 2), (2,)])
def test_the_order_of_a_chain_is_repaired(
    root: Authority, sub: Authority, seal: Authority, order: tuple[int, ...]
) -> None:
    parts = [root.certificate, seal.certificate, sub.certificate]
    sent = [parts[number] for number in order]
    chain = build_chain(seal.certificate, sent, [root.certificate], NOW)
    assert chain == (sub.certificate, root.certificate)


def test_an_anchor_may_be_below_the_root(sub: Authority, seal: Authority) -> None:
    chain = build_chain(seal.certificate, [], [sub.certificate], NOW)
    assert chain == (sub.certificate,)


def test_a_root_that_came_along_is_no_anchor(
    root: Authority, sub: Authority, seal: Authority
) -> None:
    sent = [seal.certificate, sub.certificate, root.certificate]
    with pytest.raises(
        CertificateRefusedError, match=r"CN=Root.*is no anchor.*--anchor"
    ):
        build_chain(seal.certificate, sent, [], NOW)


def test_a_missing_link_is_named(root: Authority, seal: Authority) -> None:
    with pytest.raises(CertificateRefusedError, match="issued by CN=Sub,C=TH, whose"):
        build_chain(seal.certificate, [root.certificate], [root.certificate], NOW)


def test_cross_certificates_do_not_mislead(root: Authority, sub: Authority) -> None:
    """Two certificates of one CA: of another root, and of the one we trust."""
    other_root = make_certificate(name_of("Other root"), new_key(), None, ca=True)
    cross = make_certificate(name_of("Sub"), sub.key, other_root, ca=True)
    leaf = make_certificate(OWNER, new_key(), sub, usage=DOCUMENT_SIGNING)
    sent = [other_root.certificate, cross.certificate, sub.certificate]
    chain = build_chain(leaf.certificate, sent, [root.certificate], NOW)
    assert chain == (sub.certificate, root.certificate)


def test_a_name_alone_makes_no_issuer(root: Authority, sub: Authority) -> None:
    impostor = make_certificate(name_of("Sub"), new_key(), root, ca=True)
    leaf = make_certificate(OWNER, new_key(), sub, usage=DOCUMENT_SIGNING)
    with pytest.raises(CertificateRefusedError, match="neither in the files"):
        build_chain(leaf.certificate, [impostor.certificate], [root.certificate], NOW)


def test_a_person_is_no_ca(root: Authority, sub: Authority, seal: Authority) -> None:
    """A holder of a certificate issues another with its key."""
    leaf = make_certificate(OWNER, new_key(), seal, usage=DOCUMENT_SIGNING)
    sent = [seal.certificate, sub.certificate]
    with pytest.raises(CertificateRefusedError, match=r"does not hold: .* not a CA"):
        build_chain(leaf.certificate, sent, [root.certificate], NOW)


@pytest.mark.parametrize("shift", [timedelta(days=-400), timedelta(days=800)])
def test_a_certificate_out_of_its_time_is_refused(
    root: Authority, sub: Authority, seal: Authority, shift: timedelta
) -> None:
    with pytest.raises(CertificateRefusedError, match=r"valid from .*; it is "):
        build_chain(
            seal.certificate, [sub.certificate], [root.certificate], NOW + shift
        )


def test_an_expired_issuer_is_refused(root: Authority) -> None:
    old = make_certificate(
        name_of("Sub"), new_key(), root, ca=True, now=NOW - timedelta(days=1000)
    )
    leaf = make_certificate(OWNER, new_key(), old, usage=DOCUMENT_SIGNING)
    with pytest.raises(CertificateRefusedError, match="does not hold"):
        build_chain(leaf.certificate, [old.certificate], [root.certificate], NOW)


def test_the_newest_certificate_of_a_key_is_found(sub: Authority) -> None:
    key = new_key()
    older = make_certificate(OWNER, key, sub, now=NOW - timedelta(days=1))
    newer = make_certificate(OWNER, key, sub)
    other = make_certificate(OWNER, new_key(), sub)
    sent = [other.certificate, newer.certificate, older.certificate]
    assert find_leaf(sent, key.public_key()) == newer.certificate
    assert find_leaf(sent[:1], key.public_key()) is None


@pytest.mark.parametrize(
    "usage",
    [
        (),
        (DOCUMENT_SIGNING,),
        (ADOBE, ExtendedKeyUsageOID.EMAIL_PROTECTION),
        (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,),
    ],
)
def test_a_certificate_for_documents_seals(
    sub: Authority, usage: tuple[x509.ObjectIdentifier, ...]
) -> None:
    made = make_certificate(OWNER, new_key(), sub, usage=usage)
    check_purpose(SEAL, made.certificate)


def test_what_cannot_seal_is_told(sub: Authority) -> None:
    for made, lack in (
        (make_certificate(OWNER, new_key(), sub, committing=False), "nonRepudiation"),
        (
            make_certificate(
                OWNER, new_key(), sub, usage=ExtendedKeyUsageOID.SERVER_AUTH
            ),
            r"but 1\.3\.6\.1\.5\.5\.7\.3\.1$",
        ),
        (make_certificate(OWNER, new_key(), sub, usage=ADOBE), "documentSigning"),
        (
            make_certificate(name_of("Trade", organization="T"), new_key(), sub),
            "organizationIdentifier",
        ),
        (make_certificate(OWNER, new_key(), sub, ca=True), "of a CA"),
    ):
        with pytest.raises(CertificateRefusedError, match=lack):
            check_purpose(SEAL, made.certificate)


@pytest.mark.parametrize("label", [CLAIM, PUBLICATION])
def test_a_claim_certificate_must_not_pass_for_a_seal(
    sub: Authority, label: KeyLabel
) -> None:
    plain = make_certificate(
        name_of("Claim"), new_key(), sub, usage=CLAIM_SIGNING, committing=False
    )
    check_purpose(label, plain.certificate)
    seal = make_certificate(OWNER, new_key(), sub, usage=DOCUMENT_SIGNING)
    with pytest.raises(CertificateRefusedError, match="could pass for a seal"):
        check_purpose(label, seal.certificate)


def test_only_seals_may_be_rsa(sub: Authority) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    made = make_certificate(name_of("x"), key, sub, committing=False)
    with pytest.raises(CertificateRefusedError, match="must be P-256"):
        check_purpose(TSA, made.certificate)
    with pytest.raises(UnsupportedKeyError):
        check_purpose(
            SEAL,
            make_certificate(
                OWNER, ec.generate_private_key(ec.SECP384R1()), sub
            ).certificate,
        )
