# SPDX-License-Identifier: Apache-2.0
"""The background of the import licence is what its script draws, and nothing else."""

import io

import pikepdf

from tests.artwork.make_background import FILE, draw_background


def unpack(pdf: bytes) -> list[tuple[str, bytes]]:
    """Return every object with its stream: builds of zlib differ in what they write."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [
            (
                str(one.objgen),
                one.read_bytes()
                if isinstance(one, pikepdf.Stream)
                else repr(one).encode(),
            )
            for one in opened.objects
        ]


def test_the_file_is_what_the_script_draws() -> None:
    assert unpack(FILE.read_bytes()) == unpack(draw_background())


def test_it_is_lines_alone_and_small() -> None:
    content = FILE.read_bytes()
    assert len(content) < 8_000
    with pikepdf.open(FILE) as pdf:
        assert len(pdf.pages) == 2
        for page in pdf.pages:
            assert set(page.Resources.keys()) == {"/XObject"}
            operators = {
                str(one.operator) for one in pikepdf.parse_content_stream(page)
            }
            assert operators <= {"q", "Q", "cm", "Do", "RG", "w", "re", "m", "l", "S"}
