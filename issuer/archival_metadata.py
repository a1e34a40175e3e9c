# SPDX-License-Identifier: Apache-2.0
"""Archival metadata: what a file says of itself, and that it says it once.

Checks of the XMP packet (ISO 19005-3, 6.6): that it is well formed, says PDF/A-3a and
PDF/UA-1, describes every property PDF/A does not know, and agrees with the document
information dictionary. ISO 14289-1 asks for a title besides.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final
from xml.etree import ElementTree as ET

from pikepdf import Object, Pdf, Stream

from issuer.errors import GateError
from issuer.refusals import refuse_access, refuse_archive
from issuer.resources import check_stream

_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC: Final = "{http://purl.org/dc/elements/1.1/}"
_XMP: Final = "{http://ns.adobe.com/xap/1.0/}"
_PDF: Final = "{http://ns.adobe.com/pdf/1.3/}"
_PDFA_ID: Final = "{http://www.aiim.org/pdfa/ns/id/}"
_PDFUA_ID: Final = "{http://www.aiim.org/pdfua/ns/id/}"
_EXTENSION: Final = "{http://www.aiim.org/pdfa/ns/extension/}"
_SCHEMA: Final = "{http://www.aiim.org/pdfa/ns/schema#}"
_PROPERTY: Final = "{http://www.aiim.org/pdfa/ns/property#}"

_KNOWN_SCHEMAS: Final = (
    _DC, _XMP, _PDF, _PDFA_ID, _EXTENSION,
    "{http://ns.adobe.com/xap/1.0/mm/}", "{http://ns.adobe.com/xap/1.0/rights/}",
)  # fmt: skip
"""Schemas that need no description (ISO 19005-3, 6.6.2.3.1)."""
_SCHEMA_PARTS: Final = ("schema", "namespaceURI", "prefix", "property")
_PROPERTY_PARTS: Final = ("name", "valueType", "category", "description")
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"


def check_metadata(pdf: Pdf) -> None:
    """Check what the file says of itself.

    Raises:
        GateError: something is missing, not described, or said in two ways.
    """
    properties = read_packet(pdf)
    _check_identification(properties)
    _check_described(properties)
    _check_info(pdf.docinfo, properties)


def read_packet(pdf: Pdf) -> dict[str, ET.Element]:
    """Return the properties of the XMP packet by their names.

    Raises:
        GateError: it is missing or broken.
    """
    stream = pdf.Root.get("/Metadata")
    if not isinstance(stream, Stream) or stream.get("/Subtype") != "/XML":
        raise refuse_archive(
            "6.6.2.1", th="ไม่มีเมทาดาตา XMP", en="there are no XMP metadata"
        )
    check_stream(stream)
    data = stream.read_bytes()
    header = data.partition(b"?>")[0]
    try:
        # The packet was written by the renderer a moment ago; it has no entities.
        root = ET.fromstring(data.decode("utf-8"))  # noqa: S314
    except (ET.ParseError, UnicodeDecodeError) as error:
        raise _unreadable() from error
    if b"bytes=" in header or b"encoding=" in header or b"<!DOCTYPE" in data:
        raise _unreadable()
    return {
        child.tag: child
        for description in root.iter(f"{_RDF}Description")
        for child in description
    }


def _check_identification(properties: Mapping[str, ET.Element]) -> None:
    said = [
        (properties[tag].text or "").strip() if tag in properties else ""
        for tag in (f"{_PDFA_ID}part", f"{_PDFA_ID}conformance", f"{_PDFUA_ID}part")
    ]
    if said[:2] != ["3", "A"]:
        raise refuse_archive(
            "6.6.4",
            th="ไฟล์ไม่ระบุว่าเป็น PDF/A-3a",
            en="the file does not say that it is PDF/A-3a",
        )
    if said[2] != "1":
        raise refuse_access(
            "5",
            th="ไฟล์ไม่ระบุว่าเป็น PDF/UA-1",
            en="the file does not say that it is PDF/UA-1",
        )
    if not text_of(properties.get(f"{_DC}title")):
        raise refuse_access("7.1", th="ไฟล์ไม่มีชื่อเรื่อง", en="the file has no title")


def _check_described(properties: Mapping[str, ET.Element]) -> None:
    described = set(_described_names(properties.get(f"{_EXTENSION}schemas")))
    for tag in properties:
        if not tag.startswith(_KNOWN_SCHEMAS) and tag not in described:
            raise refuse_archive(
                "6.6.2.3.1",
                th=f"ไม่มีคำอธิบายของเมทาดาตา {tag}",
                en=f"the metadata do not describe their property {tag}",
            )


def _described_names(schemas: ET.Element | None) -> Iterator[str]:
    for schema in () if schemas is None else _items_of(schemas):
        _check_parts(schema, _SCHEMA, _SCHEMA_PARTS)
        namespace = schema.findtext(f"{_SCHEMA}namespaceURI", "")
        for entry in _items_of(schema.find(f"{_SCHEMA}property")):
            _check_parts(entry, _PROPERTY, _PROPERTY_PARTS)
            yield f"{{{namespace}}}{entry.findtext(f'{_PROPERTY}name', '')}"


def _items_of(container: ET.Element | None) -> list[ET.Element]:
    return [] if container is None else container.findall(f"./*/{_RDF}li")


def _check_parts(entry: ET.Element, schema: str, parts: tuple[str, ...]) -> None:
    missing = [part for part in parts if entry.find(f"{schema}{part}") is None]
    if missing:
        raise refuse_archive(
            "6.6.2.3.3",
            th=f"คำอธิบายเมทาดาตาขาด {missing[0]}",
            en=f"a description of metadata lacks {missing[0]}",
        )


def _check_info(info: Object, properties: Mapping[str, ET.Element]) -> None:
    """Check that Info and XMP agree (ISO 19005-3, 6.6.3; Info may say less)."""
    for key, tag in (
        ("/Title", f"{_DC}title"),
        ("/Producer", f"{_PDF}Producer"),
        ("/Creator", f"{_XMP}CreatorTool"),
        ("/Author", f"{_DC}creator"),
        ("/Subject", f"{_DC}description"),
        ("/Keywords", f"{_PDF}Keywords"),
    ):
        if key in info and str(info[key]) != text_of(properties.get(tag)):
            raise _disagreeing(key)
    for key, tag in (
        ("/CreationDate", f"{_XMP}CreateDate"),
        ("/ModDate", f"{_XMP}ModifyDate"),
    ):
        if key in info and not _same_moment(str(info[key]), properties.get(tag)):
            raise _disagreeing(key)


def text_of(element: ET.Element | None) -> str:
    """Return a simple value, or the default one of several languages."""
    if element is None:
        return ""
    items = _items_of(element)
    if not items:
        return (element.text or "").strip()
    chosen = [item for item in items if item.get(_LANGUAGE, "x-default") == "x-default"]
    return (chosen[0].text or "").strip() if chosen else ""


def _same_moment(written: str, element: ET.Element | None) -> bool:
    said = text_of(element)
    digits = written.removeprefix("D:").replace("'", "")
    try:
        first = datetime.strptime(digits, "%Y%m%d%H%M%S%z")
        return first == datetime.fromisoformat(said)
    except (ValueError, TypeError):
        return False


def _disagreeing(key: str) -> GateError:
    return refuse_archive(
        "6.6.3",
        th=f"ค่า {key[1:]} ในไฟล์สองแห่งไม่ตรงกัน",
        en=f"Info and XMP disagree over {key[1:]}",
    )


def _unreadable() -> GateError:
    return refuse_archive(
        "6.6.2.1",
        th="อ่านเมทาดาตา XMP ไม่ได้",
        en="the XMP metadata cannot be read",
    )
