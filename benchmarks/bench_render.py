# SPDX-License-Identifier: Apache-2.0
"""Rendering one page, and the gate behind it, beside the plain ReportLab page.

The plain page is text and a QR code. Ours is a whole licence: tagged, PDF/A-3a and
PDF/UA-1, record and claim attached, fonts whose text copies back exactly.
"""

import secrets
from collections.abc import Callable
from datetime import date
from functools import partial

from benchmarks.common import arguments, measure_in_turns, report, silence
from benchmarks.plain import register_font, render_plain
from issuer.gate import check_rendered
from issuer.qr import draw_qr
from issuer.render import RenderJob, render_pdf, warm_up
from register.canonical import encode_json
from templates.catalogue import Catalogue, DocumentType

ID = "K3XQ7M2ZD4A6TB5RWYHNCPEJGA"
ADDRESS = f"HTTPS://VERIFY.EXAMPLE.GO.TH/V/{ID}"
CLAIM_BYTES = 183
"""Size of a usual claim: QR version 13."""
DIGITS = "31415926535897932384626433832795028841971" * 11
"""As many digits as such a claim makes in a QR code."""


def make_job(document_type: DocumentType) -> RenderJob:
    """Return the sample document of a type, as issuing would draw it."""
    first, last = document_type.resolve_validity(
        date(2026, 11, 21),
        None,
        date(2031, 11, 20) if document_type.validity.rule == "given" else None,
    )
    record = {
        "v": 1,
        "id": ID,
        "type": document_type.id,
        "type_version": document_type.version,
        "number": document_type.format_number(12, 2569),
        "agency": {"id": "TRADE", "name": {"th": "กรมการค้าตัวอย่าง", "en": "Trade"}},
        "issued_at": "2026-11-21T03:04:05Z",
        "issued_on": "2026-11-21",
        "valid_from": first.isoformat(),
        "valid_until": last.isoformat() if last else None,
        "data": document_type.normalise(document_type.sample()),
        "legal_basis": {
            "th": document_type.legal_basis.th,
            "en": document_type.legal_basis.en,
        },
        "verify_url": ADDRESS,
    }
    return RenderJob(
        document_type=document_type,
        record=record,
        record_bytes=encode_json(record),
        claim=secrets.token_bytes(CLAIM_BYTES),
        qr=draw_qr((ADDRESS, "#", DIGITS)),
        watermark=None,
    )


def main() -> None:
    """Measure and print."""
    options = arguments("Rendering beside the plain page", runs=50)
    silence()
    register_font()
    warm_up()
    actions: dict[str, Callable[[], object]] = {
        "plain page": lambda: render_plain(f"{ADDRESS}#{DIGITS}")
    }
    sizes = []
    for document_type in Catalogue.load().types.values():
        job = make_job(document_type)
        rendered = render_pdf(job)
        pages = len(rendered.expected.texts)
        name = f"{document_type.id}, {pages} page{'s' if pages > 1 else ''}"
        actions[f"render: {name}"] = partial(render_pdf, job)
        actions[f"gate: {name}"] = partial(check_rendered, rendered)
        sizes.append(f"{name}: {len(rendered.pdf) / 1000:.1f} kB before sealing")
    results = measure_in_turns(actions, options.runs)
    report(options, results, results[0], "\n" + "\n".join(sizes))


if __name__ == "__main__":
    main()
