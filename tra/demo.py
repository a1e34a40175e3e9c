# SPDX-License-Identifier: Apache-2.0
"""The main job end to end, on real parts: issue, verify, tamper, revoke, verify.

Fails loudly if any outcome is not the one promised.
"""

import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from issuer.agencies import Caller
from issuer.context import Issuer
from issuer.draft import IssueRequest
from issuer.issue import issue_document
from issuer.revoke import change_status
from keys.ceremony import AgencyNames
from register.document import Action, Document
from register.store import StatusChange
from tra.clock import system_clock
from tra.errors import DemoError
from tra.home import Home, open_home, open_publication, operator
from tra.installation import AgencyPlan, create_installation
from tra.output import print_json, print_table
from verifier.report import Report
from verifier.verify_pdf import verify_pdf

DEMO_AGENCY = AgencyPlan(
    names=AgencyNames(
        id="TRADE", th="กรมพัฒนาการค้าตัวอย่าง", en="Sample Department of Trade"
    ),
    domain="trade.example",
)
DEMO_TYPES = ("business_licence", "juristic_certificate", "training_certificate")

_TAMPERED_SUFFIX = "-tampered"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One verification of the demonstration, as `demo.json` holds it."""

    path: str
    type: str
    id: str
    expected_outcome: str
    outcome: str
    reason: str | None


def run_demo(home: Home, *, as_json: bool = False) -> None:
    """Show the main job and write `$TRA_HOME/demo/demo.json`.

    1. Make the installation if there is none.
    2. Issue one document of each sample type; verify each.
    3. Flip one byte in a copy; verify it.
    4. Revoke one document; verify it.
    5. Print the table; refuse to call it a success unless all came as promised.

    Raises:
        DemoError: an outcome was not the one promised.
    """
    started = time.monotonic()
    say = typer.echo if not as_json else _say_nothing
    # 1.
    if not home.keys.keys_folder.is_dir():
        say("Making development keys, an agency and a register ...")
    create_installation(home, DEMO_AGENCY, system_clock())
    folder = home.issuer.home / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    say("Issuing, verifying, tampering, revoking ...\n")
    # 2. to 4.
    with open_home(home) as issuer:
        steps = list(_walk(home, issuer, folder))
    path = folder / "demo.json"
    path.write_text(
        json.dumps([asdict(step) for step in steps], ensure_ascii=False, indent=2)
    )
    # 5.
    if as_json:
        print_json([asdict(step) for step in steps])
    else:
        _print_steps(steps, path, time.monotonic() - started)
    surprises = [s.path for s in steps if s.outcome != s.expected_outcome]
    if surprises:
        raise DemoError(f"not the outcome promised: {', '.join(surprises)}")


def _walk(home: Home, issuer: Issuer, folder: Path) -> Iterator[Step]:
    caller = operator(issuer.store, DEMO_AGENCY.names.id)
    issued = []
    for type_id in DEMO_TYPES:
        document, path = _issue_sample(issuer, caller, type_id, folder)
        issued.append((document, path))
        yield _verified(home, document, path, "in_force")
    document, path = issued[0]
    copy = path.with_name(path.stem + _TAMPERED_SUFFIX + ".pdf")
    copy.write_bytes(flip_byte(path.read_bytes()))
    yield _verified(home, document, copy, "altered")
    change = StatusChange(
        action=Action.REVOKE,
        actor=caller.actor,
        reason="ผู้ประกอบการฝ่าฝืนเงื่อนไขท้ายใบอนุญาต (สาธิต)",
        legal_basis="มาตรา ๒๑ (สาธิต)",
        order_number="คำสั่งที่ 1/2569 (สาธิต)",
    )
    change_status(issuer, caller, document.id, change, system_clock())
    yield _verified(home, document, path, "not_in_force")


def flip_byte(pdf: bytes) -> bytes:
    """Return a copy with one bit of one signed byte changed, in mid-file."""
    changed = bytearray(pdf)
    changed[len(changed) // 3] ^= 0x01
    return bytes(changed)


def _issue_sample(
    issuer: Issuer, caller: Caller, type_id: str, folder: Path
) -> tuple[Document, Path]:
    request = IssueRequest(
        type_id=type_id,
        data=issuer.catalogue.get_type(type_id).sample(),
        idempotency_key=f"demo-{secrets.token_urlsafe(16)}",
    )
    document = issue_document(issuer, caller, request, system_clock())
    if document.file_sha256 is None:
        raise DemoError(f"document {document.id} was not issued")
    path = folder / f"{type_id}.pdf"
    path.write_bytes(issuer.files.get_pdf(document.file_sha256))
    return document, path


def _verified(home: Home, document: Document, path: Path, expected: str) -> Step:
    report = _verify(home, path)
    return Step(
        path=str(path.resolve()),
        type=document.type_id,
        id=document.id,
        expected_outcome=expected,
        outcome=report.outcome.value,
        reason=report.reason.value,
    )


def _verify(home: Home, path: Path) -> Report:
    return verify_pdf(
        path.read_bytes(),
        publication=open_publication(home.verifier),
        now=system_clock(),
        limits=home.verifier.limits,
    )


def _print_steps(steps: list[Step], path: Path, seconds: float) -> None:
    print_table(
        ("", "file", "expected", "outcome", "reason"),
        [
            (
                "✓" if step.outcome == step.expected_outcome else "✗",
                Path(step.path).name,
                step.expected_outcome,
                step.outcome,
                step.reason,
            )
            for step in steps
        ],
    )
    typer.echo(f"\nThe PDFs lie in {path.parent.resolve()} (list: {path.name}).")
    typer.echo(f"Done in {seconds:.1f} s.")
    typer.echo("\nNext: `make serve`, then open http://127.0.0.1:8000/")
    typer.echo("and drop one of the PDFs on the page.")


def _say_nothing(_: str) -> None:
    """With --json nothing but the JSON goes to standard output."""
