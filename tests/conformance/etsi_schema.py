# SPDX-License-Identifier: Apache-2.0
"""The schema of ETSI TS 119 102-2, as it comes with EU DSS; nothing is fetched."""

import zipfile
from pathlib import Path

import xmlschema

from tests.conformance.jars import fetch_jars
from verifier.etsi_report import NAMESPACE

_SCHEMAS = {
    "http://www.w3.org/2000/09/xmldsig#": ("xmldsig", "xmldsig-core-schema.xsd"),
    "http://www.w3.org/XML/1998/namespace": ("xmldsig", "xml.xsd"),
    "http://uri.etsi.org/01903/v1.3.2#": ("xades", "XAdES01903v132-202407.xsd"),
    "http://uri.etsi.org/02231/v2#": ("trusted-list", "ts_119612v020101_xsd.xsd"),
    "http://uri.etsi.org/02231/v2/additionaltypes#": (
        "trusted-list",
        "ts_119612v020101_additionaltypes_xsd.xsd",
    ),
    NAMESPACE: ("validation-report", "1910202xmlSchema.xsd"),
}
"""Namespace, and in which jar of DSS which file has it."""


def open_etsi_schema(folder: Path) -> xmlschema.XMLSchema10:
    """Return the schema, unpacked into a folder.

    Raises:
        JudgeUnavailableError: DSS cannot be had on this machine.
    """
    jars = fetch_jars("dss")
    files = {}
    for namespace, (part, name) in _SCHEMAS.items():
        jar = next(jar for jar in jars if jar.name.startswith(f"specs-{part}"))
        with zipfile.ZipFile(jar) as opened:
            files[namespace] = Path(opened.extract(f"xsd/{name}", folder))
    main = files.pop(NAMESPACE)
    return xmlschema.XMLSchema10(
        str(main),
        locations={space: str(file) for space, file in files.items()},
        allow="local",
    )
