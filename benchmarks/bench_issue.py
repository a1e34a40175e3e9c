# SPDX-License-Identifier: Apache-2.0
"""Issuing, whole and in steps, beside the plain ReportLab + pyHanko pipeline.

Ours does more than the plain one: number and event log in the register, signed
claim, attachments, timestamp, revocation data, reading back, publication.
"""

import itertools
import os
import time
from multiprocessing import get_context

from benchmarks.common import Result, arguments, installation, measure, report, silence
from benchmarks.plain import load_plain, register_font, render_plain, sign_plain
from issuer.context import Issuer, open_issuer
from issuer.draft import IssueRequest
from issuer.issue import issue_document, preview_document
from keys.settings import read_passphrase
from keys.signing import seal_label
from keys.store import open_key_store
from tra.clock import system_clock
from tra.home import Home, operator

TYPE = "business_licence"


def issue_one(issuer: Issuer, key: str) -> None:
    """Issue one sample document."""
    issue_document(
        issuer, operator(issuer.store, None), _request(issuer, key), system_clock()
    )


def _request(issuer: Issuer, key: str) -> IssueRequest:
    data = issuer.catalogue.get_type(TYPE).sample()
    return IssueRequest(type_id=TYPE, data=data, idempotency_key=key)


def issue_many(home: Home, worker: int, count: int) -> float:
    """Issue in one process; return when it began, on the clock all processes share."""
    silence()
    issuer = open_issuer(home.issuer, open_key_store(home.keys), clock=system_clock)
    for number in range(3):
        issue_one(issuer, f"warm-{worker}-{number}")
    start = time.monotonic()
    for number in range(count):
        issue_one(issuer, f"many-{worker}-{number}")
    elapsed = time.monotonic() - start
    issuer.close()
    return elapsed / count


def main() -> None:
    """Measure and print."""
    options = arguments("Issuing beside the plain pipeline", runs=50)
    register_font()
    with installation() as home:
        keys = open_key_store(home.keys)
        issuer = open_issuer(home.issuer, keys, clock=system_clock)
        folder, label = home.keys.keys_folder, seal_label("TRADE")
        key, certificate = folder / f"{label}.key.pem", folder / f"{label}.crt.pem"
        passphrase = read_passphrase(home.keys)
        address = "https://verify.example.go.th/V/" + "A" * 240
        plain = measure("plain: render", lambda: render_plain(address), options.runs)
        page = render_plain(address)
        plain_sign = measure(
            "plain: sign B-B, default use",
            lambda: sign_plain(page, load_plain(key, certificate, passphrase)),
            options.runs,
        )
        loaded = load_plain(key, certificate, passphrase)
        plain_once = measure(
            "plain: sign B-B, key loaded once",
            lambda: sign_plain(page, loaded),
            options.runs,
        )
        whole = measure(
            "plain: render and sign B-B",
            lambda: sign_plain(
                render_plain(address), load_plain(key, certificate, passphrase)
            ),
            options.runs,
        )
        caller = operator(issuer.store, None)
        request = _request(issuer, "preview")
        ours_render = measure(
            "ours: check fields and render",
            lambda: preview_document(issuer, caller, request, system_clock()),
            options.runs,
        )
        preview = preview_document(issuer, caller, request, system_clock())
        sealer = issuer.sealer(caller.agency_id)
        ours_seal = measure(
            "ours: seal B-LT, timestamp by HTTP",
            lambda: sealer.seal_pdf(preview),
            options.runs,
        )
        sealed = sealer.seal_pdf(preview)
        ours_check = measure(
            "ours: read back and check",
            lambda: sealer.check_sealed(sealed),
            options.runs,
        )
        count = itertools.count()
        ours = measure(
            "ours: issue, everything",
            lambda: issue_one(issuer, f"bench-{next(count)}"),
            options.runs,
        )
        results = [plain, plain_sign, plain_once, whole]
        results += [ours_render, ours_seal, ours_check, ours]
        results.append(_all_cores(home, options.runs))
        issuer.close()
    report(
        options,
        results,
        whole,
        "«all cores»: processes at once, one a core, on one SQLite register; the\n"
        "authorities run in one more process on the same cores.",
    )


def _all_cores(home: Home, runs: int) -> Result:
    cores = os.cpu_count() or 1
    with get_context("spawn").Pool(cores) as pool:
        jobs = [(home, worker, runs) for worker in range(cores)]
        seconds = pool.starmap(issue_many, jobs)
    rate = sum(1 / each for each in seconds)
    return Result(
        f"ours: issue, everything, all cores ({cores})",
        round(1000 / rate, 2),
        round(rate, 1),
        runs * cores,
    )


if __name__ == "__main__":
    main()
