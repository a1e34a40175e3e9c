# SPDX-License-Identifier: Apache-2.0
"""Names of algorithms as files write them, and verifying with the keys they hold.

Weak algorithms are judged by date. Signing programs write one algorithm under
several object identifiers, and some certificates hold an RSA modulus that reads
as negative; both are understood here. What is not known at all is no broken
signature, but one nobody can read.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from asn1crypto import algos, keys
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import (
    dsa,
    ec,
    ed448,
    ed25519,
    padding,
    rsa,
)
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from pyhanko_certvalidator.policy_decl import (
    AlgorithmUsageConstraint,
    AlgorithmUsagePolicy,
)
from pyhanko_certvalidator.sig_validate import (
    DEFAULT_VALIDATION_CONTEXT,
    SignatureValidationContext,
    SignatureValidator,
)
from pyhanko_certvalidator.util import process_pss_params

from verifier.errors import CheckError
from verifier.reasons import Reason

_DIGEST_ENDS: Mapping[str, datetime | None] = {
    "md2": None,
    "md5": datetime(2004, 8, 1, tzinfo=UTC),
    "sha1": datetime(2012, 8, 1, tzinfo=UTC),
}
"""Digests, and the day from which they no longer count; None if they never did."""
_RSA_ENDS = (
    (786, None),
    (1024, datetime(2010, 8, 1, tzinfo=UTC)),
    (1900, datetime(2019, 10, 1, tzinfo=UTC)),
)
_KEY_ENDS: Mapping[str, tuple[tuple[int, datetime | None], ...]] = {
    "rsa": _RSA_ENDS,
    "rsassa_pss": _RSA_ENDS,
    "dsa": ((1024, None), (1900, datetime(2015, 12, 1, tzinfo=UTC))),
    "ec": (
        (160, None),
        (224, datetime(2012, 8, 1, tzinfo=UTC)),
        (256, datetime(2021, 10, 1, tzinfo=UTC)),
    ),
}
"""Keys of fewer bits than this, and the day from which they no longer count."""
_Hash = hashes.HashAlgorithm | Prehashed
_DIGESTS: dict[str, type[hashes.HashAlgorithm]] = {
    "md5": hashes.MD5,
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
    "sha512_224": hashes.SHA512_224,
    "sha512_256": hashes.SHA512_256,
    "sha3_224": hashes.SHA3_224,
    "sha3_256": hashes.SHA3_256,
    "sha3_384": hashes.SHA3_384,
    "sha3_512": hashes.SHA3_512,
}
_SHAKE256 = ("shake256", "shake256_len")
_SHAKE256_BYTES = 64
"""RFC 8419 §2.3: the only length that CMS has for it."""
_MORE_SIGNATURES = {
    # A key's identifier, written where the signature's belongs.
    "1.2.840.10045.2.1": ("ecdsa", None),
    # OIW names, older than PKCS #1 v2.
    "1.3.14.3.2.15": ("rsassa_pkcs1v15", "sha1"),
    "1.3.14.3.2.29": ("rsassa_pkcs1v15", "sha1"),
    # RFC 8702 and NIST: RSA and ECDSA with SHA-3.
    "2.16.840.1.101.3.4.3.13": ("rsassa_pkcs1v15", "sha3_224"),
    "2.16.840.1.101.3.4.3.14": ("rsassa_pkcs1v15", "sha3_256"),
    "2.16.840.1.101.3.4.3.15": ("rsassa_pkcs1v15", "sha3_384"),
    "2.16.840.1.101.3.4.3.16": ("rsassa_pkcs1v15", "sha3_512"),
}


def name_digest(algorithm: algos.DigestAlgorithm) -> str:
    """Return the name of a digest algorithm, also where a signature's is written.

    Raises:
        CheckError: FORMAT_FAILURE: nothing here knows it.
    """
    name = str(algorithm["algorithm"].native).lower()
    if name not in _DIGESTS and name not in _SHAKE256:
        name = name_signature(algos.SignedDigestAlgorithmId(name))[1] or name
    make_hash(name)
    return name


def name_signature(oid: algos.SignedDigestAlgorithmId) -> tuple[str, str | None]:
    """Return what kind of signature an identifier names, and its digest if any.

    Raises:
        CheckError: FORMAT_FAILURE: nothing here knows it.
    """
    if oid.dotted in _MORE_SIGNATURES:
        return _MORE_SIGNATURES[oid.dotted]
    algorithm = algos.SignedDigestAlgorithm({"algorithm": oid})
    try:
        kind = str(algorithm.signature_algo)
    except ValueError as error:
        raise CheckError(
            Reason.FORMAT_FAILURE, f"signature algorithm {oid.native}"
        ) from error
    try:
        # RSASSA-PSS names its digest in its parameters.
        return kind, None if kind == "rsassa_pss" else str(algorithm.hash_algo)
    except ValueError:
        return kind, None


def make_hash(name: str) -> hashes.HashAlgorithm:
    """Return the hash of a name.

    Raises:
        CheckError: FORMAT_FAILURE: nothing here knows it.
    """
    if name in _SHAKE256:
        return hashes.SHAKE256(_SHAKE256_BYTES)
    if name not in _DIGESTS:
        raise CheckError(Reason.FORMAT_FAILURE, f"digest algorithm {name}")
    return _DIGESTS[name]()


def hash_bytes(name: str, *parts: bytes | memoryview) -> bytes:
    """Return the digest of bytes.

    Raises:
        CheckError: FORMAT_FAILURE: nothing here knows the algorithm.
    """
    digest = hashes.Hash(make_hash(name))
    for part in parts:
        digest.update(part)
    return digest.finalize()


def load_public_key(info: keys.PublicKeyInfo) -> PublicKeyTypes:
    """Return the key of a certificate.

    Raises:
        CheckError: FORMAT_FAILURE: it is none that can be used.
    """
    try:
        if info.algorithm in ("rsa", "rsassa_pss"):
            numbers = info["public_key"].parsed
            # Some CAs forget the zero byte in front, and the number is negative.
            modulus = int.from_bytes(numbers["modulus"].contents, "big")
            exponent = int(numbers["public_exponent"].native)
            return rsa.RSAPublicNumbers(exponent, modulus).public_key()
        return serialization.load_der_public_key(info.dump())
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CheckError(Reason.FORMAT_FAILURE, f"public key: {error}") from error


class DatedPolicy(AlgorithmUsagePolicy):
    """Tells whether an algorithm was good at a moment (EN 319 102-1 §5.2.8).

    What was made before a day, and is proven to have been, counts. The days are those
    at which EU DSS fails a signature: `AlgoExpirationDate` and `MiniPublicKeySize` of
    `policy/constraint.xml` in dss-policy-jaxb 6.4 (of 2024-10-13), which takes them
    from ETSI TS 119 312 V1.5.1 and, for MD5 and 160 bits, TS 102 176-1 V2.1.1. Days
    after its own (2029-01-01: SHA-224, DSA, RSA with PKCS #1 v1.5, RSA under 3000
    bits) are warnings there, and count here. EdDSA and SHA-3-224, which it does not
    list, count without an end. `tests/conformance/test_conformance_algorithms.py`
    compares both.
    """

    def digest_algorithm_allowed(
        self, algo: algos.DigestAlgorithm, moment: datetime | None
    ) -> AlgorithmUsageConstraint:
        """Judge a digest algorithm."""
        return _judge(str(algo["algorithm"].native), _DIGEST_ENDS, moment)

    def signature_algorithm_allowed(
        self,
        algo: algos.SignedDigestAlgorithm,
        moment: datetime | None,
        public_key: keys.PublicKeyInfo | None,
    ) -> AlgorithmUsageConstraint:
        """Judge a signature algorithm with its digest and the length of its key."""
        try:
            digest = name_signature(algo["algorithm"])[1]
            if algo["algorithm"].native == "rsassa_pss":
                digest = str(algo["parameters"]["hash_algorithm"]["algorithm"].native)
        except CheckError as error:
            return AlgorithmUsageConstraint(allowed=False, failure_reason=error.detail)
        if digest is not None:
            verdict = _judge(digest, _DIGEST_ENDS, moment)
            if not verdict:
                return verdict
        return _judge_key(public_key, moment)


def _judge(
    name: str, ends: Mapping[str, datetime | None], moment: datetime | None
) -> AlgorithmUsageConstraint:
    if name not in ends:
        return AlgorithmUsageConstraint(allowed=True)
    end = ends[name]
    if end is None:
        return AlgorithmUsageConstraint(
            allowed=False, failure_reason=f"{name} has never counted"
        )
    if moment is not None and moment < end:
        return AlgorithmUsageConstraint(allowed=True)
    return AlgorithmUsageConstraint(
        allowed=False,
        not_allowed_after=end,
        failure_reason=f"{name} counts only before {end:%Y-%m-%d}",
    )


def _judge_key(
    public_key: keys.PublicKeyInfo | None, moment: datetime | None
) -> AlgorithmUsageConstraint:
    """Judge the length of a key, in bits."""
    if public_key is None or public_key.algorithm not in _KEY_ENDS:
        return AlgorithmUsageConstraint(allowed=True)
    kind = public_key.algorithm
    bits = _count_bits(public_key)
    for least, end in _KEY_ENDS[kind]:
        if bits < least:
            name = f"{kind} of {bits} bits"
            return _judge(name, {name: end}, moment)
    return AlgorithmUsageConstraint(allowed=True)


def _count_bits(public_key: keys.PublicKeyInfo) -> int:
    if public_key.algorithm in ("rsa", "rsassa_pss"):
        modulus = public_key["public_key"].parsed["modulus"].contents
        return int.from_bytes(modulus, "big").bit_length()
    if public_key.algorithm == "dsa":
        # The library rounds up to whole bytes.
        prime = public_key["algorithm"]["parameters"]["p"].native
        return int(prime).bit_length()
    return int(public_key.bit_size)


class LenientValidator(SignatureValidator):
    """Verifies what the library knows, and what it does not.

    A signature value that does not fit is InvalidSignature, as the library
    wants it; an algorithm that nobody here knows is a CheckError.
    """

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: keys.PublicKeyInfo,
        signature_algorithm: algos.SignedDigestAlgorithm,
        context: SignatureValidationContext = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        """Verify a signature value.

        Raises:
            InvalidSignature: it does not fit.
            CheckError: FORMAT_FAILURE: an algorithm or key nobody here knows.
        """
        key = load_public_key(public_key_info)
        kind, digest = name_signature(signature_algorithm["algorithm"])
        name = digest or context.contextual_md_algorithm
        if name is None:
            raise CheckError(Reason.FORMAT_FAILURE, "no digest algorithm is named")
        if isinstance(key, (ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)):
            _check_kind(kind, ("ed25519", "ed448"), key)
            key.verify(signature, signed_data)
            return
        if kind == "rsassa_pss":
            _check_kind(kind, ("rsassa_pss",), key)
            assert isinstance(key, rsa.RSAPublicKey)  # noqa: S101 - checked above
            scheme, algorithm = process_pss_params(
                signature_algorithm["parameters"], prehashed=context.prehashed
            )
            key.verify(signature, signed_data, scheme, algorithm)
            return
        plain = make_hash(_written(name))
        _verify_plain(
            key,
            kind,
            (signature, signed_data),
            Prehashed(plain) if context.prehashed else plain,
        )


def _written(name: str) -> str:
    if name in _DIGESTS or name in _SHAKE256:
        return name
    return name_digest(algos.DigestAlgorithm({"algorithm": name}))


def _verify_plain(
    key: PublicKeyTypes, kind: str, value: tuple[bytes, bytes], algorithm: _Hash
) -> None:
    signature, message = value
    if isinstance(key, rsa.RSAPublicKey):
        _check_kind(kind, ("rsassa_pkcs1v15",), key)
        key.verify(signature, message, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        _check_kind(kind, ("ecdsa",), key)
        key.verify(signature, message, ec.ECDSA(algorithm))
    elif isinstance(key, dsa.DSAPublicKey):
        _check_kind(kind, ("dsa",), key)
        key.verify(signature, message, algorithm)
    else:
        raise CheckError(Reason.FORMAT_FAILURE, f"no way to verify {kind}")


def _check_kind(kind: str, wanted: tuple[str, ...], key: PublicKeyTypes) -> None:
    if kind not in wanted:
        # A value of another algorithm than the key's cannot have been made by it.
        raise InvalidSignature(f"{kind} with a {type(key).__name__}")
