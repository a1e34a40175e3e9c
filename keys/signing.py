# SPDX-License-Identifier: Apache-2.0
"""What a signer is, and how keys are called.

A signer signs bytes with one key for one purpose and knows its certificates.
Where the key lives (a file now, a token later) is nobody else's business.
Nothing here holds a secret.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Final, NewType, Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from keys.errors import KeyLabelError, UnsupportedKeyError

KeyLabel = NewType("KeyLabel", str)
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

ROOT_CA: Final = KeyLabel("root-ca")
ISSUING_CA: Final = KeyLabel("issuing-ca")
PUBLICATION: Final = KeyLabel("publication")
TSA: Final = KeyLabel("tsa")
OCSP: Final = KeyLabel("ocsp")
TRUST_ROOT: Final = KeyLabel("trust-root")

# Smaller RSA keys are refused: NIST SP 800-131A rev. 2 allows 2048 bits at least.
MIN_RSA_BITS: Final = 2048

_P256_BYTES: Final = 32
_AGENCY_ID: Final = re.compile(r"[A-Z0-9]{1,8}")
_GENERATION: Final = re.compile(r"[2-9]|[1-9][0-9]{1,3}")
_LABEL: Final = re.compile(
    r"root-ca|issuing-ca|publication|tsa|ocsp|trust-root|(?:seal|claim)-[A-Z0-9]{1,8}"
)


class Algorithm(StrEnum):
    """Signature algorithm, by its JOSE name (RFC 7518 §3.1)."""

    RS256 = "RS256"
    ES256 = "ES256"


class Signer(Protocol):
    """One key that signs, with its certificates."""

    @property
    def label(self) -> KeyLabel:
        """Which key this is."""

    @property
    def algorithm(self) -> Algorithm:
        """How it signs."""

    @property
    def certificate(self) -> x509.Certificate | None:
        """The certificate of the key; only the trust root has none."""

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """The issuers: the leaf's issuer first, the root last."""

    @property
    def public_key(self) -> PublicKey:
        """The public half of the key."""

    def sign(self, message: bytes) -> bytes:
        """Sign `message` over SHA-256.

        RS256 gives RSASSA-PKCS1-v1_5 (RFC 8017 §8.2), ES256 the DER form of
        ECDSA on P-256 (RFC 3279 §2.2.3).
        """


def parse_label(text: str) -> KeyLabel:
    """Read a key label.

    Raises:
        KeyLabelError: `text` names no key.
    """
    if not _LABEL.fullmatch(text):
        raise KeyLabelError(f"{text[:40]!r} is not the label of a key")
    return KeyLabel(text)


def key_name(label: KeyLabel, generation: int) -> str:
    """Name of one key of a label: the second is `seal-TRADE.2`."""
    return label if generation == 1 else f"{label}.{generation}"


def parse_key_name(text: str) -> tuple[KeyLabel, int]:
    """Read the name of one key of a label.

    Raises:
        KeyLabelError: `text` names no key.
    """
    label, dot, number = text.partition(".")
    if not dot:
        return parse_label(text), 1
    if not _GENERATION.fullmatch(number):
        raise KeyLabelError(f"{text[:40]!r} is not the name of a key")
    return parse_label(label), int(number)


def seal_label(agency_id: str) -> KeyLabel:
    """Label of the seal key of an agency."""
    return _agency_label("seal", agency_id)


def claim_label(agency_id: str) -> KeyLabel:
    """Label of the claim key of an agency."""
    return _agency_label("claim", agency_id)


def algorithm_of(key: object) -> Algorithm:
    """Tell how a public key signs.

    Raises:
        UnsupportedKeyError: it is neither RSA of 2048 bits or more nor P-256.
    """
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_RSA_BITS:
        return Algorithm.RS256
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(
        key.curve, ec.SECP256R1
    ):
        return Algorithm.ES256
    raise UnsupportedKeyError(
        f"a key must be RSA of {MIN_RSA_BITS} bits or more, or P-256; "
        f"this is {type(key).__name__}"
    )


def raw_signing(signer: Signer) -> Callable[[bytes], bytes]:
    """Give a function that signs in the raw form of JOSE and COSE.

    The signature is r‖s, 64 bytes (RFC 7518 §3.4).

    Raises:
        UnsupportedKeyError: the signer is not ES256.
    """
    if signer.algorithm is not Algorithm.ES256:
        raise UnsupportedKeyError(
            f"key {signer.label} signs {signer.algorithm}; "
            "claims, status lists and trust lists need ES256"
        )

    def sign_raw(message: bytes) -> bytes:
        r, s = decode_dss_signature(signer.sign(message))
        return r.to_bytes(_P256_BYTES, "big") + s.to_bytes(_P256_BYTES, "big")

    return sign_raw


def _agency_label(purpose: str, agency_id: str) -> KeyLabel:
    if not _AGENCY_ID.fullmatch(agency_id):
        raise KeyLabelError(
            f"an agency id is 1 to 8 of A-Z and 0-9; this is {agency_id[:40]!r}"
        )
    return KeyLabel(f"{purpose}-{agency_id}")
