# SPDX-License-Identifier: Apache-2.0
"""The sRGB colour profile for the output intent, made from its published numbers.

IEC 61966-2-1 primaries adapted to D50 and the exact transfer curve, as an ICC.1:2010
(version 4) display profile of half a kilobyte; the same bytes every time.
"""

import struct

_D50 = (0.9642, 1.0, 0.8249)
_COLUMNS = {
    b"rXYZ": (0.436066, 0.222488, 0.013916),
    b"gXYZ": (0.385147, 0.716873, 0.097076),
    b"bXYZ": (0.143066, 0.060608, 0.714096),
}
_CHAD = (
    *(1.047882, 0.022919, -0.050201),
    *(0.029587, 0.990479, -0.017059),
    *(-0.009232, 0.015076, 0.751678),
)
"""Bradford adaptation from D65 to D50 (ICC.1:2010 annex E)."""
_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_NAME = "sRGB IEC61966-2.1"
_RIGHTS = "No copyright"


def build_srgb_profile() -> bytes:
    """Return the profile."""
    curve = b"para" + struct.pack(">IHH", 0, 3, 0) + _fixed(_CURVE)
    tags = {
        b"desc": _localized(_NAME),
        b"cprt": _localized(_RIGHTS),
        b"wtpt": _xyz(_D50),
        b"chad": b"sf32" + bytes(4) + _fixed(_CHAD),
        **{name: _xyz(column) for name, column in _COLUMNS.items()},
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    start = 128 + 4 + 12 * len(tags)
    placed: dict[bytes, int] = {}
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        if data not in placed:
            placed[data] = start + len(body)
            body += data + bytes(-len(data) % 4)
        table += name + struct.pack(">II", placed[data], len(data))
    return _header(128 + len(table) + len(body)) + table + body


def _header(size: int) -> bytes:
    """Return the profile header (ICC.1:2010 §7.2)."""
    return (
        struct.pack(">I4sI", size, bytes(4), 0x04300000)
        + b"mntrRGB XYZ "
        + struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
        + b"acsp"
        + bytes(4 + 4 + 4 + 4 + 8 + 4)
        + _fixed(_D50)
        + bytes(4 + 16 + 28)
    )


def _localized(text: str) -> bytes:
    encoded = text.encode("utf-16-be")
    return (
        b"mluc"
        + struct.pack(">III2s2sII", 0, 1, 12, b"en", b"US", len(encoded), 28)
        + encoded
    )


def _xyz(values: tuple[float, ...]) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(values)


def _fixed(values: tuple[float, ...]) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)
