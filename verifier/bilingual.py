# SPDX-License-Identifier: Apache-2.0
"""Words in both languages as HTML; the stylesheet shows the one that was chosen."""

from collections.abc import Mapping
from html import escape
from typing import cast

from register.document import Text


def both(tag: str, text: Text, css: str = "") -> str:
    """Return an element that says a text in Thai and in English."""
    kind = f' class="{css}"' if css else ""
    return f"<{tag}{kind}>{either(text)}</{tag}>"


def either(text: Text) -> str:
    """Return a text in Thai and in English, for the inside of an element."""
    return (
        f'<span lang="th">{escape(text.th)}</span> '
        f'<span lang="en">{escape(text.en)}</span>'
    )


def read_words(value: object) -> Text:
    """Return the text that a report has as `{"th", "en"}`."""
    members = cast("Mapping[str, str]", value)
    return Text(th=members["th"], en=members["en"])
