# SPDX-License-Identifier: Apache-2.0
"""Attack: universal signature forgery, a signature without a usable value."""

import pytest

from tests.forge import Forge, Issued
from tests.hostile.attacks import signed_ranges

VALUES = {
    "empty": b"<>",
    "null": b"null",
    "one zero byte": b"<00>",
    "no hexadecimal": b"<zz>",
    "a name": b"/Name",
    "a number": b"0",
    "an open string": b"<3082",
    "an array": b"[]",
    "a short sequence": b"<30820000>",
}


@pytest.mark.parametrize("name", VALUES)
def test_an_unusable_value_is_altered(
    quiet_forge: Forge, genuine: Issued, name: str
) -> None:
    _, length, second, _ = signed_ranges(genuine.pdf)
    value = VALUES[name].ljust(second - length)
    forged = genuine.pdf[:length] + value + genuine.pdf[second:]

    report = quiet_forge.verify(forged, publication=quiet_forge.open())

    assert (report.outcome, report.integrity) == ("altered", "altered")


def test_a_missing_entry_is_altered(quiet_forge: Forge, genuine: Issued) -> None:
    _, length, _, _ = signed_ranges(genuine.pdf)
    at = genuine.pdf.rindex(b"/Contents", 0, length + 1)
    forged = genuine.pdf[:at] + b"/Kontents" + genuine.pdf[at + 9 :]

    report = quiet_forge.verify(forged, publication=quiet_forge.open())

    assert (report.outcome, report.integrity) == ("altered", "altered")


def test_a_form_that_no_longer_names_the_signature_is_altered(
    quiet_forge: Forge, genuine: Issued
) -> None:
    assert genuine.pdf.count(b"/AcroForm") >= 1
    forged = genuine.pdf.replace(b"/AcroForm", b"/AcroFarm")

    report = quiet_forge.verify(forged, publication=quiet_forge.open())

    assert (report.outcome, report.integrity) == ("altered", "altered")
