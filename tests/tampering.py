# SPDX-License-Identifier: Apache-2.0
"""Rendered files to be spoilt on purpose, and the tools to spoil them with."""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Object, Pdf, StreamDecodeLevel

from issuer.errors import GateError
from issuer.expected import Rendered
from issuer.gate import check_rendered
from issuer.page_reader import Kind, open_pages
from issuer.rehearsal import rehearse
from issuer.render import render_pdf
from templates.catalogue import Catalogue

NOW = datetime(2026, 11, 21, 3, 4, 5, tzinfo=UTC)
_SHOWN = re.compile(rb"/(F[RB]) [\d.]+ Tf (\[[^\]]*\] TJ)")
_STRINGS = re.compile(rb"<([0-9A-F]+)>")


@functools.cache
def render_licence() -> Rendered:
    """Return a licence without watermark, with record, claim and QR code."""
    kind = Catalogue.load().get_type("business_licence")
    job = rehearse(kind, kind.sample(), NOW)
    return render_pdf(replace(job, watermark=None))


def change(rendered: Rendered, edit: Callable[[Pdf], object]) -> Rendered:
    """Return the file as an edit leaves it; what is expected of it stays."""
    out = BytesIO()
    with Pdf.open(BytesIO(rendered.pdf)) as pdf:
        edit(pdf)
        pdf.save(
            out,
            deterministic_id=True,
            # As the edit left it: nothing is put right on the way.
            fix_metadata_version=False,
            compress_streams=False,
            stream_decode_level=StreamDecodeLevel.none,
        )
    return replace(rendered, pdf=out.getvalue())


def spoil(edit: Callable[[Pdf], object]) -> Rendered:
    """Return the licence as an edit leaves it."""
    return change(render_licence(), edit)


def expect(rendered: Rendered, text: str) -> Rendered:
    """Expect a text more on the first page, painted last."""
    first, *rest = rendered.expected.texts
    expected = replace(rendered.expected, texts=(first + text, *rest))
    return replace(rendered, expected=expected)


def expect_first(rendered: Rendered, text: str) -> Rendered:
    """Expect a text more on the first page, painted first."""
    first, *rest = rendered.expected.texts
    expected = replace(rendered.expected, texts=(text + first, *rest))
    return replace(rendered, expected=expected)


def read_content(pdf: Pdf) -> bytes:
    """Return the content of the first page."""
    content = pdf.pages[0].obj.Contents
    assert isinstance(content, pikepdf.Stream)
    return content.read_bytes()


def write_content(pdf: Pdf, content: bytes) -> None:
    """Put another content on the first page."""
    pdf.pages[0].obj.Contents = pdf.make_stream(content)


def append(operators: bytes) -> Callable[[Pdf], None]:
    """Return an edit that adds operators to the end of the first page."""

    def edit(pdf: Pdf) -> None:
        write_content(pdf, read_content(pdf) + b"\n" + operators)

    return edit


def paint(operators: bytes, *, below: bool = False) -> Callable[[Pdf], None]:
    """Return an edit that paints an artifact, over all else or below it."""
    mark = b"\n/Artifact BMC q " + operators + b" Q EMC\n"

    def edit(pdf: Pdf) -> None:
        content = read_content(pdf)
        write_content(pdf, mark + content if below else content + mark)

    return edit


@dataclass(frozen=True)
class Line:
    """A line of text that the licence shows, to be shown once more."""

    text: str
    font: str
    operator: str
    advance: float
    """Of a letter, on the average, at 12 points."""

    def at(self, x: float, y: float, size: float = 12, setup: str = "") -> bytes:
        """Return the operators that show it at a place."""
        return (
            f"{setup} BT 1 0 0 1 {x} {y} Tm /{self.font} {size} Tf {self.operator} ET"
        ).encode()


@functools.cache
def first_line() -> Line:
    """Return the first line of the licence."""
    rendered = render_licence()
    with Pdf.open(BytesIO(rendered.pdf)) as pdf:
        found = _SHOWN.search(read_content(pdf))
    assert found is not None
    with open_pages(rendered.pdf) as pages:
        ink = next(ink for page in pages for ink in page.inks if ink.kind is Kind.TEXT)
    codes = sum(len(string) // 4 for string in _STRINGS.findall(found[2]))
    advance = (ink.box[2] - ink.box[0]) / codes
    return Line(ink.text, found[1].decode(), found[2].decode(), advance)


def show(operators: bytes, edit: Callable[[Pdf], object] | None = None) -> Rendered:
    """Return the licence with a line shown once more, and expected there."""

    def both(pdf: Pdf) -> None:
        paint(operators)(pdf)
        if edit is not None:
            edit(pdf)

    return expect(spoil(both), first_line().text)


def add_resource(pdf: Pdf, category: str, name: str, value: Object) -> None:
    """Make something known to the first page under a name."""
    resources = pdf.pages[0].obj.Resources
    if category not in resources:
        resources[category] = Dictionary()
    resources[category][name] = value


def make_form(pdf: Pdf, content: bytes, box: tuple[float, float, float, float]) -> (
    Object
):  # fmt: skip
    """Return a form XObject with the fonts of the page."""
    return pdf.make_stream(
        content,
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array(list(box)),
        Resources=Dictionary(Font=pdf.pages[0].obj.Resources.Font),
    )


def refusal(rendered: Rendered) -> GateError:
    """Return how the gate refuses a file; fail if it lets it pass."""
    with pytest.raises(GateError) as caught:
        check_rendered(rendered)
    error = caught.value
    assert error.reason
    assert re.search("[\u0e00-\u0e7f]", error.th), "a clerk reads Thai"
    return error
