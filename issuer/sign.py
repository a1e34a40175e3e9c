# SPDX-License-Identifier: Apache-2.0
"""Seals PDFs: PAdES baseline B-LT or B-LTA.

The only signing use of pyHanko, with `issuer.archive`, which adds time stamps later.
Promises: no file without an RFC 3161 token and revocation data; the private key
stays behind `keys.signing.Signer`; what was PDF/A and PDF/UA stays so, for the seal
fills the field prepared for it and leaves the metadata as they are. Two revisions:
the seal, then what is needed to check it in later years.
"""

import asyncio
import hashlib
import io
from collections.abc import Sequence

from asn1crypto import cms, crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError
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

from issuer.authorities import Authorities, SealSources
from issuer.cms import CmsWriter
from issuer.encoded import EncodedCertificate, EncodedContent
from issuer.errors import (
    RevocationUnavailableError,
    SealCertificateError,
    SealError,
    TimestampUnavailableError,
)
from issuer.revocation import RevocationData
from issuer.sealed_by import seal_use
from issuer.signed_first import SignedFirst, check_signed_first
from issuer.timestamps import FailoverTimeStamper
from keys.signing import Signer
from register.store import SealUse
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

    def __init__(self, signer: Signer, sources: SealSources | Authorities) -> None:
        if signer.certificate is None or not signer.chain:
            raise SealError(f"key {signer.label} has no certificate with its chain")
        self._owns = isinstance(sources, SealSources)
        self._authorities = (
            Authorities(sources) if isinstance(sources, SealSources) else sources
        )
        self.signer = signer
        settings = self._authorities.sources
        self._signer = _PyHankoSigner(signer)
        self._certificate = _asn1(signer.certificate)
        self._others = [_asn1(c) for c in signer.chain]
        self._roots = [self._others[-1], *(_asn1(c) for c in settings.tsa_anchors)]
        self._revocations = self._authorities.revocations_of(
            signer.certificate, signer.chain[0]
        )
        self._judge = self._authorities.judge_of(self._roots)
        self._checked_against: RevocationData | None = None
        self._token_size = _FIRST_TOKEN

    def close(self) -> None:
        """Close the connections to the authorities, if they are this sealer's own."""
        if self._owns:
            self._authorities.close()

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
            TimestampUnavailableError: no authority gave a good token.
            RevocationUnavailableError: no current revocation list.
            SealCertificateError: the certificate is revoked, or not valid now.
            SealError: anything else.
        """
        label = self.signer.label
        try:
            sealed = asyncio.run(self._seal(pdf, level, officer))
        except Exception as error:
            self._authorities.refused.add(label, type(error).__name__)
            raise
        self._authorities.sealed.add(label, level.value)
        return sealed

    def check_sealed(
        self,
        sealed: bytes,
        level: SealLevel = SealLevel.B_LT,
        officer: SignedFirst | None = None,
    ) -> SealUse:
        """Read the sealed file back and refuse it unless all of it is covered and good.

        Returns which key sealed it, and when, as it stands in the file.

        Raises:
            SealError: what is wrong with it.
        """
        held = self._revocations.get()
        context = self._validation_context(held, officer)
        try:
            reader = PdfFileReader(io.BytesIO(sealed))
            *first, seal = reader.embedded_regular_signatures
            statuses = [validate_signature(one, context) for one in (*first, seal)]
            stamps = [
                asyncio.run(async_validate_pdf_timestamp(one, context, skip_diff=True))
                for one in reader.embedded_timestamp_signatures
            ]
            stored = DocumentSecurityStore.read_dss(reader)
            lists = [_issuer_of(one) for one in _stored_crls(stored)]
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
        if lists != [_issuer_of(one) for one in held.crls]:
            raise SealError("the sealed file lacks a revocation list")
        return seal_use(seal)

    async def _seal(
        self, pdf: bytes, level: SealLevel, officer: SignedFirst | None
    ) -> bytes:
        self._check_dates()
        held = self._revocations.get()
        timestamper = self._authorities.timestamper(self._judge, held)
        try:
            await self._check_certificate(held)
            sealed = await self._seal_and_store(pdf, level, timestamper, held, officer)
        except SealError:
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
        held: RevocationData,
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
            ocsps=held.ocsps,
            crls=held.crls,
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

    def _check_dates(self) -> None:
        """Refuse a certificate that is not valid now: at each use, for time passes."""
        now = self._authorities.clock()
        start, end = (
            self._certificate.not_valid_before,
            self._certificate.not_valid_after,
        )
        if not start <= now <= end:
            label = self.signer.label
            raise SealCertificateError(
                f"the certificate of {label} is valid from {start:%F %T}Z to "
                f"{end:%F %T}Z, and it is {now:%F %T}Z: replace it (`tra keys rotate` "
                "for seals), or set the clock of this machine right"
            )

    async def _check_certificate(self, held: RevocationData) -> None:
        """Refuse a certificate that is revoked or cannot be checked, before it is used.

        Once for each time that something is fetched: nothing else can change the
        answer but time, which is asked at each use.
        """
        if self._checked_against is held:
            return
        self._check_lists(held)
        validator = CertificateValidator(
            self._certificate, validation_context=self._validation_context(held)
        )
        try:
            await validator.async_validate_usage(set())  # type: ignore[no-untyped-call]
        except (PathError, ValidationError) as error:
            raise SealCertificateError(
                f"the certificate of {self.signer.label} cannot be used: {error}"
            ) from error
        self._checked_against = held

    def _check_lists(self, held: RevocationData) -> None:
        """Refuse what a list names, and a list that is older than the certificate.

        Such a list says nothing of it; then the CA's answer (OCSP) must.
        """
        since = self._certificate.not_valid_before
        for one in held.crls:
            if one.issuer != self._certificate.issuer:
                continue
            content = one["tbs_cert_list"]
            told = content["this_update"].native
            if told < since and not held.ocsps:
                self._revocations.forget()
                raise RevocationUnavailableError(
                    f"the newest revocation list is of {told:%Y-%m-%d %H:%M}, before "
                    f"the seal's certificate of {since:%Y-%m-%d %H:%M}: wait for a "
                    "newer list, or name the CA's responder in TRA_OCSP_URLS"
                )
            for entry in content["revoked_certificates"]:
                if entry["user_certificate"].native == self._certificate.serial_number:
                    since = entry["revocation_date"].native
                    raise SealCertificateError(
                        f"the certificate of {self.signer.label} is revoked since "
                        f"{since:%F %T}Z: replace it (`tra keys rotate` for seals)"
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
        self, held: RevocationData, officer: SignedFirst | None = None
    ) -> ValidationContext:
        return ValidationContext(
            trust_roots=[*self._roots, *([officer.root] if officer else [])],
            other_certs=self._others,
            crls=held.crls,
            ocsps=held.ocsps,
            moment=self._authorities.clock(),
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
    """Gives pyHanko the finished CMS; our `Signer` alone touches the key."""

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
        self._cms = CmsWriter(signer)

    @property
    def signature_size(self) -> int:
        """Bytes that a signature takes at most."""
        key = self._key.public_key
        return key.key_size // 8 if isinstance(key, rsa.RSAPublicKey) else 72

    async def async_sign(  # noqa: PLR0913, PLR0917 - pyHanko's signature
        self,
        data_digest: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002 - pyHanko's signature
        use_pades: bool = False,  # noqa: FBT001, FBT002
        timestamper: TimeStamper | None = None,
        signed_attr_settings: object = None,  # noqa: ARG002 - we have no others
        is_pdf_sig: bool = True,  # noqa: ARG002, FBT001, FBT002
        encap_content_info: object = None,  # noqa: ARG002
    ) -> cms.ContentInfo:
        """Sign the digest of the file, and have the signature dated."""
        if digest_algorithm != "sha256" or not use_pades or dry_run:
            raise SealError(f"seals are PAdES over SHA-256, not {digest_algorithm}")
        attributes = self._cms.signed_attributes(data_digest)
        signature = self._key.sign(attributes)
        token = None
        if timestamper is not None:
            imprint = hashlib.sha256(signature).digest()
            token = (await timestamper.async_timestamp(imprint, "sha256")).dump()
        return EncodedContent.of(self._cms.package(attributes, signature, token))


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


def _stored_crls(store: DocumentSecurityStore) -> list[crl.CertificateList]:
    return [crl.CertificateList.load(one.get_object().data) for one in store.crls]


def _issuer_of(revocations: crl.CertificateList) -> bytes:
    name: bytes = revocations["tbs_cert_list"]["issuer"].dump()
    return name


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return EncodedCertificate.of(certificate.public_bytes(Encoding.DER))
