# SPDX-License-Identifier: Apache-2.0
"""Signatures, judged by `openssl dgst` and by the public key."""

from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from keys.errors import KeyLabelError, UnsupportedKeyError
from keys.signing import (
    Algorithm,
    KeyLabel,
    claim_label,
    parse_label,
    raw_signing,
    seal_label,
)
from tests.unit.keys.pki import RunOpenssl, World

SEAL, CLAIM = seal_label("TRADE"), claim_label("TRADE")


@pytest.mark.parametrize(
    ("label", "algorithm"), [(SEAL, Algorithm.RS256), (CLAIM, Algorithm.ES256)]
)
def test_openssl_accepts_the_signature(
    world: World,
    openssl: RunOpenssl,
    tmp_path: Path,
    label: KeyLabel,
    algorithm: Algorithm,
) -> None:
    signer = world.store.load_signer(label)
    public, message, signature = (tmp_path / name for name in ("key", "msg", "sig"))
    message.write_bytes(b"\x00\xffmessage")
    signature.write_bytes(signer.sign(b"\x00\xffmessage"))
    public.write_bytes(
        signer.public_key.public_bytes(
            serialization.Encoding.PEM,
            serialization.PublicFormat.SubjectPublicKeyInfo,
        )
    )

    def verify() -> str:
        done = openssl(
            "dgst", "-sha256", "-verify", public, "-signature", signature, message
        )
        return done.stdout

    assert signer.algorithm is algorithm
    assert verify() == "Verified OK\n"
    message.write_bytes(b"\x00\xffmessagE")
    assert "Verification failure" in verify()


def test_raw_signatures_are_two_numbers_of_32_bytes(world: World) -> None:
    signer = world.store.load_signer(CLAIM)
    sign_raw = raw_signing(signer)
    assert isinstance(signer.public_key, ec.EllipticCurvePublicKey)
    # Many, so that numbers with leading zeros are among them.
    for number in range(600):
        message = str(number).encode()
        raw = sign_raw(message)
        assert len(raw) == 64
        der = encode_dss_signature(
            int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        )
        signer.public_key.verify(der, message, ec.ECDSA(hashes.SHA256()))
        with pytest.raises(InvalidSignature):
            signer.public_key.verify(der, message + b".", ec.ECDSA(hashes.SHA256()))


def test_raw_signatures_need_an_elliptic_curve(world: World) -> None:
    with pytest.raises(UnsupportedKeyError, match="need ES256"):
        raw_signing(world.store.load_signer(SEAL))


@pytest.mark.parametrize(
    "text", ["root-ca", "issuing-ca", "seal-A", "claim-12345678", "tsa", "trust-root"]
)
def test_labels_are_read(text: str) -> None:
    assert parse_label(text) == text


@pytest.mark.parametrize(
    "text", ["", "root-ca ", "seal-", "seal-123456789", "seal-ก", "Root-CA", "tsa\n"]
)
def test_other_texts_are_no_labels(text: str) -> None:
    with pytest.raises(KeyLabelError):
        parse_label(text)
