# SPDX-License-Identifier: Apache-2.0
"""Which certificates sealed a file of ours, and when: read from the file itself.

For the hour in which a key was stolen, and for what the register notes of each seal.
"""

import hashlib
import io
from datetime import datetime

from asn1crypto import cms
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from issuer.errors import SealError
from register.store import SealUse


def read_seals(pdf: bytes) -> tuple[SealUse, ...]:
    """Read who signed a file of our own, officers among them; nothing is judged.

    Raises:
        SealError: the file cannot be read.
    """
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        return tuple(seal_use(one) for one in reader.embedded_regular_signatures)
    except (PdfError, SigningError, SignatureValidationError, ValueError) as error:
        raise SealError(f"the sealed file cannot be read: {error}") from error


def seal_use(signature: EmbeddedPdfSignature) -> SealUse:
    """Return by which key a signature was made, and when; nothing is judged."""
    spki = signature.signer_cert["tbs_certificate"]["subject_public_key_info"]
    return SealUse(
        key_sha256=hashlib.sha256(spki.dump()).digest(),
        at=_time_of(signature.signer_info),
    )


def _time_of(signer: cms.SignerInfo) -> datetime | None:
    """The earliest time stamp of a signature; we put one into each."""
    moments = [
        token["encap_content_info"]["content"].parsed["gen_time"].native
        for token in extract_tst_data_iter(signer, signed=False)
    ]
    return min(moments, default=None)
