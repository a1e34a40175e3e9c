# SPDX-License-Identifier: Apache-2.0
"""Render: from a record to the PDF that will be sealed.

ReportLab writes the pages, pikepdf finishes the file: PDF/A-3a and PDF/UA-1.
Promises: the same bytes for the same job; fonts embedded; the text tagged;
`record.json` and `claim.cose` attached byte for byte; number, type and id in the
metadata; an empty field for the seal. Refuses to leave anything out: a missing glyph
or a part that does not fit is an error.
"""

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from issuer.colour import build_srgb_profile
from issuer.errors import (
    MissingGlyphError,
    PageOverflowError,
    RenderError,
    TallLetterError,
)
from issuer.expected import Expected, Rendered
from issuer.metadata import PRODUCER, write_pdf_date, write_xmp
from issuer.pictures import embed_pictures
from issuer.qr import QrCode
from issuer.tagging import OFFICER_FIELD, SEAL_FIELD, write_structure
from register.short_code import code_address, group_short_code, short_code
from templates import layout
from templates.catalogue import DocumentType
from templates.drawing import DocumentInfo
from templates.embedding import embed_fonts
from templates.errors import (
    DrawingError,
    GlyphMissingError,
    LetterTooHighError,
    OverflowingError,
)
from templates.facts import Facts
from templates.qr_block import QrModules


@dataclass(frozen=True, kw_only=True)
class RenderJob:
    """One document to draw."""

    document_type: DocumentType
    record: Mapping[str, Any]
    record_bytes: bytes | None
    """Canonical bytes to attach; None for a preview."""
    claim: bytes | None
    qr: QrCode | None
    watermark: str | None


def render_pdf(job: RenderJob) -> Rendered:
    """Draw a document; return the PDF and what the gate must find in it.

    1. Lay the blocks out and draw the pages.
    2. Embed the fonts and pictures they use.
    3. Write the structure, and the fields for the signatures there are to be.
    4. Attach record and claim; write the metadata.

    Raises:
        MissingGlyphError: the font lacks a character; names it and its place.
        PageOverflowError: a part does not fit on a page.
        RenderError: the record does not fit the type.
    """
    title = f"{job.document_type.name.th} เลขที่ {job.record['number']}"
    # 1.
    pages = _draw_pages(job, title)
    out = BytesIO()
    with Pdf.open(BytesIO(pages.pdf)) as pdf:
        _tidy_pages(pdf)
        # 2.
        embed_fonts(pdf, pages.fonts)
        embed_pictures(pdf, pages.pictures)
        # 3.
        write_structure(pdf, pages.structure, fields=_name_fields(job))
        # 4.
        attachments = _attach_files(pdf, job)
        _write_metadata(pdf, job, title)
        pdf.save(
            out,
            deterministic_id=True,
            # The structure is hundreds of small objects; packed, they are a tenth.
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=True,
            # Else pikepdf would write the metadata anew, a third longer.
            fix_metadata_version=False,
        )
    expected = Expected(
        document_type=job.document_type,
        record=job.record,
        texts=pages.texts,
        qr=pages.qr,
        qr_text=job.qr.text if job.qr else None,
        attachments=attachments,
        watermark=job.watermark,
    )
    return Rendered(pdf=out.getvalue(), expected=expected)


def check_drawable(job: RenderJob) -> None:
    """Refuse what could not be drawn, before a number is taken for it.

    Raises:
        MissingGlyphError, PageOverflowError, RenderError: as `render_pdf`.
    """
    facts, qr = _gather(job)
    with _errors_of_drawing():
        layout.check_pages(job.document_type, facts, qr)


def warm_up() -> None:
    """Load what the first document would wait for: fonts, dictionary, profile.

    For servers to call at start, a second or so; called again it does nothing.
    """
    layout.warm_up()
    _srgb_profile()


def _draw_pages(job: RenderJob, title: str) -> layout.DrawnPages:
    facts, qr = _gather(job)
    info = DocumentInfo(title=title, producer=PRODUCER, date=write_pdf_date(job.record))
    with _errors_of_drawing():
        return layout.draw_pages(
            job.document_type, facts, qr, info, watermark=job.watermark
        )


def _name_fields(job: RenderJob) -> tuple[str, ...]:
    """Return the signature fields in the order they will be filled in."""
    if job.record_bytes is None:
        return ()
    return (OFFICER_FIELD, SEAL_FIELD) if "officer" in job.record else (SEAL_FIELD,)


def _gather(job: RenderJob) -> tuple[Facts, QrModules]:
    kind, record = job.document_type, job.record
    facts = Facts(
        kind.fields,
        record,
        {"th": kind.name.th, "en": kind.name.en},
        thai_digits=kind.page.thai_digits,
    )
    document_id = record.get("id")
    qr = QrModules(
        matrix=job.qr.matrix if job.qr else None,
        address=code_address(record["verify_url"]),
        short_code=group_short_code(short_code(document_id)) if document_id else "",
    )
    return facts, qr


@contextmanager
def _errors_of_drawing() -> Iterator[None]:
    """Raise errors of drawing as errors of this package."""
    try:
        yield
    except GlyphMissingError as error:
        raise MissingGlyphError(
            str(error), character=error.character, th=error.th
        ) from error
    except LetterTooHighError as error:
        raise TallLetterError(str(error), letter=error.letter, th=error.th) from error
    except OverflowingError as error:
        raise PageOverflowError(str(error), th=error.th, fields=error.fields) from error
    except DrawingError as error:
        raise RenderError(str(error), th=error.th) from error


def _tidy_pages(pdf: Pdf) -> None:
    """Take out what ReportLab writes unasked and nobody has said."""
    for name in ("/Author", "/Creator", "/Keywords", "/Subject", "/Trapped"):
        del pdf.docinfo[name]
    del pdf.trailer.ID  # of its own making; the final one is of the whole file
    for page in pdf.pages:
        del page.Trans  # an empty transition


def _attach_files(pdf: Pdf, job: RenderJob) -> dict[str, bytes]:
    """Attach record and claim (ISO 32000-2 §7.11.4, ISO 19005-3 §6.8); return them."""
    stamp = String(write_pdf_date(job.record))
    names: list[pikepdf.Object | str] = []
    specs: list[pikepdf.Object] = []
    attached: dict[str, bytes] = {}
    for name, subtype, about, data in (
        ("claim.cose", "/application/cose", "Signed claim of the QR code", job.claim),
        (
            "record.json",
            "/application/json",
            "Record of the document",
            job.record_bytes,
        ),
    ):
        if data is None:
            continue
        stream = pdf.make_stream(
            data,
            Type=Name.EmbeddedFile,
            Subtype=Name(subtype),
            Params=Dictionary(Size=len(data), ModDate=stamp, CreationDate=stamp),
        )
        spec = pdf.make_indirect(
            Dictionary(
                Type=Name.Filespec,
                F=String(name),
                UF=String(name),
                Desc=String(about),
                AFRelationship=Name.Data,
                EF=Dictionary(F=stream, UF=stream),
            )
        )
        names += [String(name), spec]
        specs.append(spec)
        attached[name] = data
    if specs:
        pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array(names)))
        pdf.Root.AF = Array(specs)
    return attached


def _write_metadata(pdf: Pdf, job: RenderJob, title: str) -> None:
    metadata = pdf.make_stream(write_xmp(job.record, title))
    metadata.Type, metadata.Subtype = Name.Metadata, Name.XML
    pdf.Root.Metadata = metadata
    profile = pdf.make_stream(_srgb_profile(), N=3)
    pdf.Root.OutputIntents = Array(
        [
            Dictionary(
                Type=Name.OutputIntent,
                S=Name.GTS_PDFA1,
                OutputConditionIdentifier=String("sRGB"),
                Info=String("sRGB IEC61966-2.1"),
                DestOutputProfile=profile,
            )
        ]
    )


@functools.lru_cache(maxsize=1)
def _srgb_profile() -> bytes:
    return build_srgb_profile()
