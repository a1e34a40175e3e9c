# SPDX-License-Identifier: Apache-2.0
"""Seals PDFs: PAdES baseline B-LT. The only signing use of pyHanko.

Promises: no file without an RFC 3161 token and revocation data, never a local
clock in their place; the private key stays behind `keys.signing.Signer`; what was
PDF/A and PDF/UA stays so, for the seal fills the field prepared for it and leaves
the metadata as they are.
Authorities and revocation lists come from settings, never from a certificate.
"""

import asyncio
import io
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import httpx
from asn1crypto import crl, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    SigDSSPlacementPreference,
)
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from issuer.errors import (
    RevocationUnavailableError,
    SealError,
    TimestampUnavailableError,
)
from keys.signing import Algorithm, Signer

SEAL_FIELD = "Seal"
"""Name of the signature field of the agency's seal. Rendering prepares it, tagged as
PDF/UA wants it; a file without one is given one, untagged."""

_MAX_TSA_ANSWER = 100_000
_MAX_CRL = 20_000_000
_RESERVED_FOR_CMS = 16_384
"""Bytes kept for the signature container: RSA-3072, three certificates and a
time-stamp token with its own take about 9 kB. Naming a size saves a trial run."""


@dataclass(frozen=True, kw_only=True)
class SealSources:
    """Where time and revocation data come from."""

    tsa_urls: tuple[str, ...]
    crl_urls: tuple[str, ...]
    tsa_anchors: tuple[x509.Certificate, ...] = ()
    timeout: float = 5.0
    crl_refresh: float = 900.0


class Sealer:
    """Seals with one signer; keeps what does not change between two documents."""

    def __init__(self, signer: Signer, sources: SealSources) -> None:
        if signer.certificate is None or not signer.chain:
            raise SealError(f"key {signer.label} has no certificate with its chain")
        self._sources = sources
        self._http = httpx.Client(timeout=sources.timeout, trust_env=False)
        self._signer = _PyHankoSigner(signer)
        self._timestamper = _FailoverTimeStamper(self._http, sources.tsa_urls)
        chain = [_asn1(c) for c in signer.chain]
        self._others = chain
        self._roots = [chain[-1], *(_asn1(c) for c in sources.tsa_anchors)]
        self._crls = _CrlCache(self._http, sources)

    def close(self) -> None:
        """Close the connections to the authorities."""
        self._http.close()

    def seal_pdf(self, pdf: bytes) -> bytes:
        """Return `pdf` with the agency's seal as certification signature, B-LT.

        Raises:
            TimestampUnavailableError: no authority gave a token.
            RevocationUnavailableError: no current revocation list.
            SealError: anything else, such as a revoked or expired certificate.
        """
        context = self._validation_context()
        metadata = signers.PdfSignatureMetadata(
            field_name=SEAL_FIELD,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
            embed_validation_info=True,
            validation_context=context,
            signer_key_usage={"non_repudiation", "digital_signature"},
            # The revocation data goes under the seal: one revision, so every reader
            # says that the whole document is signed. VRI entries repeat the DSS.
            dss_settings=DSSContentSettings(
                include_vri=False,
                placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE,
            ),
        )
        pdf_signer = signers.PdfSigner(
            metadata, signer=self._signer, timestamper=self._timestamper
        )
        try:
            output = asyncio.run(
                pdf_signer.async_sign_pdf(
                    _SealWriter(io.BytesIO(pdf)),
                    bytes_reserved=_RESERVED_FOR_CMS,
                )
            )
        except (TimestampUnavailableError, RevocationUnavailableError):
            raise
        except (SigningError, ValueError, KeyError, OSError) as error:
            raise SealError(f"the PDF could not be sealed: {error}") from error
        return bytes(output.getvalue())

    def check_sealed(self, sealed: bytes) -> None:
        """Read the sealed file back and refuse it unless all of it is covered and good.

        Raises:
            SealError: what is wrong with it.
        """
        try:
            embedded = PdfFileReader(io.BytesIO(sealed)).embedded_regular_signatures
            [seal] = [one for one in embedded if one.field_name == SEAL_FIELD]
            status = asyncio.run(
                async_validate_pdf_signature(
                    seal,
                    signer_validation_context=self._validation_context(),
                    ts_validation_context=self._validation_context(),
                )
            )
        except Exception as error:  # whatever it is, this file must not go out
            raise SealError(f"the sealed file could not be read: {error}") from error
        stamp = status.timestamp_validity
        if not status.bottom_line or stamp is None or not stamp.trusted:
            raise SealError(
                f"the sealed file does not validate: {status.summary()}, "
                f"timestamp {'missing' if stamp is None else stamp.summary()}"
            )

    def _validation_context(self) -> ValidationContext:
        return ValidationContext(
            trust_roots=self._roots,
            other_certs=self._others,
            crls=self._crls.get(),
            allow_fetching=False,
            revocation_mode="hard-fail",
        )


class _SealWriter(IncrementalPdfFileWriter):
    """Adds the seal and nothing else.

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

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002 - pyHanko's signature
    ) -> bytes:
        if digest_algorithm != "sha256":
            raise SealError(f"seals use SHA-256, not {digest_algorithm}")
        if dry_run:
            return bytes(384 if self._key.algorithm is Algorithm.RS256 else 72)
        return self._key.sign(data)


class _FailoverTimeStamper(TimeStamper):
    """Asks one RFC 3161 authority after the other; fails closed."""

    def __init__(self, http: httpx.Client, urls: Sequence[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # pyHanko
        self._http = http
        self._urls = urls

    async def async_request_tsa_response(
        self, req: tsp.TimeStampReq
    ) -> tsp.TimeStampResp:
        failures = []
        for url in self._urls:
            try:
                return self._ask(url, req.dump())
            except Exception as error:  # noqa: BLE001 - asn1crypto lets many kinds out
                failures.append(f"{url}: {type(error).__name__} {error}")
        raise TimestampUnavailableError(
            "no time-stamping authority answered: " + "; ".join(failures)
        )

    def _ask(self, url: str, request: bytes) -> tsp.TimeStampResp:
        answer = self._http.post(
            url,
            content=request,
            headers={"Content-Type": "application/timestamp-query"},
        ).raise_for_status()
        if len(answer.content) > _MAX_TSA_ANSWER:
            raise ValueError("the answer is too long for a time-stamp token")
        # Read down to the time here, so that junk means the next authority is asked.
        # What is returned is a fresh object: asn1crypto encodes all anew that was
        # looked into, which takes a second.
        read = tsp.TimeStampResp.load(answer.content, strict=True)
        status = read["status"]["status"].native
        if status not in {"granted", "granted_with_mods"}:
            raise ValueError(f"the authority refused: {status}")
        token = read["time_stamp_token"]["content"]["encap_content_info"]["content"]
        if token.parsed["gen_time"].native is None:
            raise ValueError("the token names no time")
        return tsp.TimeStampResp.load(answer.content, strict=True)


class _CrlCache:
    """Revocation lists, fetched once and used for all files until they are old."""

    def __init__(self, http: httpx.Client, sources: SealSources) -> None:
        self._http = http
        self._urls = sources.crl_urls
        self._refresh = sources.crl_refresh
        self._lock = threading.Lock()
        self._lists: list[crl.CertificateList] = []
        self._fetched = 0.0

    def get(self) -> list[crl.CertificateList]:
        with self._lock:
            # Monotonic: a clock that jumps must not make an old list young.
            if not self._lists or time.monotonic() - self._fetched > self._refresh:
                self._lists = [self._fetch(url) for url in self._urls]
                self._fetched = time.monotonic()
            return self._lists

    def _fetch(self, url: str) -> crl.CertificateList:
        try:
            answer = self._http.get(url).raise_for_status()
            # Beyond the limit nothing is parsed: the cut list does not load.
            return crl.CertificateList.load(answer.content[:_MAX_CRL], strict=True)
        except (httpx.HTTPError, ValueError) as error:
            raise RevocationUnavailableError(
                f"cannot get the revocation list {url}: {type(error).__name__} {error}"
            ) from error


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
