# SPDX-License-Identifier: Apache-2.0
"""Each signature of a file has its report in XML, and is found by value and digest."""

import base64
import hashlib
from io import BytesIO
from xml.etree import ElementTree as ET

from asn1crypto import cms
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfTimeStamper
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tests.forge import Forge
from tests.forge_pki import Authority
from tests.hostile.test_officer_signature import Office
from tests.report_schema import check_wire
from verifier.etsi_report import NAMESPACE, write_etsi_report
from verifier.report import Report

_VR = {"vr": NAMESPACE, "ds": "http://www.w3.org/2000/09/xmldsig#"}
_PASSED, _OPEN, _FAILED = (
    f"urn:etsi:019102:mainindication:{word}"
    for word in ("total-passed", "indeterminate", "total-failed")
)


def stamp(forge: Forge, pdf: bytes, tsa: Authority) -> bytes:
    """Return a file with a document timestamp over all of it."""
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # library
    registry.register_multiple([forge.ca.asn1, forge.root.asn1])
    stamper = DummyTimeStamper(tsa.asn1, tsa.asn1_key, registry, fixed_dt=forge.now)
    output = PdfTimeStamper(stamper).timestamp_pdf(
        IncrementalPdfFileWriter(BytesIO(pdf)), "sha256", output=BytesIO()
    )
    stamped: bytes = output.getvalue()
    return stamped


def test_officer_seal_and_stamps_have_each_their_report(forge: Forge) -> None:
    office = Office(forge)
    pdf = office.seal(office.sign(office.draw(office.somchai), office.somchai))
    pdf = stamp(forge, stamp(forge, pdf, forge.tsa), forge.make_tsa(None))
    report = office.verify(pdf)
    assert report.outcome == "in_force"
    root = ET.fromstring(write_etsi_report(report))  # noqa: S314 - of our own making

    found = root.findall("vr:SignatureValidationReport", _VR)
    said = {
        one.findtext(".//vr:DAIdentifier", namespaces=_VR): one.findtext(
            "vr:SignatureValidationStatus/vr:MainIndication", namespaces=_VR
        )
        for one in found
    }
    assert list(said) == ["Seal", "Officer", *list(said)[2:]]
    assert list(said.values()) == [_PASSED, _PASSED, _PASSED, _OPEN]
    _check_identified(pdf, found)
    ids = [node.get("id") for node in root.iter() if node.get("id")]
    assert len(ids) == len(set(ids)) == 8
    references = {node.get("VOReference") for node in root.iter()} - {None}
    assert references <= set(ids)


def test_an_officer_who_is_another_has_failed(forge: Forge) -> None:
    office = Office(forge)
    other = office.make_officer("TRADE", "สมหญิง", "ใจร้าย")
    report = office.verify(office.seal(office.sign(office.draw(office.somchai), other)))
    root = ET.fromstring(write_etsi_report(report))  # noqa: S314 - of our own making
    _, officer = root.findall("vr:SignatureValidationReport", _VR)
    status = officer.find("vr:SignatureValidationStatus", _VR)
    assert status is not None
    assert status.findtext("vr:MainIndication", namespaces=_VR) == _FAILED
    assert status.findtext("vr:SubIndication", namespaces=_VR) == (
        "urn:tra:reason:officer_mismatch"
    )


def test_a_file_that_is_not_intact_has_one_report_and_names_no_signature(
    forge: Forge,
) -> None:
    issued = forge.issue()
    report = forge.verify(issued.pdf.replace(b"Somchai", b"Mallory"))
    assert report.signatures == ()
    root = ET.fromstring(write_etsi_report(report))  # noqa: S314 - of our own making
    assert len(root.findall("vr:SignatureValidationReport", _VR)) == 1


def test_the_wire_form_names_them_all(forge: Forge) -> None:
    report: Report = forge.verify(stamp(forge, forge.issue().pdf, forge.tsa))
    wire = report.to_json()
    check_wire(wire)
    assert [one["role"] for one in report.signatures] == ["seal", "timestamp"]


def _check_identified(pdf: bytes, found: list[ET.Element]) -> None:
    """Check value and digest against what another reader finds in the file."""
    values = {}
    for one in PdfFileReader(BytesIO(pdf)).embedded_signatures:
        info: cms.SignerInfo = one.signer_info
        attributes = info["signed_attrs"].untag().dump()
        values[one.field_name] = (
            info["signature"].native,
            hashlib.new(info["digest_algorithm"]["algorithm"].native, attributes),
        )
    for element in found:
        identifier = element.find("vr:SignatureIdentifier", _VR)
        assert identifier is not None
        name = identifier.findtext("vr:DAIdentifier", namespaces=_VR)
        value, digest = values.pop(str(name))
        told = identifier.findtext("ds:SignatureValue", namespaces=_VR)
        assert base64.b64decode(told or "") == value
        told = identifier.findtext(".//ds:DigestValue", namespaces=_VR)
        assert base64.b64decode(told or "") == digest.digest()
    assert not values
