# SPDX-License-Identifier: Apache-2.0
"""`tra officers …`: add, list and retire officers; show, sign and refuse documents.

A passphrase or PIN is asked for each time and never taken from the command line or
the environment, where others could read it; a program gives it on standard input.
"""

import hashlib
import sys
from pathlib import Path
from typing import Annotated

import typer
from cryptography import x509
from pydantic import SecretStr

from issuer.context import Issuer
from issuer.issue import present_document
from issuer.officer_signing import (
    Confirmed,
    SigningResult,
    list_waiting,
    refuse_document,
    sign_documents,
)
from issuer.officers import read_shown
from keys.chain import MAX_FILE_BYTES, read_anchors, read_certificates
from keys.signing import Algorithm
from register.document import Document, DocumentId, Text, parse_document_id
from register.store_officers import Officer
from register.store_signatures import SignatureRequest
from tra.clock import system_clock
from tra.commands.documents import DocumentIdArgument, ReasonOption
from tra.errors import UsageError
from tra.home import find_agency, open_home, open_register, operator, read_home
from tra.officer_desk import KeySource, NewOfficer, add_officer
from tra.output import (
    AgencyOption,
    Json,
    ask_hidden,
    document_facts,
    print_facts,
    print_json,
    print_table,
)

app = typer.Typer(
    help="Officers who sign before the agency seals.", no_args_is_help=True
)

OfficerArgument = Annotated[str, typer.Argument(metavar="OFFICER", help="The id.")]
StdinOption = Annotated[
    bool,
    typer.Option("--secret-stdin", help="Read passphrase or PIN from standard input."),
]
AnchorOption = Annotated[
    list[Path] | None,
    typer.Option("--anchor", help="Root of the officer's CA; repeatable."),
]


@app.command("add")
def add(  # noqa: PLR0913 - one parameter for each option
    officer: OfficerArgument,
    *,
    name_th: Annotated[str, typer.Option("--name-th", help="Name in Thai.")],
    name_en: Annotated[str, typer.Option("--name-en", help="Name in English.")],
    position_th: Annotated[str, typer.Option("--position-th", help="ตำแหน่ง")],
    position_en: Annotated[str, typer.Option("--position-en", help="Position.")],
    authority_th: Annotated[
        str | None,
        typer.Option("--authority-th", help="Such as ปฏิบัติราชการแทน อธิบดี…"),
    ] = None,
    authority_en: Annotated[
        str | None, typer.Option("--authority-en", help="The same in English.")
    ] = None,
    pkcs12: Annotated[
        Path | None, typer.Option("--pkcs12", help="Key file a CA gave the officer.")
    ] = None,
    token: Annotated[
        str | None,
        typer.Option("--token", help="TOKEN, or TOKEN/KEY with --certificate."),
    ] = None,
    certificate: Annotated[
        list[Path] | None,
        typer.Option("--certificate", help="What a CA returned for the key in it."),
    ] = None,
    anchor: AnchorOption = None,
    algorithm: Annotated[
        Algorithm, typer.Option("--algorithm", help="Of a key that is made here.")
    ] = Algorithm.ES256,
    secret_stdin: StdinOption = False,
    agency: AgencyOption = None,
    as_json: Json = False,
) -> None:
    """Enter an officer with a key of their own; the officer types the passphrase."""
    if (authority_th is None) != (authority_en is None):
        raise UsageError("give --authority-th and --authority-en together")
    home = read_home()
    named = [*(anchor or []), *([home.keys.ca_anchors] if home.keys.ca_anchors else [])]
    new_secret = pkcs12 is None and token is None
    source = KeySource(
        secret=_ask_secret(officer, stdin=secret_stdin, twice=new_secret),
        pkcs12=None if pkcs12 is None else _read_file(pkcs12),
        token=token,
        certificates=[
            one
            for path in certificate or []
            for one in read_certificates(_read_file(path))
        ],
        anchors=[one for path in named for one in read_anchors(path)],
        algorithm=algorithm,
    )
    with open_register(home) as store:
        caller = operator(store, agency)
        authority = None
        if authority_th is not None and authority_en is not None:
            authority = Text(th=authority_th, en=authority_en)
        added = add_officer(
            home,
            store,
            NewOfficer(
                agency_id=caller.agency_id,
                id=officer,
                name=Text(th=name_th, en=name_en),
                position=Text(th=position_th, en=position_en),
                authority=authority,
            ),
            source,
            actor=caller.actor,
            now=system_clock(),
        )
    if as_json:
        print_json(_officer_facts(added))
    else:
        print_facts(_officer_facts(added))
        typer.echo("\nThe trust list names the officer's CA; nobody keeps the secret.")


@app.command("list")
def list_(agency: AgencyOption = None, *, as_json: Json = False) -> None:
    """List the officers of an agency, retired ones too."""
    with open_register(read_home()) as store:
        found = store.list_officers(find_agency(store, agency).id)
    rows = [_officer_facts(one) for one in found]
    if as_json:
        print_json({"officers": rows})
        return
    columns = ("id", "name_th", "position_th", "key", "certificate_until", "retired_at")
    print_table(columns, [[row[column] for column in columns] for row in rows])


@app.command("retire")
def retire(
    officer: OfficerArgument,
    reason: ReasonOption,
    agency: AgencyOption = None,
    *,
    as_json: Json = False,
) -> None:
    """Let an officer sign no more; what they signed stays good."""
    with open_register(read_home()) as store:
        caller = operator(store, agency)
        retired = store.retire_officer(
            caller.agency_id, officer, caller.actor, reason, system_clock()
        )
    if as_json:
        print_json(_officer_facts(retired))
    else:
        typer.echo(f"Officer {officer} signs no more.")


@app.command("waiting")
def waiting(
    officer: OfficerArgument, agency: AgencyOption = None, *, as_json: Json = False
) -> None:
    """List the documents that wait for an officer."""
    with open_home(read_home()) as issuer:
        caller = operator(issuer.store, agency)
        issuer.store.get_officer(caller.agency_id, officer)
        found = list_waiting(issuer, caller, officer)
    rows = [_waiting_facts(document, request) for document, request in found]
    if as_json:
        print_json({"documents": rows})
    elif rows:
        columns = ("id", "number", "type", "asked_at", "sha256")
        print_table(columns, [[row[column] for column in columns] for row in rows])
    else:
        typer.echo("Nothing waits.")


@app.command("show")
def show(
    document_id: DocumentIdArgument,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write it.")],
    agency: AgencyOption = None,
    *,
    as_json: Json = False,
) -> None:
    """Write exactly the file that would be signed, to look at before signing."""
    with open_home(read_home()) as issuer:
        document = _find(issuer, document_id, agency)
        request, pdf = read_shown(issuer, document)
    output.write_bytes(pdf)
    facts = {**_waiting_facts(document, request), "path": str(output)}
    if as_json:
        print_json(facts)
    else:
        print_facts(facts)


@app.command("sign")
def sign(
    officer: OfficerArgument,
    documents: Annotated[
        list[str], typer.Argument(metavar="ID…", help="The documents, by id.")
    ],
    *,
    shown: Annotated[
        list[str] | None,
        typer.Option(
            "--sha256",
            help="Of the file that was looked at, one for each document; without it "
            "the list is shown and asked about.",
        ),
    ] = None,
    secret_stdin: StdinOption = False,
    agency: AgencyOption = None,
    as_json: Json = False,
) -> None:
    """Sign documents the officer has seen; the agency's seal follows at once."""
    with open_home(read_home()) as issuer:
        caller = operator(issuer.store, agency)
        ids = [parse_document_id(one.replace("-", "")) for one in documents]
        batch = _confirm(issuer, officer, ids, shown, agency)
        secret = _ask_secret(officer, stdin=secret_stdin)
        results = sign_documents(issuer, caller, officer, batch, secret, system_clock())
        rows = [_result_facts(issuer, result) for result in results]
    if as_json:
        print_json({"documents": rows})
    else:
        columns = ("number", "state", "id", "problem")
        print_table(columns, [[row[column] for column in columns] for row in rows])
    if any(row["problem"] for row in rows):
        raise typer.Exit(1)


@app.command("refuse")
def refuse(
    document_id: DocumentIdArgument,
    reason: ReasonOption,
    agency: AgencyOption = None,
    *,
    void: Annotated[
        bool, typer.Option("--void", help="Give the reservation up as well.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Send a document back unsigned; the reservation stays, to be mended or voided."""
    with open_home(read_home()) as issuer:
        caller = operator(issuer.store, agency)
        document = _find(issuer, document_id, agency)
        now = system_clock()
        refused = refuse_document(issuer, caller, document, reason, now)
        if void:
            refused = issuer.store.void_reservation(
                document.id, caller.actor, reason, now
            )
        facts = document_facts(issuer, refused)
    if as_json:
        print_json(facts)
    else:
        print_facts(facts)


@app.command("present")
def present(
    document_id: DocumentIdArgument,
    officer: Annotated[
        str | None, typer.Option("--officer", help="Another than before.")
    ] = None,
    agency: AgencyOption = None,
    *,
    as_json: Json = False,
) -> None:
    """Lay a document before an officer again, such as after one refused it."""
    with open_home(read_home()) as issuer:
        caller = operator(issuer.store, agency)
        document = _find(issuer, document_id, agency)
        laid = present_document(
            issuer, caller, document, officer or document.officer_id, system_clock()
        )
        facts = document_facts(issuer, laid)
    if as_json:
        print_json(facts)
    else:
        print_facts(facts)


def _confirm(
    issuer: Issuer,
    officer: str,
    ids: list[DocumentId],
    shown: list[str] | None,
    agency: str | None,
) -> list[Confirmed]:
    """Return what the officer has seen: by digest, or by answering the question."""
    if shown is not None:
        if len(shown) != len(ids):
            raise UsageError("give --sha256 once for each document, in their order")
        return [
            Confirmed(document_id=one, shown_sha256=_read_digest(digest))
            for one, digest in zip(ids, shown, strict=True)
        ]
    found = [(_find(issuer, one, agency), one) for one in ids]
    requests = [read_shown(issuer, document)[0] for document, _ in found]
    typer.echo(f"Officer {officer} is about to sign:", err=True)
    for (document, _), request in zip(found, requests, strict=True):
        typer.echo(
            f"  {document.number}  {document.type_id}  {document.id}\n"
            f"    file   {request.drawn_sha256.hex()}\n"
            f"    record {hashlib.sha256(request.record).hexdigest()}",
            err=True,
        )
    typer.confirm("Have you looked at each of these files?", abort=True, err=True)
    return [
        Confirmed(document_id=one, shown_sha256=request.drawn_sha256)
        for (_, one), request in zip(found, requests, strict=True)
    ]


def _ask_secret(officer: str, *, stdin: bool, twice: bool = False) -> SecretStr:
    if stdin:
        return SecretStr(sys.stdin.readline().rstrip("\r\n"))
    what = f"Passphrase or PIN of {officer}"
    return SecretStr(ask_hidden(what, "--secret-stdin reads it", twice=twice))


def _read_digest(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise UsageError("--sha256 is 64 hexadecimal digits") from None


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def _find(issuer: Issuer, document_id: str, agency: str | None) -> Document:
    caller = operator(issuer.store, agency)
    return issuer.store.get_document(parse_document_id(document_id), caller.agency_id)


def _officer_facts(officer: Officer) -> dict[str, object]:
    certificate = x509.load_der_x509_certificate(officer.certificate)
    return {
        "id": officer.id,
        "agency": officer.agency_id,
        "name_th": officer.name.th,
        "name_en": officer.name.en,
        "position_th": officer.position.th,
        "position_en": officer.position.en,
        "authority_th": officer.authority.th if officer.authority else None,
        "key": officer.key_kind.value,
        "key_place": officer.key_place,
        "certificate_sha256": hashlib.sha256(officer.certificate).hexdigest(),
        "certificate_until": f"{certificate.not_valid_after_utc:%F}",
        "retired_at": officer.retired_at,
        "locked_until": officer.locked_until,
    }


def _waiting_facts(document: Document, request: SignatureRequest) -> dict[str, object]:
    return {
        "id": document.id,
        "number": document.number,
        "type": document.type_id,
        "officer": request.officer_id,
        "asked_at": request.asked_at,
        "sha256": request.drawn_sha256.hex(),
        "record_sha256": hashlib.sha256(request.record).hexdigest(),
    }


def _result_facts(issuer: Issuer, result: SigningResult) -> dict[str, object]:
    return {
        **document_facts(issuer, result.document),
        "problem": None if result.error is None else str(result.error),
    }
