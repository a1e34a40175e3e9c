# SPDX-License-Identifier: Apache-2.0
"""The cryptographic objects that a PDF signature may hold, and checking them.

CMS SignedData as PAdES and `adbe.pkcs7.detached` have it, RFC 3161 tokens, and
the two older forms of ISO 32000-1 §12.8.3: `adbe.pkcs7.sha1`, which signs a
digest, and `adbe.x509.rsa_sha1`, which is no CMS at all. Nothing here knows of
trust.
"""

from datetime import datetime
from typing import Any

from asn1crypto import cms, core, x509
from pyhanko.sign.general import (
    CMSExtractionError,
    extract_certificate_info,
    extract_signer_info,
)
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from verifier.algorithms import LenientValidator, hash_bytes, name_digest
from verifier.errors import CheckError
from verifier.reasons import Reason

_VALIDATOR = LenientValidator()


class CmsSignature:
    """A CMS SignedData with one signer (RFC 5652), and who that is."""

    def __init__(self, signed_data: cms.SignedData) -> None:
        self.signed_data = signed_data
        if isinstance(signed_data["certificates"], core.Void):
            raise CheckError(Reason.NO_SIGNING_CERTIFICATE, "no certificates")
        try:
            certificates = extract_certificate_info(signed_data)
        except CMSExtractionError as error:
            raise CheckError(Reason.NO_SIGNING_CERTIFICATE, str(error)) from error
        self.signer_info: cms.SignerInfo = extract_signer_info(signed_data)
        self.signer: x509.Certificate = certificates.signer_cert
        self.others: list[x509.Certificate] = certificates.other_certs

    @property
    def digest_name(self) -> str:
        """Name of the digest algorithm of the signed content."""
        return name_digest(self.signer_info["digest_algorithm"])

    @property
    def covers_name(self) -> str:
        """Name of the digest algorithm by which the file is covered."""
        return self.digest_name

    def check_cover(self, first: memoryview, second: memoryview) -> None:
        """Check that the two ranges of a file are what was signed.

        Raises:
            CheckError: HASH_FAILURE, SIG_CRYPTO_FAILURE or FORMAT_FAILURE.
        """
        self.check(hash_bytes(self.digest_name, first, second), "data")

    def check(self, digest: bytes, content_type: str) -> None:
        """Check digest and signature, nothing else (EN 319 102-1 §5.2.7).

        Raises:
            CheckError: HASH_FAILURE, SIG_CRYPTO_FAILURE or FORMAT_FAILURE.
        """
        try:
            intact, valid = validate_sig_integrity(
                self.signer_info, self.signer, content_type, digest, _VALIDATOR
            )
        except SignatureValidationError as error:
            # Another certificate than the one the signer committed to is a
            # swapped certificate, which no honest software produces.
            swapped = "Signing certificate" in str(error)
            reason = Reason.SIG_CRYPTO_FAILURE if swapped else Reason.FORMAT_FAILURE
            raise CheckError(reason, str(error)) from error
        if not intact:
            raise CheckError(
                Reason.HASH_FAILURE, "the signed digest is not that of the content"
            )
        if not valid:
            raise CheckError(
                Reason.SIG_CRYPTO_FAILURE, "the signature does not fit the certificate"
            )


class DigestSignature(CmsSignature):
    """`adbe.pkcs7.sha1`: a CMS that holds the SHA-1 of the ranges, and signs that."""

    @property
    def covers_name(self) -> str:
        """Name of the digest algorithm by which the file is covered."""
        return "sha1"

    def check_cover(self, first: memoryview, second: memoryview) -> None:
        """Check that the two ranges of a file are what was signed.

        Raises:
            CheckError: HASH_FAILURE, SIG_CRYPTO_FAILURE or FORMAT_FAILURE.
        """
        content = self.signed_data["encap_content_info"]["content"]
        if isinstance(content, core.Void):
            raise CheckError(Reason.FORMAT_FAILURE, "no digest is embedded")
        embedded = bytes(content)
        self.check(hash_bytes(self.digest_name, embedded), "data")
        if embedded != hash_bytes("sha1", first, second):
            raise CheckError(
                Reason.HASH_FAILURE, "the signed digest is not that of the content"
            )


class RawSignature(CmsSignature):
    """`adbe.x509.rsa_sha1`: an RSA signature, and certificates beside it."""

    def __init__(self, value: bytes, certificates: list[bytes]) -> None:
        if not certificates:
            raise CheckError(Reason.NO_SIGNING_CERTIFICATE, "no Cert entry")
        signer, *others = (x509.Certificate.load(der) for der in certificates)
        issuer = {
            "issuer": signer.issuer,
            "serial_number": signer.serial_number,
        }
        info = {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": issuer}),
            "digest_algorithm": {"algorithm": "sha1"},
            "signature_algorithm": {"algorithm": "sha1_rsa"},
            "signature": bytes(core.OctetString.load(value)),
        }
        # Said in the words of CMS, so that all that follows need know only one.
        super().__init__(
            cms.SignedData(
                {
                    "version": "v1",
                    "digest_algorithms": [info["digest_algorithm"]],
                    "encap_content_info": {"content_type": "data"},
                    "certificates": [
                        cms.CertificateChoices("certificate", one)
                        for one in (signer, *others)
                    ],
                    "signer_infos": [info],
                }
            )
        )


class TimestampToken(CmsSignature):
    """An RFC 3161 token."""

    def __init__(self, signed_data: cms.SignedData) -> None:
        super().__init__(signed_data)
        content = signed_data["encap_content_info"]["content"]
        self._content = bytes(content)
        self._info: Any = content.parsed

    @property
    def time(self) -> datetime:
        """When the authority says it saw the imprint."""
        time: datetime = self._info["gen_time"].native
        return time

    @property
    def imprint_name(self) -> str:
        """Name of the digest algorithm of the imprint."""
        return name_digest(self._info["message_imprint"]["hash_algorithm"])

    @property
    def covers_name(self) -> str:
        """Name of the digest algorithm by which the file is covered."""
        return self.imprint_name

    def check_cover(self, first: memoryview, second: memoryview) -> None:
        """Check that the token speaks of the two ranges of a file.

        Raises:
            CheckError: TIMESTAMP_INVALID.
        """
        self.check_token(hash_bytes(self.imprint_name, first, second))

    def check_token(self, imprint: bytes) -> None:
        """Check that the token is whole and speaks of this imprint.

        Raises:
            CheckError: TIMESTAMP_INVALID.
        """
        try:
            self.check(hash_bytes(self.digest_name, self._content), "tst_info")
        except CheckError as error:
            raise CheckError(Reason.TIMESTAMP_INVALID, error.detail) from error
        if self._info["message_imprint"]["hashed_message"].native != imprint:
            raise CheckError(
                Reason.TIMESTAMP_INVALID, "the time stamp is of something else"
            )
