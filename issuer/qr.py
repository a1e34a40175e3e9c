# SPDX-License-Identifier: Apache-2.0
"""QR codes: three segments, level Q, no more modules than needed.

The address is split into alphanumeric, byte and numeric segments by the caller, so
that the code stays small (docs/spec/claim.md, "QR"). Drawing it on the page, with
its quiet zone, is the work of the layout.
"""

from dataclasses import dataclass

from qrcode.constants import ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode
from qrcode.util import ALPHA_NUM, MODE_8BIT_BYTE, MODE_ALPHA_NUM, MODE_NUMBER, QRData

from issuer.errors import QrCodeError

MASK = 3
"""Any mask may be used (ISO/IEC 18004 §7.8); trying all eight costs six times as
much, and the signed part of the claim is random enough for each."""

MAX_VERSION = 25
"""117 modules; at 0.40 mm each 50 mm wide. A larger code is not meant for paper."""


@dataclass(frozen=True, kw_only=True)
class QrCode:
    """A QR code as modules, row by row; dark is True; without quiet zone."""

    matrix: tuple[tuple[bool, ...], ...]
    version: int
    text: str


def draw_qr(segments: tuple[str, str, str]) -> QrCode:
    """Return the QR code of an address: alphanumeric, byte and numeric part.

    Raises:
        QrCodeError: a part does not fit its mode, or the whole is too long.
    """
    address, mark, digits = segments
    foreign = set(address.encode()) - set(ALPHA_NUM)
    if not address or foreign:
        raise QrCodeError(
            f"address {address!r} is not alphanumeric (upper case, digits, $%*+-./:)"
        )
    if digits and not (digits.isascii() and digits.isdigit()):
        raise QrCodeError("the third part of the address holds more than digits")
    parts = [QRData(address, MODE_ALPHA_NUM)]
    if mark:
        parts.append(QRData(mark, MODE_8BIT_BYTE))
    if digits:
        parts.append(QRData(digits, MODE_NUMBER))
    code = QRCode(error_correction=ERROR_CORRECT_Q, border=0, mask_pattern=MASK)
    for part in parts:
        code.add_data(part)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError) as error:
        raise QrCodeError("the address is too long for a QR code") from error
    if code.version > MAX_VERSION:
        raise QrCodeError(
            f"the QR code would need version {code.version}, more than {MAX_VERSION}"
        )
    matrix = tuple(tuple(bool(module) for module in row) for row in code.modules)
    return QrCode(matrix=matrix, version=code.version, text="".join(segments))
