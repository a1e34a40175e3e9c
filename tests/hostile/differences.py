# SPDX-License-Identifier: Apache-2.0
"""Why other programs say otherwise than ours, specimen by specimen.

One sentence each. A difference that is not named here is an error: somebody has
to look at it.
"""

from collections.abc import Iterable

from tests.hostile.made.drawn_over import DRAWN, OTHER

_LATER = "pdfsig looks at the signed bytes alone, and says only `not total` of the rest"
_REFUSES = "pyHanko stops with an error: the file is refused, without a verdict"
_TWICE = "pyHanko goes by the tables and does not look for what repairing readers see"
_BEHIND = "pyHanko does not look behind the end"
_NO_SIGNATURE = "{} finds no signature; ours finds the one that was taken out"
_BEND = "pdfsig names no verdict on a signature that lacks a part"
_CURVES = "pdfsig knows no EdDSA"
_SHA3 = "pdfsig knows no SHA-3"
_STRICT = "pyHanko refuses every reference to an object that is not there"
_DRAWN = "pyHanko lets a field show what it likes where nobody certified the file"
_KINDS = "pyHanko takes a string for a name of the same letters"
_ORDER = "pyHanko does not look at the order of annotations"
_FORM = "pyHanko takes what draws the form's fields for something nobody sees"
_STAMPS = "pdfsig does not verify document time stamps"
_STAMP_TYPE = "pyHanko goes by the Type of the dictionary, which says `/Sig`"
_UNSEEN = "pyHanko refuses changes that no reader sees, if they are not on its list"

_NO_SIGNATURE_AT_ALL = "pdfsig repairs the file, and finds the hidden document alone"

PDFSIG: dict[str, str] = {
    **dict.fromkeys(
        (
            "forged: no Contents",
            "forged: Contents null",
            "forged: Contents a reference to nothing",
            "forged: no ByteRange",
            "forged: ByteRange null",
            "forged: ByteRange empty",
            "forged: ByteRange negative",
            "forged: neither",
            "forged: no SubFilter",
        ),
        _BEND,
    ),
    **dict.fromkeys(
        (
            "whole update",
            "body only",
            "body and trailer",
            "table without prev",
            "trailer names the old table",
            "hybrid table",
            "copy of the signature",
            "duplicate number",
            "listed twice",
            "second catalog unnamed",
            "bytes behind the end",
            "hide by freeing",
            "hide by freeing oddly",
            "hide by emptying",
            "replace font",
            "hide and replace",
            "void reference",
            "filled without leave",
            "filled where nothing may change",
            "filled a locked field",
            "evil annotation",
            "sneaky signature",
            "sneaky signature signed",
            "xfa added",
            "javascript added",
            "named javascript added",
            "launch added",
            "page script added",
            "resources swapped",
            "annotation replaced",
            *(f"field: {name}" for name in (*DRAWN, *OTHER)),
            "hidden object stream",
            "hidden object stream and odd table",
            "hidden behind a comment",
            "hidden in a stream",
            "hidden in predicted rows",
            "beginnings of streams",
            "object stream replaced",
            "object stream freed",
            "dangling number taken",
            "rolled back",
            "dictionary that looks like a table",
            "row of no kind",
            "encrypted later",
            "drawn by an unsigned field",
            "sign by the program",
            "annotations in another order",
            "annotation of another page",
            "name made a string",
            "form drawn anew",
            "form drawn anew where nothing may change",
            "form with another font",
            "field made a password",
        ),
        _LATER,
    ),
    "hidden document": _NO_SIGNATURE_AT_ALL,
    "hidden by odd parameters": "pdfsig unpacks the update otherwise, and finds noise",
    "hidden and stamped": _STAMPS,
    "drawn by a time stamp": _STAMPS,
    "wrapped": "pdfsig hashes the two ranges and does not ask what is between them",
    "second catalog": _NO_SIGNATURE.format("pdfsig"),
    "value taken out": _NO_SIGNATURE.format("pdfsig"),
    "eddsa 25519": _CURVES,
    "eddsa 448": _CURVES,
    "eddsa 448 with sha512": _CURVES,
    "rsa sha3": _SHA3,
    "ecdsa sha3": _SHA3,
    "md5 today": "pdfsig computes no MD5; ours finds the file whole, and MD5 too weak",
    "pkcs7 sha1": "pdfsig compares the digest of the content with that of the file",
    "x509 rsa sha1": "pdfsig does not know this SubFilter",
    "signature oid for the digest": "pdfsig does not know a digest by this name",
    "unknown signature oid": "pdfsig calls a failure what ours calls unreadable",
    "unknown digest oid": "pdfsig calls a failure what ours calls unreadable",
    "document timestamp": _STAMPS,
    "timestamp typed sig": _STAMPS,
    "timestamp without type": _STAMPS,
}

PYHANKO: dict[str, str] = {
    **dict.fromkeys(
        (
            "forged: no Contents",
            "forged: Contents null",
            "forged: Contents empty",
            "forged: Contents zero",
            "forged: Contents a reference to nothing",
            "forged: no ByteRange",
            "forged: ByteRange null",
            "forged: ByteRange negative",
            "forged: neither",
            "body and trailer",
            "wrapped with a hole",
        ),
        _REFUSES,
    ),
    "forged: no SubFilter": "pyHanko passes over a signature without SubFilter",
    "hybrid table": "pyHanko gives no verdict on hybrid files",
    "body only": _BEHIND,
    "bytes behind the end": _BEHIND,
    "trailer names the old table": _TWICE,
    "duplicate number": _TWICE,
    "listed twice": _TWICE,
    "second catalog unnamed": _TWICE,
    "beginnings of streams": _TWICE,
    "hidden in predicted rows": "pyHanko decodes PNG rows of two kinds wrongly",
    "hidden by odd parameters": "pyHanko does not mind how wide a sample is said to be",
    "dangling number taken": _STRICT,
    "rolled back": _TWICE,
    "dictionary that looks like a table": _TWICE,
    "row of no kind": "pyHanko passes over rows of a kind that it does not know",
    "encrypted later": "pyHanko wants a password that the signed file did not need",
    "drawn by an unsigned field": _DRAWN,
    "sign by the program": _DRAWN,
    "drawn by a time stamp": _DRAWN,
    "annotations in another order": _ORDER,
    "annotation of another page": _DRAWN,
    "name made a string": _KINDS,
    "form drawn anew": _FORM,
    "form drawn anew where nothing may change": _FORM,
    "form with another font": _FORM,
    "field made a password": "pyHanko takes a field's flags for something nobody sees",
    "second catalog": _NO_SIGNATURE.format("pyHanko"),
    "value taken out": _NO_SIGNATURE.format("pyHanko"),
    "void reference": _STRICT,
    "filled without leave": "pyHanko allows filling in where no signer gave leave",
    "rsa sha3": "pyHanko does not know RSA with SHA-3",
    "pkcs7 sha1": "pyHanko passes over this SubFilter",
    "x509 rsa sha1": "pyHanko passes over this SubFilter",
    "key oid for the signature": "pyHanko takes an unknown name for a broken signature",
    "signature oid for the digest": "pyHanko fails on an unknown name",
    "unknown signature oid": "pyHanko takes an unknown name for a broken signature",
    "negative modulus": "pyHanko fails on such a key",
    "timestamp typed sig": _STAMP_TYPE,
    "timestamp without type": _STAMP_TYPE,
    "only a timestamp": "pyHanko checks the time stamp; ours says nobody has signed",
    "store with more keys": _UNSEEN,
    "store rewritten": _UNSEEN,
    "unused object freed": _UNSEEN,
    "flags cleared": _UNSEEN,
    "dangling field": _STRICT,
    "dangling picture": _STRICT,
    "broken table": "pyHanko, strict by default, does not read it",
}


def explain(name: str, *, pdfsig: bool, pyhanko: bool) -> str:
    """Return why programs differ from ours over a specimen, if they do.

    Raises:
        KeyError: nobody has said why.
    """
    return "; ".join(_reasons(name, pdfsig=pdfsig, pyhanko=pyhanko))


def _reasons(name: str, *, pdfsig: bool, pyhanko: bool) -> Iterable[str]:
    if pdfsig:
        yield PDFSIG[name]
    if pyhanko:
        yield PYHANKO[name]
