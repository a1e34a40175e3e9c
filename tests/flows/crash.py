# SPDX-License-Identifier: Apache-2.0
"""Run as a program: do one thing and die without warning before a named step.

`python -m tests.flows.crash HOME URL STEP KEY [revoke|supersede ID]` — the kill is a
real one: no exception handler, no clean-up, no flush.
"""

import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

import issuer.issue
import issuer.revoke
from issuer.agencies import ALL_PERMISSIONS, Caller
from issuer.context import Issuer, open_issuer
from issuer.draft import IssueRequest
from issuer.files import FileStore
from issuer.issue import issue_document
from issuer.revoke import change_status, supersede_document
from issuer.sign import Sealer
from keys.store import open_key_store
from register.document import Action, AgencyId, DocumentId, parse_document_id
from register.store import StatusChange, Store
from tests.world import LAW, make_home
from tra.clock import system_clock

STEPS = {
    "reserve": (Store, "reserve"),
    "facts": (issuer.issue, "build_facts"),
    "draw": (issuer.issue, "build_job"),
    "render": (issuer.issue, "render_pdf"),
    "sealing": (Store, "record_sealing"),
    "seal": (Sealer, "seal_pdf"),
    "check": (Sealer, "check_sealed"),
    "store": (FileStore, "put_pdf"),
    "record_issued": (Store, "record_issued"),
    "publish": (issuer.issue, "publish_pending"),
    "publish_change": (issuer.revoke, "publish_pending"),
}
"""The call before which the process dies."""


def die(*_arguments: object, **_named: object) -> NoReturn:
    """Kill this process as the kernel would."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError  # never reached


def order(action: Action) -> StatusChange:
    """The order that the dying process carries out."""
    return StatusChange(
        action=action,
        actor="test:crash",
        reason=LAW["reason"],
        legal_basis=LAW["legal_basis"],
    )


def request_of(
    office: Issuer, key: str, predecessor: DocumentId | None = None
) -> IssueRequest:
    """The request that the dying process and its retry both make."""
    return IssueRequest(
        type_id="business_licence",
        data=office.catalogue.get_type("business_licence").sample(),
        idempotency_key=key,
        supersedes=predecessor,
        order=order(Action.SUPERSEDE) if predecessor else None,
    )


def main() -> None:
    """Do it, and die on the way."""
    folder, url, step, key, *what = sys.argv[1:]
    home = make_home(Path(folder), url)
    office = open_issuer(home.issuer, open_key_store(home.keys), clock=system_clock)
    place, name = STEPS[step]
    setattr(place, name, die)
    caller = Caller(
        actor="test:crash",
        agency_id=AgencyId("TRADE"),
        permissions=ALL_PERMISSIONS,
    )
    now = system_clock()
    if not what:
        issue_document(office, caller, request_of(office, key), now)
        return
    target = parse_document_id(what[1])
    if what[0] == "revoke":
        change_status(office, caller, target, order(Action.REVOKE), now)
    else:
        request = request_of(office, key, target)
        supersede_document(office, caller, target, request, now)


if __name__ == "__main__":
    main()
