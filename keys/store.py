# SPDX-License-Identifier: Apache-2.0
"""The keys of an installation: where each is, which of them sign, their signers.

Promises: settings alone say whether a key is a file or in the token, and it is
never looked for in the other place; a signer is loaded once and kept; a key that
does not belong to its certificate is never used; a key that is compromised signs
no more, at once and in every process.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from keys.chain import is_issued_by, public_key_of
from keys.errors import (
    CertificateMissingError,
    CertificateUnusableError,
    KeyFileError,
    KeyMismatchError,
    SignatureFaultError,
)
from keys.files import locked
from keys.folder import KeyFolder
from keys.guarded import GuardedSigner
from keys.hsm import TokenSigner
from keys.index import CertificateIndex
from keys.inventory import Inventory, KeyEntry
from keys.settings import Environment, KeysSettings, read_passphrase
from keys.shelf import TokenShelf
from keys.signing import (
    ISSUING_CA,
    ROOT_CA,
    TRUST_ROOT,
    Algorithm,
    KeyLabel,
    PublicKey,
    Signer,
    parse_key_name,
    parse_label,
)
from keys.softkey import (
    FileSigner,
    PrivateKey,
    check_same_key,
    generate_private_key,
)

_PROOF = b"Tra: does this key belong to its certificate?"
"""Signed once when a key is loaded from a token; no document begins like this."""

_BEFORE_THE_INVENTORY = datetime.fromtimestamp(0, UTC)
"""Since when a key signs that has no entry; its certificate tells better."""


class KeyStore:
    """Keys, certificates, inventory and index of one folder, and a token."""

    def __init__(
        self,
        folder: Path,
        passphrase: bytes | None,
        env: Environment,
        shelf: TokenShelf | None = None,
    ) -> None:
        self.folder = folder
        self.files = KeyFolder(folder, passphrase, env)
        self.index = CertificateIndex(folder / "ca.json")
        self.inventory = Inventory(folder / "inventory.json")
        self._shelf = shelf
        self._env = env
        self._signers: dict[str, FileSigner | TokenSigner] = {}
        self._guarded: dict[str, Signer] = {}
        self._lock = Lock()

    def changing(self) -> AbstractContextManager[None]:
        """Let one process at a time make keys, so that none is made twice."""
        return locked(self.folder / "changing")

    def list_labels(self) -> list[KeyLabel]:
        """Labels of all keys that are known here, sorted."""
        names = {*self.files.list_keys(), *self.files.list_certificates()}
        found = {parse_key_name(name)[0] for name in names}
        found.update(entry.label for entry in self.inventory.read().values())
        return sorted(found)

    def list_entries(self, label: KeyLabel) -> list[KeyEntry]:
        """All keys that a label has had, the oldest first."""
        known = {
            entry.generation: entry
            for entry in self.inventory.read().values()
            if entry.label == label
        }
        if 1 not in known:
            first = KeyEntry(label=parse_label(label), generation=1)
            if self.files.has_certificate(label):
                known[1] = replace(first, activated_at=_BEFORE_THE_INVENTORY)
            elif self.files.has_key(label):
                known[1] = first
        return [known[number] for number in sorted(known)]

    def current_entry(self, label: KeyLabel) -> KeyEntry:
        """The key of a label that signs, or that would if it had a certificate.

        Raises:
            KeyStoppedError: it is compromised, and has no successor yet.
        """
        entries = self.list_entries(label)
        for entry in reversed(entries):
            if entry.signs:
                return entry
            self.inventory.check_may_sign(entry.name)
        return entries[-1] if entries else KeyEntry(label=label, generation=1)

    def list_certificates(
        self, label: KeyLabel
    ) -> list[tuple[KeyEntry, x509.Certificate]]:
        """All keys of a label that have a certificate, with it, the oldest first.

        Raises:
            CertificateMissingError: none has.
        """
        found = [
            (entry, self.files.load_certificate(entry.name))
            for entry in self.list_entries(label)
            if self.files.has_certificate(entry.name)
        ]
        if not found:
            raise CertificateMissingError(f"no key of {label} has a certificate")
        return found

    def is_in_token(self, label: KeyLabel) -> bool:
        """Tell whether the keys of a label are in the token."""
        return self._shelf is not None and self._shelf.holds(label)

    def has_key(self, entry: KeyEntry) -> bool:
        """Tell whether the private key is where it belongs."""
        shelf = self._shelf_of(entry.label)
        if shelf is not None:
            return shelf.keys.has_key(entry.name)
        return self.files.has_key(entry.name)

    def create_key(self, entry: KeyEntry, algorithm: Algorithm, bits: int) -> None:
        """Make a private key where it belongs; `bits` counts for RSA only.

        Raises:
            KeyExistsError: there is one already.
            ProductionRefusedError: it would be a file, in production.
            TokenError: the token is out of reach, full or refuses.
        """
        shelf = self._shelf_of(entry.label)
        if shelf is not None:
            shelf.keys.generate_key(entry.name, algorithm, bits)
        else:
            self.files.save_key(entry.name, generate_private_key(algorithm, bits))

    def import_key(self, entry: KeyEntry, key: PrivateKey) -> None:
        """Put a private key from outside where it belongs.

        Raises:
            KeyExistsError, ProductionRefusedError, TokenError: as `create_key`.
        """
        shelf = self._shelf_of(entry.label)
        if shelf is not None:
            shelf.keys.import_key(entry.name, key)
        else:
            self.files.save_key(entry.name, key)

    def load_signer(self, label: KeyLabel) -> Signer:
        """Load the key of a label that signs; the second call gives the same signer.

        Raises:
            KeyMissingError: there is no such key.
            KeyStoppedError: it is compromised.
            CertificateMissingError: its certificate is not there.
            PassphraseError, PinError: what does not open it.
            KeyFileError: a file is unreadable.
            KeyMismatchError: key and certificate do not belong together.
            ProductionRefusedError: it is a file, and the program runs in production.
            TokenError: it is in a token, which is out of reach or refuses.
        """
        entry = self.current_entry(parse_label(label))
        signer = self._load(entry)
        with self._lock:
            if entry.name not in self._guarded:
                self._guarded[entry.name] = GuardedSigner(
                    signer=signer, name=entry.name, inventory=self.inventory
                )
            return self._guarded[entry.name]

    def load_file_signer(self, label: KeyLabel) -> FileSigner:
        """Load a key file as `load_signer` does, for the CA, which needs the key.

        Raises:
            KeyFileError: it is in a token.
        """
        signer = self._load(self.current_entry(label))
        if not isinstance(signer, FileSigner):
            raise KeyFileError(f"key {label} is in a token, and should be a file")
        return signer

    def load_bare_signer(self, entry: KeyEntry) -> Signer:
        """Load a key without its certificate, to ask a CA for one.

        Raises:
            KeysError: as `load_signer`.
        """
        shelf = self._shelf_of(entry.label)
        if shelf is None:
            key = self.files.load_private_key(entry.name)
            return self._file_signer(entry, key)
        public_key = shelf.keys.public_key(entry.name)
        return self._token_signer(entry, shelf, public_key)

    def load_certificate(self, label: KeyLabel) -> x509.Certificate:
        """Load the certificate of the key of a label that signs.

        Raises:
            CertificateMissingError: it is not there.
            KeyFileError: the file is not a certificate.
        """
        return self.files.load_certificate(self.current_entry(label).name)

    def load_chain(self, entry: KeyEntry) -> tuple[x509.Certificate, ...]:
        """Find the issuers of the certificate of a key, the root last.

        Raises:
            CertificateMissingError: the certificate or an issuer is not there.
            KeyFileError: a file is unreadable.
        """
        certificate = self.files.load_certificate(entry.name)
        if chain := self.files.load_chain(entry.name):
            return chain
        ours = [
            self.files.load_certificate(label)
            for label in (ISSUING_CA, ROOT_CA)
            if self.files.has_certificate(label)
        ]
        found: list[x509.Certificate] = []
        while certificate.issuer != certificate.subject:
            certificate = _find_issuer(certificate, ours)
            found.append(certificate)
        return tuple(found)

    def save_certificate(
        self,
        entry: KeyEntry,
        certificate: x509.Certificate,
        chain: Sequence[x509.Certificate] = (),
    ) -> None:
        """Write the certificate of a key, and its chain if it is not of our CA."""
        self.files.save_certificate(entry.name, certificate, chain)
        with self._lock:
            self._signers.pop(entry.name, None)
            self._guarded.pop(entry.name, None)

    def check_usable(self, label: KeyLabel, now: datetime) -> None:
        """Check that the key of a label may be signed with now.

        Raises:
            CertificateUnusableError: its certificate is revoked or not valid now.
            CertificateMissingError: there is none.
            KeyStoppedError: it is compromised.
        """
        self.check_entry(self.current_entry(label), now)

    def check_entry(self, entry: KeyEntry, now: datetime) -> None:
        """Check that one key may be signed with now, as `check_usable` does."""
        self.inventory.check_may_sign(entry.name)
        loaded = self._signers.get(entry.name)
        certificate = loaded.certificate if loaded else None
        if certificate is None:
            certificate = self.files.load_certificate(entry.name)
        revocation = self.index.read().revoked.get(certificate.serial_number)
        if revocation is not None:
            raise CertificateUnusableError(
                f"the certificate of {entry.name} is revoked ({revocation.reason})"
            )
        start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        if not start <= now <= end:
            raise CertificateUnusableError(
                f"the certificate of {entry.name} is valid from {start.isoformat()} "
                f"to {end.isoformat()}; it is {now.isoformat()}"
            )

    def _shelf_of(self, label: KeyLabel) -> TokenShelf | None:
        return self._shelf if self.is_in_token(label) else None

    def _load(self, entry: KeyEntry) -> FileSigner | TokenSigner:
        with self._lock:
            if entry.name not in self._signers:
                self._signers[entry.name] = self._make_signer(entry)
            return self._signers[entry.name]

    def _make_signer(self, entry: KeyEntry) -> FileSigner | TokenSigner:
        shelf = self._shelf_of(entry.label)
        if shelf is None:
            key = self.files.load_private_key(entry.name)
            if entry.label == TRUST_ROOT:
                mine = self.files.load_public_key(entry.name)
                check_same_key(key.public_key(), mine, entry.label)
                return self._file_signer(entry, key)
            certificate = self.files.load_certificate(entry.name)
            return self._file_signer(entry, key, certificate)
        held, public_key = self._load_public(entry)
        signer = self._token_signer(entry, shelf, public_key, held)
        try:
            signer.sign(_PROOF)
        except SignatureFaultError as error:
            raise KeyMismatchError(f"{error}") from error
        return signer

    def _load_public(
        self, entry: KeyEntry
    ) -> tuple[x509.Certificate | None, PublicKey]:
        if entry.label == TRUST_ROOT:  # which verifiers pin: it has no certificate
            key = self.files.load_public_key(entry.name)
            if not isinstance(key, RSAPublicKey | EllipticCurvePublicKey):
                raise KeyFileError(f"the public key of {entry.name} is of another kind")
            return None, key
        certificate = self.files.load_certificate(entry.name)
        return certificate, public_key_of(certificate)

    def _file_signer(
        self,
        entry: KeyEntry,
        key: PrivateKey,
        certificate: x509.Certificate | None = None,
    ) -> FileSigner:
        return FileSigner(
            label=entry.label,
            private_key=key,
            certificate=certificate,
            chain=self.load_chain(entry) if certificate else (),
            env=self._env,
        )

    def _token_signer(
        self,
        entry: KeyEntry,
        shelf: TokenShelf,
        public_key: PublicKey,
        certificate: x509.Certificate | None = None,
    ) -> TokenSigner:
        return TokenSigner(
            label=entry.label,
            name=entry.name,
            keys=shelf.keys,
            public_key=public_key,
            certificate=certificate,
            chain=self.load_chain(entry) if certificate else (),
        )


def open_key_store(settings: KeysSettings) -> KeyStore:
    """Open the keys the server uses.

    Raises:
        PassphraseError: there is no passphrase for key files.
    """
    shelf = None if settings.pkcs11_module is None else TokenShelf(settings)
    return KeyStore(settings.keys_folder, _passphrase(settings), settings.env, shelf)


def open_trust_root(settings: KeysSettings) -> KeyStore:
    """Open the folder of the trust root.

    Raises:
        PassphraseError: there is no passphrase.
    """
    return KeyStore(settings.trust_root_folder, _passphrase(settings), settings.env)


def _passphrase(settings: KeysSettings) -> bytes | None:
    # Production refuses key files, so it needs no passphrase for them.
    if settings.env is Environment.PRODUCTION:
        return None
    return read_passphrase(settings)


def _find_issuer(
    certificate: x509.Certificate, candidates: list[x509.Certificate]
) -> x509.Certificate:
    for candidate in candidates:
        if is_issued_by(certificate, candidate):
            return candidate
    raise CertificateMissingError(
        f"the issuer of {certificate.subject.rfc4514_string()} is not in the folder"
    )
