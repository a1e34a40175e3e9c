# SPDX-License-Identifier: Apache-2.0
"""Signatures put together by hand, in forms that no library of ours would write.

Each part can be bent: algorithms and their names, the encoding, the signature
dictionary, what is embedded. The keys are a test's own.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from asn1crypto import algos, cms, core, tsp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import (
    PdfCMSEmbedder,
    SigIOSetup,
    SigMDPSetup,
    SigObjSetup,
)
from pyhanko.sign.signers.pdf_byterange import PdfSignedData

from tests.forge_pki import NOW, Authority

_RSA_SHA3 = {"sha3_224": 13, "sha3_256": 14, "sha3_384": 15, "sha3_512": 16}
Names = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Way:
    """How a signature is to be made; the defaults make a proper CAdES one."""

    digest: str = "sha256"
    digest_algorithm: Any = None
    """AlgorithmIdentifier written for the digest, if not the usual one."""
    signature_algorithm: Any = None
    """AlgorithmIdentifier written for the signature, if not the usual one."""
    pss: bool = False
    attributes: bool = True
    """Whether there are signed attributes."""
    content: Callable[[bytes], bytes] | None = None
    """What is embedded, of the bytes signed; by default nothing is."""
    subfilter: str = "/ETSI.CAdES.detached"
    encode: Callable[[bytes], bytes] = bytes
    """What becomes of the finished CMS."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """More entries of the signature dictionary."""
    type_name: str | None = "/Sig"
    field_name: str = "Signature1"
    stamp: Authority | None = None
    """Who puts a time stamp on the signature."""
    at: datetime = NOW
    stamped_at: datetime | None = None
    mdp: SigMDPSetup | None = None
    others: Sequence[bytes] = ()
    """More certificates, in DER."""
    size: int = 16_384


def sign_by_hand(pdf: bytes, signer: Authority, way: Way) -> bytes:
    """Append a revision with a signature made in this way."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=False)
    embedder = PdfCMSEmbedder().write_cms(way.field_name, writer)
    next(embedder)
    placeholder = PdfSignedData(
        pdf_name(way.type_name or "/Sig"), SigSeedSubFilter.PADES, way.at, way.size
    )
    placeholder[pdf_name("/SubFilter")] = pdf_name(way.subfilter)
    if way.type_name is None:
        del placeholder["/Type"]
    for name, value in way.extra.items():
        placeholder[pdf_name(name)] = value
    embedder.send(SigObjSetup(sig_placeholder=placeholder, mdp_setup=way.mdp))
    prepared, output = embedder.send(SigIOSetup(md_algorithm="sha256"))
    whole = output.getvalue()
    start, end = prepared.reserved_region_start, prepared.reserved_region_end
    signed = whole[:start] + whole[end:]
    embedder.send(way.encode(_make_contents(signed, signer, way)))
    result: bytes = output.getvalue()
    return result


def _make_contents(signed: bytes, signer: Authority, way: Way) -> bytes:
    if way.subfilter == "/adbe.x509.rsa_sha1":
        assert isinstance(signer.key, rsa.RSAPrivateKey)
        value = signer.key.sign(signed, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303
        return bytes(core.OctetString(value).dump())
    if way.subfilter == "/ETSI.RFC3161":
        made = make_token(signed, signer, at=way.at, digest=way.digest)
    else:
        made = make_cms(signed, signer, way)
    return bytes(made.dump())


def make_cms(signed: bytes, signer: Authority, way: Way) -> cms.ContentInfo:
    """Make a CMS SignedData over bytes."""
    content = None if way.content is None else way.content(signed)
    subject = signed if content is None else content
    digest = _digest(way.digest, subject)
    info: dict[str, Any] = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            {
                "issuer_and_serial_number": {
                    "issuer": signer.asn1.issuer,
                    "serial_number": signer.asn1.serial_number,
                }
            }
        ),
        "digest_algorithm": way.digest_algorithm or {"algorithm": way.digest},
        "signature_algorithm": way.signature_algorithm or _name_algorithm(signer, way),
    }
    message = subject
    if way.attributes:
        attributes = _attributes(signer, digest)
        info["signed_attrs"] = attributes
        message = attributes.dump()
    value = sign_message(message, signer, way)
    info["signature"] = value
    if way.stamp is not None:
        token = make_token(value, way.stamp, at=way.stamped_at or way.at)
        info["unsigned_attrs"] = cms.CMSAttributes(
            [{"type": "signature_time_stamp_token", "values": [token]}]
        )
    return _wrap(info, signer, way, content)


def _digest(name: str, data: bytes) -> bytes:
    if name == "shake256":
        return hashlib.shake_256(data).digest(64)
    return hashlib.new(name, data).digest()


def _wrap(
    info: Names, signer: Authority, way: Way, content: bytes | None
) -> cms.ContentInfo:
    inner: dict[str, Any] = {"content_type": "data"}
    if content is not None:
        inner["content"] = content
    # As bytes: a certificate may be one that the library would write anew.
    certificates = [core.Any.load(der) for der in (signer.der, *way.others)]
    signed_data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [info["digest_algorithm"]],
            "encap_content_info": inner,
            "certificates": [
                cms.CertificateChoices.load(value.dump()) for value in certificates
            ],
            "signer_infos": [info],
        }
    )
    return cms.ContentInfo({"content_type": "signed_data", "content": signed_data})


def _attributes(signer: Authority, digest: bytes) -> cms.CMSAttributes:
    certificate = tsp.ESSCertIDv2(
        {"cert_hash": hashlib.sha256(signer.der).digest()},
    )
    return cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["data"]},
            {"type": "message_digest", "values": [digest]},
            {
                "type": "signing_certificate_v2",
                "values": [tsp.SigningCertificateV2({"certs": [certificate]})],
            },
        ]
    )


def _name_algorithm(signer: Authority, way: Way) -> dict[str, Any]:
    key = signer.key
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return {"algorithm": "ed25519"}
    if isinstance(key, ed448.Ed448PrivateKey):
        return {"algorithm": "ed448"}
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return {"algorithm": f"{way.digest}_ecdsa"}
    if way.digest.startswith("sha3"):
        oid = f"2.16.840.1.101.3.4.3.{_RSA_SHA3[way.digest]}"
        return {"algorithm": oid, "parameters": core.Null()}
    if not way.pss:
        return {"algorithm": f"{way.digest}_rsa"}
    mgf = {"algorithm": "mgf1", "parameters": {"algorithm": way.digest}}
    parameters = algos.RSASSAPSSParams(
        {
            "hash_algorithm": {"algorithm": way.digest},
            "mask_gen_algorithm": mgf,
            "salt_length": 32,
        }
    )
    return {"algorithm": "rsassa_pss", "parameters": parameters}


def sign_message(message: bytes, signer: Authority, way: Way) -> bytes:
    """Sign bytes with a key of whatever kind."""
    key = signer.key
    if isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey):
        return key.sign(message)
    kind: hashes.HashAlgorithm = getattr(hashes, way.digest.upper())()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(message, ec.ECDSA(kind))
    if way.pss:
        return key.sign(message, padding.PSS(padding.MGF1(kind), 32), kind)
    return key.sign(message, padding.PKCS1v15(), kind)


def make_token(
    message: bytes, tsa: Authority, *, at: datetime, digest: str = "sha256"
) -> cms.ContentInfo:
    """Make an RFC 3161 token over a message."""
    imprint = hashlib.new(digest, message).digest()
    content = tsp.TSTInfo(
        {
            "version": "v1",
            "policy": "1.3.6.1.4.1.99999.1",
            "message_imprint": {
                "hash_algorithm": {"algorithm": digest},
                "hashed_message": imprint,
            },
            "serial_number": 4711,
            "gen_time": at.astimezone(UTC),
        }
    )
    attributes = cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["tst_info"]},
            {
                "type": "message_digest",
                "values": [hashlib.sha256(content.dump()).digest()],
            },
            _attributes(tsa, b"")[2],
        ]
    )
    way = Way()
    signed_data = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {
                "content_type": "tst_info",
                "content": cms.ParsableOctetString(content.dump()),
            },
            "certificates": [tsa.asn1],
            "signer_infos": [
                {
                    "version": "v1",
                    "sid": cms.SignerIdentifier(
                        {
                            "issuer_and_serial_number": {
                                "issuer": tsa.asn1.issuer,
                                "serial_number": tsa.asn1.serial_number,
                            }
                        }
                    ),
                    "digest_algorithm": {"algorithm": "sha256"},
                    "signed_attrs": attributes,
                    "signature_algorithm": _name_algorithm(tsa, way),
                    "signature": sign_message(attributes.dump(), tsa, way),
                }
            ],
        }
    )
    return cms.ContentInfo({"content_type": "signed_data", "content": signed_data})


def to_ber(der: bytes) -> bytes:
    """Write the outermost two levels anew with indefinite lengths (X.690 §8.1.3.6).

    ContentInfo and its explicit tag, as many signing programs do that stream
    what they write.
    """
    parts = cms.ContentInfo.load(der)
    kind = parts["content_type"].dump()
    content = parts["content"].dump()
    inside = _strip_header(_strip_header(content))
    signed_data = b"\x30\x80" + inside + b"\x00\x00"
    tagged = b"\xa0\x80" + signed_data + b"\x00\x00"
    return bytes(b"\x30\x80" + kind + tagged + b"\x00\x00")


def _strip_header(der: bytes) -> bytes:
    first = der[1]
    return der[2:] if first < 0x80 else der[2 + (first & 0x7F) :]


def text(value: str) -> generic.TextStringObject:
    """Make a PDF text string."""
    return generic.TextStringObject(value)
