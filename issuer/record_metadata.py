# SPDX-License-Identifier: Apache-2.0
"""Record metadata: what a file says of itself is what its record says, and no more."""

from collections.abc import Mapping
from typing import Any, Final

from pikepdf import Pdf

from issuer.archival_metadata import read_packet, text_of
from issuer.errors import GateError
from issuer.expected import Expected
from issuer.refusals import Refusal, refuse

_TRA: Final = "{urn:tra:xmp:1}"
_DC: Final = "{http://purl.org/dc/elements/1.1/}"
_XMP: Final = "{http://ns.adobe.com/xap/1.0/}"
_OTHERS: Final = frozenset(
    (
        f"{_DC}format", f"{_DC}language", "{http://ns.adobe.com/pdf/1.3/}Producer",
        "{http://www.aiim.org/pdfa/ns/id/}part",
        "{http://www.aiim.org/pdfa/ns/id/}conformance",
        "{http://www.aiim.org/pdfua/ns/id/}part",
        "{http://www.aiim.org/pdfa/ns/extension/}schemas",
    )
)  # fmt: skip
"""Properties that say nothing of the document; their values are checked elsewhere."""
_INFO_KEYS: Final = frozenset(("/CreationDate", "/ModDate", "/Producer", "/Title"))


def check_record_metadata(pdf: Pdf, expected: Expected) -> None:
    """Check XMP and Info by the record; that they agree is checked elsewhere.

    Raises:
        GateError: a value is another one, or one is there that nobody asked for.
    """
    properties = read_packet(pdf)
    wanted = _list_values(expected.record, expected.document_type.name.th)
    for tag, value in wanted.items():
        if text_of(properties.get(tag)) != value:
            raise _differing(tag)
    extra = sorted(properties.keys() - wanted.keys() - _OTHERS)
    extra += sorted(pdf.docinfo.keys() - _INFO_KEYS)
    if extra:
        raise _differing(extra[0])


def _list_values(record: Mapping[str, Any], type_name: str) -> dict[str, str]:
    return {
        f"{_TRA}DocumentNumber": record["number"],
        f"{_TRA}DocumentType": record["type"],
        f"{_TRA}DocumentTypeVersion": str(record["type_version"]),
        f"{_TRA}DocumentId": record.get("id", ""),
        f"{_TRA}Agency": record["agency"]["id"],
        f"{_TRA}VerifyUrl": record["verify_url"],
        f"{_DC}title": f"{type_name} เลขที่ {record['number']}",
        f"{_XMP}CreateDate": record["issued_at"],
        f"{_XMP}ModifyDate": record["issued_at"],
    }


def _differing(tag: str) -> GateError:
    name = tag.rpartition("}")[2].lstrip("/")
    return refuse(
        Refusal.METADATA_DIFFER,
        th=f"เมทาดาตา {name} ของไฟล์ไม่ตรงกับข้อมูลของเอกสาร โปรดแจ้งผู้ดูแลระบบ",
        en=f"the metadata {name} of the file are not those of the record",
    )
