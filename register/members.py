# SPDX-License-Identifier: Apache-2.0
"""Typed reading of the members that records, public records and lists share.

Each reader takes a value fresh from JSON and a name for the message, and
returns the typed value or raises `DocumentError`. Nothing is corrected here.
"""

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Final

from register.document import (
    DocumentId,
    StatusRef,
    Text,
    parse_document_id,
    utc_seconds,
)
from register.errors import DocumentError

MAX_TEXT_CHARS: Final = 1000
"""Bound of one visible text: the longest names and law titles take 300."""

LAST_SECOND: Final = 253_402_300_799
"""9999-12-31T23:59:59Z, the last moment a calendar here can show."""

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def check_text(text: str, *, name: str) -> None:
    """Check that a text is not empty, in NFC and free of invisible characters.

    Raises:
        DocumentError: one of these does not hold.
    """
    if not text:
        raise DocumentError(f"{name} is empty")
    if any(unicodedata.category(char) in _INVISIBLE for char in text):
        raise DocumentError(f"{name} holds a control or format character")
    if not unicodedata.is_normalized("NFC", text):
        raise DocumentError(f"{name} is not in Unicode form NFC")


def format_instant(moment: datetime) -> str:
    """Return an instant as RFC 3339 in UTC with whole seconds and `Z`.

    Raises:
        DocumentError: the instant has no time zone.
    """
    # Three times as fast as strftime, and this is asked with every answer.
    return f"{utc_seconds(moment).replace(tzinfo=None).isoformat()}Z"


def parse_instant(text: object, *, name: str) -> datetime:
    """Return the instant of an RFC 3339 text in UTC with whole seconds and `Z`.

    Raises:
        DocumentError: another form, or a moment that does not exist.
    """
    try:
        if isinstance(text, str) and _INSTANT.fullmatch(text):
            return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise DocumentError(f"{name} is no moment of the calendar") from error
    raise DocumentError(f"{name} is an instant YYYY-MM-DDTHH:MM:SSZ")


def parse_day(text: object, *, name: str) -> date:
    """Return the day of a text `YYYY-MM-DD`, Common Era.

    Raises:
        DocumentError: another form, or a day that does not exist.
    """
    try:
        if isinstance(text, str) and _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError as error:
        raise DocumentError(f"{name} is no day of the calendar") from error
    raise DocumentError(f"{name} is a date YYYY-MM-DD")


def read_string(value: object, *, name: str, limit: int = MAX_TEXT_CHARS) -> str:
    """Return a visible text of at most `limit` characters.

    Raises:
        DocumentError: not a string, too long, empty, not NFC, or with invisible
            characters.
    """
    if not isinstance(value, str) or len(value) > limit:
        raise DocumentError(f"{name} is a string of at most {limit} characters")
    check_text(value, name=name)
    return value


def read_text(value: object, *, name: str) -> Text:
    """Return the text in two languages of an object with `th` and `en`.

    Raises:
        DocumentError: another form.
    """
    if not isinstance(value, dict) or value.keys() != {"th", "en"}:
        raise DocumentError(f"{name} has exactly the members th and en")
    return Text(
        th=read_string(value["th"], name=f"{name}.th"),
        en=read_string(value["en"], name=f"{name}.en"),
    )


def read_integer(value: object, *, name: str, least: int, most: int) -> int:
    """Return an integer within bounds; true and false are none.

    Raises:
        DocumentError: not an integer, or out of bounds.
    """
    if type(value) is not int or not least <= value <= most:
        raise DocumentError(f"{name} is an integer from {least} to {most}")
    return value


def read_status_ref(value: object, *, name: str) -> StatusRef:
    """Return the reference of an object with `list` and `index`.

    Raises:
        DocumentError: another form, or out of range.
    """
    if not isinstance(value, dict) or value.keys() != {"list", "index"}:
        raise DocumentError(f"{name} has exactly the members list and index")
    if any(type(part) is not int for part in value.values()):
        raise DocumentError(f"{name} holds integers")
    return StatusRef(value["list"], value["index"])


def read_id(value: object, *, name: str) -> DocumentId:
    """Return a document id that is written in its one form, upper case.

    Raises:
        DocumentError: another form.
    """
    if not isinstance(value, str) or parse_document_id(value) != value:
        raise DocumentError(f"{name} is a document id in upper case")
    return DocumentId(value)


def read_optional_id(value: object, *, name: str) -> DocumentId | None:
    """Return a document id in upper case, or None for null.

    Raises:
        DocumentError: another form.
    """
    return None if value is None else read_id(value, name=name)


def read_moment(value: object, *, name: str) -> datetime:
    """Return the instant of seconds since the epoch.

    Raises:
        DocumentError: not an integer, or beyond the calendar.
    """
    seconds = read_integer(value, name=name, least=0, most=LAST_SECOND)
    return datetime.fromtimestamp(seconds, UTC)


def read_optional_moment(value: object, *, name: str) -> datetime | None:
    """Return the instant of seconds since the epoch, or None for null.

    Raises:
        DocumentError: not an integer, or beyond the calendar.
    """
    return None if value is None else read_moment(value, name=name)


def epoch_seconds(moment: datetime) -> int:
    """Return an aware instant as whole seconds since the epoch.

    Raises:
        DocumentError: the instant has no time zone.
    """
    return int(utc_seconds(moment).timestamp())
