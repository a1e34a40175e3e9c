# SPDX-License-Identifier: Apache-2.0
"""Officers' keys: opened by the officer's secret alone, as files and in tokens."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from keys.ceremony import AgencyNames, create_development_pki
from keys.chain import check_officer, check_purpose, names_person
from keys.cryptoki import load_module
from keys.errors import (
    AgencyNameError,
    CertificateRefusedError,
    KeyExistsError,
    KeyMismatchError,
    KeyMissingError,
    OfficerKeyError,
    PassphraseError,
    ProductionRefusedError,
    TokenError,
)
from keys.officer_enrolment import (
    DevelopmentCa,
    Enrolled,
    Person,
    import_officer_file,
    make_officer_file,
    make_officer_token_key,
)
from keys.officer_key import (
    OfficerKey,
    OfficerKeyPlaces,
    open_officer_key,
    open_officer_token,
)
from keys.settings import Environment, KeysSettings
from keys.signing import Algorithm, KeyLabel
from keys.store import open_key_store
from tests.softhsm import PIN, SoftToken
from tra.clock import system_clock

PASSPHRASE = SecretStr("ม้าแก่ขี่รถไฟ-42")
WRONG = SecretStr("ม้าแก่ขี่รถไฟ-43")
SOMCHAI = Person(
    agency_id="TRADE",
    agency_en="Sample Trade",
    officer_id="somchai",
    name_th="นายสมชาย ใจดี",
    name_en="Mr. Somchai Jaidee",
    position_en="Director",
)


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentCa:
    settings = KeysSettings(home=tmp_path_factory.mktemp("pki"))
    names = AgencyNames(id="TRADE", th="กรมการค้า", en="Sample Trade")
    create_development_pki(
        settings, agency=names, now=system_clock(), seal_algorithm=Algorithm.ES256
    )
    return DevelopmentCa(
        store=open_key_store(settings),
        pki_url=settings.pki_url,
        algorithm=Algorithm.ES256,
    )


@pytest.fixture
def places(tmp_path: Path) -> OfficerKeyPlaces:
    return OfficerKeyPlaces(
        folder=tmp_path / "officers", module=None, env=Environment.DEVELOPMENT
    )


@pytest.fixture
def made(ca: DevelopmentCa, places: OfficerKeyPlaces) -> Enrolled:
    return make_officer_file(ca, SOMCHAI, places, PASSPHRASE, now=system_clock())


def key_of(enrolled: Enrolled, **changes: object) -> OfficerKey:
    facts: dict[str, object] = {
        "officer": "somchai",
        "kind": "pkcs11" if "/" in enrolled.place else "pkcs12",
        "place": enrolled.place,
        "certificate": enrolled.certificate,
        "chain": enrolled.chain,
    }
    return OfficerKey(**(facts | changes))  # type: ignore[arg-type]


def check_signature(key: object, signature: bytes, message: bytes) -> None:
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    else:
        assert isinstance(key, ec.EllipticCurvePublicKey)
        key.verify(signature, message, ec.ECDSA(hashes.SHA256()))


def test_the_passphrase_opens_the_file_and_nothing_else_does(
    made: Enrolled, places: OfficerKeyPlaces
) -> None:
    key = key_of(made)
    with open_officer_key(key, places, PASSPHRASE) as signer:
        signature = signer.sign(b"message")
        assert PASSPHRASE.get_secret_value() not in repr(signer)
    check_signature(made.certificate.public_key(), signature, b"message")
    for wrong in (WRONG, SecretStr("")):
        with (
            pytest.raises(OfficerKeyError) as refused,
            open_officer_key(key, places, wrong),
        ):
            pytest.fail("it opened")
        assert refused.value.__cause__ is None
    path = places.folder / made.place
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_missing_file_is_no_wrong_passphrase(
    made: Enrolled, places: OfficerKeyPlaces
) -> None:
    (places.folder / made.place).unlink()
    with (
        pytest.raises(KeyMissingError),
        open_officer_key(key_of(made), places, PASSPHRASE),
    ):
        pytest.fail("it opened")


def test_the_file_of_another_key_is_refused(
    ca: DevelopmentCa, made: Enrolled, places: OfficerKeyPlaces
) -> None:
    other = Person(**{**vars(SOMCHAI), "officer_id": "other"})
    second = make_officer_file(ca, other, places, PASSPHRASE, now=system_clock())
    with (
        pytest.raises(KeyMismatchError),
        open_officer_key(key_of(made, place=second.place), places, PASSPHRASE),
    ):
        pytest.fail("it opened")


def test_the_certificate_names_person_and_agency_and_is_no_seal(made: Enrolled) -> None:
    subject = made.certificate.subject
    assert names_person(made.certificate)
    check_officer(made.certificate)
    [agency] = subject.get_attributes_for_oid(NameOID.ORGANIZATION_IDENTIFIER)
    [title] = subject.get_attributes_for_oid(NameOID.TITLE)
    assert (agency.value, title.value) == ("GOVTH-TRADE", "Director")
    with pytest.raises(CertificateRefusedError, match="of a person"):
        check_purpose(KeyLabel("seal-TRADE"), made.certificate)


def test_a_seal_is_no_officer(ca: DevelopmentCa) -> None:
    seal = ca.store.load_signer(KeyLabel("seal-TRADE")).certificate
    assert seal is not None
    with pytest.raises(CertificateRefusedError, match="names no person"):
        check_officer(seal)


def test_what_is_too_short_or_there_already_is_refused(
    ca: DevelopmentCa, made: Enrolled, places: OfficerKeyPlaces
) -> None:
    assert made.place == "TRADE-somchai.p12"
    now = system_clock()
    with pytest.raises(PassphraseError, match="12"):
        make_officer_file(ca, SOMCHAI, places, SecretStr("short"), now=now)
    with pytest.raises(KeyExistsError):
        make_officer_file(ca, SOMCHAI, places, PASSPHRASE, now=now)
    mononym = Person(**{**vars(SOMCHAI), "name_th": "สมชาย", "officer_id": "one"})
    with pytest.raises(AgencyNameError, match="family name"):
        make_officer_file(ca, mononym, places, PASSPHRASE, now=now)
    production = OfficerKeyPlaces(
        folder=places.folder, module=None, env=Environment.PRODUCTION
    )
    with pytest.raises(ProductionRefusedError):
        make_officer_file(ca, SOMCHAI, production, PASSPHRASE, now=now)


def test_a_file_of_a_ca_is_taken_with_its_chain(
    ca: DevelopmentCa, made: Enrolled, places: OfficerKeyPlaces, tmp_path: Path
) -> None:
    data = (places.folder / made.place).read_bytes()
    root: x509.Certificate = made.chain[-1]
    elsewhere = OfficerKeyPlaces(
        folder=tmp_path / "new", module=None, env=Environment.PRODUCTION
    )
    now = system_clock()
    taken = import_officer_file(
        SOMCHAI, elsewhere, data, PASSPHRASE, anchors=[root], now=now
    )
    assert taken.certificate == made.certificate
    with open_officer_key(key_of(taken), elsewhere, PASSPHRASE) as signer:
        check_signature(signer.public_key, signer.sign(b"x"), b"x")
    with pytest.raises(OfficerKeyError):
        import_officer_file(SOMCHAI, elsewhere, data, WRONG, anchors=[root], now=now)
    with pytest.raises(CertificateRefusedError, match="no anchor"):
        import_officer_file(SOMCHAI, elsewhere, data, PASSPHRASE, anchors=[], now=now)
    seal = ca.store.load_file_signer(KeyLabel("seal-TRADE"))
    packed = pkcs12.serialize_key_and_certificates(
        b"seal",
        seal.private_key,
        seal.certificate,
        seal.chain,
        BestAvailableEncryption(PASSPHRASE.get_secret_value().encode()),
    )
    with pytest.raises(CertificateRefusedError, match="names no person"):
        import_officer_file(
            SOMCHAI, elsewhere, packed, PASSPHRASE, anchors=[root], now=now
        )


@pytest.mark.hsm
@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_key_in_a_token_signs_with_the_pin_alone(
    ca: DevelopmentCa, soft_token: SoftToken, tmp_path: Path, algorithm: Algorithm
) -> None:
    places = OfficerKeyPlaces(
        folder=tmp_path, module=soft_token.hsm.module, env=Environment.DEVELOPMENT
    )
    ca = DevelopmentCa(store=ca.store, pki_url=ca.pki_url, algorithm=algorithm)
    person = Person(**{**vars(SOMCHAI), "officer_id": f"t-{algorithm.lower()}"})
    enrolled = make_officer_token_key(
        ca, person, places, soft_token.label, SecretStr(PIN), now=system_clock()
    )
    key = key_of(enrolled)
    for _ in range(2):
        with open_officer_key(key, places, SecretStr(PIN)) as signer:
            signature = signer.sign(b"message")
        check_signature(enrolled.certificate.public_key(), signature, b"message")
        # The login ended with the block: without the PIN nobody goes on.
        with (
            pytest.raises(OfficerKeyError),
            open_officer_key(key, places, SecretStr("0000-wrong")),
        ):
            pytest.fail("it opened")


@pytest.mark.hsm
def test_a_login_that_is_there_already_proves_nothing(soft_token: SoftToken) -> None:
    path, label = soft_token.hsm.module, soft_token.label
    with open_officer_token(path, label, "somchai", SecretStr(PIN)):
        pass
    module = load_module(path)
    with module.in_use():
        stranger = module.find_token(label).open(user_pin=PIN)
    try:
        with (
            pytest.raises(TokenError, match="in use"),
            open_officer_token(path, label, "somchai", SecretStr(PIN)),
        ):
            pytest.fail("it opened")
    finally:
        stranger.close()
