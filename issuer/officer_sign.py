# SPDX-License-Identifier: Apache-2.0
"""An officer's signature: PAdES B-T, an approval signature before the seal.

The seal, which comes last, brings the data by which both are checked (B-LT). What is
about to be signed is told before the key is used, so that it can be written down.
"""

import asyncio
import hashlib
import io
from collections.abc import Callable

from cryptography import x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from pyhanko.sign.timestamps import TimestampRequestError

from issuer.authorities import Authorities, SealSources
from issuer.errors import SealError, TimestampUnavailableError
from issuer.sign import Sealer, validate_signature
from issuer.signed_first import OFFICER_FIELD, SignedFirst
from keys.signing import Algorithm, KeyLabel, PublicKey, Signer

TellDigest = Callable[[bytes], None]
"""Is given the SHA-256 of what the key is about to sign, before it does."""


class OfficerSealer(Sealer):
    """Signs with an officer's key while it is open."""

    def __init__(
        self, signer: Signer, sources: SealSources | Authorities, tell: TellDigest
    ) -> None:
        super().__init__(_TellingSigner(signer, tell), sources)
        if signer.certificate is None:
            raise SealError("the officer has no certificate")
        self._officer = SignedFirst(certificate=signer.certificate, chain=signer.chain)

    def sign_pdf(self, pdf: bytes) -> bytes:
        """Return `pdf` with the officer's signature, read back and checked.

        Raises:
            TimestampUnavailableError: no authority gave a token.
            RevocationUnavailableError: no current revocation list.
            SealError: anything else, such as a revoked or expired certificate.
            KeysError: the key could not be used.
        """
        signed = asyncio.run(self._sign(pdf))
        self._check_signed(signed)
        return signed

    async def _sign(self, pdf: bytes) -> bytes:
        self._check_dates()
        held = self._revocations.get()
        timestamper = self._authorities.timestamper(self._judge, held)
        try:
            await self._check_certificate(held)
            signed = await self._add_signature(
                pdf, timestamper, OFFICER_FIELD, certify=False
            )
        except SealError:
            raise
        except TimestampRequestError as error:
            raise TimestampUnavailableError(str(error)) from error
        except (SigningError, PdfError, ValueError, KeyError, OSError) as error:
            if self._has_outgrown(timestamper):
                return await self._sign(pdf)
            raise SealError(f"the PDF could not be signed: {error}") from error
        return signed.getvalue()

    def _check_signed(self, signed: bytes) -> None:
        context = self._validation_context(self._revocations.get())
        try:
            found = PdfFileReader(io.BytesIO(signed)).embedded_regular_signatures
            [signature] = found
            status = validate_signature(signature, context)
        except Exception as error:  # whatever it is, this file must not go on
            raise SealError(f"the signed file could not be read: {error}") from error
        self._officer.check_signer(signature)
        stamp = status.timestamp_validity
        if not status.bottom_line or stamp is None:
            raise SealError(f"the signed file does not validate: {status.summary()}")


class _TellingSigner:
    """A signer that tells what it is about to sign."""

    def __init__(self, signer: Signer, tell: TellDigest) -> None:
        self._signer = signer
        self._tell = tell

    @property
    def label(self) -> KeyLabel:
        """Which key this is."""
        return self._signer.label

    @property
    def algorithm(self) -> Algorithm:
        """How it signs."""
        return self._signer.algorithm

    @property
    def certificate(self) -> x509.Certificate | None:
        """The certificate of the key."""
        return self._signer.certificate

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """Its issuers, the root last."""
        return self._signer.chain

    @property
    def public_key(self) -> PublicKey:
        """The public half of the key."""
        return self._signer.public_key

    def sign(self, message: bytes) -> bytes:
        """Tell the digest of `message`, then sign it."""
        self._tell(hashlib.sha256(message).digest())
        return self._signer.sign(message)
