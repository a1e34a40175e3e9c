# SPDX-License-Identifier: Apache-2.0
"""File parts: a document holds what documents have need of, and nothing else.

Lists what may be there, so that what nobody thought of is refused as well: actions,
scripts, forms, annotations, layers, thumbnails, links, data of other programs, pages
turned, cropped or scaled by an entry rather than by drawing.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from pikepdf import Array, Dictionary, Name, Object, Page, Pdf

from issuer.errors import GateError
from issuer.refusals import Refusal, refuse, refuse_part

_FIELDS: Final = (["Seal"], ["Officer", "Seal"])
"""Signature fields that a document may have, in the order they are filled in."""
_LOCK: Final = {
    "/Type": "/SigFieldLock",
    "/Action": "/Include",
    "/Fields": "Officer Seal",
    "/P": "1",
}
"""What a seal after an officer's signature says of later changes: none."""
_SIDES_DIFFER: Final = 0.01
"""Points; boxes are written with more digits than anyone sees."""

_CATALOG_KEYS: Final = frozenset(
    (
        *("/Type", "/Pages", "/Metadata", "/OutputIntents", "/Names", "/AF"),
        *("/MarkInfo", "/StructTreeRoot", "/Lang", "/ViewerPreferences"),
        *("/AcroForm", "/PageMode", "/PageLayout", "/Version"),
    )
)
_PAGE_KEYS: Final = frozenset(
    (
        *("/Type", "/Parent", "/MediaBox", "/CropBox", "/TrimBox", "/BleedBox"),
        *("/ArtBox", "/Rotate", "/Resources", "/Contents", "/StructParents"),
        *("/Tabs", "/Annots"),
    )
)
_FIELD_KEYS: Final = frozenset(
    (
        *("/Type", "/Subtype", "/FT", "/T", "/TU", "/Rect", "/F", "/P"),
        *("/StructParent", "/Ff", "/Border"),
    )
)
_FORM_KEYS: Final = frozenset(("/Fields", "/SigFlags"))
_VIEW_KEYS: Final = frozenset(
    ("/DisplayDocTitle", "/Direction", "/NonFullScreenPageMode")
)
_MODES: Final = ("/UseNone",)
_BOXES: Final = ("/CropBox", "/TrimBox", "/BleedBox", "/ArtBox")
_REASONS: Final[Mapping[str, Refusal]] = {
    "/OCProperties": Refusal.OPTIONAL_CONTENT,
    "/OC": Refusal.OPTIONAL_CONTENT,
    "/OpenAction": Refusal.ACTION,
    "/AA": Refusal.ACTION,
    "/A": Refusal.ACTION,
    "/URI": Refusal.ACTION,
    "/Outlines": Refusal.ACTION,
    "/JavaScript": Refusal.ACTION,
    "/XFA": Refusal.FORM_FIELD,
    "/UserUnit": Refusal.PAGE_BOX,
}
"""Reasons more telling than that it is not permitted, by the entry found."""


def check_parts(pdf: Pdf) -> None:
    """Check that the file has no part that a document has no need of.

    Raises:
        GateError: it has; the reason tells of what kind.
    """
    root = pdf.Root
    _check_entries(root, _CATALOG_KEYS, "catalog")
    _check_entries(root.get("/Names", Dictionary()), ("/EmbeddedFiles",), "names")
    _check_entries(
        root.get("/ViewerPreferences", Dictionary()), _VIEW_KEYS, "viewer preferences"
    )
    if str(root.get("/PageMode", "/UseNone")) not in _MODES:
        raise refuse_part(Refusal.NOT_PERMITTED, f"/PageMode {root.PageMode}")
    fields = _check_form(root.get("/AcroForm", Dictionary()))
    for page in pdf.pages:
        _check_page(page)
        for annotation in page.obj.get("/Annots", Array()):
            _check_annotation(annotation, fields)


def check_fields(pdf: Pdf, *, officer: bool) -> None:
    """Check that a file with signature fields has one for each who is to sign.

    Raises:
        GateError: an officer is to sign and could not, or could and is not to.
    """
    fields = pdf.Root.get("/AcroForm", Dictionary()).get("/Fields", Array())
    if len(fields) and len(fields) != 1 + officer:
        raise refuse_part(Refusal.FORM_FIELD, f"{len(fields)} signature fields")


def _check_entries(found: Object, allowed: Iterable[str], what: str) -> None:
    for key in sorted(found.keys() - frozenset(allowed)):
        reason = _REASONS.get(key, Refusal.NOT_PERMITTED)
        raise refuse_part(reason, f"{key} ({what})")


def _check_page(page: Page) -> None:
    # What pages inherit, qpdf has written down on each by now.
    _check_entries(page.obj, _PAGE_KEYS, "page")
    sheet = _sides(page.mediabox)
    if sheet[:2] != [0, 0] or int(page.obj.get("/Rotate", 0)):
        raise _turned("it is turned, or does not begin at 0, 0")
    for key in _BOXES:
        box = page.obj.get(key)
        if box is not None and not _same_sides(_sides(box), sheet):
            raise _turned(f"its {key[1:]} is not the whole sheet")


def _check_form(form: Object) -> list[tuple[int, int]]:
    """Check the form, and return the object numbers of its fields."""
    _check_entries(form, _FORM_KEYS, "form")
    fields = form.get("/Fields", Array()).as_list()
    names = [str(field.get("/T")) for field in fields]
    if names and names not in _FIELDS:
        raise refuse_part(Refusal.FORM_FIELD, f"fields {', '.join(names)[:100]}")
    for number, (field, name) in enumerate(zip(fields, names, strict=True)):
        last = number > 0
        allowed = _FIELD_KEYS | {"/Lock"} if last else _FIELD_KEYS
        if not allowed.issuperset(field.keys()) or field.get("/FT") != Name.Sig:
            raise refuse_part(Refusal.FORM_FIELD, f"field {name}")
        if last and _describe(field.get("/Lock", Dictionary())) != _LOCK:
            raise refuse_part(Refusal.FORM_FIELD, f"lock of field {name}")
    return [field.objgen for field in fields]


def _describe(found: Object) -> dict[str, str]:
    return {
        key: " ".join(map(str, value.as_list()))
        if isinstance(value, Array)
        else str(value)
        for key, value in found.items()
    }


def _check_annotation(annotation: Object, fields: list[tuple[int, int]]) -> None:
    if annotation.objgen not in fields:
        raise refuse_part(
            Refusal.ANNOTATION, f"annotation {annotation.get('/Subtype')}"
        )
    if any(_sides(annotation.Rect)):
        raise refuse_part(Refusal.ANNOTATION, "a field for the seal that can be seen")


def _sides(box: Object) -> list[float]:
    return [float(side) for side in box.as_list()]


def _same_sides(one: list[float], other: list[float]) -> bool:
    return all(abs(a - b) <= _SIDES_DIFFER for a, b in zip(one, other, strict=True))


def _turned(how: str) -> GateError:
    return refuse(
        Refusal.PAGE_BOX,
        th="หน้ากระดาษถูกหมุน ย่อขยาย หรือตัดขอบไว้ โปรดแจ้งผู้ดูแลแบบเอกสาร",
        en=f"a page would be shown otherwise than it is drawn: {how}",
    )
