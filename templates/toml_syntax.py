# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a file that is not TOML, for people who do not know TOML."""

_TROUBLES = {
    "Expected ']]'": (
        "a bracket is missing",
        "Write two on each side: [[blocks]].",
    ),
    "Expected ']'": (
        "a bracket is missing",
        "Write one on each side: [page].",
    ),
    "Illegal character '\\n'": (
        "a text does not end on the line it begins on",
        'Close it by a quotation mark, ".',
    ),
    "Unterminated string": (
        "a text has no end",
        'Close it by the quotation marks it begins with: "...".',
    ),
    "Unescaped '\\'": (
        "a backslash stands in a text",
        "Write two of them, \\\\, or put the text in single quotation marks.",
    ),
    "Invalid value": (
        "what stands behind = is no value",
        'Write a text in straight quotation marks, "...", a number, or true or false.',
    ),
    "Expected '='": (
        "the = is missing",
        'Write key = "value".',
    ),
    "Expected newline": (
        "something stands behind the value",
        'Write one key on each line, and no quotation mark within a text but \\".',
    ),
    "Unclosed array": (
        "a list has no end, or lacks a comma",
        'Write ["...", "..."], with a comma between.',
    ),
    "Unclosed inline table": (
        "a } or a comma is missing",
        'Write { th = "...", en = "..." } on one line.',
    ),
    "Cannot overwrite": (
        "this key is there twice",
        "Take one of the two away; a further block begins with [[blocks]].",
    ),
    "Cannot declare": (
        "this heading is there twice",
        "Take one away; lists have two brackets, as [[blocks]].",
    ),
    "Invalid statement": (
        "this is neither a key nor a heading",
        'Write key = "value", with a key in letters a to z, or # before a note.',
    ),
}
"""By the beginning of what the tomllib module says."""


def explain_syntax(message: str) -> tuple[str, str]:
    """Return what is wrong and how to put it right, out of a message of tomllib."""
    for beginning, explained in _TROUBLES.items():
        if message.startswith(beginning):
            return explained
    return (
        f"is not valid TOML: {message}",
        "Check quotes, brackets and doubled keys on that line.",
    )
