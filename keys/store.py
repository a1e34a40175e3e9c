# SPDX-License-Identifier: Apache-2.0
"""Folder of keys and certificates.

Promises: private keys lie encrypted, mode 0600, written at once, and are
never overwritten; a signer is loaded once and kept; a key that does not
belong to its certificate is never used.
"""

from datetime import datetime
from pathlib import Path
from threading import Lock

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization

from keys.errors import (
    CertificateMissingError,
    CertificateUnusableError,
    KeyFileError,
    KeyLabelError,
    KeyMissingError,
)
from keys.files import create_file, replace_file
from keys.index import CertificateIndex
from keys.settings import Environment, KeysSettings, read_passphrase
from keys.signing import (
    ISSUING_CA,
    ROOT_CA,
    TRUST_ROOT,
    KeyLabel,
    PublicKey,
    Signer,
    algorithm_of,
    parse_label,
)
from keys.softkey import (
    FileSigner,
    PrivateKey,
    check_same_key,
    decrypt_private_key,
    encrypt_private_key,
)

_KEY_MODE = 0o600
_PUBLIC_MODE = 0o644


class KeyStore:
    """Keys, certificates and the index of one folder."""

    def __init__(self, folder: Path, passphrase: bytes, env: Environment) -> None:
        self.folder = folder
        self.index = CertificateIndex(folder / "ca.json")
        self._passphrase = passphrase
        self._env = env
        self._signers: dict[KeyLabel, FileSigner] = {}
        self._lock = Lock()

    def list_labels(self) -> list[KeyLabel]:
        """Labels of all keys in the folder, sorted."""
        labels = []
        for path in sorted(self.folder.glob("*.key.pem")):
            try:
                labels.append(parse_label(path.name.removesuffix(".key.pem")))
            except KeyLabelError:
                continue  # a stranger's file is no key of ours
        return labels

    def has_key(self, label: KeyLabel) -> bool:
        """Tell whether the folder has this private key."""
        return self._key_path(label).exists()

    def has_certificate(self, label: KeyLabel) -> bool:
        """Tell whether the folder has this certificate."""
        return self._certificate_path(label).exists()

    def load_signer(self, label: KeyLabel) -> Signer:
        """Load a key for signing; the second call gives the same signer.

        Raises:
            KeyMissingError: there is no such key.
            CertificateMissingError: its certificate is not there.
            PassphraseError: the passphrase does not open it.
            KeyFileError: a file is unreadable.
            KeyMismatchError: key and certificate do not belong together.
            ProductionRefusedError: the program runs in production.
        """
        return self.load_file_signer(label)

    def load_file_signer(self, label: KeyLabel) -> FileSigner:
        """Load a key as `load_signer` does, for the ceremony, which needs the key."""
        with self._lock:
            if label not in self._signers:
                self._signers[label] = self._make_signer(label)
            return self._signers[label]

    def load_certificate(self, label: KeyLabel) -> x509.Certificate:
        """Load a certificate.

        Raises:
            CertificateMissingError: it is not there.
            KeyFileError: the file is not a certificate.
        """
        path = self._certificate_path(label)
        try:
            return x509.load_pem_x509_certificate(path.read_bytes())
        except FileNotFoundError:
            raise CertificateMissingError(
                f"the certificate of {label} is not there: {path}"
            ) from None
        except (OSError, ValueError) as error:
            raise KeyFileError(f"{path} is not a readable certificate") from error

    def load_chain(self, certificate: x509.Certificate) -> tuple[x509.Certificate, ...]:
        """Find the issuers of a certificate in this folder, the root last.

        Raises:
            CertificateMissingError: an issuer is not in the folder.
        """
        issuers = [
            self.load_certificate(label)
            for label in (ISSUING_CA, ROOT_CA)
            if self.has_certificate(label)
        ]
        chain: list[x509.Certificate] = []
        current = certificate
        while current.issuer != current.subject:
            current = _find_issuer(current, issuers)
            chain.append(current)
        return tuple(chain)

    def save_key(self, label: KeyLabel, key: PrivateKey) -> None:
        """Write a private key, encrypted.

        Raises:
            KeyExistsError: there is one of this label.
        """
        algorithm_of(key.public_key())
        pem = encrypt_private_key(key, self._passphrase)
        create_file(self._key_path(label), pem, mode=_KEY_MODE)

    def save_certificate(self, label: KeyLabel, certificate: x509.Certificate) -> None:
        """Write the certificate of a key, in place of an older one."""
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        replace_file(self._certificate_path(label), pem, mode=_PUBLIC_MODE)
        with self._lock:
            self._signers.pop(label, None)

    def save_public_key(self, label: KeyLabel, key: PublicKey) -> None:
        """Write a public key that has no certificate.

        Raises:
            KeyExistsError: there is one of this label.
        """
        pem = key.public_bytes(
            serialization.Encoding.PEM,
            serialization.PublicFormat.SubjectPublicKeyInfo,
        )
        create_file(self._public_key_path(label), pem, mode=_PUBLIC_MODE)

    def has_public_key(self, label: KeyLabel) -> bool:
        """Tell whether the folder has this public key file."""
        return self._public_key_path(label).exists()

    def load_private_key(self, label: KeyLabel) -> PrivateKey:
        """Decrypt a private key, once per process.

        Raises:
            KeyMissingError: there is no such key.
            PassphraseError: the passphrase does not open it.
            KeyFileError: the file is unreadable.
        """
        path = self._key_path(label)
        try:
            pem = path.read_bytes()
        except FileNotFoundError:
            raise KeyMissingError(f"key {label} is not there: {path}") from None
        except OSError as error:
            raise KeyFileError(f"{path} cannot be read: {error.strerror}") from error
        return decrypt_private_key(pem, self._passphrase, label)

    def check_usable(self, label: KeyLabel, now: datetime) -> None:
        """Check that the certificate of a key may be signed with now.

        Raises:
            CertificateUnusableError: it is revoked, expired or not valid yet.
            CertificateMissingError: there is none.
        """
        certificate = self.load_file_signer(label).certificate
        if certificate is None:
            raise CertificateMissingError(f"key {label} has no certificate")
        revocation = self.index.read().revoked.get(certificate.serial_number)
        if revocation is not None:
            raise CertificateUnusableError(
                f"the certificate of {label} is revoked ({revocation.reason})"
            )
        start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        if not start <= now <= end:
            raise CertificateUnusableError(
                f"the certificate of {label} is valid from {start.isoformat()} "
                f"to {end.isoformat()}; it is {now.isoformat()}"
            )

    def _make_signer(self, label: KeyLabel) -> FileSigner:
        private_key = self.load_private_key(label)
        if label == TRUST_ROOT:
            return self._make_bare_signer(label, private_key)
        certificate = self.load_certificate(label)
        return FileSigner(
            label=label,
            private_key=private_key,
            certificate=certificate,
            chain=self.load_chain(certificate),
            env=self._env,
        )

    def _make_bare_signer(self, label: KeyLabel, private_key: PrivateKey) -> FileSigner:
        path = self._public_key_path(label)
        try:
            public_key = serialization.load_pem_public_key(path.read_bytes())
        except (OSError, ValueError) as error:
            raise KeyFileError(f"{path} is not a readable public key") from error
        check_same_key(private_key.public_key(), public_key, label)
        return FileSigner(
            label=label,
            private_key=private_key,
            certificate=None,
            chain=(),
            env=self._env,
        )

    def _key_path(self, label: KeyLabel) -> Path:
        return self.folder / f"{parse_label(label)}.key.pem"

    def _certificate_path(self, label: KeyLabel) -> Path:
        return self.folder / f"{parse_label(label)}.crt.pem"

    def _public_key_path(self, label: KeyLabel) -> Path:
        return self.folder / f"{parse_label(label)}.pub.pem"


def open_key_store(settings: KeysSettings) -> KeyStore:
    """Open the folder of the keys the server uses.

    Raises:
        PassphraseError: there is no passphrase.
    """
    return KeyStore(settings.keys_folder, read_passphrase(settings), settings.env)


def open_trust_root(settings: KeysSettings) -> KeyStore:
    """Open the folder of the trust root.

    Raises:
        PassphraseError: there is no passphrase.
    """
    return KeyStore(settings.trust_root_folder, read_passphrase(settings), settings.env)


def _find_issuer(
    certificate: x509.Certificate, candidates: list[x509.Certificate]
) -> x509.Certificate:
    for candidate in candidates:
        if candidate.subject != certificate.issuer:
            continue
        try:
            certificate.verify_directly_issued_by(candidate)
        except (InvalidSignature, ValueError, TypeError):
            continue
        return candidate
    raise CertificateMissingError(
        f"the issuer of {certificate.subject.rfc4514_string()} is not in the folder"
    )
