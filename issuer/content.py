# SPDX-License-Identifier: Apache-2.0
"""Content: what a content stream says, read strictly (ISO 32000-1 §7.8.2).

Promises that every byte was understood: the operators are those of the standard, and
all that paints stands in marked content. Refuses, with a reason, what a document has
no need of: inline images, text that cannot be seen, marked content that replaces text
or can be switched off, glyph procedures. Paths are passed over in one step: they are
most of a page, and a reader tells better where they lie.
"""

import functools
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Final

from issuer.errors import GateError
from issuer.refusals import Refusal, refuse, refuse_access, refuse_archive, refuse_part
from templates.operands import OPERATORS, takes

_MAX_SAVED_STATES: Final = 28
"""ISO 19005-3, 6.1.13."""

# Possessive throughout: what was read is never read again in another way.
_NUMBER: Final = rb"[-+]?+(?:\d++\.?+\d*+|\.\d++)"
_BLANK: Final = rb"[\0\t\n\f\r ]"
_PAIR: Final = rb"(?:" + _NUMBER + _BLANK + rb"++){2}+"
_END: Final = rb"(?=[\0\t\n\f\r \[\]<>()/%]|\Z)"
_TOKEN: Final = re.compile(
    rb"(?:(?P<path>(?:(?:" + _PAIR + rb"(?:[ml]|" + _PAIR + rb"(?:re|[vy]|" + _PAIR
    + rb"c))|h)" + _BLANK + rb"++)++)"
    rb"|(?P<array>\[(?:<(?:[0-9A-Fa-f]{2})*+>|" + _NUMBER + rb"|[\t\n\r ])*+\])"
    rb"|(?P<number>" + _NUMBER + _END + rb")"
    rb"|(?P<hex><(?:[0-9A-Fa-f]{2})*+>)"
    rb"|(?P<operator>[A-Za-z]{1,3}[01]?\*?|['\"])" + _END
    + rb"|(?P<mark>/[A-Z][A-Za-z0-9]*+" + _BLANK + rb"*+<<" + _BLANK + rb"*+/MCID"
    + _BLANK + rb"++\d{1,9}+" + _BLANK + rb"*+>>" + _BLANK + rb"*+BDC)" + _END
    + rb"|(?P<name>/[^\0\t\n\f\r \[\]<>(){}/%]*+)"
    rb"|(?P<text>\((?:[^()\\]|\\[\0-\xff]|\((?:[^()\\]|\\[\0-\xff])*+\))*+\))"
    rb"|(?P<bracket><<|>>|\[|\])"
    rb"|(?P<blank>" + _BLANK + rb"))" + _BLANK + rb"*+"
)  # fmt: skip
_HEX: Final = re.compile(rb"<([0-9A-Fa-f]*)>")
_MCID: Final = re.compile(rb"(\d+)\D*\Z")
_ESCAPE: Final = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|[\0-\xff]))")
_ESCAPED: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_NEWLINES: Final = (b"\n", b"\r", b"\r\n")

_PLAIN: Final = frozenset(
    b"cm w J j M d i m l c v y h re n W W* Tc Tw Tz TL Td TD Tm T* Ts G RG SC".split()
)
"""Operators that paint nothing and name nothing (ISO 32000-1, annex A)."""
_PAINTING: Final = frozenset(b"S s f F f* B B* b b*".split())
_INTENTS: Final = frozenset(
    (b"/AbsoluteColorimetric", b"/RelativeColorimetric", b"/Saturation", b"/Perceptual")
)
_ARTIFACT_WORDS: Final = frozenset(
    b"/Artifact /Type /Subtype /BBox /Attached /Pagination /Layout /Page /Background "
    b"/Header /Footer /Watermark /Top /Bottom /Left /Right".split()
)
_OPENING: Final = {b">>": "<<", b"]": "["}
_VISIBLE_MODES: Final = (b"0", b"2")


@dataclass
class ContentUse:
    """What a content stream makes use of."""

    resources: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Names by the category of resources they are looked up in."""
    shown: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    """Strings shown, by the resource name of their font."""
    marks: list[int] = field(default_factory=list)
    """Ids of marked content that belongs to the structure, in order."""


def read_content(data: bytes, *, marked: bool) -> ContentUse:
    """Return what a content stream uses; `marked` asks for marked content around all.

    Raises:
        GateError: the stream is broken, or holds what no document may hold.
    """
    return _Reader(marked=marked).read(data)


class _Reader:
    """Reads one content stream, operator by operator."""

    def __init__(self, *, marked: bool) -> None:
        self._marked = marked
        self._use = ContentUse()
        self._open, self._in_text = False, False
        self._font, self._patterned = "", False
        self._saved: list[tuple[str, bool]] = []
        self._names: list[bytes] = []
        self._strings: list[bytes] = []
        self._number = b""
        self._kinds: list[str] = []
        """Of the operands that wait for their operator."""

    def read(self, data: bytes) -> ContentUse:
        operators, position, end = self._OPERATORS, 0, len(data)
        while position < end:
            token = _TOKEN.match(data, position)
            if token is None:
                raise _unreadable(data[position : position + 20])
            position, kind = token.end(), token.lastgroup
            if kind == "operator":
                handle = operators.get(token["operator"])
                if handle is None:
                    raise _unknown(token["operator"])
                self._check_operands(token["operator"])
                handle(self, token["operator"])
                self._names, self._strings, self._kinds = [], [], []
                self._number = b""
            elif kind == "path":
                if self._kinds:
                    raise _unfitting(token[0])
            elif kind != "blank":
                self._keep(kind or "", token[kind or 0])
        self._check_end()
        return self._use

    def _keep(self, kind: str, value: bytes) -> None:
        """Keep an operand until its operator comes."""
        if kind == "mark":
            self._begin(value)
        elif kind == "bracket":
            self._bracket(value)
        else:
            self._KEEPERS[kind](self, value)

    def _keep_number(self, value: bytes) -> None:
        self._number = value
        self._kinds.append("n")

    def _keep_name(self, value: bytes) -> None:
        self._names.append(value)
        self._kinds.append("N")

    def _keep_array(self, value: bytes) -> None:
        self._strings.append(b"".join(_HEX.findall(value)))
        self._kinds.append("T" if b"<" in value else "A")

    def _keep_hex(self, value: bytes) -> None:
        self._strings.append(value[1:-1])
        self._kinds.append("s")

    def _keep_text(self, value: bytes) -> None:
        self._strings.append(_unescape(value[1:-1]).hex().encode())
        self._kinds.append("s")

    def _bracket(self, value: bytes) -> None:
        """Make one operand of what stands in brackets."""
        opening = _OPENING.get(value)
        if opening is None:
            self._kinds.append(value.decode())
            return
        if opening not in self._kinds:
            raise _unfitting(value)
        start = len(self._kinds) - 1 - self._kinds[::-1].index(opening)
        inner = set(self._kinds[start + 1 :])
        if opening == "<<":
            kind = "D"
        elif inner <= {"n", "s"}:
            kind = "T" if "s" in inner else "A"
        else:
            kind = "?"
        self._kinds[start:] = [kind]

    def _check_operands(self, operator: bytes) -> None:
        """Refuse operands too many, too few or of a wrong kind: readers guess apart."""
        if not _takes(operator, "".join(self._kinds)):
            raise _unfitting(operator)

    def _check_end(self) -> None:
        if self._open or self._in_text or self._saved or self._kinds:
            raise _unreadable(b"the end")

    def _begin(self, mark: bytes) -> None:
        found = _MCID.search(mark)
        if self._open or found is None:
            raise _nested()
        if not self._marked:
            raise refuse_part(Refusal.NOT_PERMITTED, "tags inside a form XObject")
        self._open = True
        self._use.marks.append(int(found[1]))

    def _begin_artifact(self, _: bytes) -> None:
        if self._open or not self._marked:
            raise _nested()
        if not self._names or self._names[0] != b"/Artifact":
            raise _replaced(self._names)
        if not _ARTIFACT_WORDS.issuperset(self._names):
            raise _replaced(self._names)
        self._open = True

    def _end_mark(self, _: bytes) -> None:
        if not self._open:
            raise _unreadable(b"EMC")
        self._open = False

    def _bound_text(self, operator: bytes) -> None:
        """Begin or end a text object, which hold no other."""
        if self._in_text is (operator == b"BT"):
            raise _unreadable(operator)
        self._in_text = not self._in_text

    def _save(self, _: bytes) -> None:
        self._saved.append((self._font, self._patterned))
        if len(self._saved) > _MAX_SAVED_STATES:
            raise refuse_archive(
                "6.1.13",
                th="คำสั่ง q ซ้อนกันเกิน 28 ชั้น",
                en="q is nested deeper than 28",
            )

    def _restore(self, _: bytes) -> None:
        if not self._saved:
            raise _unreadable(b"Q")
        self._font, self._patterned = self._saved.pop()

    def _paint(self, _: bytes) -> None:
        if self._marked and not self._open:
            raise refuse_access(
                "7.1",
                th="มีเนื้อหาที่ไม่ได้กำกับไว้ในโครงสร้าง",
                en="something is painted that is neither tagged nor an artifact",
            )

    def _pass(self, _: bytes) -> None:
        """Neither paints nor names anything."""

    def _show(self, operator: bytes) -> None:
        self._paint(operator)
        if self._patterned:
            raise refuse_part(Refusal.NOT_PERMITTED, "text painted with a pattern")
        self._use.shown[self._font] += self._strings

    def _select_font(self, _: bytes) -> None:
        self._font = self._name("Font")

    def _draw_object(self, operator: bytes) -> None:
        self._paint(operator)
        self._name("XObject")

    def _shade(self, operator: bytes) -> None:
        self._paint(operator)
        self._name("Shading")

    def _set_state(self, _: bytes) -> None:
        self._name("ExtGState")

    def _set_fill(self, _: bytes) -> None:
        self._patterned = False

    def _set_space(self, operator: bytes) -> None:
        self._name("ColorSpace")
        self._patterned &= operator != b"cs"

    def _set_pattern(self, operator: bytes) -> None:
        if self._names:
            self._name("Pattern")
        if operator == b"scn":
            self._patterned = bool(self._names)

    def _name(self, category: str) -> str:
        if len(self._names) != 1:
            raise _unreadable(category.encode())
        name = self._names[0].decode("latin-1")
        self._use.resources[category].add(name)
        return name

    def _set_mode(self, _: bytes) -> None:
        if self._number not in _VISIBLE_MODES:
            raise refuse(
                Refusal.TEXT_INVISIBLE,
                th="มีข้อความที่มองไม่เห็นบนหน้า โปรดแจ้งผู้ดูแลแบบเอกสาร",
                en=f"text is written without ink (rendering mode "
                f"{self._number.decode('latin-1')})",
            )

    def _set_intent(self, _: bytes) -> None:
        if not _INTENTS.issuperset(self._names):
            raise refuse_archive(
                "6.2.6",
                th="วิธีแสดงสีไม่ใช่วิธีมาตรฐาน",
                en="the rendering intent is not one of the standard ones",
            )

    def _print_colour(self, _: bytes) -> None:
        raise refuse_archive(
            "6.2.4.3",
            th="ใช้สี CMYK แต่ไฟล์กำหนดสีเป็น sRGB",
            en="CMYK colours are used, but the output intent is sRGB",
        )

    def _refuse(self, operator: bytes) -> None:
        raise refuse_part(
            Refusal.NOT_PERMITTED, f"operator {operator.decode('latin-1')}"
        )

    _KEEPERS: ClassVar[dict[str, Callable[["_Reader", bytes], None]]] = {
        "number": _keep_number,
        "name": _keep_name,
        "array": _keep_array,
        "hex": _keep_hex,
        "text": _keep_text,
    }
    _OPERATORS: ClassVar[dict[bytes, Callable[["_Reader", bytes], None]]] = {
        **dict.fromkeys(_PLAIN, _pass),
        **dict.fromkeys(_PAINTING, _paint),
        **dict.fromkeys((b"Tj", b"TJ", b"'", b'"'), _show),
        **dict.fromkeys((b"BMC", b"BDC"), _begin_artifact),
        **dict.fromkeys((b"g", b"rg", b"sc"), _set_fill),
        **dict.fromkeys((b"cs", b"CS"), _set_space),
        **dict.fromkeys((b"scn", b"SCN"), _set_pattern),
        **dict.fromkeys((b"k", b"K"), _print_colour),
        **dict.fromkeys(b"BI ID EI BX EX MP DP d0 d1".split(), _refuse),
        b"BT": _bound_text,
        b"ET": _bound_text,
        b"EMC": _end_mark,
        b"q": _save,
        b"Q": _restore,
        b"Tf": _select_font,
        b"Tr": _set_mode,
        b"Do": _draw_object,
        b"sh": _shade,
        b"gs": _set_state,
        b"ri": _set_intent,
    }


@functools.lru_cache(maxsize=1024)
def _takes(operator: bytes, kinds: str) -> bool:
    name = operator.decode("latin-1")
    return name not in OPERATORS or takes(name, kinds)


def _unescape(text: bytes) -> bytes:
    """Return the bytes of a literal string (ISO 32000-1 §7.3.4.2)."""

    def replace(match: re.Match[bytes]) -> bytes:
        if match[1] is not None:
            return bytes([int(match[1], 8) & 0xFF])
        if match[2] in _NEWLINES:
            return b""
        return _ESCAPED.get(match[2], match[2])

    return _ESCAPE.sub(replace, text)


def _unreadable(where: bytes) -> GateError:
    return refuse(
        Refusal.UNREADABLE,
        th="อ่านเนื้อหาของหน้าไม่ได้ โปรดแจ้งผู้ดูแลแบบเอกสาร",
        en=f"the content of a page cannot be read at {where.decode('latin-1')!r}",
    )


def _unfitting(operator: bytes) -> GateError:
    return refuse(
        Refusal.UNREADABLE,
        th="คำสั่งวาดในหน้ามีจำนวนค่าไม่ตรงมาตรฐาน แต่ละโปรแกรมจึงอาจแสดงต่างกัน",
        en=f"an operator has not the operands it takes, and readers would guess, at "
        f"{operator[:20].decode('latin-1')!r}",
    )


def _unknown(operator: bytes) -> GateError:
    return refuse_archive(
        "6.2.2",
        th="มีคำสั่งที่ไม่อยู่ในมาตรฐาน PDF",
        en=f"operator {operator.decode('latin-1')!r} is none of ISO 32000-1",
    )


def _nested() -> GateError:
    return refuse_access(
        "7.1",
        th="ป้ายกำกับเนื้อหาซ้อนกัน",
        en="marked content is nested: tagged in artifact or the other way round",
    )


def _replaced(names: list[bytes]) -> GateError:
    words = b" ".join(names)
    if b"/OC" in names:
        return refuse_part(Refusal.OPTIONAL_CONTENT, "BDC /OC")
    return refuse_part(Refusal.NOT_PERMITTED, f"BDC {words.decode('latin-1')}")
