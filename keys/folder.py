# SPDX-License-Identifier: Apache-2.0
"""Files of keys and certificates, by the name of a key.

Promises: private keys lie encrypted, mode 0600, written at once, and are never
overwritten; a certificate is there only once its chain is.
"""

from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from keys.errors import (
    CertificateMissingError,
    KeyFileError,
    KeyLabelError,
    KeyMissingError,
)
from keys.files import create_file, replace_file
from keys.settings import Environment
from keys.signing import PublicKey, algorithm_of, key_name, parse_key_name
from keys.softkey import (
    PrivateKey,
    check_not_production,
    decrypt_private_key,
    encrypt_private_key,
)

_KEY_MODE = 0o600
_PUBLIC_MODE = 0o644
_KEY = ".key.pem"
_CERTIFICATE = ".crt.pem"
_CHAIN = ".chain.pem"
_PUBLIC_KEY = ".pub.pem"


class KeyFolder:
    """One folder; without a passphrase it gives certificates only."""

    def __init__(self, path: Path, passphrase: bytes | None, env: Environment) -> None:
        self.path = path
        self._passphrase = passphrase
        self._env = env

    def list_keys(self) -> list[str]:
        """Names of the private keys, sorted."""
        return self._list(_KEY)

    def list_certificates(self) -> list[str]:
        """Names of the keys that have a certificate, sorted."""
        return self._list(_CERTIFICATE)

    def has_key(self, name: str) -> bool:
        """Tell whether there is this private key."""
        return self._file(name, _KEY).exists()

    def has_certificate(self, name: str) -> bool:
        """Tell whether there is this certificate."""
        return self._file(name, _CERTIFICATE).exists()

    def has_public_key(self, name: str) -> bool:
        """Tell whether there is this public key file."""
        return self._file(name, _PUBLIC_KEY).exists()

    def save_key(self, name: str, key: PrivateKey) -> None:
        """Write a private key, encrypted.

        Raises:
            KeyExistsError: there is one of this name.
            ProductionRefusedError: the program runs in production.
        """
        algorithm_of(key.public_key())
        pem = encrypt_private_key(key, self._open(name))
        create_file(self._file(name, _KEY), pem, mode=_KEY_MODE)

    def save_certificate(
        self,
        name: str,
        certificate: x509.Certificate,
        chain: Sequence[x509.Certificate] = (),
    ) -> None:
        """Write a certificate, in place of an older one, with its chain if it has one.

        A certificate of our own CA needs none: its chain is in this folder.
        """
        if chain:
            replace_file(self._file(name, _CHAIN), _pem(*chain), mode=_PUBLIC_MODE)
        replace_file(
            self._file(name, _CERTIFICATE), _pem(certificate), mode=_PUBLIC_MODE
        )

    def save_public_key(self, name: str, key: PublicKey) -> None:
        """Write a public key that has no certificate.

        Raises:
            KeyExistsError: there is one of this name.
        """
        pem = key.public_bytes(
            serialization.Encoding.PEM,
            serialization.PublicFormat.SubjectPublicKeyInfo,
        )
        create_file(self._file(name, _PUBLIC_KEY), pem, mode=_PUBLIC_MODE)

    def load_private_key(self, name: str) -> PrivateKey:
        """Decrypt a private key, once per process.

        Raises:
            KeyMissingError: there is no such key.
            PassphraseError: the passphrase does not open it.
            KeyFileError: the file is unreadable.
            ProductionRefusedError: the program runs in production.
        """
        path = self._file(name, _KEY)
        passphrase = self._open(name)
        try:
            pem = path.read_bytes()
        except FileNotFoundError:
            raise KeyMissingError(f"key {name} is not there: {path}") from None
        except OSError as error:
            raise KeyFileError(f"{path} cannot be read: {error.strerror}") from error
        return decrypt_private_key(pem, passphrase, name)

    def load_public_key(self, name: str) -> object:
        """Load a public key that has no certificate.

        Raises:
            KeyFileError: it is not there, or is none.
        """
        path = self._file(name, _PUBLIC_KEY)
        try:
            return serialization.load_pem_public_key(path.read_bytes())
        except (OSError, ValueError) as error:
            raise KeyFileError(f"{path} is not a readable public key") from error

    def load_certificate(self, name: str) -> x509.Certificate:
        """Load a certificate.

        Raises:
            CertificateMissingError: it is not there.
            KeyFileError: the file is not a certificate.
        """
        path = self._file(name, _CERTIFICATE)
        try:
            return x509.load_pem_x509_certificate(path.read_bytes())
        except FileNotFoundError:
            raise CertificateMissingError(
                f"the certificate of {name} is not there: {path}"
            ) from None
        except (OSError, ValueError) as error:
            raise KeyFileError(f"{path} is not a readable certificate") from error

    def load_chain(self, name: str) -> tuple[x509.Certificate, ...]:
        """Load the chain that came with a certificate; none came with our own.

        Raises:
            KeyFileError: the file holds no certificates.
        """
        path = self._file(name, _CHAIN)
        try:
            return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
        except FileNotFoundError:
            return ()
        except (OSError, ValueError) as error:
            raise KeyFileError(f"{path} is not a readable chain") from error

    def _open(self, name: str) -> bytes:
        check_not_production(self._env, f"key {name} is a file")
        if self._passphrase is None:
            raise KeyFileError(f"key {name} is a file, and no passphrase opens it")
        return self._passphrase

    def _file(self, name: str, ending: str) -> Path:
        # Read and written anew, so that no other text ever becomes a path.
        return self.path / f"{key_name(*parse_key_name(name))}{ending}"

    def _list(self, ending: str) -> list[str]:
        names = []
        for path in sorted(self.path.glob(f"*{ending}")):
            name = path.name.removesuffix(ending)
            try:
                parse_key_name(name)
            except KeyLabelError:
                continue  # a stranger's file is no key of ours
            names.append(name)
        return names


def _pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(c.public_bytes(serialization.Encoding.PEM) for c in certificates)
