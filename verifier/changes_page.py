# SPDX-License-Identifier: Apache-2.0
"""What was changed after signing, on the page of browsers without JavaScript.

The server keeps no file, so what was signed is given back for the file itself, sent
once more. The words are those of the page with JavaScript (`changes-view.js`).
"""

from typing import Final

from register.document import Text
from verifier.bilingual import both, either, read_words
from verifier.reasons import Outcome
from verifier.report import Report

CHANGED: Final = Text(th="สิ่งที่ถูกแก้ไขหลังลงลายมือชื่อ", en="What was changed after signing")
ORIGINAL: Final = Text(
    th="ไฟล์นี้ยังมีฉบับที่ลงลายมือชื่อไว้อยู่ข้างใน ดาวน์โหลดแล้วนำมาตรวจใหม่ได้",
    en="What was signed is still inside this file. Download it, and check it anew.",
)
DOWNLOAD: Final = Text(th="ดาวน์โหลดฉบับที่ลงลายมือชื่อไว้", en="Download what was signed")
_AGAIN: Final = Text(
    th="เลือกไฟล์เดิมอีกครั้ง เพราะเครื่องให้บริการไม่ได้เก็บไฟล์ไว้",
    en="Choose the same file once more: the server has not kept it",
)
_AS_SIGNED: Final = Text(th="ฉบับที่ลงลายมือชื่อไว้", en="What was signed")


def render_changes(report: Report) -> str:
    """Return what is not allowed after a signature, and the way to what was signed.

    Only of altered files: what may follow a signature is in the report for engineers.
    """
    changes = [change for change in report.changes if not change["allowed"]]
    signed = (report.file or {}).get("signed")
    if report.outcome is not Outcome.ALTERED or not (changes or signed):
        return ""
    parts = ['<section class="card changes">']
    if changes:
        items = "".join(both("li", read_words(change["text"])) for change in changes)
        parts.append(f"{both('h2', CHANGED)}<ul>{items}</ul>")
    if signed:
        parts.append(_render_original())
    return "".join([*parts, "</section>"])


def _render_original() -> str:
    form = 'action="/verify/original" method="post" enctype="multipart/form-data"'
    file = 'name="file" type="file" accept=".pdf,application/pdf" required'
    return (
        f"{both('h2', _AS_SIGNED)}{both('p', ORIGINAL)}<form {form}>"
        f'<label for="same-file">{either(_AGAIN)}</label>'
        f'<input id="same-file" {file}>'
        f'<button class="button" type="submit">{either(DOWNLOAD)}</button></form>'
    )
