# SPDX-License-Identifier: Apache-2.0
"""Our own checks agree with veraPDF: on what we issue, and on what is broken in it.

They run where no Java is. That veraPDF refuses the same broken files is shown by
test_conformance_verapdf.py.
"""

from collections.abc import Mapping
from io import BytesIO

import pytest
from pikepdf import Pdf

from issuer.errors import GateError
from issuer.file_parts import check_parts
from issuer.gate import check_standards
from tests.conformance.broken import BREAKS
from tests.conformance.issued import DOCUMENTS


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_sealed_document_passes_our_own_checks(
    name: str, documents: Mapping[str, bytes]
) -> None:
    check_standards(documents[name])


@pytest.mark.parametrize("name", BREAKS)
def test_our_own_checks_refuse_what_verapdf_refuses(
    name: str, broken: Mapping[str, bytes]
) -> None:
    with pytest.raises(GateError):
        check_all(broken[name])


def check_all(pdf: bytes) -> None:
    with Pdf.open(BytesIO(pdf)) as opened:
        check_parts(opened)
    check_standards(pdf)
