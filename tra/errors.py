# SPDX-License-Identifier: Apache-2.0
"""Errors of the program itself; each is one sentence for the person who typed."""


class TraError(Exception):
    """Base of all errors of the program."""


class NotInitialisedError(TraError):
    """There is no installation in TRA_HOME."""


class UsageError(TraError):
    """What was typed cannot be carried out."""


class DemoError(TraError):
    """The demonstration did not show what it promises."""
