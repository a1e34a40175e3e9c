# SPDX-License-Identifier: Apache-2.0
"""Names every signature of an intact file, so that another program can find it again.

By its value, which is of this signature and no other, and by the digest that was
signed (DTBSR, EN 319 102-1 §3.1), as TS 119 102-2 §4.2.3 identifies one.
"""

import base64
from collections.abc import Mapping
from contextlib import suppress

from register.members import format_instant
from verifier.algorithms import hash_bytes
from verifier.chain import describe_name
from verifier.cms_signature import CmsSignature, RawSignature, TimestampToken
from verifier.errors import CheckError
from verifier.guard import reading_hostile_input
from verifier.integrity import IntactPdf
from verifier.reasons import Reason
from verifier.signature import PdfSignature

_SET_OF = b"\x31"
_NAMED = frozenset({"sha256", "sha384", "sha512"})
"""Digests that XML signatures have a name for, and that are still in use."""


def list_signatures(intact: IntactPdf) -> list[Mapping[str, object]]:
    """Return what identifies each signature, oldest first.

    One that cannot be described is left out: what is wrong with it is told by the
    check that looks at it.
    """
    found: list[Mapping[str, object]] = []
    for one in intact.signatures:
        with suppress(CheckError), reading_hostile_input(Reason.FORMAT_FAILURE):
            found.append(_describe(one, intact))
    return found


def _describe(one: PdfSignature, intact: IntactPdf) -> Mapping[str, object]:
    role = "seal" if one is intact.seal else "signature"
    time = one.cms.time if isinstance(one.cms, TimestampToken) else None
    return {
        "field": one.name,
        "revision": one.revision + 1,
        "role": role if time is None else "timestamp",
        "signer": describe_name(one.cms.signer.subject),
        "certificate_sha256": one.cms.signer.sha256.hex(),
        "at": None if time is None else format_instant(time),
        "value": base64.b64encode(_value(one.cms)).decode("ascii"),
        "signed": _signed(one.cms),
    }


def _value(cms: CmsSignature) -> bytes:
    return bytes(cms.signer_info["signature"].native)


def _signed(cms: CmsSignature) -> Mapping[str, str] | None:
    """Return the digest of what was signed; None where there is none to be named."""
    if isinstance(cms, RawSignature) or cms.digest_name not in _NAMED:
        return None
    try:
        with reading_hostile_input(Reason.FORMAT_FAILURE):
            # Signed as SET OF, written with an implicit tag (RFC 5652 §5.4).
            written: bytes = cms.signer_info["signed_attrs"].dump()
            digest = hash_bytes(cms.digest_name, _SET_OF + written[1:])
    except CheckError:
        return None
    return {"digest": cms.digest_name, "value": base64.b64encode(digest).decode()}
