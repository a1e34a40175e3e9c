# SPDX-License-Identifier: Apache-2.0
"""Verifying one of our files, beside pyHanko's own validation of the same file.

pyHanko answers for the signature alone; ours also for the issuer's right, record,
claim, later changes and whether the document is in force today.
"""

import io

from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from benchmarks.bench_issue import issue_one
from benchmarks.common import arguments, installation, measure, report
from issuer.context import open_issuer
from keys.signing import seal_label
from keys.store import open_key_store
from register.claim import qr_text
from tra.clock import system_clock
from tra.home import open_publication
from verifier.verify_pdf import verify_pdf
from verifier.verify_qr import verify_qr


def main() -> None:
    """Measure and print."""
    options = arguments("Verifying beside pyHanko", runs=100)
    with installation() as home:
        issuer = open_issuer(home.issuer, open_key_store(home.keys), clock=system_clock)
        issue_one(issuer, "bench")
        [document] = list(issuer.store.iter_issued())
        pdf = issuer.files.get_pdf(document.file_sha256 or b"")
        address = qr_text(
            issuer.verify_url(document.id), issuer.store.get_claim(document.id)
        )
        signer = issuer.keys.load_signer(seal_label("TRADE"))
        root = x509.Certificate.load(signer.chain[-1].public_bytes(Encoding.DER))
        publication = open_publication(home.verifier)
        plain = measure(
            "pyHanko: signature and timestamp",
            lambda: _validate_plain(pdf, root),
            options.runs,
        )
        ours = measure(
            "ours: the whole verdict on a PDF",
            lambda: verify_pdf(pdf, publication=publication, now=system_clock()),
            options.runs,
        )
        code = measure(
            "ours: the whole verdict on a QR code",
            lambda: verify_qr(address, publication=publication, now=system_clock()),
            options.runs,
        )
        outcome = verify_pdf(pdf, publication=publication, now=system_clock()).outcome
        issuer.close()
    report(options, [plain, ours, code], plain, f"Outcome: {outcome.value}.")


def _validate_plain(pdf: bytes, root: x509.Certificate) -> None:
    reader = PdfFileReader(io.BytesIO(pdf))
    context = ValidationContext(trust_roots=[root], allow_fetching=False)
    status = validate_pdf_signature(
        reader.embedded_regular_signatures[0],
        signer_validation_context=context,
        ts_validation_context=context,
    )
    if not status.bottom_line:
        raise RuntimeError(status.summary())


if __name__ == "__main__":
    main()
