# SPDX-License-Identifier: Apache-2.0
"""Verifying one of our files, beside pyHanko's own validation of the same file.

pyHanko answers for the signature alone; ours also for the issuer's right, record,
claim, later changes and whether the document is in force today. Then the service
as it runs: how long eight clients wait who send the file again and again, and what
memory a process takes that reads files of 20 MB.
"""

import io
import secrets
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pikepdf
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from benchmarks.bench_issue import issue_one
from benchmarks.common import (
    Result,
    arguments,
    installation,
    measure,
    measure_in_turns,
    report,
)
from issuer.context import open_issuer
from keys.signing import seal_label
from keys.store import open_key_store
from register.claim import qr_text
from tra.clock import system_clock
from tra.home import open_publication
from tra.loopback import serve_on_loopback
from verifier.app import create_app
from verifier.isolation import PdfVerifiers
from verifier.settings import VerifierSettings
from verifier.trust import Publication
from verifier.verify_pdf import verify_pdf
from verifier.verify_qr import verify_qr

CLIENTS = 8
_LARGE_BYTES = 20 * 1024 * 1024


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
        actions: dict[str, Callable[[], object]] = {
            "pyHanko: signature and timestamp": lambda: _validate_plain(pdf, root),
            "ours: the whole verdict on a PDF": lambda: verify_pdf(
                pdf, publication=publication, now=system_clock()
            ),
            "ours: the whole verdict on a QR code": lambda: verify_qr(
                address, publication=publication, now=system_clock()
            ),
        }
        plain, ours, code = measure_in_turns(actions, options.runs)
        outcome = verify_pdf(pdf, publication=publication, now=system_clock()).outcome
        one, middle, slowest = _measure_service(pdf, home.verifier, options.runs)
        memory = _measure_memory(pdf, publication)
        issuer.close()
    ratio = slowest.milliseconds / middle.milliseconds
    note = (
        f"Outcome: {outcome.value}. Of {CLIENTS} clients p99 is {ratio:.1f} times the "
        f"median. A process that read files of 20 MB took {memory / 1e6:.0f} MB."
    )
    report(options, [plain, ours, code, one, middle, slowest], plain, note)


def _measure_service(
    pdf: bytes, settings: VerifierSettings, runs: int
) -> tuple[Result, Result, Result]:
    """Send the file over HTTP: one client alone, then eight at a time."""
    unlimited = settings.model_copy(update={"rate_files": ""})
    app = create_app(unlimited, clock=system_clock)
    with serve_on_loopback(app, 0) as url, httpx.Client(base_url=url) as http:

        def send(_: int = 0) -> float:
            start = time.perf_counter()
            answer = http.post("/v1/verify", files={"file": ("a.pdf", pdf)}, timeout=60)
            if answer.json()["outcome"] != "in_force":
                raise RuntimeError(answer.text)
            return (time.perf_counter() - start) * 1000

        alone = measure("ours: over HTTP, one client", send, runs)
        with ThreadPoolExecutor(CLIENTS) as clients:
            list(clients.map(send, range(CLIENTS)))
            start = time.perf_counter()
            taken = sorted(clients.map(send, range(runs * CLIENTS)))
        rate = len(taken) / (time.perf_counter() - start)
    name = f"ours: over HTTP, {CLIENTS} clients"
    middle = statistics.median(taken)
    slowest = taken[len(taken) * 99 // 100]
    return (
        alone,
        Result(f"{name}, median", round(middle, 2), round(rate, 1), len(taken)),
        Result(f"{name}, p99", round(slowest, 2), round(rate, 1), len(taken)),
    )


def _measure_memory(pdf: bytes, publication: Publication) -> int:
    """Return the most bytes that a process held which read files of 20 MB."""
    files = (pdf, _draw_large(), pdf.ljust(_LARGE_BYTES, b"\n"), bytes(_LARGE_BYTES))
    with PdfVerifiers(publication) as verifiers:
        for file in files:
            verifiers.verify_pdf(file[:_LARGE_BYTES], now=system_clock())
        [process] = verifiers.processes
        status = Path(f"/proc/{process}/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) * 1024


def _draw_large() -> bytes:
    """Draw a page with a picture of 19 MB that cannot be packed."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.attachments["photo.raw"] = secrets.token_bytes(19 * 1024 * 1024)
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


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
