# SPDX-License-Identifier: Apache-2.0
"""Attack: append a page to a signed document."""

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.forge import Forge, Issued
from tests.hostile.attacks import NAME, draw_text, update


def test_an_appended_page_is_altered(quiet_forge: Forge, genuine: Issued) -> None:
    def change(writer: IncrementalPdfFileWriter) -> None:
        pages = writer.root["/Pages"]
        page = writer.add_object(
            generic.DictionaryObject(
                {
                    NAME("/Type"): NAME("/Page"),
                    NAME("/Parent"): writer.root.raw_get("/Pages"),
                    NAME("/MediaBox"): generic.ArrayObject(
                        generic.NumberObject(side) for side in (0, 0, 595, 842)
                    ),
                    NAME("/Contents"): draw_text(writer, "Also licensed: gambling"),
                }
            )
        )
        pages["/Kids"].append(page)
        pages[NAME("/Count")] = generic.NumberObject(2)
        writer.update_container(pages)

    report = quiet_forge.verify(
        update(genuine.pdf, change), publication=quiet_forge.open()
    )

    assert (report.outcome, report.reason) == ("altered", "changed_after_signing")
