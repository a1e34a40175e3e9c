# SPDX-License-Identifier: Apache-2.0
"""Attack: append an update that shows another text in place of the signed one."""

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.forge import Forge, Issued
from tests.hostile.attacks import NAME, draw_text, first_page, update


def test_new_page_content_is_altered(quiet_forge: Forge, genuine: Issued) -> None:
    def change(writer: IncrementalPdfFileWriter) -> None:
        page = first_page(writer)
        page[NAME("/Contents")] = draw_text(writer, "Holder: Somebody Else")
        writer.update_container(page)

    report = quiet_forge.verify(
        update(genuine.pdf, change), publication=quiet_forge.open()
    )

    assert (report.outcome, report.integrity) == ("altered", "altered")
    assert report.reason == "changed_after_signing"
    assert report.document is None


def test_overwritten_content_stream_is_altered(
    quiet_forge: Forge, genuine: Issued
) -> None:
    def change(writer: IncrementalPdfFileWriter) -> None:
        stream = first_page(writer)["/Contents"]
        stream._data = b"BT /F1 18 Tf 72 720 Td (FORGED) Tj ET"
        stream._encoded_data = None
        writer.update_container(stream)

    report = quiet_forge.verify(
        update(genuine.pdf, change), publication=quiet_forge.open()
    )

    assert (report.outcome, report.reason) == ("altered", "changed_after_signing")


def test_another_font_for_the_same_text_is_altered(
    quiet_forge: Forge, genuine: Issued
) -> None:
    def change(writer: IncrementalPdfFileWriter) -> None:
        font = first_page(writer)["/Resources"]["/Font"]["/F1"]
        font[NAME("/BaseFont")] = NAME("/ZapfDingbats")
        writer.update_container(font)

    report = quiet_forge.verify(
        update(genuine.pdf, change), publication=quiet_forge.open()
    )

    assert (report.outcome, report.reason) == ("altered", "changed_after_signing")
