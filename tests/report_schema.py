# SPDX-License-Identifier: Apache-2.0
"""Holds reports to what is said of them: the JSON Schema, and well-formed XML."""

import functools
import json
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema

from verifier.etsi_report import write_etsi_report
from verifier.reasons import Basis
from verifier.report import REPORT_SCHEMA, Report


@functools.cache
def report_validator() -> jsonschema.Draft202012Validator:
    """Return what judges the JSON of a report."""
    schema = json.loads(REPORT_SCHEMA.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def check_wire(wire: dict[str, Any]) -> None:
    """Check the JSON of a report, and that the schema knows each of its members."""
    validator = report_validator()
    faults = [
        f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(wire)
    ]
    assert not faults, faults
    schema: Any = validator.schema
    assert set(wire) <= set(schema["properties"])


def check_report(report: Report) -> None:
    """Check a report in all forms that cost little to make."""
    check_wire(json.loads(json.dumps(report.to_json())))
    if report.basis is Basis.FILE:
        ET.fromstring(write_etsi_report(report))  # noqa: S314 - of our own making
