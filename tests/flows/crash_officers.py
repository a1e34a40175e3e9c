# SPDX-License-Identifier: Apache-2.0
"""Run as a program: let an officer sign, and die without warning before a named step.

`python -m tests.flows.crash_officers HOME URL STEP KEY` — as `tests.flows.crash`.
"""

import sys
from pathlib import Path

from pydantic import SecretStr

from issuer.agencies import ALL_PERMISSIONS, Caller
from issuer.context import open_issuer
from issuer.draft import IssueRequest
from issuer.issue import issue_document
from issuer.officer_signing import Confirmed, sign_documents
from issuer.sign import Sealer
from keys.store import open_key_store
from register.document import AgencyId
from register.store import Store
from tests.flows.crash import die
from tests.officers import PASSPHRASE, PERMIT
from tests.world import make_home
from tra.clock import system_clock

STEPS = {
    "ask_signature": (Store, "ask_signature"),
    "record_signing": (Store, "record_signing"),
    "record_signed": (Store, "record_signed"),
    "seal": (Sealer, "seal_pdf"),
    "record_issued": (Store, "record_issued"),
}


def main() -> None:
    """Do it, and die on the way."""
    folder, url, step, key = sys.argv[1:]
    home = make_home(Path(folder), url)  # and TRA_TYPES
    office = open_issuer(home.issuer, open_key_store(home.keys), clock=system_clock)
    place, name = STEPS[step]
    if step == "ask_signature":
        setattr(place, name, die)
    caller = Caller(
        actor="test:crash", agency_id=AgencyId("TRADE"), permissions=ALL_PERMISSIONS
    )
    request = IssueRequest(
        type_id=PERMIT,
        data=office.catalogue.get_type(PERMIT).sample(),
        idempotency_key=key,
        officer="somchai",
    )
    document = issue_document(office, caller, request, system_clock())
    asked = office.store.find_signature(document.id)
    assert asked is not None
    seen = Confirmed(document_id=document.id, shown_sha256=asked.drawn_sha256)
    setattr(place, name, die)
    sign_documents(
        office, caller, "somchai", [seen], SecretStr(PASSPHRASE), system_clock()
    )


if __name__ == "__main__":
    main()
