# SPDX-License-Identifier: Apache-2.0
"""Seals PDFs: PAdES baseline B-LT or B-LTA.

The only signing use of pyHanko, with `issuer.archive`, which adds time stamps later.
Promises: no file without an RFC 3161 token and revocation data; the private key
stays behind `keys.signing.Signer`; what was PDF/A and PDF/UA stays so, for the seal
fills the field prepared for it and leaves the metadata as they are. Two revisions:
the seal, then what is needed to check it in later years.
"""

import asyncio
import io
from collections.abc import Sequence

import httpx
from asn1crypto import crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.timestamps import TimestampRequestError
from pyhanko.sign.validation import (
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import (
    PdfSignatureStatus,
    TimestampSignatureStatus,
)
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from issuer.authorities import CrlCache, FailoverTimeStamper, SealSources
from issuer.errors import (
    RevocationUnavailableError,
    SealError,
    TimestampUnavailableError,
)
from issuer.signed_first import SignedFirst, check_signed_first
from keys.signing import Signer
from templates.document_type import SealLevel

__all__ = [
    "SEAL_FIELD",
    "TIMESTAMP_FIELD",
    "SealSources",
    "SealWriter",
    "Sealer",
    "add_timestamp",
]

SEAL_FIELD = "Seal"
"""Name of the signature field of the agency's seal. Rendering prepares it, tagged as
PDF/UA wants it; a file without one is given one, untagged."""

TIMESTAMP_FIELD = "Timestamp"
"""Name of the field of the document timestamp of B-LTA; later ones get a number."""

_FIRST_TOKEN = 8_192
"""Bytes kept for the first time-stamp token; those after it get what they need. All
that is kept and not needed is zeros, which readers read digit by digit."""

_BESIDE_THE_TOKEN = 1_000
"""Bytes kept for what tokens differ by, and in a signature for all that is neither
token nor certificate: 500."""

_OUTSIDE_THE_PAGE = fields.InvisSigSettings(
    # An annotation that shows nothing and is not in the structure tree: PDF/A wants
    # it printable, PDF/UA (7.18.1) hidden or outside the page. This is both.
    set_print_flag=True,
    box_out_of_bounds=True,
)


class Sealer:
    """Seals with one signer; keeps what does not change between two documents."""

    def __init__(self, signer: Signer, sources: SealSources) -> None:
        if signer.certificate is None or not signer.chain:
            raise SealError(f"key {signer.label} has no certificate with its chain")
        self._sources = sources
        self._http = httpx.Client(timeout=sources.timeout, trust_env=False)
        self._signer = _PyHankoSigner(signer)
        self._certificate = _asn1(signer.certificate)
        self._others = [_asn1(c) for c in signer.chain]
        self._roots = [self._others[-1], *(_asn1(c) for c in sources.tsa_anchors)]
        self._crls = CrlCache(self._http, sources)
        self._checked_against: Sequence[crl.CertificateList] | None = None
        self._token_size = _FIRST_TOKEN

    def close(self) -> None:
        """Close the connections to the authorities."""
        self._http.close()

    def seal_pdf(
        self,
        pdf: bytes,
        level: SealLevel = SealLevel.B_LT,
        officer: SignedFirst | None = None,
    ) -> bytes:
        """Return `pdf` with the agency's seal as certification signature.

        After an officer's signature it is an approval signature over that, too; the
        field prepared for it lets nothing be changed then either.

        Raises:
            TimestampUnavailableError: no authority gave a token.
            RevocationUnavailableError: no current revocation list.
            SealError: anything else, such as a revoked or expired certificate.
        """
        return asyncio.run(self._seal(pdf, level, officer))

    def check_sealed(
        self,
        sealed: bytes,
        level: SealLevel = SealLevel.B_LT,
        officer: SignedFirst | None = None,
    ) -> None:
        """Read the sealed file back and refuse it unless all of it is covered and good.

        Raises:
            SealError: what is wrong with it.
        """
        crls = self._crls.get()
        context = self._validation_context(crls, officer)
        try:
            reader = PdfFileReader(io.BytesIO(sealed))
            *first, seal = reader.embedded_regular_signatures
            statuses = [validate_signature(one, context) for one in (*first, seal)]
            stamps = [
                asyncio.run(async_validate_pdf_timestamp(one, context, skip_diff=True))
                for one in reader.embedded_timestamp_signatures
            ]
            stored = _stored_crls(reader)
        except Exception as error:  # whatever it is, this file must not go out
            raise SealError(f"the sealed file could not be read: {error}") from error
        _check_name(seal)
        check_signed_first(first, officer)
        for status in statuses:
            _check_status(status)
        if len(stamps) != (level is SealLevel.B_LTA):
            raise SealError(f"the sealed file has {len(stamps)} document timestamps")
        _check_stamps(stamps)
        # By issuer: the lists may have been fetched anew since the file was sealed.
        if [_issuer_of(one) for one in stored] != [_issuer_of(one) for one in crls]:
            raise SealError("the sealed file lacks a revocation list")

    async def _seal(
        self, pdf: bytes, level: SealLevel, officer: SignedFirst | None
    ) -> bytes:
        crls = self._crls.get()
        timestamper = FailoverTimeStamper(self._http, self._sources.tsa_urls)
        try:
            await self._check_certificate(crls)
            sealed = await self._seal_and_store(pdf, level, timestamper, crls, officer)
        except (TimestampUnavailableError, RevocationUnavailableError):
            raise
        except TimestampRequestError as error:
            raise TimestampUnavailableError(str(error)) from error
        except (SigningError, PdfError, ValueError, KeyError, OSError) as error:
            if self._has_outgrown(timestamper):
                return await self._seal(pdf, level, officer)
            raise SealError(f"the PDF could not be sealed: {error}") from error
        self._token_size = timestamper.token_size
        return sealed

    def _has_outgrown(self, timestamper: FailoverTimeStamper) -> bool:
        """Keep more room if tokens have grown, as those of another authority may."""
        if timestamper.token_size <= self._token_size:
            return False
        self._token_size = timestamper.token_size
        return True

    async def _seal_and_store(
        self,
        pdf: bytes,
        level: SealLevel,
        timestamper: FailoverTimeStamper,
        crls: Sequence[crl.CertificateList],
        officer: SignedFirst | None,
    ) -> bytes:
        before = [] if officer is None else officer.list_certificates(pdf)
        signed = await self._add_signature(
            pdf, timestamper, SEAL_FIELD, certify=officer is None
        )
        writer = SealWriter(signed)
        DocumentSecurityStore.supply_dss_in_writer(
            writer,
            None,  # a VRI entry would repeat the store
            certs=self._validation_certificates(timestamper, before),
            crls=crls,
        )
        output = io.BytesIO()
        if level is SealLevel.B_LTA:
            await add_timestamp(writer, timestamper, self._token_size, output)
        else:
            writer.write(output)  # type: ignore[no-untyped-call]  # pyHanko
        return output.getvalue()

    async def _add_signature(
        self, pdf: bytes, timestamper: FailoverTimeStamper, field: str, *, certify: bool
    ) -> io.BytesIO:
        metadata = signers.PdfSignatureMetadata(
            field_name=field,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            certify=certify,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
            signer_key_usage={"non_repudiation", "digital_signature"},
        )
        signer = signers.PdfSigner(
            metadata, signer=self._signer, timestamper=timestamper
        )
        certificates = [self._certificate, *self._others[:-1]]
        size = sum(len(one.dump()) for one in certificates)
        size += self._signer.signature_size + self._token_size + _BESIDE_THE_TOKEN
        output = io.BytesIO()
        await signer.async_sign_pdf(
            SealWriter(io.BytesIO(pdf)), bytes_reserved=2 * size, output=output
        )
        return output

    async def _check_certificate(self, crls: Sequence[crl.CertificateList]) -> None:
        """Refuse a certificate that is revoked or cannot be checked, before it is used.

        Once for each fetch of the lists: nothing else can change the answer but time,
        and an expired certificate is found when the sealed file is read back.
        """
        if self._checked_against is crls:
            return
        self._check_age(crls)
        validator = CertificateValidator(
            self._certificate, validation_context=self._validation_context(crls)
        )
        try:
            await validator.async_validate_usage(set())  # type: ignore[no-untyped-call]
        except (PathError, ValidationError) as error:
            raise SealError(
                f"the seal's certificate cannot be used: {error}"
            ) from error
        self._checked_against = crls

    def _check_age(self, crls: Sequence[crl.CertificateList]) -> None:
        """Refuse a list that is older than the certificate: it says nothing of it."""
        since = self._certificate.not_valid_before
        for one in crls:
            told = one["tbs_cert_list"]["this_update"].native
            if one.issuer == self._certificate.issuer and told < since:
                self._crls.forget()
                raise RevocationUnavailableError(
                    f"the newest revocation list is of {told:%Y-%m-%d %H:%M}, before "
                    f"the seal's certificate of {since:%Y-%m-%d %H:%M}: wait for a "
                    "newer list"
                )

    def _validation_certificates(
        self,
        timestamper: FailoverTimeStamper,
        before: Sequence[asn1_x509.Certificate],
    ) -> list[asn1_x509.Certificate]:
        """Return the paths of all signatures and tokens but for our roots, once each.

        `before` are those of a signature that was there already.
        """
        roots = {one.dump() for one in self._roots}
        found = [self._certificate, *self._others, *timestamper.certificates, *before]
        return list({c.dump(): c for c in found if c.dump() not in roots}.values())

    def _validation_context(
        self,
        crls: Sequence[crl.CertificateList],
        officer: SignedFirst | None = None,
    ) -> ValidationContext:
        clock = self._sources.clock
        return ValidationContext(
            trust_roots=[*self._roots, *([officer.root] if officer else [])],
            other_certs=self._others,
            crls=crls,
            moment=None if clock is None else clock(),
            allow_fetching=False,
            revocation_mode="hard-fail",
        )


class SealWriter(IncrementalPdfFileWriter):
    """Adds what seals and nothing else.

    pyHanko would write XMP and the information dictionary anew with a date of its own
    and itself as producer. The document is the one that was rendered: its metadata
    stay byte for byte, and agree with each other as PDF/A wants it.
    """

    def _update_meta(self) -> None:
        """Leave the metadata alone."""


class _PyHankoSigner(signers.Signer):
    """Lets pyHanko build the CMS while our `Signer` alone touches the key."""

    def __init__(self, signer: Signer) -> None:
        if signer.certificate is None:
            raise SealError(f"key {signer.label} has no certificate")
        registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # pyHanko
        registry.register_multiple([_asn1(c) for c in signer.chain])
        super().__init__(
            signing_cert=_asn1(signer.certificate),
            cert_registry=registry,
            embed_roots=False,
        )
        self._key = signer

    @property
    def signature_size(self) -> int:
        """Bytes that a signature takes at most."""
        key = self._key.public_key
        return key.key_size // 8 if isinstance(key, rsa.RSAPublicKey) else 72

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002 - pyHanko's signature
    ) -> bytes:
        if digest_algorithm != "sha256":
            raise SealError(f"seals use SHA-256, not {digest_algorithm}")
        return bytes(self.signature_size) if dry_run else self._key.sign(data)


async def add_timestamp(
    writer: SealWriter,
    timestamper: FailoverTimeStamper,
    token_size: int,
    output: io.BytesIO,
    field: str = TIMESTAMP_FIELD,
) -> None:
    """Close the revision with a document timestamp over all before it."""
    stamper = signers.PdfTimeStamper(
        timestamper,
        field_name=field,
        invis_settings=_OUTSIDE_THE_PAGE,
        readable_field_name="เวลาประทับของเอกสาร (Document timestamp)",
    )
    await stamper.async_timestamp_pdf(
        writer,
        "sha256",
        bytes_reserved=2 * (token_size + _BESIDE_THE_TOKEN),
        output=output,
    )


def validate_signature(
    signature: EmbeddedPdfSignature, context: ValidationContext
) -> PdfSignatureStatus:
    return asyncio.run(
        async_validate_pdf_signature(
            signature,
            signer_validation_context=context,
            ts_validation_context=context,
            skip_diff=True,  # nobody but us has added anything yet
        )
    )


def _check_status(status: PdfSignatureStatus) -> None:
    if not status.bottom_line:
        raise SealError(f"the sealed file does not validate: {status.summary()}")
    _check_stamps([status.timestamp_validity])


def _check_name(seal: EmbeddedPdfSignature) -> None:
    if seal.field_name != SEAL_FIELD:
        raise SealError(f"the sealed file's signature is in field {seal.field_name}")


def _check_stamps(stamps: Sequence[TimestampSignatureStatus | None]) -> None:
    for stamp in stamps:
        if stamp is None or not (stamp.valid and stamp.intact and stamp.trusted):
            raise SealError(
                "the sealed file's timestamp is "
                f"{'missing' if stamp is None else stamp.summary()}"
            )


def _stored_crls(reader: PdfFileReader) -> list[crl.CertificateList]:
    store = DocumentSecurityStore.read_dss(reader)
    return [crl.CertificateList.load(one.get_object().data) for one in store.crls]


def _issuer_of(revocations: crl.CertificateList) -> bytes:
    name: bytes = revocations["tbs_cert_list"]["issuer"].dump()
    return name


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
