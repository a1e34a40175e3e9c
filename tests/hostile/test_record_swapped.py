# SPDX-License-Identifier: Apache-2.0
"""Attack: put the record of another document into a sealed file."""

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.forge import Forge, draw_pdf
from tests.hostile.attacks import update


def test_a_record_swapped_after_sealing_is_altered(forge: Forge) -> None:
    mine, other = forge.issue(), forge.issue()

    def change(writer: IncrementalPdfFileWriter) -> None:
        names = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
        at = next(i for i in range(0, len(names), 2) if names[i] == "record.json")
        stream = names[at + 1]["/EF"]["/F"]
        stream._data, stream._encoded_data = other.record, None
        writer.update_container(stream)

    report = forge.verify(update(mine.pdf, change))

    assert (report.outcome, report.reason) == ("altered", "changed_after_signing")


def test_a_record_swapped_before_sealing_is_altered(forge: Forge) -> None:
    mine, other = forge.issue(), forge.issue()
    attached = {"record.json": other.record, "claim.cose": mine.claim}

    report = forge.verify(forge.seal(draw_pdf(attached)))

    assert report.outcome == "altered"
    assert report.integrity == "intact"
    assert report.reason == "claim_signature_invalid"


def test_a_record_that_is_not_canonical_is_altered(forge: Forge) -> None:
    mine = forge.issue()
    loose = mine.record.replace(b'"v":1', b'"v": 1')
    attached = {"record.json": loose, "claim.cose": mine.claim}

    report = forge.verify(forge.seal(draw_pdf(attached)))

    assert (report.outcome, report.reason) == ("altered", "record_invalid")
