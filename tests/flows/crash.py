# SPDX-License-Identifier: Apache-2.0
"""Run as a program: issue a document and die without warning before a named step.

`python -m tests.flows.crash HOME URL STEP KEY` — the kill is a real one: no
exception handler, no clean-up, no flush.
"""

import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

import issuer.issue
from issuer.agencies import Caller, Permission
from issuer.context import Issuer, open_issuer
from issuer.files import FileStore
from issuer.issue import IssueRequest, issue_document
from issuer.sign import Sealer
from keys.store import open_key_store
from register.document import AgencyId
from register.store import Store
from tests.world import make_home
from tra.clock import system_clock

STEPS = {
    "reserve": (Store, "reserve"),
    "record": (issuer.issue, "build_record"),
    "claim": (issuer.issue, "build_claim"),
    "draw": (issuer.issue, "render_pdf"),
    "sealing": (Store, "record_sealing"),
    "seal": (Sealer, "seal_pdf"),
    "check": (Sealer, "check_sealed"),
    "store": (FileStore, "put_pdf"),
    "record_issued": (Store, "record_issued"),
    "publish": (issuer.issue, "publish_document"),
}
"""The call before which the process dies."""


def die(*_arguments: object, **_named: object) -> NoReturn:
    """Kill this process as the kernel would."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError  # never reached


def request_of(office: Issuer, key: str) -> IssueRequest:
    """The request that the dying process and its retry both make."""
    return IssueRequest(
        type_id="business_licence",
        data=office.catalogue.get_type("business_licence").sample(),
        idempotency_key=key,
    )


def main() -> None:
    """Issue, and die on the way."""
    folder, url, step, key = sys.argv[1:]
    home = make_home(Path(folder), url)
    office = open_issuer(home.issuer, open_key_store(home.keys))
    place, name = STEPS[step]
    setattr(place, name, die)
    caller = Caller(
        actor="test:crash",
        agency_id=AgencyId("TRADE"),
        permissions=frozenset({Permission.ISSUE}),
    )
    issue_document(office, caller, request_of(office, key), system_clock())


if __name__ == "__main__":
    main()
