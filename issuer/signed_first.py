# SPDX-License-Identifier: Apache-2.0
"""The signature that stands before the seal: an officer's, as the seal finds it.

What the seal needs of it: that it is there and whose it is, and the certificates by
which it and its time stamp are checked in later years.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import (
    extract_certificate_info,
    extract_signer_info,
    find_cms_attribute_iter,
)
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from issuer.errors import SealError

OFFICER_FIELD = "Officer"
"""Name of the signature field of the officer, prepared when a document is drawn."""


@dataclass(frozen=True, kw_only=True)
class SignedFirst:
    """Whose signature a file must carry before it is sealed."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    """Its issuers, the root last."""

    @property
    def root(self) -> asn1_x509.Certificate:
        """The CA at which its path ends."""
        return _asn1(self.chain[-1])

    def check_signer(self, signature: EmbeddedPdfSignature) -> None:
        """Check that a signature is this officer's, in the officer's field.

        Raises:
            SealError: it is in another field, or by another certificate.
        """
        if signature.field_name != OFFICER_FIELD:
            raise SealError(f"a signature is in field {signature.field_name}")
        if signature.signer_cert.dump() != _asn1(self.certificate).dump():
            raise SealError("the signature before the seal is not this officer's")

    def list_certificates(self, pdf: bytes) -> list[asn1_x509.Certificate]:
        """Return the certificates to check the officer's signature by.

        Raises:
            SealError: the file has no such signature.
        """
        found = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
        if len(found) != 1:
            raise SealError(f"before the seal there are {len(found)} signatures, not 1")
        self.check_signer(found[0])
        return [
            *(_asn1(one) for one in (self.certificate, *self.chain)),
            *_stamp_certificates(found[0]),
        ]


def check_signed_first(
    signatures: Sequence[EmbeddedPdfSignature], officer: SignedFirst | None
) -> None:
    """Check that before the seal there is the officer's signature, or none.

    Raises:
        SealError: one is missing, or one too many, or another's.
    """
    if len(signatures) != (officer is not None):
        raise SealError(f"before the seal there are {len(signatures)} signatures")
    if officer is not None:
        officer.check_signer(signatures[0])


def _stamp_certificates(
    signature: EmbeddedPdfSignature,
) -> Iterator[asn1_x509.Certificate]:
    attributes = extract_signer_info(signature.signed_data)["unsigned_attrs"]
    for token in find_cms_attribute_iter(attributes, "signature_time_stamp_token"):
        info = extract_certificate_info(token["content"])
        yield from (info.signer_cert, *info.other_certs)


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
