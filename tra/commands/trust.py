# SPDX-License-Identifier: Apache-2.0
"""`tra trust …`: the trust list, prepared here, signed off the server, published."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.serialization import Encoding

from keys.chain import read_certificates
from keys.trust_root import create_trust_root, open_root_signer
from register.canonical import decode_json, encode_json
from register.document import Text
from register.errors import CanonicalError
from register.trust_changes import Change, ChangeKind, list_entries
from register.trust_list import TrustList, read_trust_list
from register.trust_members import write_members
from tra.clock import system_clock
from tra.commands.keys import read_moment
from tra.errors import UsageError
from tra.home import check_initialised, read_home
from tra.output import Json, print_facts, print_json, print_table
from tra.published_list import read_published
from tra.trust_draft import (
    MAX_FILE_BYTES,
    Draft,
    add_agency,
    add_time_anchors,
    end_entry,
    find_changes,
    prepare_draft,
    publish_signed,
    read_draft,
)
from tra.trust_review import review_draft, sign_draft
from verifier.trust import load_trust_root

app = typer.Typer(
    help="The trust list: who may issue, with which keys.", no_args_is_help=True
)

DraftArgument = Annotated[
    Path, typer.Argument(metavar="DRAFT", help="From `tra trust prepare`.")
]
OutOption = Annotated[Path | None, typer.Option("--out", "-o", help="File to write.")]
YesOption = Annotated[
    bool, typer.Option("--yes", help="Do not ask: what is shown was read already.")
]
_MARKS = {
    ChangeKind.ADDED: "+",
    ChangeKind.TAKEN_OFF: "-",
    ChangeKind.COMPROMISED: "!",
    ChangeKind.CLEARED: "!",
    ChangeKind.PROLONGED: "!",
}


@app.command("show")
def show(
    file: Annotated[
        Path | None,
        typer.Argument(help="A draft or a signed list; else the published one."),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show what a trust list names: the published one, a draft, or a signed file."""
    home = read_home()
    if file is None:
        trust = read_published(home)
        if trust is None:
            raise UsageError("no trust list of the pinned trust root is published")
    else:
        data = _read(file)
        if data.lstrip().startswith(b"{"):
            trust = read_draft(data).trust
        else:
            root = load_trust_root(home.verifier.trust_root_path)
            trust = read_trust_list(data.decode("ascii", "replace"), root_key=root)
    if as_json:
        print_json(write_members(trust))
        return
    _print_list(trust)
    print_table(
        ("what", "from", "until", "stolen from", "SHA-256"),
        [
            (
                entry.what,
                entry.period.not_before,
                entry.period.not_after,
                entry.period.compromised_from,
                entry.fingerprint,
            )
            for entry in list_entries(trust)
        ],
    )


@app.command("create-root")
def create_root(*, as_json: Json = False) -> None:
    """Make a trust root, on a machine of its own: a key file, or a key in a token."""
    home = read_home()
    public = create_trust_root(
        home.keys,
        lambda: typer.prompt(
            "Passphrase of the trust root",
            hide_input=True,
            confirmation_prompt=True,
            err=True,
        ),
    )
    if as_json:
        print_json({"public_key": str(public)})
        return
    typer.echo(f"The trust root is made; its public key is {public}.")
    typer.echo("Carry that file to every verifier and to the issuer (TRA_TRUST_ROOT).")


@app.command("prepare")
def prepare(
    out: OutOption = None,
    days: Annotated[
        int, typer.Option(min=1, max=1100, help="Days until the list must be renewed.")
    ] = 366,
    seq: Annotated[
        int | None, typer.Option(min=1, help="Its number, if the next is used up.")
    ] = None,
    name_th: Annotated[
        str | None, typer.Option("--name-th", help="Name of the list in Thai.")
    ] = None,
    name_en: Annotated[
        str | None, typer.Option("--name-en", help="Name of the list in English.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Write the next trust list, unsigned, and show what it changes."""
    if (name_th is None) != (name_en is None):
        raise UsageError("--name-th and --name-en go together")
    home = read_home()
    check_initialised(home)
    draft = prepare_draft(
        home,
        system_clock(),
        name=Text(th=name_th, en=name_en) if name_th and name_en else None,
        lifetime=timedelta(days=days),
        seq=seq,
    )
    path = out or Path(f"trust-list-{draft.trust.seq}.draft.json")
    _write(path, draft.to_bytes())
    _tell_draft(path, draft, find_changes(home, draft), as_json=as_json)
    if not as_json:
        typer.echo(f"Carry {path} to the trust root: `tra trust sign {path.name}`.")


@app.command("add")
def add(
    draft: DraftArgument,
    agencies: Annotated[
        list[Path] | None,
        typer.Option("--agency", help="File from `tra trust export`; repeatable."),
    ] = None,
    time_anchors: Annotated[
        list[Path] | None,
        typer.Option("--time-stamps", help="CA of an authority of time stamps."),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Put on a draft what another installation or authority brings."""
    home = read_home()
    changed = read_draft(_read(draft))
    for path in agencies or []:
        try:
            members = decode_json(_read(path), limit=MAX_FILE_BYTES)
        except CanonicalError as error:
            raise UsageError(f"{path} is no entry of an agency: {error}") from error
        changed = add_agency(changed, members)
    for path in time_anchors or []:
        ders = [c.public_bytes(Encoding.DER) for c in read_certificates(_read(path))]
        changed = add_time_anchors(changed, ders)
    _write(draft, changed.to_bytes())
    _tell_draft(draft, changed, find_changes(home, changed), as_json=as_json)


@app.command("retire")
def retire(
    draft: DraftArgument,
    fingerprint: Annotated[
        str, typer.Argument(help="Beginning of a kid or SHA-256 (`tra trust show`).")
    ],
    at: Annotated[
        str | None, typer.Option("--at", help="Until when it counts; default: now.")
    ] = None,
    stolen_from: Annotated[
        str | None,
        typer.Option("--stolen-from", help="A thief had it from this moment on."),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """End a key, a CA or a seal on a draft; it stays on the list for good."""
    if at is not None and stolen_from is not None:
        raise UsageError("give --at or --stolen-from, not both")
    home, now = read_home(), system_clock()
    told = stolen_from or at
    moment = read_moment(told) if told else now
    changed, what = end_entry(
        read_draft(_read(draft)), fingerprint, at=moment, stolen=bool(stolen_from)
    )
    _write(draft, changed.to_bytes())
    if not as_json:
        typer.echo(f"Ended: {what}.")
    _tell_draft(draft, changed, find_changes(home, changed), as_json=as_json)


@app.command("export")
def export(
    agency: Annotated[str, typer.Argument(help="Agency id.")],
    out: OutOption = None,
    *,
    as_json: Json = False,
) -> None:
    """Write the entry of one agency, for a trust list that another house keeps."""
    home = read_home()
    check_initialised(home)
    draft = prepare_draft(
        home, system_clock(), name=None, lifetime=timedelta(days=1), seq=None
    )
    entries = write_members(draft.trust)["agencies"]
    found = [entry for entry in entries if entry["id"] == agency]
    if not found:
        known = ", ".join(entry["id"] for entry in entries) or "none"
        raise UsageError(f"there is no agency {agency}; there are: {known}")
    path = out or Path(f"{agency}.agency.json")
    _write(path, encode_json(found[0]))
    if as_json:
        print_json({"path": str(path), "agency": found[0]})
        return
    typer.echo(f"Written to {path}. There: `tra trust add DRAFT --agency {path.name}`.")


@app.command("sign")
def sign(
    draft: DraftArgument,
    out: OutOption = None,
    *,
    yes: YesOption = False,
    unpublished: Annotated[
        bool,
        typer.Option(
            "--unpublished",
            help="The list signed last is never published: the draft follows an "
            "older one. It is compared with the one signed last all the same.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what a draft changes and sign it: on the machine of the trust root."""
    home = read_home()
    read = read_draft(_read(draft))
    review = review_draft(home, read, unpublished=unpublished)
    for warning in review.warnings:
        typer.secho(f"Warning: {warning}.", fg=typer.colors.RED, bold=True, err=True)
    _tell_draft(draft, read, review.changes, as_json=as_json)
    if not yes and not typer.confirm("Sign this with the trust root?", err=True):
        raise UsageError("nothing was signed")
    signer = open_root_signer(
        home.keys,
        lambda: typer.prompt("Passphrase of the trust root", hide_input=True, err=True),
    )
    token = sign_draft(home, read, signer, system_clock(), unpublished=unpublished)
    path = out or Path(f"trust-list-{read.trust.seq}.jws")
    _write(path, token.encode())
    if not as_json:
        typer.echo(f"Signed. Carry {path} back: `tra trust publish {path.name}`.")


@app.command("publish")
def publish(
    file: Annotated[Path, typer.Argument(help="From `tra trust sign`.")],
    *,
    as_json: Json = False,
) -> None:
    """Check a signed list and publish it; what was ever named must still be on it."""
    home = read_home()
    check_initialised(home)
    token = _read(file).decode("ascii", "replace").strip()
    done = publish_signed(home, token, system_clock())
    if as_json:
        print_json(
            {
                "seq": done.trust.seq,
                "exp": done.trust.exp,
                "changes": [asdict(change) for change in done.changes],
                "missing": [asdict(change) for change in done.missing],
            }
        )
        return
    typer.echo(f"Trust list {done.trust.seq} is published.")
    _print_changes(done.changes)
    if done.missing:
        typer.echo("\nIt does not say yet what register and keys say by now:")
        _print_changes(done.missing)
        typer.echo("Prepare the next list: `tra trust prepare`.")


def _tell_draft(
    path: Path, draft: Draft, changes: Sequence[Change], *, as_json: bool
) -> None:
    if as_json:
        print_json(
            {
                "path": str(path),
                "seq": draft.trust.seq,
                "sha256": draft.sha256,
                "exp": draft.trust.exp,
                "changes": [asdict(change) for change in changes],
            }
        )
        return
    _print_list(draft.trust)
    print_facts({"SHA-256": draft.sha256})
    typer.echo()
    _print_changes(changes)
    for gap in _find_gaps(draft.trust):
        typer.echo(f"Warning: {gap}")


def _find_gaps(trust: TrustList) -> list[str]:
    """Say what an agency lacks to be believed; it may be on the list before."""
    return [
        f"agency {agency.id} has no {name} yet: what it issues would be unknown"
        for agency in trust.agencies
        for name, entries in (
            ("claim key", agency.claim_keys),
            ("publication key", agency.publication_keys),
            ("CA of its seals", agency.seal_anchors),
            ("document type", agency.types),
        )
        if not entries
    ]


def _print_list(trust: TrustList) -> None:
    print_facts(
        {
            "list": f"{trust.name.th} / {trust.name.en}",
            "number": trust.seq,
            "dated": f"{trust.iat:%F %T}Z",
            "until": f"{trust.exp:%F %T}Z",
            "agencies": ", ".join(agency.id for agency in trust.agencies),
        }
    )


def _print_changes(changes: Sequence[Change]) -> None:
    if not changes:
        typer.echo("Nothing but its number and dates differs from the one before.")
    for change in changes:
        typer.echo(f"{_MARKS.get(change.kind, '~')} {change.kind}: {change.what}")
        if change.detail:
            typer.echo(f"    {change.detail}")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
