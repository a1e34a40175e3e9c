# SPDX-License-Identifier: Apache-2.0
"""Gives an officer a key and a certificate: made here, or brought from a CA.

Development makes the key and certifies it with its own CA, under a passphrase the
officer types; production takes what a licensed CA gave the officer. The subject
names a person and the agency, so that it can never pass for the agency's seal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PrivateFormat,
    pkcs12,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import PBES
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from keys.certificates import Issuer, build_certificate
from keys.chain import build_chain, check_officer, find_leaf
from keys.errors import (
    AgencyNameError,
    CertificateRefusedError,
    PassphraseError,
    UnsupportedKeyError,
)
from keys.files import create_file
from keys.hsm import TokenKeys
from keys.officer_key import OfficerKeyPlaces, open_officer_token, read_pkcs12_key
from keys.profiles import OFFICER_PROFILE
from keys.signing import ISSUING_CA, Algorithm, KeyLabel, PublicKey
from keys.softkey import PrivateKey, check_not_production, generate_private_key
from keys.store import KeyStore

MIN_PASSPHRASE: Final = 12
"""Characters: whoever steals the file can try as often as they like."""

_ROUNDS: Final = 600_000
"""Of PBKDF2-HMAC-SHA256 (OWASP 2023): a quarter of a second for each try."""

_BOUND: Final = 64
_RSA_BITS: Final = 3072


@dataclass(frozen=True, kw_only=True)
class Person:
    """An officer as their certificate names them."""

    agency_id: str
    agency_en: str
    officer_id: str
    name_th: str
    name_en: str
    position_en: str

    @property
    def label(self) -> KeyLabel:
        """How the index of certificates calls the key."""
        return KeyLabel(f"officer-{self.agency_id}-{self.officer_id}")


@dataclass(frozen=True, kw_only=True)
class DevelopmentCa:
    """Our own CA, and the kind of keys it is to make for officers."""

    store: KeyStore
    pki_url: str
    algorithm: Algorithm


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What a CA returned, and the roots it may chain to."""

    certificates: Sequence[x509.Certificate]
    anchors: Sequence[x509.Certificate]


@dataclass(frozen=True, kw_only=True)
class Enrolled:
    """What the register is to know of an officer's key."""

    place: str
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]

    @property
    def chain_pem(self) -> bytes:
        """The issuers, the root last."""
        return b"".join(one.public_bytes(Encoding.PEM) for one in self.chain)


def build_officer_name(person: Person) -> x509.Name:
    """Build the subject of an officer (EN 319 412-2 §4.2.4, with the agency beside).

    Raises:
        AgencyNameError: a part is too long, or the name is not given and family name.
    """
    given, _, family = person.name_th.rpartition(" ")
    if not given or not family:
        raise AgencyNameError(
            "an officer's name is given name, a blank and family name; this is "
            f"{person.name_th[:70]!r}"
        )
    shown = next(
        (n for n in (person.name_th, person.name_en) if len(n.encode()) <= _BOUND), ""
    )
    parts = [
        (NameOID.COUNTRY_NAME, "TH"),
        (NameOID.ORGANIZATION_NAME, person.agency_en),
        (NameOID.ORGANIZATION_IDENTIFIER, f"GOVTH-{person.agency_id}"),
        (NameOID.GIVEN_NAME, given),
        (NameOID.SURNAME, family),
        (NameOID.SERIAL_NUMBER, f"{person.agency_id}-{person.officer_id}"),
        (NameOID.COMMON_NAME, shown),
    ]
    if len(person.position_en) <= _BOUND:
        parts.append((NameOID.TITLE, person.position_en))
    for _, value in parts:
        if not value.strip() or len(value) > _BOUND:
            raise AgencyNameError(
                f"a name in a certificate has 1 to {_BOUND} characters; this has "
                f"{len(value)}: {value[:70]!r}"
            )
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def make_officer_file(
    ca: DevelopmentCa,
    person: Person,
    places: OfficerKeyPlaces,
    passphrase: SecretStr,
    *,
    now: datetime,
) -> Enrolled:
    """Make an officer's key as a PKCS#12 file, certified by the development CA.

    Raises:
        ProductionRefusedError: the program runs in production.
        PassphraseError: the passphrase is too short.
        AgencyNameError: a name does not fit into a certificate.
        KeyExistsError: there is a file of this name.
    """
    check_not_production(places.env, "the development CA certifies the officer's key")
    check_passphrase(passphrase)
    key = generate_private_key(ca.algorithm, _RSA_BITS)
    certificate, chain = _certify(ca, person, key.public_key(), now)
    place = _save_file(places.folder, person, key, certificate, chain, passphrase)
    return Enrolled(place=place, certificate=certificate, chain=chain)


def make_officer_token_key(
    ca: DevelopmentCa,
    person: Person,
    places: OfficerKeyPlaces,
    token: str,
    pin: SecretStr,
    *,
    now: datetime,
) -> Enrolled:
    """Make an officer's key in the officer's token, certified by the development CA.

    Raises:
        ProductionRefusedError: the program runs in production.
        OfficerKeyError: the token does not take the PIN.
        KeysError: the token is out of reach or refuses, or a name does not fit.
    """
    check_not_production(places.env, "the development CA certifies the officer's key")
    if places.module is None:
        raise UnsupportedKeyError("set TRA_OFFICER_PKCS11_MODULE")
    build_officer_name(person)
    opening = open_officer_token(
        places.module, token, person.officer_id, pin, writing=True
    )
    with opening as opened:
        public_key = TokenKeys(opened, places.env).generate_key(
            person.label, ca.algorithm, _RSA_BITS
        )
    certificate, chain = _certify(ca, person, public_key, now)
    return Enrolled(
        place=f"{token}/{person.label}", certificate=certificate, chain=chain
    )


def import_officer_file(
    person: Person,
    places: OfficerKeyPlaces,
    data: bytes,
    passphrase: SecretStr,
    *,
    anchors: Sequence[x509.Certificate],
    now: datetime,
) -> Enrolled:
    """Take the PKCS#12 file that a CA gave an officer, under the same passphrase.

    It is written anew with a key derivation that is slow to guess.

    Raises:
        OfficerKeyError: the passphrase does not open it.
        PassphraseError: the passphrase is too short.
        CertificateRefusedError: what is wrong with its certificate.
        KeyExistsError: the officer has a file already.
    """
    check_passphrase(passphrase)
    key = read_pkcs12_key(data, passphrase, person.officer_id)
    _, first, others = pkcs12.load_key_and_certificates(
        data, passphrase.get_secret_value().encode()
    )
    found = [one for one in (first, *others) if one is not None]
    leaf = find_leaf(found, key.public_key())
    if leaf is None:
        raise CertificateRefusedError("no certificate in the file is of its key")
    check_officer(leaf)
    chain = build_chain(leaf, found, anchors, now)
    place = _save_file(places.folder, person, key, leaf, chain, passphrase)
    return Enrolled(place=place, certificate=leaf, chain=chain)


def take_officer_token_key(
    person: Person,
    places: OfficerKeyPlaces,
    place: str,
    pin: SecretStr,
    brought: Brought,
    *,
    now: datetime,
) -> Enrolled:
    """Take a key that is in the officer's token, with what a CA returned for it.

    Raises:
        OfficerKeyError: the token does not take the PIN.
        CertificateRefusedError: what is wrong with the certificate.
        KeysError: the token is out of reach or has no such key.
    """
    if places.module is None:
        raise UnsupportedKeyError("set TRA_OFFICER_PKCS11_MODULE")
    token, _, name = place.partition("/")
    with open_officer_token(places.module, token, person.officer_id, pin) as opened:
        public_key = TokenKeys(opened, places.env).public_key(name)
    leaf = find_leaf(brought.certificates, public_key)
    if leaf is None:
        raise CertificateRefusedError(f"no certificate is of key {name} in {token}")
    check_officer(leaf)
    chain = build_chain(leaf, brought.certificates, brought.anchors, now)
    return Enrolled(place=place, certificate=leaf, chain=chain)


def check_passphrase(passphrase: SecretStr) -> None:
    """Check that a passphrase is not too short to withstand a thief of the file.

    Raises:
        PassphraseError: it is.
    """
    if len(passphrase.get_secret_value()) < MIN_PASSPHRASE:
        raise PassphraseError(
            f"a passphrase has {MIN_PASSPHRASE} characters at least: whoever gets hold "
            "of the file can try as often as they like"
        )


def _certify(
    ca: DevelopmentCa, person: Person, key: PublicKey, now: datetime
) -> tuple[x509.Certificate, tuple[x509.Certificate, ...]]:
    issuer = Issuer(signer=ca.store.load_file_signer(ISSUING_CA), pki_url=ca.pki_url)
    certificate = build_certificate(
        key,
        subject=build_officer_name(person),
        profile=OFFICER_PROFILE,
        issuer=issuer,
        now=now,
    )
    # Indexed before it is handed out: a certificate that can be used can be revoked.
    ca.store.index.add_issued(certificate, label=person.label, issuer=ISSUING_CA)
    return certificate, (issuer.certificate, *issuer.signer.chain)


def _save_file(
    folder: Path,
    person: Person,
    key: PrivateKey,
    certificate: x509.Certificate,
    chain: Sequence[x509.Certificate],
    passphrase: SecretStr,
) -> str:
    name = f"{person.agency_id}-{person.officer_id}.p12"
    encryption = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(_ROUNDS)
        .key_cert_algorithm(PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(passphrase.get_secret_value().encode())
    )
    data = pkcs12.serialize_key_and_certificates(
        person.label.encode(), key, certificate, chain, encryption
    )
    create_file(folder / name, data, mode=0o600)
    return name
