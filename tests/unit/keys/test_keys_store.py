# SPDX-License-Identifier: Apache-2.0
"""Key files: what opens them, what does not, and what is said then."""

import logging
import re
import shutil
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from keys.errors import (
    CertificateMissingError,
    CertificateUnusableError,
    KeyExistsError,
    KeyFileError,
    KeyLabelError,
    KeyMismatchError,
    KeyMissingError,
    KeysError,
    PassphraseError,
    ProductionRefusedError,
    UnsupportedKeyError,
)
from keys.revocation import RevocationReason, revoke_certificate
from keys.settings import Environment
from keys.signing import (
    OCSP,
    PUBLICATION,
    ROOT_CA,
    TRUST_ROOT,
    TSA,
    KeyLabel,
    claim_label,
    seal_label,
)
from keys.store import KeyStore, open_key_store, open_trust_root
from tests.unit.keys.pki import World

SEAL = seal_label("TRADE")


def _is_one_sentence(error: KeysError) -> bool:
    text = str(error)
    return "\n" not in text and len(text) < 300


def test_a_signer_knows_its_certificates(world: World) -> None:
    signer = world.store.load_signer(SEAL)
    assert signer.label == SEAL
    assert signer.certificate == world.store.load_certificate(SEAL)
    assert [
        certificate.subject.rfc4514_string()[:29] for certificate in signer.chain
    ] == [
        "CN=Tra Development Issuing CA",
        "CN=Tra Development Root CA,O=",
    ]
    assert signer.certificate is not None
    assert signer.public_key == signer.certificate.public_key()


def test_the_chain_of_the_root_is_empty(world: World) -> None:
    assert world.store.load_signer(ROOT_CA).chain == ()


def test_a_signer_is_loaded_once(world: World) -> None:
    store = world.store
    assert store.load_signer(SEAL) is store.load_signer(SEAL)


def test_a_key_is_decrypted_once_in_a_process(world: World) -> None:
    first, second = world.store, world.store
    assert first is not second
    assert first.files.load_private_key(TSA) is second.files.load_private_key(TSA)


def test_a_replaced_key_file_is_noticed(own_world: World) -> None:
    before = own_world.store.files.load_private_key(TSA)
    shutil.copy(own_world.key("ocsp"), own_world.key("tsa"))
    assert own_world.store.files.load_private_key(TSA) is not before


def test_a_wrong_passphrase_is_told(world: World) -> None:
    store = KeyStore(world.folder, b"wrong", Environment.DEVELOPMENT)
    with pytest.raises(PassphraseError, match="does not open key seal-TRADE") as caught:
        store.load_signer(SEAL)
    assert _is_one_sentence(caught.value)
    assert "wrong" not in str(caught.value)


def test_a_wrong_passphrase_is_told_after_the_right_one_worked(world: World) -> None:
    world.store.load_signer(OCSP)
    store = KeyStore(world.folder, b"wrong", Environment.DEVELOPMENT)
    with pytest.raises(PassphraseError):
        store.load_signer(OCSP)


def test_a_missing_key_is_told(own_world: World) -> None:
    own_world.key("tsa").unlink()
    expected = re.escape(f"key tsa is not there: {own_world.key('tsa')}")
    with pytest.raises(KeyMissingError, match=expected) as caught:
        own_world.store.load_signer(TSA)
    assert _is_one_sentence(caught.value)


def test_a_missing_certificate_is_told(own_world: World) -> None:
    own_world.certificate("tsa").unlink()
    with pytest.raises(CertificateMissingError, match="the certificate of tsa"):
        own_world.store.load_signer(TSA)


@pytest.mark.parametrize("other", ["ocsp", "seal-TRADE"])
def test_a_key_of_another_certificate_is_told(own_world: World, other: str) -> None:
    shutil.copy(own_world.certificate(other), own_world.certificate("tsa"))
    with pytest.raises(KeyMismatchError, match="key tsa does not belong"):
        own_world.store.load_signer(TSA)


def test_a_trust_root_of_another_public_key_is_told(own_world: World) -> None:
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    (own_world.settings.trust_root_folder / "trust-root.pub.pem").write_bytes(
        other.public_bytes(
            serialization.Encoding.PEM,
            serialization.PublicFormat.SubjectPublicKeyInfo,
        )
    )
    with pytest.raises(KeyMismatchError, match="key trust-root does not belong"):
        open_trust_root(own_world.settings).load_signer(TRUST_ROOT)


@pytest.mark.parametrize("public", [None, b"junk"])
def test_a_trust_root_without_its_public_key_is_told(
    own_world: World, public: bytes | None
) -> None:
    path = own_world.settings.trust_root_folder / "trust-root.pub.pem"
    path.unlink()
    if public is not None:
        path.write_bytes(public)
    with pytest.raises(KeyFileError, match=r"trust-root\.pub\.pem"):
        open_trust_root(own_world.settings).load_signer(TRUST_ROOT)


@pytest.mark.parametrize("damage", [b"", b"junk", b"\x00\xff"])
def test_a_file_that_is_no_key_is_told(own_world: World, damage: bytes) -> None:
    own_world.key("tsa").write_bytes(damage)
    with pytest.raises(KeyFileError, match="key tsa is not an encrypted PKCS#8 key"):
        own_world.store.load_signer(TSA)


def test_a_damaged_key_file_is_told(own_world: World) -> None:
    whole = own_world.key("tsa").read_text()
    own_world.key("tsa").write_text(whole.replace(whole[60:64], "AAAA"))
    with pytest.raises(PassphraseError, match="or its file is damaged"):
        own_world.store.load_signer(TSA)


def test_a_key_that_is_not_encrypted_is_refused(own_world: World) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    own_world.key("tsa").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    with pytest.raises(KeyFileError, match="not an encrypted"):
        own_world.store.load_signer(TSA)


def test_a_key_of_another_kind_is_refused(own_world: World) -> None:
    passphrase = (own_world.settings.home / "passphrase").read_bytes().strip()
    own_world.key("tsa").write_bytes(
        ed25519.Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(passphrase),
        )
    )
    with pytest.raises(KeyFileError, match="neither RSA nor elliptic curve"):
        own_world.store.load_signer(TSA)


@pytest.mark.parametrize("damage", [b"", b"junk"])
def test_a_file_that_is_no_certificate_is_told(own_world: World, damage: bytes) -> None:
    own_world.certificate("tsa").write_bytes(damage)
    with pytest.raises(KeyFileError, match="not a readable certificate"):
        own_world.store.load_signer(TSA)


def test_a_weak_key_is_never_stored(own_world: World) -> None:
    store = own_world.store
    for key in (
        rsa.generate_private_key(public_exponent=65537, key_size=1024),  # noqa: S505 - weak on purpose
        ec.generate_private_key(ec.SECP384R1()),
    ):
        with pytest.raises(UnsupportedKeyError, match="RSA of 2048 bits or more"):
            store.files.save_key(seal_label("NEW"), key)
    assert not own_world.key("seal-NEW").exists()


def test_a_key_is_never_overwritten(own_world: World) -> None:
    before = own_world.key("tsa").read_bytes()
    with pytest.raises(KeyExistsError, match="never overwritten"):
        own_world.store.files.save_key(TSA, ec.generate_private_key(ec.SECP256R1()))
    assert own_world.key("tsa").read_bytes() == before
    assert list(own_world.folder.glob(".*")) == []


@pytest.mark.parametrize("label", ["../passphrase", "seal-", "seal-a", "", "nobody"])
def test_a_text_that_is_no_label_reaches_no_file(world: World, label: str) -> None:
    with pytest.raises(KeyLabelError):
        world.store.load_signer(KeyLabel(label))


def test_production_refuses_key_files(world: World) -> None:
    settings = world.settings.model_copy(update={"env": Environment.PRODUCTION})
    with pytest.raises(ProductionRefusedError) as caught:
        open_key_store(settings).load_signer(SEAL)
    assert str(caught.value) == (
        "key seal-TRADE is a file, which TRA_ENV=production refuses: "
        "use a key in an HSM"
    )


def test_key_files_announce_themselves_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    script = (
        "import logging, sys\n"
        "from pathlib import Path\n"
        "from keys.settings import KeysSettings\n"
        "from keys.store import open_key_store\n"
        "logging.basicConfig(format='%(levelname)s %(message)s')\n"
        "store = open_key_store(KeysSettings(home=Path(sys.argv[1])))\n"
        "store.load_signer('tsa'), store.load_signer('ocsp')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, world.settings.home],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert done.stderr == (
        "WARNING private keys are read from files: for development only\n"
    )
    assert logging.WARNING not in {record.levelno for record in caplog.records}


def test_a_signer_shows_no_secret(world: World) -> None:
    assert "private_key" not in repr(world.store.load_signer(SEAL))


def test_strangers_in_the_folder_are_not_listed(own_world: World) -> None:
    (own_world.folder / "mine.key.pem").write_bytes(b"")
    (own_world.folder / "notes.txt").write_bytes(b"")
    assert "mine" not in own_world.store.list_labels()


def test_a_certificate_is_usable_only_while_it_is_valid(
    own_world: World, now: datetime
) -> None:
    store = own_world.store
    certificate = store.load_certificate(SEAL)
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    store.check_usable(SEAL, start)
    store.check_usable(SEAL, end)
    for moment in (start - timedelta(seconds=1), end + timedelta(seconds=1)):
        with pytest.raises(CertificateUnusableError, match="is valid from"):
            store.check_usable(SEAL, moment)

    revoke_certificate(
        own_world.store, SEAL, reason=RevocationReason.KEY_COMPROMISE, now=now
    )

    with pytest.raises(CertificateUnusableError, match=r"revoked \(key_comp"):
        store.check_usable(SEAL, now)
    store.check_usable(PUBLICATION, now)


def test_the_trust_root_has_no_certificate_to_check(
    world: World, now: datetime
) -> None:
    with pytest.raises(CertificateMissingError):
        open_trust_root(world.settings).check_usable(TRUST_ROOT, now)


def test_labels_name_agency_and_purpose() -> None:
    assert (seal_label("A1"), claim_label("A1")) == ("seal-A1", "claim-A1")
