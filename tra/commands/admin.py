# SPDX-License-Identifier: Apache-2.0
"""`tra init`, `audit`, `events`, `publish`, `agency …`, `token …`."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from issuer.agencies import ALL_PERMISSIONS, Permission
from issuer.answers import event_answer
from issuer.publish import publish_all, publish_everything
from keys.ceremony import AgencyNames
from keys.settings import Environment
from keys.signing import Algorithm
from register.mirror import mirror_publication
from register.storage import open_storage
from templates.catalogue import Catalogue
from tra.clock import system_clock
from tra.demo import DEMO_AGENCY
from tra.errors import UsageError
from tra.home import Home, find_agency, open_home, open_register, read_home
from tra.installation import (
    AgencyPlan,
    add_agency,
    change_type,
    create_installation,
    create_register,
)
from tra.output import AgencyOption, Json, print_facts, print_json, print_table

AgencyIdOption = Annotated[
    str, typer.Option("--agency-id", help="1 to 8 letters A-Z and digits.")
]
NameThOption = Annotated[str, typer.Option("--name-th", help="Name in Thai.")]
NameEnOption = Annotated[str, typer.Option("--name-en", help="Name in English.")]
DomainOption = Annotated[str, typer.Option("--domain", help="Its domain name.")]
SealOption = Annotated[
    Algorithm, typer.Option("--seal", help="RS256 (RSA-3072) or ES256 (P-256).")
]


TypesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--type", help="Type it may issue; repeatable. Else all, or none in production."
    ),
]


def init(  # noqa: PLR0913 - one parameter for each option
    agency_id: AgencyIdOption = DEMO_AGENCY.names.id,
    name_th: NameThOption = DEMO_AGENCY.names.th,
    name_en: NameEnOption = DEMO_AGENCY.names.en,
    domain: DomainOption = DEMO_AGENCY.domain,
    types: TypesOption = None,
    seal: SealOption = Algorithm.RS256,
    *,
    as_json: Json = False,
) -> None:
    """Make an installation in TRA_HOME: register, one agency; in development keys."""
    home = read_home()
    plan = _plan(home, (agency_id, name_th, name_en, domain), types, seal)
    production = home.keys.env is Environment.PRODUCTION
    if production:
        _refuse_demo(plan)
        create_register(home, plan, system_clock())
    else:
        create_installation(home, plan, system_clock())
    facts = {
        "home": str(home.keys.home),
        "agency": agency_id,
        "trust_root": str(home.verifier.trust_root_path),
        "publication": home.issuer.publication,
    }
    if as_json:
        print_json(facts)
        return
    typer.echo(
        "Ready. Make its keys in the HSM, then have the trust list signed "
        "(docs/keys.md)."
        if production
        else "Ready. These keys are for development only."
    )
    print_facts(facts)


def agency_add(  # noqa: PLR0913 - one parameter for each option
    agency_id: AgencyIdOption,
    name_th: NameThOption,
    name_en: NameEnOption,
    domain: DomainOption,
    types: TypesOption = None,
    seal: SealOption = Algorithm.RS256,
    *,
    as_json: Json = False,
) -> None:
    """Enter an agency; in development make its keys and sign a new trust list."""
    home = read_home()
    plan = _plan(home, (agency_id, name_th, name_en, domain), types, seal)
    to_do = add_agency(home, plan, system_clock())
    if as_json:
        print_json({"agency": agency_id, "domain": domain, "to_do": to_do})
    elif to_do is None:
        typer.echo(f"Agency {agency_id} added; the trust list is signed anew.")
    else:
        typer.echo(f"Agency {agency_id} is entered. Make its keys (`tra keys`), then")
        typer.echo(to_do)


def _plan(
    home: Home,
    named: tuple[str, str, str, str],
    types: list[str] | None,
    seal: Algorithm,
) -> AgencyPlan:
    agency_id, name_th, name_en, domain = named
    chosen = None if types is None else tuple(types)
    if home.keys.env is Environment.PRODUCTION:
        chosen = chosen or ()  # nobody issues what no office has asked for
    return AgencyPlan(
        names=AgencyNames(id=agency_id, th=name_th, en=name_en),
        domain=domain,
        seal_algorithm=seal,
        types=chosen,
    )


def _refuse_demo(plan: AgencyPlan) -> None:
    names = plan.names
    given = {
        "--agency-id": (names.id, DEMO_AGENCY.names.id),
        "--name-th": (names.th, DEMO_AGENCY.names.th),
        "--name-en": (names.en, DEMO_AGENCY.names.en),
        "--domain": (plan.domain, DEMO_AGENCY.domain),
    }
    missing = [option for option, (said, sample) in given.items() if said == sample]
    if missing:
        raise UsageError(f"in production name the agency with {', '.join(missing)}")


def agency_types(
    agency_id: Annotated[
        str | None,
        typer.Argument(metavar="[AGENCY]", help="Not needed while there is one."),
    ] = None,
    add: Annotated[
        list[str] | None, typer.Option("--add", help="Let it issue this type.")
    ] = None,
    retire: Annotated[
        list[str] | None, typer.Option("--retire", help="No more of this type.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show or change which types an agency may issue, in their present version."""
    home = read_home()
    with open_register(home) as store:
        found = find_agency(store, agency_id).id
    to_do = None
    for type_id in add or []:
        to_do = change_type(home, found, type_id, system_clock(), in_force=True)
    for type_id in retire or []:
        to_do = change_type(home, found, type_id, system_clock(), in_force=False)
    with open_register(home) as store:
        in_force = dict(store.types_in_force(found))
    if as_json:
        print_json({"agency": found, "types": in_force, "to_do": to_do})
        return
    print_table(("type", "version"), list(in_force.items()))
    if to_do:
        typer.echo(f"Then {to_do}")


def audit(agency: AgencyOption = None, *, as_json: Json = False) -> None:
    """List reservations that were never finished; exit code 3 if there are any."""
    with open_register(read_home()) as store:
        only = None if agency is None else find_agency(store, agency).id
        unfinished = store.unfinished_reservations(only)
    rows = [
        (d.number, d.type_id, d.agency_id, f"{d.reserved_at:%F %T}Z", d.id)
        for d in unfinished
    ]
    if as_json:
        names = ("number", "type", "agency", "reserved_at", "id")
        print_json({"unfinished": [dict(zip(names, r, strict=True)) for r in rows]})
    elif rows:
        print_table(("number", "type", "agency", "reserved at", "id"), rows)
        typer.echo(
            "\nFinish one with `tra finish ID`, or give it up with `tra void ID`."
        )
    else:
        typer.echo("Every reserved number led to a document or was voided.")
    if rows:
        raise typer.Exit(3)


def events(
    agency: AgencyOption = None,
    after: Annotated[int, typer.Option(help="Only events after this number.")] = 0,
    *,
    as_json: Json = False,
) -> None:
    """Print the event log of an agency, oldest first."""
    with open_register(read_home()) as store:
        found = find_agency(store, agency)
        lines = []
        while page := store.events(agency_id=found.id, after_seq=after):
            lines += [event_answer(event) for event in page]
            after = page[-1].seq
    if as_json:
        print_json({"events": [line.model_dump(mode="json") for line in lines]})
    else:
        print_table(
            ("seq", "at", "actor", "action", "document", "reason"),
            [
                (e.seq, f"{e.at:%F %T}Z", e.actor, e.action, e.document_id, e.reason)
                for e in lines
            ],
        )


def publish(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Every document, not only what changed.")
    ] = False,
    to: Annotated[
        list[str] | None,
        typer.Option("--to", metavar="DIR|s3://…", help="Copy it there; repeatable."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Publish again what verifiers read: status lists and what changed."""
    home = read_home()
    targets = {place: open_storage(place) for place in to or ()}
    with open_home(home) as issuer:
        count = publish_everything(issuer) if everything else publish_all(issuer)
    source = open_storage(home.issuer.publication)
    copies = [
        {"to": place, **asdict(mirror_publication(source, target))}
        for place, target in targets.items()
    ]
    if as_json:
        facts = {"publication": home.issuer.publication, "documents": count}
        print_json({**facts, "copies": copies})
        return
    typer.echo(f"Published to {home.issuer.publication} ({count} documents new).")
    for copy in copies:
        typer.echo(
            f"Copied to {copy['to']}: {copy['sent']} files sent, "
            f"{copy['unchanged']} were there already."
        )


def token_create(
    name: Annotated[str, typer.Option("--name", help="Whose token; seen in events.")],
    agency: AgencyOption = None,
    types: Annotated[
        list[str] | None, typer.Option("--type", help="Only this type; repeatable.")
    ] = None,
    actions: Annotated[
        list[str] | None,
        typer.Option(
            "--action",
            help="Only this action; repeatable: " + ", ".join(sorted(Permission)),
        ),
    ] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=730)] = 90,
    *,
    as_json: Json = False,
) -> None:
    """Make an API token; it is shown once and stored only as a hash."""
    known = {permission.value for permission in ALL_PERMISSIONS}
    unknown = set(actions or ()) - known
    if unknown:
        raise UsageError(
            f"unknown action {', '.join(sorted(unknown))}; "
            f"there are: {', '.join(sorted(known))}"
        )
    now = system_clock()
    home = read_home()
    catalogue = Catalogue.load(home.issuer.types)
    for type_id in types or []:
        catalogue.get_type(type_id)
    with open_register(home) as store:
        plain, info = store.create_token(
            find_agency(store, agency).id,
            name,
            frozenset(types) if types else None,
            frozenset(actions) if actions else frozenset(known),
            now + timedelta(days=days),
            now,
        )
    if as_json:
        print_json({"token": plain, "id": info.id, "expires_at": info.expires_at})
    else:
        typer.echo(plain)
        typer.echo(f"Keep it now: it is not shown again. Expires {info.expires_at}.")


def token_list(agency: AgencyOption = None, *, as_json: Json = False) -> None:
    """List the API tokens of an agency, without their secrets."""
    with open_register(read_home()) as store:
        tokens = store.list_tokens(find_agency(store, agency).id)
    names = ("id", "name", "types", "actions", "expires_at", "revoked_at")
    rows = [
        (
            t.id,
            t.name,
            sorted(t.types) if t.types is not None else None,
            sorted(t.actions),
            t.expires_at,
            t.revoked_at,
        )
        for t in tokens
    ]
    if as_json:
        print_json({"tokens": [dict(zip(names, row, strict=True)) for row in rows]})
    else:
        print_table(names, rows)


def token_revoke(
    token_id: Annotated[str, typer.Argument(help="Id from `tra token list`.")],
    agency: AgencyOption = None,
    *,
    as_json: Json = False,
) -> None:
    """Revoke an API token at once."""
    with open_register(read_home()) as store:
        found = find_agency(store, agency)
        store.revoke_token(token_id, system_clock(), found.id)
    if as_json:
        print_json({"id": token_id, "revoked": True})
    else:
        typer.echo(f"Token {token_id} is revoked.")
