# SPDX-License-Identifier: Apache-2.0
"""Accessibility: the points of PDF/UA-1 and level A of PDF/A-3, by the structure.

Our own checks, each with its clause (ISO 14289-1:2014; ISO 19005-3:2012, 6.7). What a
program cannot judge, such as whether a text is a heading at all, is for the makers of
types; docs/gate.md lists what is checked.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from pikepdf import Array, Dictionary, Name, Object, Page, Pdf

from issuer.accessible_tables import check_header, check_rows, kids_of
from issuer.errors import GateError
from issuer.refusals import Refusal, refuse_access, refuse_archive, refuse_part
from issuer.resources import Drawing

_HEADING: Final = re.compile(r"/H([1-6])")
_THAI: Final = "th-TH"
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MAX_DEPTH: Final = 40
_KIDS: Final[dict[str, frozenset[str]]] = {
    "/Table": frozenset(("/TR", "/THead", "/TBody", "/TFoot", "/Caption")),
    "/THead": frozenset(("/TR",)),
    "/TBody": frozenset(("/TR",)),
    "/TFoot": frozenset(("/TR",)),
    "/TR": frozenset(("/TH", "/TD")),
    "/L": frozenset(("/L", "/LI", "/Caption")),
    "/LI": frozenset(("/Lbl", "/LBody")),
}
"""What tables and lists are made of (ISO 32000-1 §14.8.4.3; ISO 14289-1, 7.5, 7.6)."""
_PARENTS: Final[dict[str, frozenset[str]]] = {
    "/TR": frozenset(("/Table", "/THead", "/TBody", "/TFoot")),
    **dict.fromkeys(("/TH", "/TD"), frozenset(("/TR",))),
    **dict.fromkeys(("/THead", "/TBody", "/TFoot"), frozenset(("/Table",))),
    "/LI": frozenset(("/L",)),
    "/LBody": frozenset(("/LI",)),
}
_ROLES: Final = frozenset(
    (
        *("/Document", "/Part", "/Sect", "/Div", "/P", "/Lbl", "/Span", "/Caption"),
        *("/Figure", "/Form", *(f"/H{level}" for level in range(1, 7))),
        *_KIDS, *_PARENTS,
    )
)  # fmt: skip
"""Standard structure types that documents have need of (ISO 32000-1 §14.8.4)."""
_CONTAINERS: Final = frozenset(("/Document", "/Part", "/Sect", *_KIDS))
"""Elements that hold elements only."""
_ELEMENT_KEYS: Final = frozenset(
    ("/Type", "/S", "/P", "/Pg", "/K", "/A", "/ID", "/Lang")
)
_PRINT, _HIDING = 4, 1 | 2 | 32 | 256
"""Annotation flags: print; invisible, hidden, no view, toggle no view (table 165)."""


@dataclass
class _Tree:
    """What was met on the way through the structure."""

    marks: dict[tuple[tuple[int, int], int], tuple[int, int]] = field(
        default_factory=dict
    )
    """The element of each marked content, by page and id."""
    annotations: dict[tuple[int, int], str] = field(default_factory=dict)
    """The role of the element of each annotation."""
    headings: list[int] = field(default_factory=list)


def check_accessible(pdf: Pdf, drawing: Drawing) -> None:
    """Check a file against PDF/UA-1, and level A of PDF/A-3.

    Raises:
        GateError: a point is broken; the message names its clause.
    """
    _check_catalog(pdf)
    root = pdf.Root.get("/StructTreeRoot")
    if not isinstance(root, Dictionary) or "/K" not in root:
        raise refuse_archive(
            "6.7.3.3", th="ไฟล์ไม่มีโครงสร้าง", en="the file has no structure tree"
        )
    if "/RoleMap" in root or "/ClassMap" in root:
        raise refuse_part(Refusal.NOT_PERMITTED, "/RoleMap or /ClassMap")
    tree = _Tree()
    for element in kids_of(root):
        if isinstance(element, int):
            raise _misplaced("/StructTreeRoot", "it holds content itself")
        _read_element(element, root, tree, 0)
    _check_headings(tree.headings)
    _check_marks(pdf, drawing, tree)
    _check_parents(pdf, root, tree)
    _check_annotations(pdf, tree)


def _check_catalog(pdf: Pdf) -> None:
    root = pdf.Root
    marking = root.get("/MarkInfo", Dictionary())
    if not marking.get("/Marked", False) or marking.get("/Suspects", False):
        raise refuse_archive(
            "6.7.2.2",
            th="ไฟล์ไม่ระบุว่าเนื้อหามีป้ายกำกับ",
            en="the file does not say that it is tagged (MarkInfo)",
        )
    if str(root.get("/Lang", "")) != _THAI:
        raise refuse_archive(
            "6.7.4",
            th="ภาษาของเอกสารไม่ใช่ภาษาไทย (th-TH)",
            en=f"the language of the document is not {_THAI}",
        )
    if not root.get("/ViewerPreferences", Dictionary()).get("/DisplayDocTitle", False):
        raise refuse_access(
            "7.1",
            th="ไฟล์ไม่ได้ตั้งให้แสดงชื่อเรื่อง",
            en="the file does not ask readers to show its title",
        )


def _check_language(said: str) -> None:
    if _LANGUAGE.fullmatch(said) is None:
        raise refuse_archive(
            "6.7.4",
            th="ไม่ระบุภาษาของเอกสารหรือของข้อความ",
            en=f"{said!r} is not a language",
        )


def _read_element(element: Object, parent: Object, tree: _Tree, depth: int) -> None:
    role = str(element.get("/S"))
    if depth > _MAX_DEPTH or element.get("/P", Dictionary()).objgen != parent.objgen:
        raise _misplaced(role, "its parent is another element")
    _check_role(element, role)
    heading = _HEADING.fullmatch(role)
    if heading:
        tree.headings.append(int(heading[1]))
    if role in _PARENTS and str(parent.get("/S")) not in _PARENTS[role]:
        raise _misplaced(role, f"it stands in {parent.get('/S')}")
    page = element.get("/Pg")
    roles = []
    for kid in kids_of(element):
        if isinstance(kid, int):
            _note_mark(tree, page, kid, element)
        elif "/S" in kid:
            roles.append(str(kid.S))
            _read_element(kid, element, tree, depth + 1)
        elif kid.get("/Type") == Name.MCR:
            _note_mark(tree, kid.get("/Pg", page), int(kid.MCID), element)
        else:
            tree.annotations[kid.Obj.objgen] = role
    _check_kids(element, role, roles)


def _check_role(element: Object, role: str) -> None:
    if role not in _ROLES:
        raise refuse_archive(
            "6.7.3.4",
            th=f"ป้ายกำกับ {role} ไม่ใช่ป้ายมาตรฐาน",
            en=f"{role} is no standard structure type",
        )
    # Words in place of content are for what has none of its own.
    spoken = {"/Alt"} if role in {"/Figure", "/Form"} else set()
    extra = sorted(element.keys() - _ELEMENT_KEYS - spoken)
    if extra:
        raise refuse_part(Refusal.NOT_PERMITTED, f"{extra[0]} (structure)")
    if "/Lang" in element:
        _check_language(str(element.Lang))
    if role == "/Figure" and not str(element.get("/Alt", "")).strip():
        raise refuse_access(
            "7.3",
            th="มีภาพที่ไม่มีคำอธิบาย",
            en="a figure has no alternative text",
        )
    if role == "/TH":
        check_header(element)


def _note_mark(tree: _Tree, page: Object | None, mcid: int, element: Object) -> None:
    role = str(element.S)
    if role in _CONTAINERS:
        raise _misplaced(role, "it holds text itself")
    key = (page.objgen if page is not None else (0, 0), mcid)
    if key in tree.marks:
        raise _unmatched("a piece of content belongs to two elements")
    tree.marks[key] = element.objgen


def _check_kids(element: Object, role: str, roles: list[str]) -> None:
    strange = [kid for kid in roles if kid not in _KIDS.get(role, _ROLES)]
    if strange:
        raise _misplaced(strange[0], f"it stands in {role}")
    if role in {"/Table", "/L", "/TR", "/LI"} and not roles:
        raise _misplaced(role, "it is empty")
    if role == "/Table":
        check_rows(element)


def _check_headings(levels: Iterable[int]) -> None:
    """Check that headings go down by single steps, from H1 (ISO 14289-1, 7.4.2)."""
    last = 0
    for level in levels:
        if level > last + 1:
            raise refuse_access(
                "7.4.2",
                th=f"หัวข้อข้ามระดับ จาก H{last} ไป H{level}",
                en=f"a heading of level {level} follows one of level {last}",
            )
        last = level
    if last == 0:
        raise refuse_access(
            "7.4.2", th="เอกสารไม่มีหัวข้อหลัก (H1)", en="there is no heading H1"
        )


def _check_marks(pdf: Pdf, drawing: Drawing, tree: _Tree) -> None:
    """Check that tagged content and elements belong to each other one to one."""
    drawn = [
        (page.obj.objgen, mcid)
        for page, marks in zip(pdf.pages, drawing.marks, strict=True)
        for mcid in marks
    ]
    if len(drawn) != len(set(drawn)):
        raise _unmatched("an id of marked content is used twice on a page")
    if set(drawn) != tree.marks.keys():
        raise _unmatched("content is tagged that no element holds, or none is there")


def _check_parents(pdf: Pdf, root: Object, tree: _Tree) -> None:
    """Check the way back from content to elements (ISO 32000-1 §14.7.4.4)."""
    parents = _read_numbers(root)
    for page in pdf.pages:
        home = page.obj.objgen
        listed = parents.get(int(page.obj.get("/StructParents", -1)))
        if page.obj.get("/Tabs") != Name.S and "/Annots" in page.obj:
            raise refuse_access(
                "7.18.3",
                th="หน้าที่มีช่องลงลายมือชื่อไม่ระบุลำดับการเลื่อน (Tabs)",
                en="a page with annotations has no tab order by structure",
            )
        if listed is None:
            if any(key[0] == home for key in tree.marks):
                raise _unmatched("a page has no entry in the parent tree")
            continue
        found = {
            (home, mcid): element.objgen
            for mcid, element in enumerate(listed.as_list())
        }
        if found != {k: v for k, v in tree.marks.items() if k[0] == home}:
            raise _unmatched("the parent tree leads to other elements")


def _read_numbers(root: Object) -> dict[int, Object]:
    """Return the entries of the parent tree, which a document writes flat."""
    pairs = root.get("/ParentTree", Dictionary()).get("/Nums", Array()).as_list()
    return dict(zip(map(int, pairs[::2]), pairs[1::2], strict=True))


def _lies_outside(page: Page, annotation: Object) -> bool:
    """Whether nobody can meet it on the page, as a document timestamp's field."""
    low_x, low_y, high_x, high_y = map(float, annotation.Rect.as_list())
    left, bottom, right, top = map(float, page.cropbox.as_list())
    beside = max(low_x, high_x) < left or min(low_x, high_x) > right
    return beside or max(low_y, high_y) < bottom or min(low_y, high_y) > top


def _check_annotations(pdf: Pdf, tree: _Tree) -> None:
    """Check that a widget can be found, told and printed (7.18; 19005-3, 6.3)."""
    parents = _read_numbers(pdf.Root.StructTreeRoot)
    for page in pdf.pages:
        for annotation in page.obj.get("/Annots", Array()):
            role = tree.annotations.get(annotation.objgen)
            tagged = role == "/Form" and annotation.get("/StructParent") in parents
            if not tagged and not _lies_outside(page, annotation):
                raise refuse_access(
                    "7.18.4",
                    th="ช่องลงลายมือชื่อไม่อยู่ในโครงสร้างเอกสาร",
                    en="a form field is not in the structure (Form)",
                )
            if not str(annotation.get("/TU", "")).strip():
                raise refuse_access(
                    "7.18.1",
                    th="ช่องลงลายมือชื่อไม่มีคำอธิบาย (TU)",
                    en="a form field has no name to be read out (TU)",
                )
            flags = int(annotation.get("/F", 0))
            if not flags & _PRINT or flags & _HIDING:
                raise refuse_archive(
                    "6.3.2",
                    th="ช่องลงลายมือชื่อถูกซ่อนไว้",
                    en="an annotation is hidden or not to be printed",
                )


def _misplaced(role: str, how: str) -> GateError:
    return refuse_access(
        "7.1", th=f"ป้ายกำกับ {role} อยู่ผิดที่", en=f"{role} is misplaced: {how}"
    )


def _unmatched(how: str) -> GateError:
    return refuse_access("7.1", th="ป้ายกำกับกับเนื้อหาบนหน้าไม่ตรงกัน", en=how)
