# SPDX-License-Identifier: Apache-2.0
"""What was signed can be had back from a file that was changed later."""

import pytest

from tests.forge import Forge, Issued
from tests.hostile.hand_made import Way, sign_by_hand
from tests.hostile.made import forms, raw, saving
from tests.hostile.specimens import make_specimen


def test_a_changed_licence_gives_the_issued_one_back(
    quiet_forge: Forge, genuine: Issued
) -> None:
    content = raw.content_number(genuine.pdf)
    forged = raw.append_revision(genuine.pdf, {content: raw.show("FORGED")})
    report = quiet_forge.verify(forged, publication=quiet_forge.open())
    assert report.outcome == "altered"

    original = report.cut_original(forged)

    assert original == genuine.pdf
    again = quiet_forge.verify(original, publication=quiet_forge.open())
    assert again.outcome == "in_force"


@pytest.mark.parametrize("name", ["body only", "body and trailer", "second catalog"])
def test_a_file_saved_oddly_gives_back_what_was_signed(
    quiet_forge: Forge, name: str
) -> None:
    forged = make_specimen(quiet_forge, name)
    report = quiet_forge.verify(forged, publication=quiet_forge.open())

    original = report.cut_original(forged)

    assert original is not None
    assert saving.FORGED.encode() not in original
    again = quiet_forge.verify(original, publication=quiet_forge.open())
    assert again.integrity in {"intact", "altered"}
    assert again.reason in {"valid", "file_differs", "TRY_LATER"}


def test_a_form_gives_back_what_was_signed_before_it_was_filled_in(
    quiet_forge: Forge,
) -> None:
    signed = forms.sign_form(quiet_forge)
    filled = forms.fill(signed)
    report = quiet_forge.verify(filled, publication=quiet_forge.open())

    assert report.cut_original(filled) == signed


def test_a_stranger_who_signs_after_a_change_signs_no_original(
    quiet_forge: Forge,
) -> None:
    signed = forms.sign_form(quiet_forge)
    number = raw.content_number(signed)
    changed = raw.append_revision(signed, {number: raw.show("FORGED")})
    again = sign_by_hand(changed, forms.stranger(), Way(field_name="Mallory"))
    report = quiet_forge.verify(again, publication=quiet_forge.open())

    assert report.outcome == "altered"
    assert report.cut_original(again) == signed


def test_a_broken_signature_gives_nothing_back(
    quiet_forge: Forge, genuine: Issued
) -> None:
    broken = genuine.pdf.replace(b"BUSINESS LICENCE", b"BUSINESS LICENSE")
    report = quiet_forge.verify(broken, publication=quiet_forge.open())

    assert report.outcome == "altered"
    assert report.cut_original(broken) is None
