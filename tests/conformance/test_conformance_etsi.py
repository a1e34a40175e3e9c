# SPDX-License-Identifier: Apache-2.0
"""Our XML reports are what ETSI TS 119 102-2 describes, by the schema of EU DSS."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema

from tests.conformance.etsi_schema import open_etsi_schema
from tests.conformance.jars import JudgeUnavailableError
from tests.forge import Forge, draw_pdf
from tests.hostile.test_officer_signature import Office
from tests.unit.verifier.test_etsi_signatures import stamp
from verifier.etsi_report import write_etsi_report


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> xmlschema.XMLSchema10:
    """Give the schema, or skip where it is not to be had."""
    try:
        return open_etsi_schema(tmp_path_factory.mktemp("etsi"))
    except JudgeUnavailableError as reason:
        pytest.skip(str(reason))


def test_reports_on_files_of_all_kinds_fit_the_schema(
    schema: xmlschema.XMLSchema10, tmp_path: Path
) -> None:
    forge = Forge(tmp_path / "publication")
    mine = forge.issue()
    files = {
        "genuine": mine.pdf,
        "edited": mine.pdf.replace(b"Somchai", b"Mallory"),
        "cut off": mine.pdf[: len(mine.pdf) // 2],
        "appended to": mine.pdf + mine.pdf,
        "unsigned": draw_pdf(),
        "no PDF": b"junk",
        "of nobody known": forge.seal(draw_pdf(), forge.make_agency("X", "ก", "X")),
    }
    office = Office(forge)
    signed = office.sign(office.draw(office.somchai), office.somchai)
    files["of an officer"] = office.seal(signed)
    files["of two strangers"] = office.seal(office.sign(draw_pdf(), office.somchai))
    files["stamped"] = stamp(forge, mine.pdf, forge.tsa)
    files["stamped by nobody"] = stamp(forge, mine.pdf, forge.make_tsa(None))
    faults = {}
    for name, pdf in files.items():
        written = write_etsi_report(forge.verify(pdf))
        root = ET.fromstring(written)  # noqa: S314 - of our own making
        faults[name] = [str(fault.reason) for fault in schema.iter_errors(root)]

    assert faults == {name: [] for name in files}


def test_the_schema_refuses_what_is_no_such_report(
    schema: xmlschema.XMLSchema10, tmp_path: Path
) -> None:
    forge = Forge(tmp_path / "publication")
    root = ET.fromstring(write_etsi_report(forge.verify(b"junk")))  # noqa: S314 - ours
    status = root[0].find("{*}SignatureValidationStatus")
    assert status is not None
    root[0].remove(status)

    assert not schema.is_valid(root)
