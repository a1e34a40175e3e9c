# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks share: an installation, timing, and how results are printed."""

import argparse
import json
import logging
import os
import platform
import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from issuer.settings import IssuerSettings
from keys.app import create_app
from keys.settings import KeysSettings
from tra.clock import system_clock
from tra.demo import DEMO_AGENCY
from tra.home import Home
from tra.installation import create_installation
from tra.loopback import serve_on_loopback
from verifier.settings import VerifierSettings

WARM_UP = 3


@dataclass(frozen=True)
class Result:
    """Median time of one thing in one process, and how many a second that makes."""

    name: str
    milliseconds: float
    per_second: float
    runs: int


def measure(name: str, action: Callable[[], object], runs: int) -> Result:
    """Time an action after a few warm-up calls; the median counts."""
    for _ in range(WARM_UP):
        action()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append((time.perf_counter() - start) * 1000)
    median = statistics.median(times)
    return Result(name, round(median, 2), round(1000 / median, 1), runs)


def measure_in_turns(
    actions: dict[str, Callable[[], object]], runs: int
) -> list[Result]:
    """Time actions one after the other, again and again; the median counts.

    In processor time, which other work on the machine does not add to; what slows it
    down falls on all of them alike.
    """
    times: dict[str, list[float]] = {name: [] for name in actions}
    for round_ in range(WARM_UP + runs):
        for name, action in actions.items():
            start = time.process_time()
            action()
            if round_ >= WARM_UP:
                times[name].append((time.process_time() - start) * 1000)
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    return [
        Result(name, round(median, 2), round(1000 / median, 1), runs)
        for name, median in medians.items()
    ]


def arguments(description: str, runs: int) -> argparse.Namespace:
    """Parse `--runs` and `--json`."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--runs", type=int, default=runs)
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args()


def report(
    options: argparse.Namespace, results: list[Result], baseline: Result, note: str
) -> None:
    """Print each result with its ratio to the baseline of the same run."""
    if options.json:
        machine = {
            "cpus": os.cpu_count(),
            "architecture": platform.machine(),
            "python": platform.python_version(),
        }
        rows = [
            {**asdict(r), "ratio": round(r.milliseconds / baseline.milliseconds, 2)}
            for r in results
        ]
        print(json.dumps({"machine": machine, "results": rows}, indent=2))
        return
    width = max(len(r.name) for r in results)
    for r in results:
        ratio = r.milliseconds / baseline.milliseconds
        print(
            f"{r.name.ljust(width)}  {r.milliseconds:8.2f} ms  "
            f"{r.per_second:8.1f}/s  ratio {ratio:5.2f}"
        )
    print(f"\nRatio: time beside «{baseline.name}» in the same run. {note}")


def silence() -> None:
    """Keep warnings that hold for every document out of the figures."""
    logging.disable(logging.WARNING)


@contextmanager
def installation() -> Iterator[Home]:
    """A fresh installation whose authorities run in a process of their own.

    They are where its certificates say they are, for software that looks there.
    """
    silence()
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        keys = KeysSettings(home=Path(folder), pki_url=f"http://127.0.0.1:{port}")
        issuer = IssuerSettings(home=Path(folder), env="development")
        verifier = VerifierSettings(home=Path(folder))
        home = Home(keys=keys, issuer=issuer, verifier=verifier)
        create_installation(home, DEMO_AGENCY, system_clock())
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_serve, args=(folder, port, theirs), daemon=True
        )
        process.start()
        address = ours.recv()
        try:
            settings = issuer.model_copy(update={"pki_url": address})
            yield Home(keys=keys, issuer=settings, verifier=verifier)
        finally:
            ours.send("stop")
            process.join(10)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _serve(folder: str, port: int, pipe: Connection) -> None:
    silence()
    app = create_app(KeysSettings(home=Path(folder)), clock=system_clock)
    with serve_on_loopback(app, port) as address:
        pipe.send(address)
        pipe.recv()
