# SPDX-License-Identifier: Apache-2.0
"""Attachments: the files in a document are exactly those that belong there.

The verifier reads the record from the name tree, other programs by `AF`: both must
lead to the same bytes, and nothing else may ride along under the seal.
"""

from collections.abc import Mapping
from typing import Final

from pikepdf import Array, Dictionary, Object, Pdf, Stream

from issuer.errors import GateError
from issuer.refusals import Refusal, refuse

_MIME_TYPES: Final = {".json": "/application/json", ".cose": "/application/cose"}
_SPEC_KEYS: Final = frozenset(("/Type", "/F", "/UF", "/Desc", "/AFRelationship", "/EF"))
_STREAM_KEYS: Final = frozenset(
    ("/Type", "/Subtype", "/Params", "/Length", "/Filter", "/DecodeParms")
)
_LEAF_KEYS: Final = frozenset(("/Names",))


def check_attachments(pdf: Pdf, expected: Mapping[str, bytes]) -> None:
    """Check that the files attached are those expected, byte for byte.

    Raises:
        GateError: one is missing, another, or one too many.
    """
    found = find_attachments(pdf)
    names = [name for name, _ in found]
    for name in sorted(expected.keys() - set(names)):
        raise refuse(
            Refusal.ATTACHMENT_MISSING,
            th=f"ไม่มีไฟล์แนบ {name} ในเอกสาร",
            en=f"the file {name} is not attached",
        )
    if len(names) != len(expected) or len(pdf.Root.get("/AF", Array())) != len(names):
        extra = [name for name in names if name not in expected]
        raise _unexpected(extra[0] if extra else names[0] if names else "/AF")
    for name, spec in found:
        _check_attachment(name, spec, expected[name])


def find_attachments(pdf: Pdf) -> list[tuple[str, Object]]:
    """Return names and file specifications (ISO 32000-1 §7.11.4).

    Raises:
        GateError: the list of files is written in a way that could hide one.
    """
    tree = pdf.Root.get("/Names", Dictionary()).get("/EmbeddedFiles", Dictionary())
    if not _LEAF_KEYS.issuperset(tree.keys()):
        raise _unexpected("/EmbeddedFiles")
    pairs = tree.get("/Names", Array()).as_list()
    return [
        (str(name), spec) for name, spec in zip(pairs[::2], pairs[1::2], strict=True)
    ]


def _check_attachment(name: str, spec: Object, expected: bytes) -> None:
    said = {str(spec.get("/F")), str(spec.get("/UF"))}
    if said != {name} or not _SPEC_KEYS.issuperset(spec.keys()):
        raise _unexpected(name)
    streams = [spec.EF[key] for key in spec.EF.keys()]  # noqa: SIM118 - a PDF object
    for stream in streams:
        if not isinstance(stream, Stream) or stream.objgen != streams[0].objgen:
            raise _differing(name, "its entries name different data")
        if not _STREAM_KEYS.issuperset(stream.keys()):
            raise _unexpected(name)
    if not streams or streams[0].read_bytes() != expected:
        raise _differing(name, "its bytes are not those of the record or claim")
    if str(spec.get("/AFRelationship")) != "/Data":
        raise _differing(name, "its relationship to the document is not Data")
    kind = _MIME_TYPES.get(name[name.rfind(".") :])
    if kind is None or str(streams[0].get("/Subtype")) != kind:
        raise _differing(name, f"its MIME type is not {kind}")


def _unexpected(name: str) -> GateError:
    return refuse(
        Refusal.ATTACHMENT_UNEXPECTED,
        th=f"ในไฟล์มีไฟล์แนบหรือข้อมูลแนบที่ไม่ควรมี: {name}",
        en=f"something is attached that does not belong there: {name}",
    )


def _differing(name: str, how: str) -> GateError:
    return refuse(
        Refusal.ATTACHMENT_DIFFERS,
        th=f"ไฟล์แนบ {name} ไม่ตรงกับข้อมูลของเอกสาร",
        en=f"the attached file {name} is not the one expected: {how}",
    )
