# SPDX-License-Identifier: Apache-2.0
"""The wire of officers: what waits for them, what they confirm, what became of it."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from issuer.officer_signing import MAX_BATCH
from issuer.schemas import DocumentAnswer, OfficerId, Reason

_Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class OfficerAnswer(_Wire):
    """An officer of the caller's agency; nothing by which one could sign."""

    id: str
    name: dict[str, str]
    position: dict[str, str]
    authority: dict[str, str] | None
    key: str
    certificate_sha256: str
    certificate_until: datetime
    retired_at: datetime | None
    locked_until: datetime | None


class OfficerList(_Wire):
    """All officers of the agency, retired ones too."""

    officers: list[OfficerAnswer]


class WaitingAnswer(_Wire):
    """A document that waits for an officer; `sha256` is of the file to look at."""

    id: str
    number: str
    type: str
    officer: str
    asked_at: datetime
    sha256: str
    record_sha256: str
    shown_url: str


class WaitingList(_Wire):
    """What waits, the oldest first."""

    documents: list[WaitingAnswer]


class ConfirmedRequest(_Wire):
    """A document that the officer has seen, by the digest of the file shown."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    sha256: _Sha256


class SignRequest(_Wire):
    """Body of sign: exactly these documents, and the officer's passphrase or PIN."""

    documents: Annotated[
        list[ConfirmedRequest], Field(min_length=1, max_length=MAX_BATCH)
    ]
    secret: Annotated[SecretStr, Field(min_length=1, max_length=1024)]


class SignedAnswer(_Wire):
    """What became of one document; `problem` says why it is not issued yet."""

    document: DocumentAnswer
    problem: dict[str, Any] | None


class SignedList(_Wire):
    """What became of each document of the batch."""

    documents: list[SignedAnswer]


class RefuseRequest(_Wire):
    """Body of refuse; with `void` the reservation is given up at once."""

    reason: Reason
    void: bool = False


class PresentRequest(_Wire):
    """Body of present: the officer to lay it before; the same as before if null."""

    officer: OfficerId | None = None
