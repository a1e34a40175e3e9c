# SPDX-License-Identifier: Apache-2.0
"""Run as a program: run the guardian and die without warning before a named step.

`python -m tests.flows.crash_guardian HOME PKI_URL NOW STEP`
"""

import sys
from datetime import datetime
from pathlib import Path

import issuer.guardian
from issuer.archive import Archivist
from issuer.context import open_issuer
from issuer.guardian import run_guardian
from keys.store import open_key_store
from register.store import Store
from tests.decade import make_home
from tests.flows.crash import die

STEPS = {
    "stamp": (Archivist, "add_timestamp"),
    "record": (Store, "record_archived"),
    "publish": (issuer.guardian, "publish_pending"),
}
"""The call before which the process dies."""


def main() -> None:
    """Run the guardian, and die on the way."""
    folder, url, now, step = sys.argv[1:]
    home = make_home(Path(folder), url)
    moment = datetime.fromisoformat(now)
    office = open_issuer(home.issuer, open_key_store(home.keys), clock=lambda: moment)
    setattr(*STEPS[step], die)
    run_guardian(office)


if __name__ == "__main__":
    main()
