# SPDX-License-Identifier: Apache-2.0
"""What algorithms are called, and until when they count."""

from datetime import UTC, datetime

import pytest
from asn1crypto import algos, keys
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from verifier.algorithms import DatedPolicy, name_digest, name_signature
from verifier.errors import CheckError

_POLICY = DatedPolicy()


@pytest.mark.parametrize(
    ("name", "day", "counts"),
    [
        ("sha1", (2012, 7, 31), True),
        ("sha1", (2012, 8, 1), False),
        ("md5", (2004, 7, 31), True),
        ("md5", (2010, 1, 1), False),
        ("sha256", (2040, 1, 1), True),
    ],
)
def test_a_digest_counts_until_its_day(
    name: str, day: tuple[int, int, int], *, counts: bool
) -> None:
    at = datetime(*day, tzinfo=UTC)

    verdict = _POLICY.digest_algorithm_allowed(
        algos.DigestAlgorithm({"algorithm": name}), at
    )

    assert bool(verdict) is counts


@pytest.mark.parametrize(("year", "counts"), [(2018, True), (2021, False)])
def test_a_short_key_counts_until_its_day(year: int, *, counts: bool) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()  # noqa: S505
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    verdict = _POLICY.signature_algorithm_allowed(
        algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
        datetime(year, 1, 1, tzinfo=UTC),
        keys.PublicKeyInfo.load(der),
    )

    assert bool(verdict) is counts
    assert counts or "1024 bits" in (verdict.failure_reason or "")


def test_a_moment_that_nobody_knows_is_no_excuse() -> None:
    weak = algos.SignedDigestAlgorithm({"algorithm": "sha1_rsa"})

    assert not _POLICY.signature_algorithm_allowed(weak, None, None)


def test_odd_names_are_understood() -> None:
    digest = algos.DigestAlgorithm({"algorithm": "1.2.840.113549.1.1.11"})
    assert name_digest(digest) == "sha256"
    oiw = algos.SignedDigestAlgorithmId("1.3.14.3.2.29")
    assert name_signature(oiw) == ("rsassa_pkcs1v15", "sha1")


def test_unknown_names_are_unreadable() -> None:
    with pytest.raises(CheckError, match="FORMAT_FAILURE"):
        name_signature(algos.SignedDigestAlgorithmId("1.3.6.1.4.1.99999.7"))
