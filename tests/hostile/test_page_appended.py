# SPDX-License-Identifier: Apache-2.0
"""Attack: append a page to a signed document."""

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.forge import Forge, Issued
from tests.hostile.attacks import NAME, dictionary, draw_text, number, numbers, update


def test_an_appended_page_is_altered(quiet_forge: Forge, genuine: Issued) -> None:
    def change(writer: IncrementalPdfFileWriter) -> None:
        pages = writer.root["/Pages"]
        page = writer.add_object(
            dictionary(
                Type=NAME("/Page"),
                Parent=writer.root.raw_get("/Pages"),
                MediaBox=numbers(0, 0, 595, 842),
                Contents=draw_text(writer, "Also licensed: gambling"),
            )
        )
        pages["/Kids"].append(page)
        pages[NAME("/Count")] = number(2)
        writer.update_container(pages)

    report = quiet_forge.verify(
        update(genuine.pdf, change), publication=quiet_forge.open()
    )

    assert (report.outcome, report.reason) == ("altered", "changed_after_signing")
