# SPDX-License-Identifier: Apache-2.0
"""A type's page can be tried without an agency, a register or a key."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from issuer.rehearsal import HARDEST, preview, rehearse
from issuer.render import render_pdf
from templates.catalogue import Catalogue
from templates.errors import FieldsError

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
TYPES = Catalogue.load().types
LICENCE = TYPES["business_licence"]


@pytest.mark.parametrize("type_id", sorted(TYPES))
def test_a_rehearsal_is_drawn_like_a_document(type_id: str) -> None:
    kind = TYPES[type_id]
    job = rehearse(kind, kind.sample(), NOW)
    rendered = render_pdf(job)
    assert set(rendered.expected.attachments) == {"record.json", "claim.cose"}
    assert rendered.expected.qr_text
    assert rendered.pdf == render_pdf(rehearse(kind, kind.sample(), NOW)).pdf


def test_a_preview_holds_nothing_that_looks_verifiable() -> None:
    rendered = render_pdf(preview(LICENCE, LICENCE.sample(), NOW))
    assert not rendered.expected.attachments
    assert rendered.expected.qr_text is None
    assert "ตัวอย่าง" in rendered.expected.texts[0]


def test_the_hardest_circumstances_are_longer() -> None:
    usual = rehearse(LICENCE, LICENCE.sample(), NOW)
    hardest = rehearse(LICENCE, LICENCE.sample(), NOW, HARDEST)
    assert len(hardest.record["number"]) > len(usual.record["number"])
    assert len(hardest.record["agency"]["name"]["th"]) > 50


def test_a_type_whose_last_day_is_given_gets_one() -> None:
    kind = replace(LICENCE, validity=replace(LICENCE.validity, rule="given"))
    assert preview(kind, kind.sample(), NOW).record["valid_until"] == "2027-11-21"


def test_wrong_data_are_refused_with_every_field() -> None:
    data = LICENCE.sample() | {"fee": "much", "surprise": 1}
    with pytest.raises(FieldsError) as caught:
        preview(LICENCE, data, NOW)
    assert {p.field for p in caught.value.problems} == {"fee", "surprise"}
