# SPDX-License-Identifier: Apache-2.0
"""Signer whose key is an encrypted file: for development only.

It announces itself in the log and refuses to exist when the program runs in
production. A key file is decrypted once in a process, however many signers
are made of it.
"""

import logging
from dataclasses import dataclass, field
from functools import cache, lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from keys.errors import (
    KeyFileError,
    KeyMismatchError,
    PassphraseError,
    ProductionRefusedError,
)
from keys.settings import Environment
from keys.signing import TRUST_ROOT, Algorithm, KeyLabel, PublicKey, algorithm_of

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class FileSigner:
    """Signs with a private key held in this process's memory."""

    label: KeyLabel
    private_key: PrivateKey = field(repr=False)
    certificate: x509.Certificate | None
    chain: tuple[x509.Certificate, ...]
    env: Environment

    public_key: PublicKey = field(init=False, repr=False)
    algorithm: Algorithm = field(init=False)

    def __post_init__(self) -> None:
        """Refuse production and a certificate of another key."""
        check_not_production(self.env, f"key {self.label} is a file")
        public_key = self.private_key.public_key()
        if self.certificate is not None:
            check_same_key(public_key, self.certificate.public_key(), self.label)
        object.__setattr__(self, "public_key", public_key)
        object.__setattr__(self, "algorithm", algorithm_of(public_key))
        if self.label != TRUST_ROOT:  # which may be one, in a safe
            _announce()

    def sign(self, message: bytes) -> bytes:
        """Sign `message` over SHA-256, see `keys.signing.Signer.sign`."""
        if isinstance(self.private_key, rsa.RSAPrivateKey):
            return self.private_key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return self.private_key.sign(message, ec.ECDSA(hashes.SHA256()))


# One line a process: a line for each key would be skipped by every reader.
@cache
def _announce() -> None:
    _logger.warning("private keys are read from files: for development only")


def check_not_production(env: Environment, what: str) -> None:
    """Refuse production.

    Raises:
        ProductionRefusedError: `env` is production.
    """
    if env == Environment.PRODUCTION:
        raise ProductionRefusedError(
            f"{what}, which TRA_ENV=production refuses: use a key in an HSM"
        )


def check_same_key(mine: PublicKey, other: object, label: KeyLabel) -> None:
    """Check that a certificate or public key belongs to a private key.

    Raises:
        KeyMismatchError: it belongs to another.
    """
    if mine != other:
        raise KeyMismatchError(
            f"key {label} does not belong to the certificate or public key beside it"
        )


def generate_private_key(algorithm: Algorithm, bits: int) -> PrivateKey:
    """Make a private key; `bits` counts for RSA only."""
    if algorithm is Algorithm.ES256:
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def encrypt_private_key(key: PrivateKey, passphrase: bytes) -> bytes:
    """Encode a private key as encrypted PKCS#8 PEM (RFC 5958, PBES2, AES-256)."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase),
    )


# The key derivation is slow on purpose, so its result is kept. The file's
# content is the cache key: a replaced file is never mistaken for the old one.
@lru_cache(maxsize=256)
def decrypt_private_key(pem: bytes, passphrase: bytes, label: str) -> PrivateKey:
    """Decode an encrypted PKCS#8 PEM; the result is kept for this process.

    Raises:
        PassphraseError: the passphrase does not open it.
        KeyFileError: it is not an encrypted key of a kind used here.
    """
    if b"-----BEGIN ENCRYPTED PRIVATE KEY-----" not in pem:
        raise KeyFileError(f"the file of key {label} is not an encrypted PKCS#8 key")
    try:
        key = serialization.load_pem_private_key(pem, passphrase)
    except ValueError as error:
        # A wrong passphrase and a damaged file look the same under PBES2.
        raise PassphraseError(
            f"the passphrase does not open key {label}, or its file is damaged"
        ) from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise KeyFileError(f"key {label} is neither RSA nor elliptic curve")
    return key
