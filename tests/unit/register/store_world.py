# SPDX-License-Identifier: Apache-2.0
"""A register with one agency, and requests as the issuer makes them."""

import hashlib
from datetime import UTC, date, datetime
from typing import Any

from register.document import AgencyId, Document, Text
from register.store import ReserveRequest, Store

TRADE = AgencyId("TRADE")
HEALTH = AgencyId("HEALTH")
NOW = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)
LAW = "พ.ร.บ. การอำนวยความสะดวก มาตรา 12"


def open_register(database_url: str) -> Store:
    """Open a store that knows two agencies."""
    store = Store.open(database_url)
    names = {TRADE: Text("กรมการค้า", "Trade"), HEALTH: Text("กรมอนามัย", "Health")}
    for agency_id, name in names.items():
        store.add_agency(agency_id, name, f"{agency_id.lower()}.go.th", NOW)
    return store


def request(key: str = "key-1", **changes: Any) -> ReserveRequest:  # noqa: ANN401 - facts of any type
    """Make a request to reserve a business licence."""
    facts: dict[str, Any] = {
        "agency_id": TRADE,
        "type_id": "business_licence",
        "type_version": 1,
        "data": {"holder": "สมชาย ใจดี", "fee": "1500.00"},
        "holder": "สมชาย ใจดี",
        "issued_on": date(2026, 7, 1),
        "valid_from": date(2026, 7, 1),
        "valid_until": date(2027, 6, 30),
        "year": 2569,
        "format_number": "{}/2569".format,
        "idempotency_key": key,
        "request_sha256": hashlib.sha256(key.encode()).digest(),
        "actor": "token:demo",
    }
    return ReserveRequest(**(facts | changes))


def file_digest(document: Document) -> bytes:
    """Give the digest of the file that would be sealed for a document."""
    return hashlib.sha256(f"file of {document.id}".encode()).digest()


def issue(
    store: Store,
    key: str = "key-1",
    **changes: Any,  # noqa: ANN401 - facts of any type
) -> Document:
    """Take a document all the way to issued."""
    document = store.reserve(request(key, **changes), NOW).document
    store.record_sealing(document.id, "token:demo", NOW, b"r" * 32)
    return store.record_issued(
        document.id, "token:demo", NOW, b"record", b"claim", file_digest(document)
    )
