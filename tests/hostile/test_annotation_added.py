# SPDX-License-Identifier: Apache-2.0
"""Attack: lay an annotation over the text of a certified document."""

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.forge import Forge, Issued
from tests.hostile.attacks import NAME, dictionary, first_page, numbers, update


def test_an_annotation_over_the_text_is_altered(
    quiet_forge: Forge, genuine: Issued
) -> None:
    def change(writer: IncrementalPdfFileWriter) -> None:
        page = first_page(writer)
        note = dictionary(
            Type=NAME("/Annot"),
            Subtype=NAME("/FreeText"),
            Contents=generic.TextStringObject("Valid for ever"),
            DA=generic.TextStringObject("/Helv 18 Tf"),
            Rect=numbers(72, 700, 400, 740),
        )
        annotations = page["/Annots"] if "/Annots" in page else generic.ArrayObject()
        page[NAME("/Annots")] = generic.ArrayObject(
            [*annotations, writer.add_object(note)]
        )
        writer.update_container(page)

    report = quiet_forge.verify(
        update(genuine.pdf, change), publication=quiet_forge.open()
    )

    assert (report.outcome, report.reason) == ("altered", "changed_after_signing")
