# SPDX-License-Identifier: Apache-2.0
"""Rehearse: draw a type's documents without an agency, a register or a key.

For those who write document types. Everything is as at issue but what only an
installation has: agency, number and address are made up, and nobody signs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from issuer.agencies import Caller
from issuer.draft import IssueRequest, imagine_document, imagine_job, make_preview
from issuer.render import RenderJob
from register.document import (
    AgencyId,
    DocumentNumber,
    Text,
    bangkok_date,
)
from register.record import document_url
from templates.catalogue import DocumentType

_CALLER: Final = Caller(
    actor="rehearsal", agency_id=AgencyId("SAMPLE"), permissions=frozenset()
)
_VERIFY_HOST: Final = "https://verify.sample-agency.go.th"
_USUAL_SEQUENCE: Final = 1
_HIGH_SEQUENCE: Final = 99_999
_USUAL_DAYS: Final = 365
_USUAL_AGENCY: Final = Text(th="หน่วยงานตัวอย่าง", en="Sample Agency")
_LONG_AGENCY: Final = Text(
    th="สำนักงานปลัดกระทรวงการพัฒนาสังคมและความมั่นคงของมนุษย์",
    en="Office of the Permanent Secretary, "
    "Ministry of Social Development and Human Security",
)


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What the page of a document shows beside its data."""

    agency_name: Text = _USUAL_AGENCY
    sequence: int = _USUAL_SEQUENCE


USUAL: Final = Circumstances()
HARDEST: Final = Circumstances(agency_name=_LONG_AGENCY, sequence=_HIGH_SEQUENCE)
"""Names of agencies and numbers are about as long as this, seldom longer."""


def rehearse(
    kind: DocumentType,
    data: Mapping[str, Any],
    now: datetime,
    circumstances: Circumstances = USUAL,
) -> RenderJob:
    """Return the page that these data would make, with record, claim and QR code.

    It is for checking only; show `make_preview` of it.

    Raises:
        FieldsError: with every field that is wrong.
        RenderError: the page cannot be drawn.
    """
    document, year = imagine_document(kind, _request(kind, data, now), _CALLER, now)
    document = replace(
        document,
        number=DocumentNumber(kind.format_number(circumstances.sequence, year)),
    )
    return imagine_job(
        kind,
        document,
        agency_name=circumstances.agency_name,
        verify_url=document_url(_VERIFY_HOST, document.id),
    )


def preview(kind: DocumentType, data: Mapping[str, Any], now: datetime) -> RenderJob:
    """Return the page to look at: watermarked, and with an empty frame for the QR code.

    Raises:
        FieldsError, RenderError: as `rehearse`.
    """
    return make_preview(rehearse(kind, data, now))


def _request(
    kind: DocumentType, data: Mapping[str, Any], now: datetime
) -> IssueRequest:
    day = bangkok_date(now)
    asked = kind.validity.rule == "given"
    return IssueRequest(
        type_id=kind.id,
        data=data,
        valid_until=day + timedelta(days=_USUAL_DAYS) if asked else None,
        idempotency_key="rehearsal",
    )
