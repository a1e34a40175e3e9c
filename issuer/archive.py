# SPDX-License-Identifier: Apache-2.0
"""Adds archive time stamps to sealed files (EN 319 142-1 §5.5, PAdES B-LTA).

Promises: the file is only appended to; what is needed to check its newest time
stamp in later years is in it before the next one is made over all of it; a file
that could not be read back is never returned.
"""

import asyncio
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import (
    SigningError,
    extract_certificate_info,
    find_cms_attribute_iter,
)
from pyhanko.sign.timestamps import TimestampRequestError
from pyhanko.sign.validation import async_validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError

from issuer.authorities import Authorities, SealSources
from issuer.encoded import EncodedCertificate
from issuer.errors import (
    ArchiveError,
    IssuerError,
    TimestampUnavailableError,
)
from issuer.revocation import RevocationData
from issuer.sign import (
    TIMESTAMP_FIELD,
    SealWriter,
    add_timestamp,
)
from register.store import FileProof

_MAX_PATH = 10


@dataclass(frozen=True, kw_only=True)
class _Token:
    """A time-stamp token in a file: when, by which certificate, and those with it."""

    time: datetime
    signer: asn1_x509.Certificate
    others: tuple[asn1_x509.Certificate, ...]
    size: int
    """Bytes that it takes."""


class Archivist:
    """Reads what proves a file, and adds to it; one for all files of a run."""

    def __init__(
        self, sources: SealSources, anchors: Sequence[x509.Certificate]
    ) -> None:
        self._anchors = [_asn1(one) for one in (*anchors, *sources.tsa_anchors)]
        self._authorities = Authorities(sources)
        self._judge = self._authorities.judge_of(self._anchors)
        self._token_size = 0

    def close(self) -> None:
        """Close the connections to the authorities."""
        self._authorities.close()

    def read_proof(self, pdf: bytes) -> FileProof:
        """Return what proves a file, without judging it.

        Raises:
            ArchiveError: it cannot be read, or holds no time stamp.
        """
        try:
            reader = PdfFileReader(io.BytesIO(pdf))
            return self._proof_of(list(_tokens(reader)), _stored(reader))
        except (PdfError, ValueError, KeyError, TypeError, SigningError) as error:
            raise ArchiveError(f"the file cannot be read: {error}") from error

    def add_timestamp(self, pdf: bytes) -> bytes:
        """Return the file with a newer time stamp, and the data to check the last one.

        1. Get the revocation lists of all authorities.
        2. Check the newest time stamp with them, as it is now.
        3. Append its certificates and the lists, and a time stamp over everything.
        4. Read it back.

        Raises:
            TimestampUnavailableError, RevocationUnavailableError: try again later.
            ArchiveError: the newest time stamp does not count any more, or what was
                made is not as it should be.
        """
        # 1.
        held, room = self._authorities.lists(), self._token_size
        try:
            return asyncio.run(self._add_timestamp(pdf, held))
        except IssuerError:
            raise
        except TimestampRequestError as error:
            raise TimestampUnavailableError(str(error)) from error
        except (
            PdfError,
            SigningError,
            ValueError,
            KeyError,
            TypeError,
            OSError,
        ) as error:
            if self._token_size > room:
                # The tokens of another authority may be longer.
                return self.add_timestamp(pdf)
            raise ArchiveError(f"no time stamp could be added: {error}") from error

    async def _add_timestamp(self, pdf: bytes, held: RevocationData) -> bytes:
        # 2.
        writer = SealWriter(io.BytesIO(pdf))
        stored = _stored(writer.prev)
        newest = max(_tokens(writer.prev), key=lambda token: token.time, default=None)
        if newest is None:
            raise ArchiveError("the file holds no time stamp to be renewed")
        path = await self._check_token(newest, stored, held)
        # 3.
        DocumentSecurityStore.supply_dss_in_writer(
            writer,
            None,
            certs=[one for one in path if one not in self._anchors],
            crls=held.crls,
        )
        self._token_size = self._token_size or newest.size
        timestamper = self._authorities.timestamper(self._judge, held)
        output = io.BytesIO()
        try:
            await add_timestamp(
                writer, timestamper, self._token_size, output, _free_name(writer.prev)
            )
        finally:
            self._token_size = timestamper.token_size or self._token_size
        # 4.
        made = output.getvalue()
        await self._check_made(pdf, made, held)
        return made

    async def _check_token(
        self,
        token: _Token,
        stored: Sequence[asn1_x509.Certificate],
        held: RevocationData,
    ) -> list[asn1_x509.Certificate]:
        """Check a token's certificate as of now; return its path, the anchor first."""
        validator = CertificateValidator(
            token.signer,
            intermediate_certs=[*token.others, *stored],
            validation_context=self._context(held),
        )
        try:
            path = await validator.async_validate_usage(  # type: ignore[no-untyped-call]  # pyHanko
                set(), extended_key_usage={"time_stamping"}
            )
        except (PathError, ValidationError) as error:
            raise ArchiveError(
                f"its time stamp of {token.time:%Y-%m-%d} does not count any more: "
                f"{error}"
            ) from error
        return list(path.iter_certs(include_root=True))

    async def _check_made(
        self, before: bytes, made: bytes, held: RevocationData
    ) -> None:
        if not made.startswith(before):
            raise ArchiveError("the new version does not begin with the one before")
        reader = PdfFileReader(io.BytesIO(made))
        newest = reader.embedded_timestamp_signatures[-1]
        status = await async_validate_pdf_timestamp(
            newest, self._context(held), skip_diff=True
        )
        whole = status.coverage is not None and status.coverage.name == "ENTIRE_FILE"
        if not (status.valid and status.intact and status.trusted and whole):
            raise ArchiveError(f"the new time stamp is not good: {status.summary()}")

    def _context(self, held: RevocationData) -> ValidationContext:
        return ValidationContext(
            trust_roots=self._anchors,
            crls=held.crls,
            moment=self._authorities.clock(),
            allow_fetching=False,
            revocation_mode="hard-fail",
        )

    def _proof_of(
        self, tokens: Sequence[_Token], stored: Sequence[asn1_x509.Certificate]
    ) -> FileProof:
        if not tokens:
            raise ArchiveError("the file holds no time stamp")
        newest = max(tokens, key=lambda token: token.time)
        path = self._walk(newest.signer, [*newest.others, *stored])
        return FileProof(
            timestamps=len(tokens),
            stamped_at=newest.time,
            until=min(one.not_valid_after for one in path),
        )

    def _walk(
        self, leaf: asn1_x509.Certificate, known: Sequence[asn1_x509.Certificate]
    ) -> list[asn1_x509.Certificate]:
        """Return the certificates from a leaf to below its anchor."""
        path = [leaf]
        while len(path) < _MAX_PATH and not any(
            anchor.subject == path[-1].issuer for anchor in self._anchors
        ):
            above = [
                one
                for one in known
                if one.subject == path[-1].issuer and one not in path
            ]
            if not above:
                break
            # Of two certificates of one CA the one that lasts longer will be found.
            path.append(max(above, key=lambda one: one.not_valid_after))
        return path


def _tokens(reader: PdfFileReader) -> Iterator[_Token]:
    for signature in reader.embedded_signatures:
        data = signature.signed_data
        if signature.sig_object_type == "/DocTimeStamp":
            yield _read_token(data)
            continue
        unsigned = signature.signer_info["unsigned_attrs"]
        for value in find_cms_attribute_iter(unsigned, "signature_time_stamp_token"):
            yield _read_token(value["content"])


def _read_token(data: cms.SignedData) -> _Token:
    certificates = extract_certificate_info(data)
    info = data["encap_content_info"]["content"].parsed
    return _Token(
        time=info["gen_time"].native,
        signer=certificates.signer_cert,
        others=tuple(certificates.other_certs),
        size=len(data.dump()),
    )


def _stored(reader: PdfFileReader) -> list[asn1_x509.Certificate]:
    try:
        return list(DocumentSecurityStore.read_dss(reader).load_certs())
    except NoDSSFoundError:
        return []


def _free_name(reader: PdfFileReader) -> str:
    """Return a name for the next time stamp's field that the file does not have."""
    used = {signature.field_name for signature in reader.embedded_signatures}
    if TIMESTAMP_FIELD not in used:
        return TIMESTAMP_FIELD
    numbers = range(2, len(used) + 3)
    return next(name for n in numbers if (name := f"{TIMESTAMP_FIELD}{n}") not in used)


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return EncodedCertificate.of(certificate.public_bytes(Encoding.DER))
