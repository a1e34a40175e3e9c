# SPDX-License-Identifier: Apache-2.0
"""Figures for those who run the issuer, as Prometheus reads them.

Keys by their labels, authorities by their hosts, counts: nothing of any document or
person. Each process counts for itself from its start; how the guardian stands is read
from the register, whichever process it runs in.
"""

import hmac
from collections.abc import Iterator
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from issuer.context import Issuer
from issuer.guardian import GUARDIAN, guardian_lead
from issuer.guardian_status import read_figures
from keys.overview import KeyState, list_keys

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST

_IN_USE: Final = {KeyState.SIGNS, KeyState.NEXT}


def is_token(given: str | None, expected: str) -> bool:
    """Tell whether an Authorization header holds the token of the metrics."""
    scheme, _, token = (given or "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(
        token.strip().encode(), expected.encode()
    )


def render_metrics(issuer: Issuer) -> bytes:
    """Return all figures as of now, in the text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Figures(issuer))
    return generate_latest(registry)


class _Figures(Collector):
    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        days = GaugeMetricFamily(
            "tra_certificate_days_left",
            "Days until the certificate of a key ends; below 0 it has.",
            labels=["key"],
        )
        for key in list_keys(self._issuer.keys, self._issuer.clock()):
            if key.days_left is not None and key.state in _IN_USE:
                days.add_metric([key.name], key.days_left)
        yield days
        authorities = self._issuer.authorities
        yield _counted(
            "tra_sealed_documents",
            "PDFs sealed.",
            ["key", "level"],
            authorities.sealed.read(),
        )
        yield _counted(
            "tra_seals_refused",
            "Seals that were not made, by the error.",
            ["key", "error"],
            authorities.refused.read(),
        )
        yield _counted(
            "tra_authority_failures",
            "Authorities that gave nothing good: tsa, crl, ocsp.",
            ["kind", "host"],
            authorities.fetcher.failures(),
        )
        yield from self._guardian()

    def _guardian(self) -> Iterator[GaugeMetricFamily]:
        issuer = self._issuer
        now = issuer.clock()
        found = read_figures(issuer.store, lead=guardian_lead(issuer), now=now)
        deadline = GaugeMetricFamily(
            "tra_guardian_next_deadline_seconds",
            "Seconds until the next file is to get a newer time stamp; below 0 it "
            "should have. Absent while there is none.",
        )
        if found.next_due is not None:
            deadline.add_metric([], (found.next_due - now).total_seconds())
        yield deadline
        files = GaugeMetricFamily(
            "tra_guardian_files",
            "Sealed files by how they stand; full: end soon, have all time stamps.",
            labels=["state"],
        )
        for state, count in (
            ("due", found.due),
            ("failing", found.counts.failing),
            ("full", found.full),
            ("lapsed", found.counts.lapsed),
            ("overdue", found.overdue),
            ("unread", found.unread),
        ):
            files.add_metric([state], count)
        yield files
        ended = GaugeMetricFamily(
            "tra_guardian_last_run_timestamp_seconds",
            "When the last run of the guardian came to its end (Unix time), in "
            "whichever process. Absent before the first.",
        )
        run = issuer.store.last_run(GUARDIAN)
        if run is not None:
            ended.add_metric([], run.ended_at.timestamp())
        yield ended


def _counted(
    name: str, help_: str, labels: list[str], counts: dict[tuple[str, str], int]
) -> CounterMetricFamily:
    family = CounterMetricFamily(name, help_, labels=labels)
    for values, count in sorted(counts.items()):
        family.add_metric(values, count)
    return family
