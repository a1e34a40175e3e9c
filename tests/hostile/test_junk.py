# SPDX-License-Identifier: Apache-2.0
"""Attack: upload what is no PDF, or only looks like one."""

import pytest

from tests.forge import Forge, draw_pdf

JUNK = {
    "empty": b"",
    "text": b"hello",
    "zeros": bytes(1000),
    "header only": b"%PDF-1.7",
    "header and noise": b"%PDF-1.7\n" + bytes(range(256)) * 20,
    "end only": b"%%EOF",
    "no objects": b"%PDF-1.7\nxref\n0 0\ntrailer\n<<>>\nstartxref\n9\n%%EOF",
    "startxref beyond the end": b"%PDF-1.7\nstartxref\n999999\n%%EOF",
    "negative startxref": b"%PDF-1.7\nstartxref\n-5\n%%EOF",
    "xref to itself": (
        b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \n"
        b"trailer\n<</Size 1/Prev 9/Root 1 0 R>>\nstartxref\n9\n%%EOF"
    ),
    "a zip": b"PK\x03\x04" + bytes(100),
    "deep arrays": b"%PDF-1.7\n1 0 obj\n" + b"[" * 100_000 + b"\nstartxref\n9\n%%EOF",
}


@pytest.mark.parametrize("name", JUNK)
def test_junk_is_unknown_and_unreadable(quiet_forge: Forge, name: str) -> None:
    report = quiet_forge.verify(JUNK[name])

    assert (report.outcome, report.integrity) == ("unknown", "unreadable")
    assert report.reason in {"not_a_pdf", "damaged_file"}


def test_the_same_junk_gives_the_same_report(quiet_forge: Forge) -> None:
    one = quiet_forge.verify(JUNK["header and noise"]).to_json()
    other = quiet_forge.verify(JUNK["header and noise"]).to_json()

    assert one == other


def test_a_plain_pdf_is_unknown_and_unsigned(quiet_forge: Forge) -> None:
    report = quiet_forge.verify(draw_pdf())

    assert (report.outcome, report.reason) == ("unknown", "unsigned")
    assert report.integrity == "unsigned"
