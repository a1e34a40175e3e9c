# SPDX-License-Identifier: Apache-2.0
"""Metadata: the XMP packet of a document (ISO 16684-1), the same bytes every time.

Says what the document is, and which standards its file keeps: PDF/A-3a
(ISO 19005-3 §6.6.4) and PDF/UA-1 (ISO 14289-1 §5). Our own properties, and those of
PDF/UA, which is younger than the schemas PDF/A knows, are described in the packet
itself (ISO 19005-3 §6.6.2.3).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from xml.sax.saxutils import escape

PRODUCER = "Tra"
NAMESPACE = "urn:tra:xmp:1"

_PROPERTIES: Final = {
    "DocumentNumber": "Number of the document",
    "DocumentType": "Id of the document type",
    "DocumentTypeVersion": "Version of the document type",
    "DocumentId": "Id of the document in the register",
    "Agency": "Id of the agency that issued the document",
    "VerifyUrl": "Address at which the document is verified",
}
"""Our properties and what they mean."""


def write_xmp(record: Mapping[str, Any], title: str) -> bytes:
    """Return the XMP packet of a record's document."""
    values = {
        "DocumentNumber": record["number"],
        "DocumentType": record["type"],
        "DocumentTypeVersion": record["type_version"],
        "DocumentId": record.get("id", ""),
        "Agency": record["agency"]["id"],
        "VerifyUrl": record["verify_url"],
    }
    own = "".join(
        f"<tra:{name}>{escape(str(value))}</tra:{name}>"
        for name, value in values.items()
    )
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:pdf="http://ns.adobe.com/pdf/1.3/"'
        ' xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"'
        ' xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"'
        ' xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
        ' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"'
        ' xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"'
        f' xmlns:tra="{NAMESPACE}">'
        "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>"
        "<pdfuaid:part>1</pdfuaid:part>"
        "<dc:format>application/pdf</dc:format>"
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li>'
        "</rdf:Alt></dc:title>"
        "<dc:language><rdf:Bag><rdf:li>th-TH</rdf:li></rdf:Bag></dc:language>"
        f"<xmp:CreateDate>{record['issued_at']}</xmp:CreateDate>"
        f"<xmp:ModifyDate>{record['issued_at']}</xmp:ModifyDate>"
        f"<pdf:Producer>{PRODUCER}</pdf:Producer>"
        f"{own}{_EXTENSIONS}"
        "</rdf:Description></rdf:RDF></x:xmpmeta>\n"
        '<?xpacket end="r"?>'
    ).encode()


def write_pdf_date(record: Mapping[str, Any]) -> str:
    """Return the time of issue as PDF writes dates (ISO 32000-1 §7.9.4)."""
    moment = datetime.fromisoformat(record["issued_at"])
    return moment.strftime("D:%Y%m%d%H%M%SZ")


def _describe_schema(
    name: str, prefix: str, namespace: str, properties: Mapping[str, tuple[str, str]]
) -> str:
    listed = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{prop}</pdfaProperty:name>"
        f"<pdfaProperty:valueType>{kind}</pdfaProperty:valueType>"
        "<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{about}</pdfaProperty:description>"
        "</rdf:li>"
        for prop, (kind, about) in properties.items()
    )
    return (
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaSchema:schema>{name}</pdfaSchema:schema>"
        f"<pdfaSchema:namespaceURI>{namespace}</pdfaSchema:namespaceURI>"
        f"<pdfaSchema:prefix>{prefix}</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{listed}</rdf:Seq></pdfaSchema:property>"
        "</rdf:li>"
    )


_EXTENSIONS: Final = (
    "<pdfaExtension:schemas><rdf:Bag>"
    + _describe_schema(
        "PDF/UA identification",
        "pdfuaid",
        "http://www.aiim.org/pdfua/ns/id/",
        {"part": ("Integer", "Part of ISO 14289 the file keeps")},
    )
    + _describe_schema(
        "Tra document",
        "tra",
        NAMESPACE,
        {name: ("Text", about) for name, about in _PROPERTIES.items()},
    )
    + "</rdf:Bag></pdfaExtension:schemas>"
)
