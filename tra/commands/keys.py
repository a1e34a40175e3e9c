# SPDX-License-Identifier: Apache-2.0
"""`tra keys …`: list, make, certify, import, replace and stop keys."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from keys.ceremony import RSA_BITS
from keys.certificates import build_name, build_seal_name
from keys.chain import MAX_FILE_BYTES, read_certificates
from keys.errors import KeysError
from keys.inventory import KeyEntry
from keys.lifecycle import (
    generate_key,
    import_certificate,
    import_pkcs12,
    request_certificate,
    require_profile,
    self_sign,
)
from keys.overview import KeyOverview, list_keys
from keys.request import certify_request
from keys.signing import MIN_RSA_BITS, Algorithm, KeyLabel, parse_label
from keys.store import KeyStore, open_key_store
from register.errors import RegisterError
from tra.clock import system_clock
from tra.errors import UsageError
from tra.home import Home, check_initialised, find_agency, open_register, read_home
from tra.import_check import revocation_check
from tra.output import Json, print_facts, print_json, print_table
from tra.rotation import Plan, list_anchors, rotate_key

_BANGKOK = ZoneInfo("Asia/Bangkok")

app = typer.Typer(
    help="Keys and certificates: seals, claims, publication.", no_args_is_help=True
)

LabelArgument = Annotated[
    str,
    typer.Argument(metavar="LABEL", help="seal-AGENCY, claim-AGENCY or publication."),
]
AlgorithmOption = Annotated[
    Algorithm | None,
    typer.Option("--algorithm", help="RS256 (RSA, seals only) or ES256 (P-256)."),
]
BitsOption = Annotated[
    int, typer.Option("--bits", min=MIN_RSA_BITS, max=4096, help="Size of an RSA key.")
]
AnchorOption = Annotated[
    list[Path] | None,
    typer.Option("--anchor", help="Root of the CA, from its own site; repeatable."),
]
OutOption = Annotated[
    Path | None, typer.Option("--out", "-o", help="File; else it is printed.")
]
NameThOption = Annotated[
    str | None, typer.Option("--name-th", help="Name of the agency in Thai.")
]
NameEnOption = Annotated[
    str | None, typer.Option("--name-en", help="Name of the agency in English.")
]


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """List keys and certificates, with the days left; the token is not asked."""
    home = read_home()
    check_initialised(home)
    found = list_keys(open_key_store(home.keys), system_clock())
    if as_json:
        print_json({"keys": [asdict(key) for key in found]})
        return
    print_table(
        (
            "key", "kind", "where", "state", "holder", "issued by",
            "from", "until", "days left",
        ),
        [_row(key) for key in found],
    )  # fmt: skip
    for warning in (key.warning for key in found if key.warning):
        typer.echo(f"\nWarning: {warning}")


@app.command("check")
def check(*, as_json: Json = False) -> None:
    """Open every key that signs, and sign with it; exit code 1 if one fails."""
    home = read_home()
    check_initialised(home)
    keys = open_key_store(home.keys)
    now = system_clock()
    results = []
    for label in keys.list_labels():
        try:
            keys.load_signer(label).sign(b"tra keys check")
            keys.check_usable(label, now)
            results.append((label, True, "signs"))
        except KeysError as error:
            results.append((label, False, str(error)))
    if as_json:
        names = ("label", "ok", "detail")
        print_json({"keys": [dict(zip(names, row, strict=True)) for row in results]})
    else:
        print_table(("key", "result"), [(label, said) for label, _, said in results])
    if not all(ok for _, ok, _ in results):
        raise typer.Exit(1)


@app.command("generate")
def generate(
    label: LabelArgument,
    algorithm: AlgorithmOption = None,
    bits: BitsOption = RSA_BITS,
    *,
    as_json: Json = False,
) -> None:
    """Make the first key of a label, in the token or as a file as settings say."""
    home = read_home()
    known = parse_label(label)
    if algorithm is None:
        seal = known.startswith("seal-")
        algorithm = Algorithm.RS256 if seal else Algorithm.ES256
    keys = open_key_store(home.keys)
    entry = generate_key(keys, known, algorithm, bits=bits, now=system_clock())
    _tell(keys, entry, f"Ask for its certificate: `tra keys csr {label}`.", as_json)


@app.command("csr")
def csr(
    label: LabelArgument,
    name_th: NameThOption = None,
    name_en: NameEnOption = None,
    organization_identifier: Annotated[
        str | None,
        typer.Option(help="As the CA knows the agency, such as VATTH-0994000158378."),
    ] = None,
    out: OutOption = None,
) -> None:
    """Write the request (PKCS#10) with which a CA certifies a key that has none."""
    home = read_home()
    known = parse_label(label)
    names = _names(home, known, name_th, name_en)
    subject = _subject(known, names, organization_identifier)
    request = request_certificate(open_key_store(home.keys), known, subject)
    _write(request, out, f"Send it to the CA; then `tra keys import {label} FILE …`.")


@app.command("import")
def import_(
    label: LabelArgument,
    files: Annotated[
        list[Path],
        typer.Argument(help="Certificate and chain: PEM, DER or P7B, any order."),
    ],
    anchor: AnchorOption = None,
    *,
    as_json: Json = False,
) -> None:
    """Take the certificate and chain that a CA has returned."""
    home = read_home()
    known = parse_label(label)
    keys = open_key_store(home.keys)
    entry = import_certificate(
        keys,
        known,
        [one for path in files for one in read_certificates(_read(path))],
        anchors=list_anchors(home, anchor or []),
        now=system_clock(),
        check=revocation_check(home, known, _warn),
    )
    _tell(keys, entry, _next_step(keys, entry), as_json)


@app.command("import-p12")
def import_p12(
    label: LabelArgument,
    file: Annotated[Path, typer.Argument(help="PKCS#12 file (.p12, .pfx).")],
    password_file: Annotated[
        Path | None, typer.Option(help="File with its password; else it is asked for.")
    ] = None,
    anchor: AnchorOption = None,
    *,
    as_json: Json = False,
) -> None:
    """Take a key with its certificate from a PKCS#12 file.

    A key that was outside can have been copied: one made in the token is better.
    """
    home = read_home()
    known = parse_label(label)
    keys = open_key_store(home.keys)
    data = _read(file)
    if password_file is None:
        password = typer.prompt("Password", hide_input=True, err=True).encode()
    else:
        password = _read(password_file).rstrip(b"\r\n")
    entry = import_pkcs12(
        keys,
        known,
        data,
        password,
        anchors=list_anchors(home, anchor or []),
        now=system_clock(),
        check=revocation_check(home, known, _warn),
    )
    _tell(keys, entry, _next_step(keys, entry), as_json)


@app.command("self-sign")
def self_sign_(
    label: LabelArgument,
    name_th: NameThOption = None,
    name_en: NameEnOption = None,
    *,
    as_json: Json = False,
) -> None:
    """Let a claim or publication key certify itself: the trust list vouches for it."""
    home = read_home()
    known = parse_label(label)
    keys = open_key_store(home.keys)
    names = _names(home, known, name_th, name_en)
    entry = self_sign(keys, known, _subject(known, names, None), system_clock())
    _tell(keys, entry, _next_step(keys, entry), as_json)


@app.command("certify")
def certify(
    label: LabelArgument,
    request: Annotated[Path, typer.Argument(help="From `tra keys csr`.")],
    out: OutOption = None,
) -> None:
    """Do as a CA does, with the development CA: certify a request."""
    home = read_home()
    known = parse_label(label)
    chain = certify_request(
        open_key_store(home.keys),
        known,
        _read(request),
        profile=require_profile(known),
        pki_url=home.keys.pki_url,
        now=system_clock(),
    )
    written = b"".join(one.public_bytes(Encoding.PEM) for one in chain)
    _write(written, out, f"Now `tra keys import {label} {out}`.")


@app.command("rotate")
def rotate(
    label: LabelArgument,
    algorithm: AlgorithmOption = None,
    bits: BitsOption = RSA_BITS,
    overlap_days: Annotated[
        int, typer.Option(min=0, max=365, help="Days the old key may still sign.")
    ] = 7,
    out: OutOption = None,
    *,
    external: Annotated[
        bool, typer.Option("--external", help="Another CA than ours certifies it.")
    ] = False,
) -> None:
    """Replace a key: run it again after each step that it cannot take itself."""
    now = system_clock()
    plan = Plan(
        algorithm=algorithm,
        bits=bits,
        overlap=timedelta(days=overlap_days),
        external=external,
    )
    done = rotate_key(read_home(), parse_label(label), plan, now)
    name = done.successor.name
    if done.request is not None:
        _write(
            done.request,
            out,
            f"Key {name} is made. Have this certified, `tra keys import {label} "
            f"FILE …`, then `tra keys rotate {label}` again.",
        )
        return
    typer.echo(
        f"Key {name} signs from now on. Running issuers take it up with their next "
        f"document. The old key may sign until {now + plan.overlap:%F %T}Z."
    )
    for step in done.undone:
        typer.echo(f"Still to be done {step}")


def _row(key: KeyOverview) -> Sequence[object]:
    def day(moment: datetime | None) -> str | None:
        return None if moment is None else f"{moment.astimezone(_BANGKOK):%F}"

    return (
        key.name,
        key.kind,
        key.place,
        key.state,
        key.holder,
        key.issued_by,
        day(key.valid_from),
        day(key.valid_until),
        key.days_left,
    )


def _tell(keys: KeyStore, entry: KeyEntry, then: str, as_json: bool) -> None:  # noqa: FBT001 - passed on
    [key] = [one for one in list_keys(keys, system_clock()) if one.name == entry.name]
    if as_json:
        print_json(asdict(key))
        return
    typer.echo(
        f"Key {key.name} is in a {key.place}."
        if key.place == "file"
        else f"Key {key.name} is in the token."
    )
    print_facts(
        {"subject": key.subject, "issuer": key.issuer, "until": key.valid_until}
    )
    typer.echo(then)


def _next_step(keys: KeyStore, entry: KeyEntry) -> str:
    if keys.current_entry(entry.label).name == entry.name:
        return "It signs from now on; the trust list must name it."
    return f"It takes over with `tra keys rotate {entry.label}`."


def _names(
    home: Home, label: KeyLabel, name_th: str | None, name_en: str | None
) -> tuple[str, str]:
    """Names of the agency: as typed, or as the register has them."""
    if name_th and name_en:
        return name_th, name_en
    agency_id = label.partition("-")[2] or None
    try:
        with open_register(home) as store:
            name = find_agency(store, agency_id).name
    except (RegisterError, UsageError) as error:
        raise UsageError("name the agency with --name-th and --name-en") from error
    return name_th or name.th, name_en or name.en


def _subject(
    label: KeyLabel, names: tuple[str, str], identifier: str | None
) -> x509.Name:
    th, en = names
    kind, _, agency_id = label.partition("-")
    if kind == "seal":
        return build_seal_name(agency_id=agency_id, th=th, en=en, identifier=identifier)
    return build_name(organization=en, common_name=f"{agency_id} {kind} key".strip())


def _warn(message: str) -> None:
    typer.echo(message, err=True)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def _write(data: bytes, out: Path | None, then: str) -> None:
    if out is None:
        typer.echo(data.decode(), nl=False)
        typer.echo(then, err=True)
        return
    try:
        out.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}") from error
    typer.echo(f"Written to {out}. {then}")


def read_moment(text: str) -> datetime:
    """Read a moment as a person types it; without a zone it is Bangkok's.

    Raises:
        UsageError: it is none.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{text[:40]!r} is no moment; write 2026-11-20 or 2026-11-20T08:00+07:00"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=_BANGKOK)
