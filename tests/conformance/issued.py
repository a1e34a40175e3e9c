# SPDX-License-Identifier: Apache-2.0
"""Documents to be judged: issued over HTTP and sealed, as a client gets them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf

import templates
from issuer.draft import build_facts, build_job
from issuer.render import render_pdf
from register.document import DocumentId
from tests.conformance.everything import EVERYTHING
from tests.officers import PERMIT, PERMIT_LTA, ask, sign_seen
from tests.world import World

OFFICERS = ("p256", "rsa")
"""Officers by the kind of their keys."""
Issue = Callable[[World], bytes]

BUILT_IN = sorted(
    file.parent.name for file in Path(*templates.__path__).glob("*/type.toml")
)
TYPES = (*BUILT_IN, EVERYTHING)


def issue_sample(world: World, type_id: str) -> bytes:
    """Issue a type with its sample."""
    return world.pdf(world.issue(type_id)["id"])


def issue_least(world: World, type_id: str) -> bytes:
    """Issue a type with no more than it must have."""
    schema = world.get(f"/types/{type_id}/schema").json()
    sample = world.sample(type_id)
    least = {name: sample[name] for name in schema["required"]}
    return world.pdf(world.issue(type_id, data=least)["id"])


def issue_without_watermark(world: World, type_id: str) -> bytes:
    """Seal a type as production does; here all pages carry a watermark."""
    issuer = world.issuer
    document = issuer.store.get_document(DocumentId(world.issue(type_id)["id"]))
    kind = issuer.catalogue.get_type(type_id)
    key = issuer.claim_key(document.agency_id)
    record, claim = build_facts(issuer, document, kind, key)
    job = replace(build_job(issuer, document, kind, record, claim), watermark=None)
    sealer = issuer.sealer(document.agency_id)
    return sealer.seal_pdf(render_pdf(job).pdf, kind.seal_level)


def issue_three_pages(world: World) -> bytes:
    """Issue a licence with so many conditions that it takes three pages."""
    data = world.sample("business_licence")
    conditions = [
        f"ข้อที่ {number} ต้องแจ้งการเปลี่ยนแปลงผู้ดำเนินกิจการเป็นหนังสือต่อนายทะเบียน "
        "ภายใน 30 วันนับแต่วันที่เปลี่ยนแปลง พร้อมสำเนาบัตรประจำตัวประชาชน (ID card)"
        for number in range(1, 31)
    ]
    answer = world.issue("business_licence", data=data | {"conditions": conditions})
    pdf = world.pdf(answer["id"])
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert len(opened.pages) == 3
    return pdf


def first_revision(pdf: bytes) -> bytes:
    """Return a sealed file as it was rendered, before it was sealed."""
    end = b"%%EOF\n"
    return pdf[: pdf.index(end) + len(end)]


def without_last_revision(pdf: bytes) -> bytes:
    """Return a sealed file as it was before what was added last."""
    end = b"%%EOF\n"
    return pdf[: pdf.rindex(end, 0, len(pdf) - len(end)) + len(end)]


def _of_type(issue: Callable[[World, str], bytes], type_id: str) -> Issue:
    return lambda world: issue(world, type_id)


def issue_signed_first(world: World, type_id: str, officer: str) -> bytes:
    """Issue a document that an officer signs before the agency seals it."""
    document = ask(world, f"{type_id}-{officer}", type_id, officer=officer)
    [done] = sign_seen(world, document["id"], officer=officer)
    assert done["problem"] is None
    return world.pdf(document["id"])


def _signed_first(type_id: str, officer: str) -> Issue:
    return lambda world: issue_signed_first(world, type_id, officer)


DOCUMENTS: Mapping[str, Issue] = {
    **{f"{one}-sample": _of_type(issue_sample, one) for one in TYPES},
    **{f"{one}-least": _of_type(issue_least, one) for one in TYPES},
    **{f"{one}-no-watermark": _of_type(issue_without_watermark, one) for one in TYPES},
    "business_licence-three-pages": issue_three_pages,
    f"{PERMIT}-p256-officer": _signed_first(PERMIT, OFFICERS[0]),
    f"{PERMIT_LTA}-rsa-officer": _signed_first(PERMIT_LTA, OFFICERS[1]),
}
"""Every kind of document to be judged, by type, a dash and what is special."""
BROKEN = "business_licence-sample"
"""The one that is broken, to see that the judges find it."""
