# SPDX-License-Identifier: Apache-2.0
"""QR codes are small, and decode to the address that went in."""

import numpy as np
import pytest
import zxingcpp

from issuer.errors import QrCodeError
from issuer.qr import MAX_VERSION, draw_qr

ADDRESS = "HTTPS://VERIFY.EXAMPLE.GO.TH/V/K3XQ7M2ZD4A6TB5RWYHNCPEJGA"


@pytest.mark.parametrize("length", [450, 600, 900])
def test_it_decodes_to_the_text(length: int) -> None:
    digits = "".join(str((7 * index * index + index) % 10) for index in range(length))
    code = draw_qr((ADDRESS, "#", digits))
    modules = np.pad(np.array(code.matrix), 4)
    image = np.where(modules, 0, 255).astype(np.uint8).repeat(4, 0).repeat(4, 1)
    (found,) = zxingcpp.read_barcodes(image)
    assert found.text == code.text == f"{ADDRESS}#{digits}"
    assert found.ec_level == "Q"


def test_a_claim_of_183_bytes_fits_version_13() -> None:
    code = draw_qr((ADDRESS, "#", "1" * 446))
    assert code.version == 13
    assert len(code.matrix) == 69


def test_an_address_alone_is_drawn() -> None:
    assert draw_qr((ADDRESS, "", "")).text == ADDRESS


@pytest.mark.parametrize(
    ("segments", "words"),
    [
        (("https://x/V/1", "#", "1"), "not alphanumeric"),
        (("", "#", "1"), "not alphanumeric"),
        ((ADDRESS, "#", "12a"), "more than digits"),
        ((ADDRESS, "#", "๑๒"), "more than digits"),
        ((ADDRESS, "#", "1" * 2500), f"more than {MAX_VERSION}"),
        ((ADDRESS, "#", "1" * 9000), "too long"),
    ],
)
def test_what_does_not_fit_is_refused(
    segments: tuple[str, str, str], words: str
) -> None:
    with pytest.raises(QrCodeError, match=words):
        draw_qr(segments)
