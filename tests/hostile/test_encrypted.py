# SPDX-License-Identifier: Apache-2.0
"""Attack: lock the file, so that nobody can look inside."""

from io import BytesIO

import pikepdf

from tests.forge import Forge, draw_pdf
from tests.forge_pki import NOW
from verifier.report import Report
from verifier.verify_pdf import verify_pdf


def _encrypt(pdf: bytes, user: str) -> bytes:
    output = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as opened:
        opened.save(output, encryption=pikepdf.Encryption(owner="boss", user=user))
    return output.getvalue()


def test_a_locked_file_without_password_is_unreadable(quiet_forge: Forge) -> None:
    report = quiet_forge.verify(_encrypt(draw_pdf(), "secret"))

    assert (report.outcome, report.reason) == ("unknown", "encrypted")
    assert report.integrity == "unreadable"


def test_a_wrong_password_is_told(quiet_forge: Forge) -> None:
    report = _verify(quiet_forge, _encrypt(draw_pdf(), "secret"), "guess")

    assert (report.outcome, report.reason) == ("unknown", "wrong_password")


def test_the_right_password_opens_it(quiet_forge: Forge) -> None:
    report = _verify(quiet_forge, _encrypt(draw_pdf(), "secret"), "secret")

    assert (report.outcome, report.reason) == ("unknown", "unsigned")


def test_a_file_locked_for_changes_only_is_read(quiet_forge: Forge) -> None:
    report = quiet_forge.verify(_encrypt(draw_pdf(), ""))

    assert report.reason == "unsigned"


def _verify(forge: Forge, pdf: bytes, password: str) -> Report:
    publication = forge.publish()
    return verify_pdf(pdf, publication=publication, now=NOW, password=password)
