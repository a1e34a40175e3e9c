# SPDX-License-Identifier: Apache-2.0
"""Reads the signatures of a PDF and decides whether its bytes are still signed.

The only validating use of pyHanko, together with `verifier.chain`; none of its
types is needed by a caller. Everything here is decided without regard to trust:
an untouched file by an unknown signer is intact, and a changed one is altered
whoever signed it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms, x509
from cryptography.hazmat.primitives import hashes
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    ModificationLevel,
    SuspiciousModification,
)
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.general import (
    CMSExtractionError,
    extract_certificate_info,
    extract_signer_info,
    find_cms_attribute_iter,
)
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from verifier.errors import CheckError
from verifier.guard import check_within_limits, reading_hostile_input
from verifier.reasons import Reason

_SUBFILTERS = ("/ETSI.CAdES.detached", "/adbe.pkcs7.detached", "/ETSI.RFC3161")
_TIMESTAMP_SUBFILTER = "/ETSI.RFC3161"
_LEGACY_SUBFILTERS = ("/adbe.pkcs7.sha1", "/adbe.x509.rsa_sha1")


class CmsSignature:
    """A CMS SignedData with one signer (RFC 5652), and who that is."""

    def __init__(self, signed_data: cms.SignedData) -> None:
        self.signed_data = signed_data
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
        return str(self.signer_info["digest_algorithm"]["algorithm"].native)

    def check(self, digest: bytes, content_type: str) -> None:
        """Check digest and signature, nothing else (EN 319 102-1 §5.2.7).

        Raises:
            CheckError: HASH_FAILURE, SIG_CRYPTO_FAILURE or FORMAT_FAILURE.
        """
        try:
            intact, valid = validate_sig_integrity(
                self.signer_info, self.signer, content_type, digest
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


class TimestampToken(CmsSignature):
    """An RFC 3161 token."""

    def __init__(self, signed_data: cms.SignedData) -> None:
        super().__init__(signed_data)
        content = signed_data["encap_content_info"]["content"]
        self._content = bytes(content)
        self._info = content.parsed

    @property
    def time(self) -> datetime:
        """When the authority says it saw the imprint."""
        time: datetime = self._info["gen_time"].native
        return time

    @property
    def imprint_name(self) -> str:
        """Name of the digest algorithm of the imprint."""
        return str(self._info["message_imprint"]["hash_algorithm"]["algorithm"].native)

    def check_token(self, imprint: bytes) -> None:
        """Check that the token is whole and speaks of this imprint.

        Raises:
            CheckError: TIMESTAMP_INVALID.
        """
        try:
            self.check(_hash_bytes(self.digest_name, self._content), "tst_info")
        except CheckError as error:
            raise CheckError(Reason.TIMESTAMP_INVALID, error.detail) from error
        if self._info["message_imprint"]["hashed_message"].native != imprint:
            raise CheckError(
                Reason.TIMESTAMP_INVALID, "the time stamp is of something else"
            )


@dataclass(frozen=True, kw_only=True, eq=False)
class PdfSignature:
    """A signature or document timestamp in a PDF, not yet judged."""

    name: str
    subfilter: str
    data: bytes
    embedded: EmbeddedPdfSignature
    cms: CmsSignature

    @property
    def is_timestamp(self) -> bool:
        """Whether it is a document timestamp, whatever its /Type says."""
        return isinstance(self.cms, TimestampToken)

    @property
    def revision(self) -> int:
        """Number of the revision that was signed, from 0."""
        return int(self.embedded.signed_revision)

    @property
    def signed_view(self) -> HistoricalResolver:
        """The document as it was when it was signed."""
        return self.embedded.reader.get_historical_resolver(self.revision)

    def check_integrity(self) -> None:
        """Check that the signed bytes are those that were signed.

        Raises:
            CheckError: the byte range is odd, or digest or signature do not fit.
        """
        with reading_hostile_input(Reason.FORMAT_FAILURE):
            first, second = _byte_ranges(self)
            if isinstance(self.cms, TimestampToken):
                imprint = _hash_bytes(self.cms.imprint_name, first, second)
                self.cms.check_token(imprint)
            else:
                self.cms.check(_hash_bytes(self.cms.digest_name, first, second), "data")
            if self.subfilter not in _SUBFILTERS:
                raise CheckError(Reason.FORMAT_FAILURE, f"SubFilter {self.subfilter}")

    def list_later_changes(self) -> tuple[str, ...]:
        """Return what later revisions added, if all of it is allowed.

        Raises:
            CheckError: something was added that this signature does not allow.
        """
        with reading_hostile_input(Reason.CHANGED_LATER):
            embedded = self.embedded
            coverage = embedded.evaluate_signature_coverage()
            embedded.coverage = coverage  # type: ignore[assignment]  # set to None first
            if coverage is SignatureCoverageLevel.ENTIRE_FILE:
                return ()
            if coverage is not SignatureCoverageLevel.ENTIRE_REVISION:
                raise CheckError(
                    Reason.PARTIAL_COVERAGE, "the signature ends within a revision"
                )
            if embedded.reader.xrefs.hybrid_xrefs_present:
                raise CheckError(
                    Reason.CHANGED_LATER, "hybrid cross-references after signing"
                )
            return _judge_changes(embedded)

    def signature_timestamps(self) -> Iterator[TimestampToken]:
        """Yield the RFC 3161 tokens over this signature's value (CAdES-T).

        Raises:
            CheckError: a token is broken or over another signature.
        """
        unsigned = self.cms.signer_info["unsigned_attrs"]
        value = self.cms.signer_info["signature"].native
        with reading_hostile_input(Reason.TIMESTAMP_INVALID):
            tokens = [
                TimestampToken(value["content"])
                for value in find_cms_attribute_iter(
                    unsigned, "signature_time_stamp_token"
                )
            ]
            for token in tokens:
                token.check_token(_hash_bytes(token.imprint_name, value))
        yield from tokens


def read_signatures(
    data: bytes, reader: PdfFileReader, *, max_signatures: int
) -> list[PdfSignature]:
    """Return the signatures and document timestamps of a PDF, oldest first.

    Raises:
        CheckError: one of them lacks a part or cannot be read.
        CheckError: there are too many.
    """
    with reading_hostile_input(Reason.INCOMPLETE_SIGNATURE):
        fields = list(enumerate_sig_fields(reader, filled_status=True))
    if len(fields) > max_signatures:
        raise CheckError(
            Reason.LIMIT, f"signatures: {len(fields)}, limit {max_signatures}"
        )
    signatures = [_read_signature(data, reader, entry) for entry in fields]
    return sorted(signatures, key=lambda signature: signature.revision)


def check_raw_signature(signed: bytes, contents: bytes | None) -> None:
    """Check a signature of a file that cannot be parsed, by its bytes alone.

    It never returns: a broken file is altered if it was ever signed.

    Raises:
        CheckError: always; CHANGED_LATER if the signed bytes themselves fit.
    """
    with reading_hostile_input(Reason.INCOMPLETE_SIGNATURE):
        if contents is None:
            raise CheckError(Reason.INCOMPLETE_SIGNATURE, "no signature in the gap")
        signature = CmsSignature(cms.ContentInfo.load(contents)["content"])
        if signature.signed_data["encap_content_info"]["content_type"].native == "data":
            signature.check(_hash_bytes(signature.digest_name, signed), "data")
    raise CheckError(Reason.CHANGED_LATER, "the file was broken after it was signed")


def _read_signature(
    data: bytes, reader: PdfFileReader, entry: tuple[str, Any, Any]
) -> PdfSignature:
    name, value, field = entry
    with reading_hostile_input(Reason.INCOMPLETE_SIGNATURE):
        subfilter = str(value.get_object().get("/SubFilter"))
        if subfilter in _LEGACY_SUBFILTERS:
            raise CheckError(Reason.FORMAT_FAILURE, f"SubFilter {subfilter}")
        embedded = EmbeddedPdfSignature(reader, field, name)
        is_timestamp = subfilter == _TIMESTAMP_SUBFILTER
        signature = (TimestampToken if is_timestamp else CmsSignature)(
            embedded.signed_data
        )
    return PdfSignature(
        name=name, subfilter=subfilter, data=data, embedded=embedded, cms=signature
    )


def _byte_ranges(signature: PdfSignature) -> tuple[memoryview, memoryview]:
    """Return the two signed ranges (ISO 32000-2 §12.8.1), held to their form.

    They must begin the file and leave out nothing but this signature's own
    Contents, so that nothing can hide in the gap.

    Raises:
        CheckError: they do not.
    """
    data, contents = signature.data, signature.embedded.pkcs7_content
    ranges = [int(number) for number in signature.embedded.byte_range]
    if len(ranges) != 4 or ranges[0] != 0 or min(ranges) < 0:  # noqa: PLR2004 - two pairs
        raise CheckError(Reason.PARTIAL_COVERAGE, f"ByteRange is {ranges}")
    _, length, second, rest = ranges
    gap = data[length:second]
    if second + rest > len(data) or gap[:1] + gap[-1:] != b"<>":
        raise CheckError(Reason.PARTIAL_COVERAGE, f"ByteRange is {ranges}")
    if _decode_hex(gap[1:-1]) != contents:
        raise CheckError(
            Reason.PARTIAL_COVERAGE, "the gap does not hold this signature's Contents"
        )
    used = len(cms.ContentInfo.load(contents).dump())
    if contents[used:].strip(b"\x00"):
        raise CheckError(Reason.PARTIAL_COVERAGE, "data hidden behind the signature")
    view = memoryview(data)
    return view[:length], view[second : second + rest]


def _decode_hex(text: bytes) -> bytes | None:
    try:
        return bytes.fromhex(text.decode("ascii"))
    except ValueError:
        return None


def _hash_bytes(name: str, *parts: bytes | memoryview) -> bytes:
    digest = hashes.Hash(get_pyca_cryptography_hash(name.lower()))
    for part in parts:
        digest.update(part)
    return digest.finalize()


def _judge_changes(embedded: EmbeddedPdfSignature) -> tuple[str, ...]:
    permission = embedded.docmdp_level
    result = embedded.evaluate_modifications(DEFAULT_DIFF_POLICY)
    if isinstance(result, SuspiciousModification):
        check_within_limits(result)
        raise CheckError(Reason.CHANGED_LATER, str(result))
    level = result.modification_level
    allowed = ModificationLevel.FORM_FILLING
    if permission is MDPPerm.NO_CHANGES:
        allowed = ModificationLevel.LTA_UPDATES
    if level > allowed:
        raise CheckError(Reason.CHANGED_LATER, f"{level.name}, allowed {allowed.name}")
    later = embedded.reader.xrefs.total_revisions - embedded.signed_revision - 1
    return tuple(f"{level.name.lower()}: {later} revision(s)" for _ in range(later > 0))
