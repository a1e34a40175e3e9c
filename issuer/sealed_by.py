# SPDX-License-Identifier: Apache-2.0
"""Which certificates sealed a file of ours, and when: read from the file itself.

For the hour in which a key was stolen: what a document was sealed with stands in the
document, so no table can say otherwise.
"""

import hashlib
import io
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

from issuer.errors import SealError


@dataclass(frozen=True, kw_only=True)
class SealUse:
    """One signature of a sealed file."""

    key_sha256: bytes
    """SHA-256 of the signer's public key (SubjectPublicKeyInfo, DER)."""
    at: datetime | None
    """When, by its time stamp; None if it has none."""


def read_seals(pdf: bytes) -> tuple[SealUse, ...]:
    """Read who signed a file of our own, officers among them; nothing is judged.

    Raises:
        SealError: the file cannot be read.
    """
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        return tuple(
            SealUse(
                key_sha256=hashlib.sha256(
                    one.signer_cert["tbs_certificate"]["subject_public_key_info"].dump()
                ).digest(),
                at=_time_of(one.signer_info),
            )
            for one in reader.embedded_regular_signatures
        )
    except (PdfError, SigningError, SignatureValidationError, ValueError) as error:
        raise SealError(f"the sealed file cannot be read: {error}") from error


def _time_of(signer: cms.SignerInfo) -> datetime | None:
    """The earliest time stamp of a signature; we put one into each."""
    moments = [
        token["encap_content_info"]["content"].parsed["gen_time"].native
        for token in extract_tst_data_iter(signer, signed=False)
    ]
    return min(moments, default=None)
