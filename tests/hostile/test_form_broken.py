# SPDX-License-Identifier: Apache-2.0
"""A form that no library reads: in a file that was never signed it alters nothing."""

from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf

from tests.forge import Forge, Issued, draw_pdf

Form = Callable[[Pdf], object]


def _in_a_circle(pdf: Pdf) -> object:
    one, other = (pdf.make_indirect(Dictionary(T=name)) for name in "ab")
    one.Parent, other.Parent = other, one
    one.Kids, other.Kids = Array([other]), Array([one])
    return Dictionary(Fields=Array([one]))


FORMS: dict[str, Form] = {
    "a number": lambda _: 7,
    "a name": lambda _: Name.X,
    "an array": lambda _: Array([]),
    "fields in a circle": _in_a_circle,
}


@pytest.mark.parametrize("name", FORMS)
def test_a_broken_form_does_not_make_an_unsigned_file_altered(
    quiet_forge: Forge, name: str
) -> None:
    unsigned = _break_form(draw_pdf(), FORMS[name])
    report = quiet_forge.verify(unsigned, publication=quiet_forge.open())
    said = (report.outcome, report.reason, report.integrity)
    assert said == ("unknown", "unsigned", "unsigned")


@pytest.mark.filterwarnings("ignore::pikepdf.PageCopyWarning")
@pytest.mark.parametrize("name", FORMS)
def test_a_broken_form_hides_no_signature(
    quiet_forge: Forge, genuine: Issued, name: str
) -> None:
    changed = _break_form(genuine.pdf, FORMS[name], keep=True)
    assert b"/ByteRange" in changed
    report = quiet_forge.verify(changed, publication=quiet_forge.open())
    assert (report.outcome, report.integrity) == ("altered", "altered")


def _break_form(data: bytes, form: Form, *, keep: bool = False) -> bytes:
    with pikepdf.open(BytesIO(data)) as pdf:
        if keep:
            pdf.Root.Kept = pdf.Root.AcroForm
        pdf.Root.AcroForm = form(pdf)
        output = BytesIO()
        pdf.save(output)
    return output.getvalue()
