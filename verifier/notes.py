# SPDX-License-Identifier: Apache-2.0
"""What a report adds for a person: why a document stands though a key was stolen.

A note changes no verdict. It tells what somebody who has heard of the theft would
ask, and names the proof.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from register.document import Text
from register.members import format_instant
from verifier.texts import MONTHS

_BANGKOK = ZoneInfo("Asia/Bangkok")
_BUDDHIST_ERA = 543


class NoteId(StrEnum):
    """Which note it is; a program knows it by this."""

    SEALED_BEFORE_THEFT = "sealed_before_theft"
    CLAIM_CONFIRMED = "claim_confirmed"


@dataclass(frozen=True, kw_only=True)
class Note:
    """One remark, with the moment from which the key counts for nothing."""

    id: NoteId
    text: Text
    compromised_from: datetime

    def to_json(self) -> Mapping[str, object]:
        """Return the wire form."""
        return {
            "id": self.id,
            "text": self.text.to_json(),
            "compromised_from": format_instant(self.compromised_from),
        }


def read_note(packed: Mapping[str, Any]) -> Note:
    """Return the note of its wire form.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    text = packed["text"]
    return Note(
        id=NoteId(packed["id"]),
        text=Text(th=str(text["th"]), en=str(text["en"])),
        compromised_from=datetime.fromisoformat(packed["compromised_from"]),
    )


def sealed_before_theft(
    theft: datetime, *, sealed_at: datetime, authority: str
) -> Note:
    """Say that a time stamp proves a seal older than the theft of its key."""
    # To the second: both may lie in one minute.
    sealed, stolen = (
        _name_instant(moment, "%H:%M:%S") for moment in (sealed_at, theft)
    )
    return Note(
        id=NoteId.SEALED_BEFORE_THEFT,
        compromised_from=theft,
        text=Text(
            th=f"ลงลายมือชื่อก่อนกุญแจถูกขโมย โดยมีตราประทับเวลาของ {authority} "
            f"เมื่อ {sealed.th} เป็นหลักฐาน ลายมือชื่อด้วยกุญแจนี้ไม่นับตั้งแต่ {stolen.th}",
            en="Sealed before the key was stolen, proven by time stamp of "
            f"{authority} of {sealed.en}. What this key signs counts for nothing "
            f"from {stolen.en} on.",
        ),
    )


def claim_confirmed(theft: datetime) -> Note:
    """Say that a claim counts by the register's word, not by its own key."""
    stolen = _name_instant(theft)
    return Note(
        id=NoteId.CLAIM_CONFIRMED,
        compromised_from=theft,
        text=Text(
            th="กุญแจของคิวอาร์โค้ดนี้ถูกแจ้งว่าอาจรั่วไหลตั้งแต่ "
            f"{stolen.th} แต่ข้อมูลตรงกับทะเบียนที่หน่วยงานลงลายมือชื่อไว้ จึงนับตามทะเบียน",
            en="The key of this QR code was reported as stolen or leaked from "
            f"{stolen.en} on. What the code says is what the agency's signed register "
            "says, and counts by that.",
        ),
    )


def _name_instant(moment: datetime, clock: str = "%H:%M") -> Text:
    local = moment.astimezone(_BANGKOK)
    month = MONTHS[local.month - 1]
    year = local.year + _BUDDHIST_ERA
    return Text(
        th=f"{local.day} {month.th} พ.ศ. {year} เวลา {local:{clock}} น.",
        en=f"{local.day} {month.en} {local.year}, {local:{clock}} (Thailand)",
    )
