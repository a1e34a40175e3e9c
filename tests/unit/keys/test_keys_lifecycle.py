# SPDX-License-Identifier: Apache-2.0
"""A key from its making to its end, in a file and in a token alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    pkcs12,
)
from pydantic import SecretStr

from keys.ceremony import create_development_pki
from keys.certificates import build_name, build_seal_name
from keys.errors import (
    CertificateMissingError,
    CertificateRefusedError,
    CertificateUnusableError,
    KeyExistsError,
    KeyLabelError,
    KeyMissingError,
    KeyStoppedError,
    PassphraseError,
    ProductionRefusedError,
    UnsupportedKeyError,
)
from keys.inventory import KeyEntry
from keys.lifecycle import (
    activate_successor,
    find_successor,
    generate_key,
    import_certificate,
    import_pkcs12,
    request_certificate,
    self_sign,
)
from keys.profiles import DOCUMENT_SIGNING
from keys.settings import Environment, KeysSettings
from keys.signing import (
    ISSUING_CA,
    PUBLICATION,
    TRUST_ROOT,
    Algorithm,
    KeyLabel,
    claim_label,
    seal_label,
)
from keys.store import KeyStore, open_key_store
from tests.forge_pki import Authority, make_certificate, name_of, new_key
from tests.softhsm import PIN
from tests.unit.keys.pki import AGENCY, RunOpenssl

SEAL, CLAIM = seal_label("TRADE"), claim_label("TRADE")
SUBJECT = build_seal_name(
    agency_id="TRADE", th="กรมการค้า", en="Trade", identifier="VATTH-0994000158378"
)
RSA = Algorithm.RS256


@dataclass(frozen=True)
class LicensedCa:
    """A root and an issuing CA that are not ours."""

    root: Authority
    sub: Authority

    @property
    def anchors(self) -> list[x509.Certificate]:
        """What its customers are told to trust."""
        return [self.root.certificate]

    def certify(self, request: bytes, now: datetime) -> list[x509.Certificate]:
        """Return a certificate as a CA does that reads the key and the name only."""
        read = x509.load_pem_x509_csr(request)
        assert read.is_signature_valid
        public_key = read.public_key()
        assert isinstance(public_key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
        holder = make_certificate(
            read.subject,
            new_key(),
            self.sub,
            usage=DOCUMENT_SIGNING,
            now=now,
            public_key=public_key,
        )
        return [self.root.certificate, holder.certificate, self.sub.certificate]


@pytest.fixture(scope="module")
def ca(module_now: datetime) -> LicensedCa:
    root = make_certificate(name_of("Root"), new_key(), None, ca=True, now=module_now)
    sub = make_certificate(name_of("Sub"), new_key(), root, ca=True, now=module_now)
    return LicensedCa(root, sub)


@pytest.fixture(scope="module")
def module_now() -> datetime:
    return datetime.fromisoformat("2026-03-02T05:00:00+00:00")


@pytest.fixture
def now(module_now: datetime) -> datetime:
    return module_now


@pytest.fixture(params=["file", pytest.param("token", marks=pytest.mark.hsm)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> KeysSettings:
    """An empty installation whose keys are files, or in a token in production."""
    (tmp_path / "passphrase").write_text("secret")
    if request.param == "file":
        return KeysSettings(home=tmp_path)
    token = request.getfixturevalue("soft_token")
    return KeysSettings(
        home=tmp_path,
        env=Environment.PRODUCTION,
        pkcs11_module=token.hsm.module,
        pkcs11_token=token.label,
        pkcs11_pin=SecretStr(PIN),
    )


@pytest.fixture
def store(settings: KeysSettings) -> KeyStore:
    return open_key_store(settings)


def certified(
    store: KeyStore, ca: LicensedCa, now: datetime, label: KeyLabel = SEAL
) -> KeyEntry:
    """A key of a label with a certificate of the licensed CA."""
    generate_key(store, label, RSA, bits=2048, now=now)
    returned = ca.certify(request_certificate(store, label, SUBJECT), now)
    return import_certificate(store, label, returned, anchors=ca.anchors, now=now)


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_seal_from_nothing_to_its_first_signature(
    settings: KeysSettings,
    store: KeyStore,
    ca: LicensedCa,
    now: datetime,
    algorithm: Algorithm,
) -> None:
    entry = generate_key(store, SEAL, algorithm, bits=3072, now=now)
    with pytest.raises(CertificateMissingError):
        store.load_signer(SEAL)
    returned = ca.certify(request_certificate(store, SEAL, SUBJECT), now)
    taken = import_certificate(store, SEAL, returned, anchors=ca.anchors, now=now)
    assert taken == entry
    for one in (store, open_key_store(settings)):
        signer = one.load_signer(SEAL)
        assert signer.algorithm is algorithm
        assert signer.certificate is not None
        assert signer.certificate.subject == SUBJECT
        assert signer.chain == (ca.sub.certificate, ca.root.certificate)
        signature = signer.sign(b"message")
        key = signer.certificate.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            assert key.key_size == 3072
        assert signature
    assert store.list_labels() == [SEAL]


def test_openssl_reads_the_request(
    store: KeyStore, now: datetime, openssl: RunOpenssl, tmp_path: Path
) -> None:
    generate_key(store, SEAL, RSA, bits=3072, now=now)
    path = tmp_path / "request.pem"
    path.write_bytes(request_certificate(store, SEAL, SUBJECT))
    done = openssl(
        "req",
        "-in",
        path,
        "-noout",
        "-verify",
        "-text",
        "-nameopt",
        "oneline,-esc_msb,utf8",
    )
    assert done.returncode == 0, done.stderr
    assert "verify OK" in done.stdout + done.stderr
    for part in (
        "organizationIdentifier = VATTH-0994000158378",
        "CN = กรมการค้า",
        "Public-Key: (3072 bit)",
        "Digital Signature, Non Repudiation",
        "E-mail Protection",
    ):
        assert part in done.stdout, done.stdout


def test_a_key_is_made_once(store: KeyStore, now: datetime) -> None:
    generate_key(store, SEAL, RSA, bits=2048, now=now)
    before = request_certificate(store, SEAL, SUBJECT)
    with pytest.raises(KeyExistsError, match="waits for its certificate"):
        generate_key(store, SEAL, RSA, bits=2048, now=now)
    key = x509.load_pem_x509_csr(before).public_key()
    assert store.load_bare_signer(store.current_entry(SEAL)).public_key == key


def test_a_key_whose_making_was_cut_short_is_made(
    store: KeyStore, now: datetime
) -> None:
    # Written down, but not made.
    store.inventory.add(KeyEntry(label=SEAL, generation=1, created_at=now))
    entry = generate_key(store, SEAL, RSA, bits=2048, now=now)
    assert entry.generation == 1
    assert request_certificate(store, SEAL, SUBJECT)


@pytest.mark.parametrize("label", [CLAIM, PUBLICATION])
def test_what_the_trust_list_vouches_for_may_sign_itself(
    store: KeyStore, now: datetime, label: KeyLabel
) -> None:
    subject = build_name(organization="Trade", common_name=label)
    with pytest.raises(UnsupportedKeyError, match="must be ES256"):
        generate_key(store, label, RSA, bits=3072, now=now)
    generate_key(store, label, Algorithm.ES256, bits=0, now=now)
    self_sign(store, label, subject, now)
    signer = store.load_signer(label)
    assert signer.chain == ()
    assert signer.certificate is not None
    signer.certificate.verify_directly_issued_by(signer.certificate)
    assert signer.sign(b"m")


def test_a_seal_may_not_sign_itself(store: KeyStore, now: datetime) -> None:
    generate_key(store, SEAL, RSA, bits=2048, now=now)
    with pytest.raises(CertificateRefusedError, match="needs a certificate of a CA"):
        self_sign(store, SEAL, SUBJECT, now)


@pytest.mark.parametrize("label", [ISSUING_CA, TRUST_ROOT])
def test_a_ca_and_the_trust_root_are_not_managed_so(
    store: KeyStore, now: datetime, label: KeyLabel
) -> None:
    with pytest.raises(KeyLabelError, match="cannot be replaced here"):
        generate_key(store, label, Algorithm.ES256, bits=0, now=now)


def test_a_certificate_of_another_key_is_refused(
    store: KeyStore, ca: LicensedCa, now: datetime
) -> None:
    generate_key(store, SEAL, RSA, bits=2048, now=now)
    other = make_certificate(SUBJECT, new_key(), ca.sub, now=now).certificate
    with pytest.raises(CertificateRefusedError, match="none of the 1 certificates"):
        import_certificate(store, SEAL, [other], anchors=ca.anchors, now=now)
    with pytest.raises(CertificateMissingError):
        store.load_signer(SEAL)


def test_a_certificate_without_its_chain_is_refused_and_then_completed(
    store: KeyStore, ca: LicensedCa, now: datetime
) -> None:
    generate_key(store, SEAL, RSA, bits=2048, now=now)
    returned = ca.certify(request_certificate(store, SEAL, SUBJECT), now)
    with pytest.raises(CertificateRefusedError, match="ask your CA for it"):
        import_certificate(store, SEAL, returned[1:2], anchors=ca.anchors, now=now)
    import_certificate(store, SEAL, returned[1:], anchors=ca.anchors, now=now)
    # Once more, with a root the CA has sent later.
    import_certificate(store, SEAL, returned, anchors=ca.anchors, now=now)
    assert store.load_signer(SEAL).sign(b"m")


def test_a_second_certificate_for_the_same_key_is_refused(
    store: KeyStore, ca: LicensedCa, now: datetime
) -> None:
    certified(store, ca, now)
    signer = store.load_signer(SEAL)
    again = make_certificate(
        SUBJECT, new_key(), ca.sub, now=now, public_key=signer.public_key
    )
    sent = [again.certificate, ca.sub.certificate]
    later = now + timedelta(days=1)
    with pytest.raises(CertificateRefusedError, match="a new one needs a new key"):
        import_certificate(store, SEAL, sent, anchors=ca.anchors, now=later)


def test_a_successor_takes_over_and_the_old_certificate_is_kept(
    settings: KeysSettings, store: KeyStore, ca: LicensedCa, now: datetime
) -> None:
    certified(store, ca, now)
    first = store.load_signer(SEAL)
    assert find_successor(store, SEAL) is None
    second = certified(store, ca, now)
    assert (second.name, find_successor(store, SEAL)) == ("seal-TRADE.2", second)
    assert store.load_signer(SEAL) is first  # it takes over when it is told to
    with pytest.raises(KeyExistsError, match="is ready for use"):
        generate_key(store, SEAL, RSA, bits=2048, now=now)

    until = now + timedelta(days=1)
    activate_successor(store, SEAL, now=now, until=until)

    other = open_key_store(settings)
    for one in (store, other):
        assert one.load_signer(SEAL).certificate != first.certificate
        assert one.load_certificate(SEAL) == one.load_signer(SEAL).certificate
        old, new = one.list_entries(SEAL)
        assert (old.retired_at, new.activated_at) == (until, now)
        assert one.files.load_certificate(old.name) == first.certificate
        assert one.load_chain(old) == (ca.sub.certificate, ca.root.certificate)
    assert first.sign(b"it goes on for a while")
    third = certified(store, ca, now)
    assert third.name == "seal-TRADE.3"


def test_a_successor_without_a_certificate_takes_over_nothing(
    store: KeyStore, ca: LicensedCa, now: datetime
) -> None:
    certified(store, ca, now)
    before = store.load_signer(SEAL)
    generate_key(store, SEAL, RSA, bits=2048, now=now)
    with pytest.raises(KeyMissingError, match="no successor with a certificate"):
        activate_successor(store, SEAL, now=now, until=now)
    assert store.load_signer(SEAL) is before


def test_a_successor_that_is_not_valid_yet_takes_over_nothing(
    store: KeyStore, ca: LicensedCa, now: datetime
) -> None:
    certified(store, ca, now)
    certified(store, ca, now)
    early = now - timedelta(days=1000)
    with pytest.raises(CertificateUnusableError, match="is valid from"):
        activate_successor(store, SEAL, now=early, until=early)


def test_a_compromised_key_signs_no_more_in_any_process(
    settings: KeysSettings, store: KeyStore, ca: LicensedCa, now: datetime
) -> None:
    entry = certified(store, ca, now)
    elsewhere = open_key_store(settings).load_signer(SEAL)
    assert elsewhere.sign(b"m")
    store.inventory.stop(entry, now)
    for act in (
        lambda: elsewhere.sign(b"m"),
        lambda: store.load_signer(SEAL),
        lambda: open_key_store(settings).load_signer(SEAL),
        lambda: store.check_usable(SEAL, now),
    ):
        with pytest.raises(KeyStoppedError, match="seal-TRADE is compromised from"):
            act()
    certified(store, ca, now)
    with pytest.raises(KeyStoppedError):
        store.load_signer(SEAL)
    activate_successor(store, SEAL, now=now, until=now + timedelta(days=7))
    assert store.load_signer(SEAL).sign(b"m")
    assert store.list_entries(SEAL)[0].retired_at == now
    with pytest.raises(KeyStoppedError):
        elsewhere.sign(b"m")


def test_a_theft_can_only_turn_out_to_be_earlier(
    store: KeyStore, now: datetime
) -> None:
    entry = KeyEntry(label=SEAL, generation=1)
    for days, first in ((0, 0), (1, 0), (-3, -3), (-1, -3)):
        store.inventory.stop(entry, now + timedelta(days=days))
        [known] = store.list_entries(SEAL)
        assert known.compromised_from == now + timedelta(days=first)


def pkcs12_file(
    ca: LicensedCa, now: datetime, *, chain: Sequence[x509.Certificate] = ()
) -> bytes:
    """What a CA mails to those who let it make the key."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = make_certificate(SUBJECT, key, ca.sub, usage=DOCUMENT_SIGNING, now=now)
    return pkcs12.serialize_key_and_certificates(
        b"seal", key, made.certificate, list(chain), BestAvailableEncryption(b"pw")
    )


def test_a_key_that_a_ca_has_made_is_taken_from_its_file(
    settings: KeysSettings, store: KeyStore, ca: LicensedCa, now: datetime
) -> None:
    data = pkcs12_file(ca, now, chain=[ca.sub.certificate])
    for password in (b"", b"wrong"):
        with pytest.raises(PassphraseError, match="does not open the PKCS#12"):
            import_pkcs12(store, SEAL, data, password, anchors=ca.anchors, now=now)
    with pytest.raises(CertificateRefusedError, match=r"--anchor|ask your CA"):
        import_pkcs12(store, SEAL, data, b"pw", anchors=[], now=now)
    assert store.list_entries(SEAL) == []  # nothing was put anywhere
    import_pkcs12(store, SEAL, data, b"pw", anchors=ca.anchors, now=now)
    signer = open_key_store(settings).load_signer(SEAL)
    assert signer.sign(b"m")
    assert signer.certificate is not None
    assert signer.certificate.subject == SUBJECT


@pytest.mark.parametrize("junk", [b"", b"junk", b"\x30\x03\x02\x01\x03"])
def test_a_file_that_is_no_pkcs12_is_refused(
    store: KeyStore, ca: LicensedCa, now: datetime, junk: bytes
) -> None:
    with pytest.raises(PassphraseError, match="or the file is damaged"):
        import_pkcs12(store, SEAL, junk, b"pw", anchors=ca.anchors, now=now)


def test_production_makes_and_takes_no_key_file(
    tmp_path: Path, ca: LicensedCa, now: datetime
) -> None:
    store = open_key_store(KeysSettings(home=tmp_path, env=Environment.PRODUCTION))
    with pytest.raises(ProductionRefusedError, match="use a key in an HSM"):
        generate_key(store, SEAL, RSA, bits=2048, now=now)
    data = pkcs12_file(ca, now, chain=[ca.sub.certificate])
    with pytest.raises(ProductionRefusedError):
        import_pkcs12(store, SEAL, data, b"pw", anchors=ca.anchors, now=now)
    assert list((tmp_path / "keys").glob("*.key.pem")) == []


@pytest.mark.hsm
def test_the_ceremony_makes_the_keys_of_the_agency_in_the_token(
    tmp_path: Path, request: pytest.FixtureRequest, now: datetime
) -> None:
    token = request.getfixturevalue("soft_token")
    settings = KeysSettings(
        home=tmp_path,
        pkcs11_module=token.hsm.module,
        pkcs11_token=token.label,
        pkcs11_pin=SecretStr(PIN),
    )
    for _ in range(2):
        create_development_pki(settings, agency=AGENCY, now=now)
    files = sorted(path.name for path in (tmp_path / "keys").glob("*.key.pem"))
    inside = ("root-ca", "issuing-ca", "tsa", "ocsp")
    assert files == sorted(f"{label}.key.pem" for label in inside)
    store = open_key_store(settings)
    assert store.load_signer(SEAL).sign(b"m")
