# SPDX-License-Identifier: Apache-2.0
"""The installation in TRA_HOME: its settings, read once, and its issuer, opened.

The development authorities run on loopback while a command needs them, unless
TRA_TSA_URLS names real ones.
"""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pydantic import ValidationError

from issuer.agencies import ALL_PERMISSIONS, Caller
from issuer.context import Issuer, open_issuer
from issuer.settings import IssuerSettings
from keys.app import create_app as create_keys_app
from keys.settings import KeysSettings
from keys.store import open_key_store
from register.document import AgencyId
from register.store import Agency, Store
from tra.clock import system_clock
from tra.errors import NotInitialisedError, TraError, UsageError
from tra.loopback import serve_on_loopback
from verifier.settings import VerifierSettings
from verifier.trust import Publication


@dataclass(frozen=True, kw_only=True)
class Home:
    """All settings of one installation."""

    keys: KeysSettings
    issuer: IssuerSettings
    verifier: VerifierSettings


def read_home() -> Home:
    """Read the settings of all packages from the environment.

    Raises:
        TraError: which setting has a value that cannot be used.
    """
    try:
        return Home(
            keys=KeysSettings(), issuer=IssuerSettings(), verifier=VerifierSettings()
        )
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(["TRA", *(str(part) for part in first["loc"])]).upper()
        reason = first["msg"].removeprefix("Value error, ")
        raise TraError(f"setting {name}: {reason}") from error


def check_initialised(home: Home) -> None:
    """Refuse to go on without an installation.

    Raises:
        NotInitialisedError: what to do.
    """
    if not home.keys.keys_folder.is_dir():
        raise NotInitialisedError(
            f"there is no installation in {home.keys.home}; run `tra init` first"
        )


@contextmanager
def open_home(home: Home) -> Iterator[Issuer]:
    """Yield the issuer, with the authorities it needs within reach.

    Raises:
        NotInitialisedError, KeysError, RegisterError, IssuerError: what is missing.
    """
    check_initialised(home)
    keys = open_key_store(home.keys)
    if home.issuer.tsa_urls and home.issuer.crl_urls:
        issuer = open_issuer(home.issuer, keys, clock=system_clock)
        try:
            yield issuer
        finally:
            issuer.close()
        return
    authorities = create_keys_app(home.keys, clock=system_clock)
    with serve_on_loopback(authorities) as address:
        settings = home.issuer.model_copy(update={"pki_url": address})
        issuer = open_issuer(settings, keys, clock=system_clock)
        try:
            yield issuer
        finally:
            issuer.close()


@contextmanager
def open_register(home: Home) -> Iterator[Store]:
    """Yield the register alone, for commands that neither sign nor publish."""
    check_initialised(home)
    store = Store.open(home.issuer.database)
    try:
        yield store
    finally:
        store.close()


def operator(store: Store, agency_id: str | None) -> Caller:
    """Return the person at the command line as a caller of one agency.

    Raises:
        UsageError: the agency must be named, or there is none of that name.
    """
    agency = find_agency(store, agency_id)
    return Caller(
        actor=f"cli:{getpass.getuser()}",
        agency_id=agency.id,
        permissions=ALL_PERMISSIONS,
    )


def find_agency(store: Store, agency_id: str | None) -> Agency:
    """Return the agency named, or the only one there is.

    Raises:
        UsageError: the agency must be named, or there is none of that name.
    """
    agencies = {agency.id: agency for agency in store.list_agencies()}
    if agency_id is None and len(agencies) == 1:
        return next(iter(agencies.values()))
    found = agencies.get(AgencyId(agency_id or ""))
    if found is None:
        known = ", ".join(sorted(agencies))
        raise UsageError(f"name an agency with --agency; there are: {known or 'none'}")
    return found


def open_publication(settings: VerifierSettings) -> Publication:
    """Open the publication a verifier reads, with the trust root pinned.

    Raises:
        SettingsError: the address or the trust root cannot be used.
    """
    return Publication.open(
        settings.publication_address,
        trust_root=settings.trust_root_path,
        timeout=settings.publication_timeout,
        signer_lists=settings.signer_lists,
        seen_file=settings.seen_path,
    )
