# SPDX-License-Identifier: Apache-2.0
"""The table of which key sealed a document, so that a theft is answered at once."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlmodel import Field

from register.tables import Row, UtcDateTime


class SealUseRow(Row, table=True):
    """Which key sealed a document, and when; written once, never changed.

    Read back from the sealed file. A document that was issued before this was kept
    has no row until somebody reads its file.
    """

    __tablename__ = "seal_use"
    __table_args__ = (
        ForeignKeyConstraint(["document_id"], ["document.id"]),
        CheckConstraint("length(key_sha256) = 32", name="key_sha256"),
    )

    document_id: str = Field(primary_key=True, max_length=26)
    key_sha256: bytes
    sealed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
