# SPDX-License-Identifier: Apache-2.0
"""Files that nobody has touched, and that are odd all the same.

Each is signed by the trade agency of the test world, with a time stamp and
revocation data, and none may be called altered.
"""

import hashlib
import re
from datetime import timedelta
from io import BytesIO

from asn1crypto import algos, core, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    append_signature_field,
)
from pyhanko.sign.signers.cms_embedder import SigMDPSetup

from tests.forge import Forge, draw_pdf
from tests.forge_pki import (
    Authority,
    Key,
    make_certificate,
    name_of,
    shared_rsa_key,
)
from tests.hostile.attacks import update
from tests.hostile.hand_made import Way, sign_by_hand, to_ber
from tests.hostile.made import raw
from tests.hostile.made.forms import add_validation_data


def officer(forge: Forge, key: Key | None = None, **how: object) -> Authority:
    """Make a certificate of the trade agency for a key, of RSA unless told."""
    name = name_of("กรมการค้าตัวอย่าง", organization="X", identifier="GOVTH-TRADE")
    return make_certificate(name, key or shared_rsa_key(), forge.ca, **how)  # type: ignore[arg-type]


def sign(forge: Forge, signer: Authority, pdf: bytes | None = None, **way: object) -> (
    bytes
):  # fmt: skip
    """Sign in a way, with a time stamp and the CA's certificate."""
    how: dict[str, object] = {"stamp": forge.tsa, "others": [forge.ca.der], **way}
    return sign_by_hand(pdf or draw_pdf(), signer, Way(**how))  # type: ignore[arg-type]


def _whole(forge: Forge, signer: Authority, **way: object) -> bytes:
    return add_validation_data(forge, sign(forge, signer, None, **way))


# Algorithms.


def rsa_pkcs1(forge: Forge) -> bytes:
    """RSA PKCS #1 v1.5 with SHA-256."""
    return _whole(forge, officer(forge))


def rsa_pss(forge: Forge) -> bytes:
    """RSASSA-PSS."""
    return _whole(forge, officer(forge), pss=True)


def ecdsa(forge: Forge) -> bytes:
    """ECDSA with SHA-384."""
    return _whole(forge, forge.trade.seal, digest="sha384")


def eddsa_25519(forge: Forge) -> bytes:
    """Ed25519 (RFC 8419)."""
    key = ed25519.Ed25519PrivateKey.generate()
    return _whole(forge, officer(forge, key), digest="sha512")


def eddsa_448(forge: Forge) -> bytes:
    """Ed448 with SHAKE256 (RFC 8419)."""
    key = ed448.Ed448PrivateKey.generate()
    return _whole(forge, officer(forge, key), digest="shake256")


def eddsa_448_with_sha512(forge: Forge) -> bytes:
    """Ed448 beside a digest that RFC 8419 does not name."""
    key = ed448.Ed448PrivateKey.generate()
    return _whole(forge, officer(forge, key), digest="sha512")


def rsa_sha3(forge: Forge) -> bytes:
    """RSA with SHA3-256."""
    return _whole(forge, officer(forge), digest="sha3_256")


def ecdsa_sha3(forge: Forge) -> bytes:
    """ECDSA with SHA3-384."""
    return _whole(forge, forge.trade.seal, digest="sha3_384")


def sha1_today(forge: Forge) -> bytes:
    """SHA-1, signed today."""
    return _whole(forge, officer(forge), digest="sha1")


def md5_today(forge: Forge) -> bytes:
    """MD5, signed today."""
    return _whole(forge, officer(forge), digest="md5")


def sha1_without_a_time(forge: Forge) -> bytes:
    """SHA-1, and nothing proves when."""
    return _whole(forge, officer(forge), digest="sha1", stamp=None)


# Forms of signature.


def pkcs7_detached(forge: Forge) -> bytes:
    """adbe.pkcs7.detached."""
    return _whole(forge, officer(forge), subfilter="/adbe.pkcs7.detached")


def without_attributes(forge: Forge) -> bytes:
    """CMS without signed attributes."""
    way = {"subfilter": "/adbe.pkcs7.detached", "attributes": False}
    return _whole(forge, officer(forge), **way)


def pkcs7_sha1(forge: Forge) -> bytes:
    """adbe.pkcs7.sha1 signed with SHA-256: the file is covered by SHA-1 alone."""
    return _whole(forge, officer(forge), subfilter="/adbe.pkcs7.sha1", content=_sha1)


def x509_rsa_sha1(forge: Forge) -> bytes:
    """adbe.x509.rsa_sha1: no CMS, the certificate is in the dictionary."""
    signer = officer(forge)
    chain = generic.ArrayObject(
        generic.ByteStringObject(der) for der in (signer.der, forge.ca.der)
    )
    return _whole(
        forge, signer, subfilter="/adbe.x509.rsa_sha1", extra={"/Cert": chain}
    )


def _sha1(signed: bytes) -> bytes:
    return hashlib.sha1(signed).digest()  # noqa: S324 - what the format demands


def ber_encoded(forge: Forge) -> bytes:
    """BER with indefinite lengths where DER is asked."""
    return _whole(forge, officer(forge), encode=to_ber)


def key_oid_for_the_signature(forge: Forge) -> bytes:
    """The identifier of an EC key where that of the signature belongs."""
    odd = algos.SignedDigestAlgorithm({"algorithm": "1.2.840.10045.2.1"})
    return _whole(forge, forge.trade.seal, signature_algorithm=odd)


def signature_oid_for_the_digest(forge: Forge) -> bytes:
    """sha256WithRSAEncryption where SHA-256 belongs."""
    odd = algos.DigestAlgorithm({"algorithm": "1.2.840.113549.1.1.11"})
    return _whole(forge, officer(forge), digest_algorithm=odd)


def bare_rsa_oid(forge: Forge) -> bytes:
    """RsaEncryption as signature algorithm."""
    odd = {"algorithm": "rsassa_pkcs1v15", "parameters": core.Null()}
    return _whole(forge, officer(forge), signature_algorithm=odd)


def unknown_signature_oid(forge: Forge) -> bytes:
    """A signature algorithm that nobody knows."""
    odd = algos.SignedDigestAlgorithm({"algorithm": "1.3.6.1.4.1.99999.7"})
    return _whole(forge, officer(forge), signature_algorithm=odd)


def unknown_digest_oid(forge: Forge) -> bytes:
    """A digest algorithm that nobody knows."""
    odd = algos.DigestAlgorithm({"algorithm": "1.3.6.1.4.1.99999.8"})
    return _whole(forge, officer(forge), digest_algorithm=odd)


def unknown_subfilter(forge: Forge) -> bytes:
    """A SubFilter of a house's own."""
    return _whole(forge, officer(forge), subfilter="/Acme.own.format")


# Certificates.


def negative_modulus(forge: Forge) -> bytes:
    """The signer's certificate has an RSA modulus that reads as negative."""
    return _whole(forge, _with_negative_modulus(forge, officer(forge)))


def negative_modulus_beside(forge: Forge) -> bytes:
    """A certificate nobody needs has such a modulus."""
    odd = _with_negative_modulus(forge, officer(forge))
    return add_validation_data(
        forge, sign(forge, officer(forge), others=[forge.ca.der, odd.der])
    )


def _with_negative_modulus(forge: Forge, signer: Authority) -> Authority:
    certificate = x509.Certificate.load(signer.der)
    body = certificate["tbs_certificate"]
    info = body["subject_public_key_info"]
    modulus = info["public_key"].parsed["modulus"].contents
    exponent = info["public_key"].parsed["public_exponent"].dump()
    shorter = modulus.removeprefix(b"\x00")
    length = b"\x82" + len(shorter).to_bytes(2, "big")
    numbers = b"\x02" + length + shorter + exponent
    key = b"\x30\x82" + len(numbers).to_bytes(2, "big") + numbers
    bits = b"\x03\x82" + (len(key) + 1).to_bytes(2, "big") + b"\x00" + key
    old = info.dump()
    inside = info["algorithm"].dump() + bits
    new = b"\x30\x82" + len(inside).to_bytes(2, "big") + inside
    unsigned = body.dump().replace(old, new)
    resized = b"\x30\x82" + (len(unsigned) - 4).to_bytes(2, "big") + unsigned[4:]
    assert isinstance(forge.ca.key, ec.EllipticCurvePrivateKey)
    value = forge.ca.key.sign(resized, ec.ECDSA(hashes.SHA256()))
    signature = b"\x03" + bytes([len(value) + 1]) + b"\x00" + value
    whole = resized + certificate["signature_algorithm"].dump() + signature
    der = b"\x30\x82" + len(whole).to_bytes(2, "big") + whole
    return _OddAuthority(certificate=signer.certificate, key=signer.key, odd=der)


class _OddAuthority(Authority):
    """A certificate that the usual library refuses to hold."""

    def __init__(self, *, certificate: object, key: Key, odd: bytes) -> None:
        super().__init__(certificate, key)  # type: ignore[arg-type]
        object.__setattr__(self, "odd", odd)

    @property
    def der(self) -> bytes:
        """The certificate as it is."""
        odd: bytes = self.odd  # type: ignore[attr-defined]
        return odd


def expired_with_a_time(forge: Forge) -> bytes:
    """The certificate has expired since; a time stamp proves an earlier signature."""
    signer = officer(forge, until=forge.now - timedelta(days=50))
    return _whole(forge, signer, at=forge.now - timedelta(days=100))


def expired_without_a_time(forge: Forge) -> bytes:
    """The certificate has expired, and nothing proves when it was used."""
    signer = officer(forge, until=forge.now - timedelta(days=50))
    return _whole(forge, signer, at=forge.now - timedelta(days=100), stamp=None)


def signed_after_its_end(forge: Forge) -> bytes:
    """The time stamp proves that the certificate had expired before."""
    signer = officer(forge, until=forge.now - timedelta(days=50))
    return _whole(forge, signer, at=forge.now - timedelta(days=10))


# Several signatures, and what may follow one.


def two_approvals(forge: Forge) -> bytes:
    """Two signatures, one after the other."""
    first = sign(forge, officer(forge), field_name="First")
    second = sign(forge, forge.trade.seal, first, field_name="Second")
    return add_validation_data(forge, second)


def certified_then_approved(forge: Forge) -> bytes:
    """Certified with leave to sign, and signed again."""
    setup = SigMDPSetup(
        md_algorithm="sha256", certify=True, docmdp_perms=MDPPerm.FILL_FORMS
    )
    first = sign(forge, officer(forge), field_name="Author", mdp=setup)
    second = sign(forge, forge.trade.seal, first, field_name="Approval")
    return add_validation_data(forge, second)


def field_locks(forge: Forge) -> bytes:
    """Two signatures of which the first locks all fields (FieldMDP)."""
    setup = SigMDPSetup(
        md_algorithm="sha256",
        field_lock=FieldMDPSpec(FieldMDPAction.INCLUDE, fields=["amount"]),
    )
    first = sign(forge, officer(forge), field_name="First", mdp=setup)
    second = sign(forge, forge.trade.seal, first, field_name="Second")
    return add_validation_data(forge, second)


def document_timestamp(forge: Forge) -> bytes:
    """A document time stamp after a certification against every change."""
    return _stamp(forge, "/DocTimeStamp")


def timestamp_typed_sig(forge: Forge) -> bytes:
    """A document time stamp that says it is of Type `/Sig`."""
    return _stamp(forge, "/Sig")


def timestamp_without_type(forge: Forge) -> bytes:
    """A document time stamp without a Type."""
    return _stamp(forge, None)


def _stamp(forge: Forge, type_name: str | None) -> bytes:
    way = Way(subfilter="/ETSI.RFC3161", type_name=type_name, field_name="Archive")
    return sign_by_hand(forge.seal(draw_pdf()), forge.tsa, way)


def only_a_timestamp(forge: Forge) -> bytes:
    """A document time stamp, and nobody's signature."""
    way = Way(subfilter="/ETSI.RFC3161", type_name="/DocTimeStamp")
    return sign_by_hand(draw_pdf(), forge.tsa, way)


def store_with_more_keys(forge: Forge) -> bytes:
    """A security store with entries of another program, and VRI in small letters."""
    entries = b"/VRI<</%s<</TU(D:20260302)/Acme 1>>>>/ACME_Version 3" % (b"ab" * 20)
    return add_validation_data(forge, sign(forge, officer(forge)), entries)


def store_rewritten(forge: Forge) -> bytes:
    """VRI entries that a later revision writes anew, and one it leaves out."""
    entries = b"/VRI<</%s<</TU(a)>>/%s<</TU(b)>>>>" % (b"AB" * 20, b"CD" * 20)
    first = add_validation_data(forge, sign(forge, officer(forge)), entries)
    way = Way(field_name="Second", stamp=forge.tsa, others=[forge.ca.der])
    signed = sign_by_hand(first, forge.trade.seal, way)
    return _rewrite_catalog(
        signed,
        re.compile(rb"/VRI\s*<<.*?>>\s*>>", re.DOTALL),
        b"/VRI<</%s<</TU(c)>>>>" % (b"AB" * 20),
    )


def _rewrite_catalog(pdf: bytes, pattern: re.Pattern[bytes], new: bytes) -> bytes:
    return _rewrite(pdf, raw.root_number(pdf), pattern, new)


def _rewrite(pdf: bytes, number: int, pattern: re.Pattern[bytes], new: bytes) -> bytes:
    start = raw.object_places(pdf, [number])[number]
    source = pdf[start : pdf.index(b"endobj", start)].split(b"obj", 1)[1].strip()
    changed = pattern.sub(new, source)
    assert changed != source
    return raw.append_revision(pdf, {number: changed})


def unused_object_freed(forge: Forge) -> bytes:
    """A later revision frees an object that nothing uses."""
    drawn = draw_pdf()
    number = raw.next_number(drawn)
    table = drawn.rindex(b"xref\n", 0, drawn.rindex(b"startxref"))
    unused = raw.write_object(number, b"(nothing uses this)")
    untidy = raw.rebuild_table(
        drawn[:table] + unused + drawn[table:].replace(b"/Size 6", b"/Size 7")
    )
    return raw.append_revision(forge.seal(untidy), places={number: None})


def flags_cleared(forge: Forge) -> bytes:
    """A program clears the flags of the form after signing."""

    def clear(writer: object) -> None:
        form = writer.root["/AcroForm"]  # type: ignore[attr-defined]
        del form["/SigFlags"]
        writer.update_container(form)  # type: ignore[attr-defined]

    return update(forge.seal(draw_pdf()), clear)


def dangling_field(forge: Forge) -> bytes:
    """The form names a field that is not there, and a later revision tidies up."""
    spec = SigFieldSpec("Signature1")
    prepared = update(draw_pdf(), lambda writer: append_signature_field(writer, spec))
    form = re.compile(rb"/Fields \[ ?(\d+ 0 R)")
    untidy = _rewrite_form(prepared, form, rb"/Fields [\1 900 0 R")
    signed = sign(forge, officer(forge), untidy)
    tidied = _rewrite_form(signed, re.compile(rb" 900 0 R"), b"")
    return add_validation_data(forge, tidied)


def _rewrite_form(pdf: bytes, pattern: re.Pattern[bytes], new: bytes) -> bytes:
    form = PdfFileReader(BytesIO(pdf), strict=False).root.raw_get("/AcroForm")
    return _rewrite(pdf, int(form.idnum), pattern, new)


def dangling_picture(forge: Forge) -> bytes:
    """A page names a picture and a note that are not there."""
    gap = b"/Annots [ 901 0 R ] /Resources << /XObject << /X 900 0 R >> "
    untidy = raw.rebuild_table(draw_pdf().replace(b"/Resources << ", gap, 1))
    first = sign(forge, officer(forge), untidy, field_name="First")
    second = sign(forge, forge.trade.seal, first, field_name="Second")
    return add_validation_data(forge, second)


def broken_table(forge: Forge) -> bytes:
    """A file whose table is wrong, and which was signed to its last byte as it is."""
    drawn = draw_pdf()
    wrong = drawn.replace(b"/Size 6", b"/Size 3")
    return sign(forge, officer(forge), wrong)
