# SPDX-License-Identifier: Apache-2.0
"""Keys in a token (an HSM, over PKCS#11), and the signer that uses one.

The private key never leaves the token: it is made there, or put there for good;
one that could be taken out is refused in production. The token is given digests.
Every signature is verified with the certificate's public key before it is handed
out: that costs little, and a faulty RSA signature would give the key away (ADR 10).
"""

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import Final, TypeVar

import pkcs11
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    Prehashed,
    encode_dss_signature,
)
from pkcs11 import Attribute, KeyType, Mechanism, MechanismFlag, ObjectClass
from pkcs11.util.ec import (
    decode_ec_private_key,
    decode_ec_public_key,
    encode_named_curve_parameters,
)
from pkcs11.util.rsa import decode_rsa_private_key, decode_rsa_public_key

from keys.errors import (
    KeyAmbiguousError,
    KeyExistsError,
    KeyExposedError,
    KeyMissingError,
    KeysError,
    SignatureFaultError,
    TokenError,
    TokenFullError,
    UnsupportedKeyError,
)
from keys.settings import Environment
from keys.signing import Algorithm, KeyLabel, PublicKey, algorithm_of
from keys.softkey import PrivateKey
from keys.token import Session, SigningKey, Token

_T = TypeVar("_T")
_logger = logging.getLogger(__name__)

_P256: Final = encode_named_curve_parameters("secp256r1")
_P256_POINT_BYTES: Final = 65
_P256_HALF: Final = 32
_ID_BYTES: Final = 16
# DigestInfo of SHA-256 without the digest (RFC 8017 §9.2, note 1).
_SHA256_INFO: Final = bytes.fromhex("3031300d060960864801650304020105000420")

_USE: Final = MechanismFlag.SIGN | MechanismFlag.VERIFY
_SECRET: Final = {
    Attribute.TOKEN: True,
    Attribute.PRIVATE: True,
    Attribute.SENSITIVE: True,
    Attribute.EXTRACTABLE: False,
}
# How modules say that there is no room; SoftHSM on a full disk says FunctionFailed.
_NOT_STORED: Final = (
    pkcs11.DeviceError,
    pkcs11.DeviceMemory,
    pkcs11.FunctionFailed,
    pkcs11.GeneralError,
    pkcs11.HostMemory,
)


@dataclass(frozen=True, kw_only=True)
class TokenKeyFacts:
    """What a token tells of a private key."""

    name: str
    protected: bool
    """It can neither be read nor be wrapped for another place."""
    made_inside: bool
    """It was never outside."""


class TokenKeys:
    """The keys of one token, by their label in it (CKA_LABEL)."""

    def __init__(self, token: Token, env: Environment) -> None:
        self.token = token
        self._env = env

    def list_facts(self) -> list[TokenKeyFacts]:
        """Describe all private keys, sorted by name."""

        def read(session: Session) -> list[TokenKeyFacts]:
            return [_facts(key) for key in _private_keys(session.raw)]

        return sorted(self.token.run(read), key=lambda facts: facts.name)

    def has_key(self, name: str) -> bool:
        """Tell whether there is a private key of this name."""
        return bool(self.token.run(lambda s: _private_keys(s.raw, name)))

    def public_key(self, name: str) -> PublicKey:
        """Read the public half of a key.

        Raises:
            KeyMissingError: there is no such key, or its public half is not there.
            KeyAmbiguousError: there are two of this name.
            UnsupportedKeyError: it is of a kind that is not used here.
        """

        def read(session: Session) -> PublicKey:
            private = self._find(session, name)
            found = list(
                session.raw.get_objects(
                    {Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.LABEL: name}
                )
            )
            if not found:
                raise KeyMissingError(
                    f"token {self.token.label} has no public key labelled {name}"
                )
            if len(found) > 1:
                raise self._ambiguous(len(found), name, "public")
            if found[0][Attribute.KEY_TYPE] != private[Attribute.KEY_TYPE]:
                raise UnsupportedKeyError(f"public and private key {name} differ")
            return _read_public_key(found[0], name)

        return self.token.run(read)

    def sign_digest(self, name: str, algorithm: Algorithm, digest: bytes) -> bytes:
        """Sign a SHA-256 digest; the form is that of `keys.signing.Signer.sign`.

        Raises:
            KeyMissingError, KeyAmbiguousError, KeyExposedError: which key.
            TokenError: the token is out of reach or refuses.
        """

        def sign(session: Session) -> bytes:
            key = self._find(session, name)
            if algorithm is Algorithm.RS256:
                return key.sign(_SHA256_INFO + digest, mechanism=Mechanism.RSA_PKCS)
            raw = key.sign(digest, mechanism=Mechanism.ECDSA)
            return encode_dss_signature(
                int.from_bytes(raw[:_P256_HALF]), int.from_bytes(raw[_P256_HALF:])
            )

        return self.token.run(sign)

    def generate_key(self, name: str, algorithm: Algorithm, bits: int) -> PublicKey:
        """Make a key in the token; `bits` counts for RSA only.

        Raises:
            KeyExistsError: there is one of this name.
            TokenFullError: the token could not store it.
            TokenError: the token is out of reach or refuses.
        """

        def make(raw: pkcs11.Session, identifier: bytes) -> PublicKey:
            generate = partial(raw.generate_keypair, KeyType.RSA, bits)
            if algorithm is Algorithm.ES256:
                curve = {Attribute.EC_PARAMS: _P256}
                p256 = raw.create_domain_parameters(KeyType.EC, curve, local=True)
                generate = partial(p256.generate_keypair)
            public, _private = generate(
                id=identifier,
                label=name,
                store=True,
                capabilities=_USE,
                private_template=_SECRET,
            )
            return _read_public_key(public, name)

        return self._store(name, make)

    def import_key(self, name: str, key: PrivateKey) -> None:
        """Put a key into the token, out of which it cannot be taken again.

        Raises:
            KeyExistsError: there is one of this name.
            TokenFullError: the token could not store it.
            TokenError: the token is out of reach or refuses.
        """
        algorithm_of(key.public_key())
        private, public = _attributes(key)

        def make(raw: pkcs11.Session, identifier: bytes) -> None:
            common = {Attribute.LABEL: name, Attribute.ID: identifier}
            raw.create_object({**private, **_SECRET, **common, Attribute.SIGN: True})
            raw.create_object(
                {**public, **common, Attribute.TOKEN: True, Attribute.VERIFY: True}
            )

        self._store(name, make)

    def _store(self, name: str, make: Callable[[pkcs11.Session, bytes], _T]) -> _T:
        identifier = secrets.token_bytes(_ID_BYTES)

        def act(raw: pkcs11.Session) -> _T:
            if list(raw.get_objects({Attribute.LABEL: name})):
                raise KeyExistsError(
                    f"token {self.token.label} has an object labelled {name} already"
                )
            with _clearing_up(raw, identifier):
                return make(raw, identifier)

        try:
            return self.token.run_writing(act)
        except _NOT_STORED as error:
            raise TokenFullError(
                f"token {self.token.label} could not store key {name} "
                f"({type(error).__name__}): it is full, or its storage is"
            ) from error
        except pkcs11.PKCS11Error as error:
            raise TokenError(
                f"token {self.token.label} does not take key {name}: "
                f"{type(error).__name__}"
            ) from error

    def _find(self, session: Session, name: str) -> SigningKey:
        known = (name, self._env)
        if known not in session.keys:
            found = _private_keys(session.raw, name)
            if not found:
                session.check_alive()
                names = sorted({_facts(k).name for k in _private_keys(session.raw)})
                raise KeyMissingError(
                    f"token {self.token.label} has no key labelled {name}; "
                    f"it has: {', '.join(names) or 'none'}"
                )
            if len(found) > 1:
                raise self._ambiguous(len(found), name, "private")
            session.keys[known] = self._check_use(found[0], name)
        return session.keys[known]

    def _check_use(self, key: pkcs11.PrivateKey, name: str) -> SigningKey:
        if not isinstance(key, pkcs11.SignMixin):
            raise TokenError(f"key {name} in token {self.token.label} may not sign")
        if _facts(key).protected:
            return key
        what = f"key {name} can be taken out of token {self.token.label}"
        if self._env is Environment.PRODUCTION:
            raise KeyExposedError(
                f"{what} (CKA_SENSITIVE must be true, CKA_EXTRACTABLE false), "
                "which TRA_ENV=production refuses: make a new key"
            )
        _logger.warning("%s", what)
        return key

    def _ambiguous(self, count: int, name: str, half: str) -> KeysError:
        return KeyAmbiguousError(
            f"token {self.token.label} has {count} {half} keys labelled {name}; "
            "rename or remove all but one with the token's own tools"
        )


@dataclass(frozen=True, kw_only=True)
class TokenSigner:
    """Signs with a key in a token."""

    label: KeyLabel
    name: str
    """Label of the key in the token."""
    keys: TokenKeys = field(repr=False)
    public_key: PublicKey = field(repr=False)
    certificate: x509.Certificate | None
    chain: tuple[x509.Certificate, ...]

    algorithm: Algorithm = field(init=False)

    def __post_init__(self) -> None:
        """Tell the algorithm, or refuse the kind of key."""
        object.__setattr__(self, "algorithm", algorithm_of(self.public_key))

    def sign(self, message: bytes) -> bytes:
        """Sign `message` over SHA-256, see `keys.signing.Signer.sign`.

        Raises:
            SignatureFaultError: the signature does not verify.
            KeysError: the key or its token cannot be used.
        """
        digest = sha256(message).digest()
        signature = self.keys.sign_digest(self.name, self.algorithm, digest)
        try:
            _verify(self.public_key, signature, digest)
        except InvalidSignature:
            raise SignatureFaultError(
                f"key {self.name} in token {self.keys.token.label} gave a signature "
                "that its certificate or public key does not verify: another key "
                "is there under this label, or the token is at fault"
            ) from None
        return signature


def _private_keys(
    raw: pkcs11.Session, name: str | None = None
) -> list[pkcs11.PrivateKey]:
    wanted: dict[Attribute, object] = {Attribute.CLASS: ObjectClass.PRIVATE_KEY}
    if name is not None:
        wanted[Attribute.LABEL] = name
    return [k for k in raw.get_objects(wanted) if isinstance(k, pkcs11.PrivateKey)]


def _facts(key: pkcs11.PrivateKey) -> TokenKeyFacts:
    def tells(attribute: Attribute) -> bool | None:
        try:
            return bool(key[attribute])
        except (pkcs11.AttributeTypeInvalid, pkcs11.AttributeSensitive):
            return None

    return TokenKeyFacts(
        name=key.label,
        protected=tells(Attribute.SENSITIVE) is True
        and tells(Attribute.EXTRACTABLE) is False,
        made_inside=tells(Attribute.ALWAYS_SENSITIVE) is True
        and tells(Attribute.NEVER_EXTRACTABLE) is True,
    )


def _read_public_key(key: pkcs11.Object, name: str) -> PublicKey:
    kind = key[Attribute.KEY_TYPE]
    if kind == KeyType.RSA:
        exponent, modulus = key[Attribute.PUBLIC_EXPONENT], key[Attribute.MODULUS]
        return rsa.RSAPublicNumbers(
            int.from_bytes(exponent), int.from_bytes(modulus)
        ).public_key()
    if kind == KeyType.EC and key[Attribute.EC_PARAMS] == _P256:
        # An OCTET STRING (PKCS#11 2.40 §2.3.3), or the bare point from some tokens.
        point = key[Attribute.EC_POINT][-_P256_POINT_BYTES:]
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    raise UnsupportedKeyError(f"key {name} is neither RSA nor P-256")


def _attributes(
    key: PrivateKey,
) -> tuple[dict[Attribute, object], dict[Attribute, object]]:
    private = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    if isinstance(key, rsa.RSAPrivateKey):
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.PKCS1
        )
        return (
            decode_rsa_private_key(private, _USE),
            decode_rsa_public_key(public, _USE),
        )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return decode_ec_private_key(private), decode_ec_public_key(public)


@contextmanager
def _clearing_up(raw: pkcs11.Session, identifier: bytes) -> Iterator[None]:
    """Take half a key pair out again if the other half does not come."""
    try:
        yield
    except pkcs11.PKCS11Error:
        with suppress(pkcs11.PKCS11Error):
            for left in list(raw.get_objects({Attribute.ID: identifier})):
                left.destroy()
        raise


def _verify(public_key: PublicKey, signature: bytes, digest: bytes) -> None:
    if isinstance(public_key, rsa.RSAPublicKey):
        scheme = padding.PKCS1v15()
        public_key.verify(signature, digest, scheme, Prehashed(hashes.SHA256()))
    else:
        public_key.verify(signature, digest, ec.ECDSA(Prehashed(hashes.SHA256())))
