# SPDX-License-Identifier: Apache-2.0
"""Makes an installation: register, an agency, a publication; in development keys too.

In production keys are made in the HSM (`tra keys`) and the trust list is signed
elsewhere (`tra trust`). Running it again changes nothing that is there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from issuer.context import open_issuer
from issuer.publish import publish_all
from keys.ceremony import AgencyNames, create_development_pki
from keys.ceremony import add_agency as add_agency_keys
from keys.errors import KeyMissingError, ProductionRefusedError
from keys.settings import Environment
from keys.signing import Algorithm
from keys.store import open_key_store
from register.document import AgencyId, Text, parse_agency_id
from register.store import Store, migrate
from templates.catalogue import Catalogue
from tra.clock import system_clock
from tra.home import Home, check_initialised
from tra.trust import publish_trust_list

TRUST_LIST_TO_DO: Final = (
    "have the trust list signed with the trust root: `tra trust prepare`, there "
    "`tra trust sign`, then `tra trust publish`"
)


@dataclass(frozen=True, kw_only=True)
class AgencyPlan:
    """An agency to set up, with the kind of its seal key."""

    names: AgencyNames
    domain: str
    seal_algorithm: Algorithm = Algorithm.RS256
    types: tuple[str, ...] | None = None
    """Types it may issue; None is all there are."""


def create_register(home: Home, plan: AgencyPlan, now: datetime) -> str | None:
    """Make a production installation with one agency, and no key.

    Returns:
        What is still to be done about the trust list.

    Raises:
        RegisterError, TemplateError: what cannot be made, in one sentence.
    """
    home.keys.keys_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    migrate(home.issuer.database)
    return enter_agency(home, plan, now)


def create_installation(
    home: Home,
    plan: AgencyPlan,
    now: datetime,
    *,
    clock: Callable[[], datetime] = system_clock,
) -> None:
    """Make everything a one-machine installation needs, or what is missing of it.

    1. Keys and certificates of the development PKI.
    2. The register's tables, the agency, its document types, the trust list.
    3. The first publication.

    Raises:
        KeysError, RegisterError, IssuerError: what cannot be made, in one sentence.
    """
    # 1.
    home.keys.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    create_development_pki(
        home.keys, agency=plan.names, now=now, seal_algorithm=plan.seal_algorithm
    )
    # 2.
    migrate(home.issuer.database)
    enter_agency(home, plan, now)
    # 3.
    keys = open_key_store(home.keys)
    issuer = open_issuer(home.issuer, keys, clock=clock)
    try:
        publish_all(issuer)
    finally:
        issuer.close()


def add_agency(home: Home, plan: AgencyPlan, now: datetime) -> str | None:
    """Add an agency to an installation: register, trust list, in development keys.

    Returns:
        What is still to be done about the trust list.

    Raises:
        NotInitialisedError, KeysError, RegisterError: what cannot be made.
    """
    check_initialised(home)
    if home.keys.env is Environment.DEVELOPMENT:
        add_agency_keys(
            home.keys, agency=plan.names, now=now, seal_algorithm=plan.seal_algorithm
        )
    return enter_agency(home, plan, now)


def change_type(
    home: Home, agency_id: AgencyId, type_id: str, now: datetime, *, in_force: bool
) -> str | None:
    """Let an agency issue a type in its present version, or no more.

    Returns:
        What is still to be done about the trust list.

    Raises:
        UnknownTypeError, RegisterError, KeysError: what cannot be done.
    """
    check_initialised(home)
    catalogue = Catalogue.load(home.issuer.types)
    kind = catalogue.get_type(type_id)
    with Store.open(home.issuer.database) as store:
        if in_force:
            store.set_type_in_force(agency_id, kind.id, kind.version, now)
        else:
            store.retire_type(agency_id, kind.id, now)
        return renew_or_tell(home, store, catalogue, now)


def renew_trust_list(
    home: Home, store: Store, catalogue: Catalogue, now: datetime
) -> None:
    """Sign and publish the trust list, if it would say more than the published one.

    Raises:
        KeysError: the trust root or a certificate is not here.
    """
    publish_trust_list(home, store, catalogue, now)


def renew_or_tell(
    home: Home, store: Store, catalogue: Catalogue, now: datetime
) -> str | None:
    """Renew the trust list if its root is here; else say what is to be done.

    Raises:
        KeysError: a key or certificate is unreadable.
    """
    try:
        renew_trust_list(home, store, catalogue, now)
    except (ProductionRefusedError, KeyMissingError):
        return TRUST_LIST_TO_DO
    return None


def enter_agency(home: Home, plan: AgencyPlan, now: datetime) -> str | None:
    """Enter an agency with its types into the register, and the trust list.

    Returns:
        What is still to be done about the trust list.

    Raises:
        UnknownTypeError: it has a type that there is not; nothing was entered.
        RegisterError, KeysError: what cannot be made.
    """
    catalogue = Catalogue.load(home.issuer.types)
    types = plan.types
    kinds = [
        catalogue.get_type(type_id)
        for type_id in (catalogue.types if types is None else types)
    ]
    agency_id = parse_agency_id(plan.names.id)
    with Store.open(home.issuer.database) as store:
        if agency_id not in {agency.id for agency in store.list_agencies()}:
            name = Text(th=plan.names.th, en=plan.names.en)
            store.add_agency(agency_id, name, plan.domain, now)
        for kind in kinds:
            if kind.id not in store.types_ever_in_force(agency_id):
                store.set_type_in_force(agency_id, kind.id, kind.version, now)
        return renew_or_tell(home, store, catalogue, now)
