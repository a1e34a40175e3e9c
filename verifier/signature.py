# SPDX-License-Identifier: Apache-2.0
"""Reads the signatures of a PDF and decides whether its bytes are still signed.

The only validating use of pyHanko, together with `verifier.chain`; none of its
types is needed by a caller. Everything here is decided without regard to trust:
an untouched file by an unknown signer is intact, and a changed one is altered
whoever signed it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from asn1crypto import cms, core
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.pdf_utils.xref import XRefSectionType
from pyhanko.sign.diff_analysis import ModificationLevel, SuspiciousModification
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.general import find_cms_attribute_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, extract_contents
from pyhanko.sign.validation.status import SignatureCoverageLevel

from verifier.algorithms import hash_bytes
from verifier.change_policy import (
    Allowed,
    ChangePolicy,
    drop_dangling_fields,
    read_entry,
)
from verifier.cms_signature import (
    CmsSignature,
    DigestSignature,
    RawSignature,
    TimestampToken,
)
from verifier.errors import CheckError
from verifier.guard import check_within_limits, reading_hostile_input
from verifier.reasons import Reason

__all__ = [
    "CmsSignature",
    "LaterRevision",
    "PdfSignature",
    "Permission",
    "TimestampToken",
    "check_raw_signature",
    "read_signatures",
]

_DETACHED = ("/ETSI.CAdES.detached", "/adbe.pkcs7.detached")
_TIMESTAMP = "/ETSI.RFC3161"
_DIGEST = "/adbe.pkcs7.sha1"
_RAW = "/adbe.x509.rsa_sha1"
_POLICY = ChangePolicy()


@dataclass(frozen=True, kw_only=True)
class Permission:
    """What all signatures of a file together say about filling in its form."""

    filling: bool
    """Whether one of them gives leave to fill it in (DocMDP 2 or 3, FieldMDP)."""
    last_signed: int
    """Number of the newest revision that a person or agency signed, from 0."""


@dataclass(frozen=True)
class LaterRevision:
    """What a signature says to a revision after its own."""

    number: int
    """From 0."""
    objection: str = ""
    """Why it is not allowed; empty if it is."""
    is_unseen: bool = False
    """Whether it only adds what no reader sees: validation data, time stamps."""


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
            self.cms.check_cover(*_byte_ranges(self))
            if self.subfilter not in (*_DETACHED, _TIMESTAMP, _DIGEST, _RAW):
                self._check_coverage()
                raise CheckError(Reason.FORMAT_FAILURE, f"SubFilter {self.subfilter}")

    @property
    def covers_file(self) -> bool:
        """Whether nothing at all comes after what was signed."""
        _, _, start, length = (int(number) for number in self.embedded.byte_range)
        return start + length == len(self.data)

    @property
    def signed_size(self) -> int:
        """Bytes of the revision that was signed, from the beginning of the file."""
        _, _, start, length = (int(number) for number in self.embedded.byte_range)
        return start + length

    @property
    def gives_leave(self) -> bool:
        """Whether the signer gives leave to fill in the form later."""
        with reading_hostile_input(Reason.FORMAT_FAILURE):
            level = self.embedded.docmdp_level
            if level is None:
                return self.embedded.fieldmdp is not None
            return bool(level is not MDPPerm.NO_CHANGES)

    def judge_later(self, permission: Permission) -> list[LaterRevision]:
        """Return what this signature says to each revision after its own.

        Raises:
            CheckError: PARTIAL_COVERAGE: it does not cover its own revision.
            CheckError: a later revision cannot be read, or costs too much.
        """
        with reading_hostile_input(Reason.CHANGED_LATER):
            if self._check_coverage() is SignatureCoverageLevel.ENTIRE_FILE:
                return []
            revisions = self.embedded.reader.xrefs.total_revisions
            return [
                self._judge_revision(number, permission)
                for number in range(self.revision + 1, revisions)
            ]

    def name_fields_until(self, later: "PdfSignature") -> set[str]:
        """Return the fields added or filled in after this signature, up to another.

        Raises:
            SuspiciousModification: more than that was done.
        """
        old, new = self.signed_view, later.signed_view
        embedded = self.embedded
        done = _POLICY.judge_revision(
            old, new, field_mdp=embedded.fieldmdp, doc_mdp=embedded.docmdp_level
        )
        before = {name: value for name, value, _ in enumerate_sig_fields(old)}
        signed = {
            name
            for name, value, _ in enumerate_sig_fields(new)
            if name not in before or (value is not None and before[name] is None)
        }
        return signed | done.filled

    def _check_coverage(self) -> SignatureCoverageLevel:
        coverage = self.embedded.evaluate_signature_coverage()
        if coverage < SignatureCoverageLevel.ENTIRE_REVISION:
            raise CheckError(
                Reason.PARTIAL_COVERAGE, "the signature ends within a revision"
            )
        return coverage

    def _judge_revision(self, revision: int, permission: Permission) -> LaterRevision:
        embedded = self.embedded
        xrefs = embedded.reader.xrefs
        kind = xrefs.get_xref_container_info(revision).xref_section_type
        if kind is XRefSectionType.HYBRID_MAIN:
            # Two programs would read two different files.
            return LaterRevision(revision, objection="hybrid cross-references")
        try:
            done = _POLICY.judge_revision(
                self.signed_view,
                embedded.reader.get_historical_resolver(revision),
                field_mdp=embedded.fieldmdp,
                doc_mdp=embedded.docmdp_level,
            )
        except SuspiciousModification as error:
            check_within_limits(error)
            return LaterRevision(revision, objection=str(error) or "not allowed")
        return LaterRevision(
            revision,
            objection=self._object_to(done, permission),
            is_unseen=done.level <= ModificationLevel.LTA_UPDATES,
        )

    def _object_to(self, done: Allowed, permission: Permission) -> str:
        """Return why what was done is not allowed, or nothing."""
        if not _is_allowed(done, self.embedded.docmdp_level):
            return f"{done.level.name}, which DocMDP does not allow"
        # Earlier signers are followed by others, who have seen what was filled in.
        is_last = self.revision == permission.last_signed
        if done.filled and is_last and not permission.filling:
            return f"nobody gave leave to fill in {sorted(done.filled)}"
        return ""

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
                token.check_token(hash_bytes(token.imprint_name, value))
        yield from tokens


def read_signatures(
    data: bytes, reader: PdfFileReader, *, max_signatures: int
) -> list[PdfSignature]:
    """Return the signatures and document timestamps of a PDF, oldest first.

    Raises:
        CheckError: one of them lacks a part or cannot be read.
        CheckError: there are too many.
        CheckError: the form is broken; UNSIGNED where nothing was ever signed.
    """
    # Both are asked of every signature, in the clear: what was signed does not cover
    # them (ISO 32000-1, table 252). A form without either holds none, however broken.
    signed = b"/ByteRange" in data or b"/SubFilter" in data
    with reading_hostile_input(
        Reason.INCOMPLETE_SIGNATURE if signed else Reason.UNSIGNED
    ):
        drop_dangling_fields(reader.root)
        fields = list(enumerate_sig_fields(reader, filled_status=True))
    if len(fields) > max_signatures:
        raise CheckError(
            Reason.LIMIT, f"signatures: {len(fields)}, limit {max_signatures}"
        )
    signatures = [_read_signature(data, reader, entry) for entry in fields]
    return sorted(signatures, key=lambda signature: signature.revision)


def check_raw_signature(signed: bytes, contents: bytes | None, *, whole: bool) -> None:
    """Check a signature of a file that cannot be parsed, by its bytes alone.

    It never returns: a broken file is altered if it was ever signed. `whole`
    tells that nothing comes after what was signed.

    Raises:
        CheckError: always; CHANGED_LATER if the signed bytes themselves fit, or
            FORMAT_FAILURE if these are the whole file: then it was signed as it is.
    """
    with reading_hostile_input(Reason.INCOMPLETE_SIGNATURE):
        if contents is None:
            raise CheckError(Reason.INCOMPLETE_SIGNATURE, "no signature in the gap")
        signature = CmsSignature(cms.ContentInfo.load(contents)["content"])
        if signature.signed_data["encap_content_info"]["content_type"].native == "data":
            signature.check(hash_bytes(signature.digest_name, signed), "data")
            if whole:
                raise CheckError(
                    Reason.FORMAT_FAILURE, "signed as it is, and cannot be read"
                )
    raise CheckError(Reason.CHANGED_LATER, "the file was broken after it was signed")


class _RawEmbedded(EmbeddedPdfSignature):
    """A signature dictionary whose Contents is no CMS."""

    def __init__(self, reader: PdfFileReader, field: Any, name: str) -> None:  # noqa: ANN401
        # Not the library's: it would read Contents as CMS.
        self.reader = reader
        self.sig_field = field.get_object()
        reference = self.sig_field.raw_get("/V")
        self.sig_object = reference.get_object()
        self.byte_range = self.sig_object.raw_get("/ByteRange")
        self.pkcs7_content = extract_contents(self.sig_object)
        self.signed_revision = reader.xrefs.get_last_change(reference.reference)
        self.coverage = None
        self._docmdp = self._fieldmdp = None
        self._docmdp_queried = self._fieldmdp_queried = False
        self.fq_name = name


def _read_signature(
    data: bytes, reader: PdfFileReader, entry: tuple[str, Any, Any]
) -> PdfSignature:
    name, value, field = entry
    with reading_hostile_input(Reason.INCOMPLETE_SIGNATURE):
        dictionary = value.get_object()
        subfilter = str(read_entry(dictionary, "/SubFilter"))
        kind = _RawEmbedded if subfilter == _RAW else EmbeddedPdfSignature
        embedded = kind(reader, field, name)
        return PdfSignature(
            name=name,
            subfilter=subfilter,
            data=data,
            embedded=embedded,
            cms=_read_cms(subfilter, embedded, dictionary),
        )


def _read_cms(
    subfilter: str,
    embedded: EmbeddedPdfSignature,
    dictionary: Any,  # noqa: ANN401
) -> CmsSignature:
    if subfilter == _RAW:
        entry = read_entry(dictionary, "/Cert")
        strings = entry if isinstance(entry, generic.ArrayObject) else [entry]
        certificates = [one.get_object().original_bytes for one in strings if one]
        return RawSignature(embedded.pkcs7_content, certificates)
    kinds = {_TIMESTAMP: TimestampToken, _DIGEST: DigestSignature}
    return kinds.get(subfilter, CmsSignature)(embedded.signed_data)


def _is_allowed(done: Allowed, level: MDPPerm | None) -> bool:
    most = ModificationLevel.FORM_FILLING
    if level is MDPPerm.NO_CHANGES:
        most = ModificationLevel.LTA_UPDATES
    return bool(done.level <= most)


def _byte_ranges(signature: PdfSignature) -> tuple[memoryview, memoryview]:
    """Return the two signed ranges (ISO 32000-2 §12.8.1), held to their form.

    They must begin the file and leave out nothing but this signature's own
    Contents, so that nothing can hide in the gap.

    Raises:
        CheckError: they do not.
    """
    data, contents = signature.data, signature.embedded.pkcs7_content
    try:
        ranges = [int(number) for number in signature.embedded.byte_range]
    except (TypeError, ValueError) as error:
        raise CheckError(
            Reason.PARTIAL_COVERAGE, "ByteRange is no list of numbers"
        ) from error
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
    # Whatever its kind, DER or BER: what is behind the first element is padding.
    used = _element_size(contents)
    if contents[used:].strip(b"\x00"):
        raise CheckError(Reason.PARTIAL_COVERAGE, "data hidden behind the signature")
    view = memoryview(data)
    return view[:length], view[second : second + rest]


def _decode_hex(text: bytes) -> bytes | None:
    try:
        return bytes.fromhex(text.decode("ascii"))
    except ValueError:
        return None


def _element_size(contents: bytes) -> int:
    return len(core.load(contents).dump())
