# SPDX-License-Identifier: Apache-2.0
"""Foreign paint: colour spaces, functions and shadings, copied by what they may hold.

ISO 32000-1 §7.10, §8.6 and §8.7; without the colours of a printing press.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from templates.foreign_values import (
    Keep,
    dictionary,
    flag,
    keep,
    name,
    number,
    numbers,
)
from templates.instructions import (
    FIX_COLOUR,
    FIX_FLAT,
    PATTERN,
    PRINTING_COLOURS,
    refuse,
    refuse_if,
)
from templates.unpacking import MAX_OTHER_BYTES, unpack

_DEVICE: Final = {"/DeviceGray": 1, "/DeviceRGB": 3}
_CALIBRATED: Final = {"/CalGray": 1, "/CalRGB": 3, "/Lab": 3}
_CALIBRATION: Final = dictionary(
    {
        "/WhitePoint": numbers, "/BlackPoint": numbers, "/Gamma": lambda value: (
            numbers(value) if isinstance(value, Array) else number(value)
        ), "/Matrix": numbers, "/Range": numbers,
    }
)  # fmt: skip
_PRINTING_COMPONENTS: Final = 4
_PROFILE_SIGNATURE: Final = slice(36, 40)
_MAX_COLOURS: Final = 256
_MAX_DEPTH: Final = 8
_MAX_MESH_BYTES: Final = 1_000_000
_MAX_FUNCTION_BYTES: Final = 1_000_000
_MAX_CODE_BYTES: Final = 10_000
"""Of a function in PostScript."""
_FUNCTION: Final[Mapping[str, Keep]] = {
    "/FunctionType": number, "/Domain": numbers, "/Range": numbers,
}  # fmt: skip
_FUNCTIONS: Final[Mapping[int, Mapping[str, Keep]]] = {
    0: {
        "/Size": numbers, "/BitsPerSample": number, "/Order": number,
        "/Encode": numbers, "/Decode": numbers,
    },
    2: {"/C0": numbers, "/C1": numbers, "/N": number},
    3: {"/Bounds": numbers, "/Encode": numbers},
    4: {},
}  # fmt: skip
_SHADING: Final[Mapping[str, Keep]] = {
    "/ShadingType": number, "/Background": numbers, "/BBox": numbers,
    "/AntiAlias": flag, "/Domain": numbers, "/Matrix": numbers, "/Coords": numbers,
    "/Extend": lambda value: Array([flag(one) for one in value]),
    "/BitsPerCoordinate": number, "/BitsPerComponent": number, "/BitsPerFlag": number,
    "/Decode": numbers, "/VerticesPerRow": number,
}  # fmt: skip
_SHADING_TYPES: Final = range(1, 8)


def components_of(space: Object) -> tuple[int, ...]:
    """Return how many numbers make a colour, and `PATTERN` if a pattern follows."""
    family = str(space[0]) if isinstance(space, Array) else str(space)
    simple = {**_DEVICE, **_CALIBRATED, "/Indexed": 1, "/Separation": 1}
    if family in simple:
        return (simple[family],)
    if family == "/ICCBased":
        return (int(space[1].N),)
    if family == "/DeviceN":
        return (len(space[1]),)
    base = (
        components_of(space[1]) if isinstance(space, Array) and len(space) > 1 else (0,)
    )
    return (*base, PATTERN)


class PaintCopier:
    """Copies colour spaces, functions and shadings into a file, each once."""

    def __init__(self, target: Pdf) -> None:
        self._target = target
        self._profiles: dict[tuple[int, int], Object] = {}

    def copy_space(self, space: Object, depth: int = 0) -> Object:
        """Copy a colour space, and those within it.

        Raises:
            ForeignContentError: it is none that a document may hold.
        """
        refuse_if(depth > _MAX_DEPTH, "it nests its colours too deep", FIX_COLOUR)
        if isinstance(space, Name):
            return self._copy_named(str(space))
        if not isinstance(space, Array) or not len(space):
            refuse("it holds a colour space that PDF does not know", FIX_COLOUR)
        family = str(space[0])
        if len(space) == 1:
            return self._copy_named(family)
        copy = self._SPACES.get(family)
        if copy is None:
            refuse("it holds a colour space that PDF does not know", FIX_COLOUR)
        return Array([Name(family), *copy(self, space, depth + 1)])

    def _copy_named(self, family: str) -> Name:
        refuse_if(family == "/DeviceCMYK", PRINTING_COLOURS, FIX_COLOUR)
        if family not in _DEVICE and family != "/Pattern":
            refuse("it holds a colour space that PDF does not know", FIX_COLOUR)
        return Name(family)

    def _copy_calibrated(self, space: Object, _depth: int) -> list[Any]:
        return [_CALIBRATION(space[1])]

    def _copy_profiled(self, space: Object, _depth: int) -> list[Any]:
        profile = space[1]
        refuse_if(int(profile.N) == _PRINTING_COMPONENTS, PRINTING_COLOURS, FIX_COLOUR)
        if profile.objgen not in self._profiles:
            data = unpack(profile, MAX_OTHER_BYTES)
            size = int.from_bytes(data[:4], "big")
            refuse_if(
                data[_PROFILE_SIGNATURE] != b"acsp" or size > len(data),
                "it holds a colour profile that is none",
                FIX_COLOUR,
            )
            self._profiles[profile.objgen] = self._target.make_stream(
                data[:size], **_plain(keep(profile, {"/N": number, "/Range": numbers}))
            )
        return [self._profiles[profile.objgen]]

    def _copy_indexed(self, space: Object, depth: int) -> list[Any]:
        base = self.copy_space(space[1], depth)
        parts = components_of(base)[0]
        last = int(space[2])
        table = space[3]
        colours = (
            unpack(table, MAX_OTHER_BYTES)
            if isinstance(table, Stream)
            else bytes(table)
        )
        size = (last + 1) * parts
        refuse_if(
            not 0 <= last < _MAX_COLOURS or len(colours) < size,
            "it holds a table of colours that is not complete",
            FIX_COLOUR,
        )
        return [base, last, String(colours[:size])]

    def _copy_pattern(self, space: Object, depth: int) -> list[Any]:
        return [self.copy_space(space[1], depth)]

    def _copy_separation(self, space: Object, depth: int) -> list[Any]:
        other = self.copy_space(space[2], depth)
        return [name(space[1]), other, self.copy_function(space[3])]

    def _copy_many(self, space: Object, depth: int) -> list[Any]:
        names = Array([name(one) for one in space[1]])
        copied = [names, self.copy_space(space[2], depth), self.copy_function(space[3])]
        colorants = {}
        if len(space) > 4:  # noqa: PLR2004 - the attributes (ISO 32000-1 table 71)
            for key, one in space[4].get("/Colorants", Dictionary()).items():
                if key in {str(known) for known in names}:
                    colorants[key] = self.copy_space(one, depth)
            copied.append(Dictionary(Colorants=Dictionary(colorants)))
        return copied

    def copy_function(self, function: Object, depth: int = 0) -> Object:
        """Copy a function, or several.

        Raises:
            ForeignContentError: it is none.
        """
        refuse_if(depth > _MAX_DEPTH, "it nests its colours too deep", FIX_COLOUR)
        if isinstance(function, Array):
            return Array([self.copy_function(one, depth + 1) for one in function])
        kind = int(function.FunctionType)
        if kind not in _FUNCTIONS:
            refuse("it holds a function that PDF does not know")
        entries = keep(function, {**_FUNCTION, **_FUNCTIONS[kind]})
        if kind == 3:  # noqa: PLR2004 - of others (ISO 32000-1 §7.10.4)
            entries["/Functions"] = self.copy_function(function.Functions, depth + 1)
        if isinstance(function, Stream):
            limit = _MAX_FUNCTION_BYTES if kind == 0 else _MAX_CODE_BYTES
            return self._target.make_stream(unpack(function, limit), **_plain(entries))
        return Dictionary(entries)

    def copy_shading(self, shading: Object) -> Object:
        """Copy a shading.

        Raises:
            ForeignContentError: it is none that a document may hold.
        """
        entries = keep(shading, _SHADING)
        refuse_if(
            entries.get("/ShadingType") not in _SHADING_TYPES,
            "it holds a shading that PDF does not know",
            FIX_FLAT,
        )
        entries["/ColorSpace"] = self.copy_space(shading.ColorSpace)
        if "/Function" in shading:
            entries["/Function"] = self.copy_function(shading.Function)
        if isinstance(shading, Stream):
            data = unpack(shading, _MAX_MESH_BYTES)
            return self._target.make_stream(data, **_plain(entries))
        return Dictionary(entries)

    _SPACES: Final[
        Mapping[str, Callable[["PaintCopier", Object, int], list[Any]]]
    ] = {
        **dict.fromkeys(_CALIBRATED, _copy_calibrated),
        "/ICCBased": _copy_profiled,
        "/Indexed": _copy_indexed,
        "/Pattern": _copy_pattern,
        "/Separation": _copy_separation,
        "/DeviceN": _copy_many,
    }  # fmt: skip


def _plain(entries: Mapping[str, Any]) -> dict[str, Any]:
    """Return entries as keyword arguments, which have no slash."""
    return {key[1:]: value for key, value in entries.items()}
