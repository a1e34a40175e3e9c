# SPDX-License-Identifier: Apache-2.0
"""Turns whatever a parser does with hostile input into a reason.

A file made to break parsers may raise anything, from AssertionError to
RecursionError, at any depth. None of that may reach a user as an error of the
service, and none of it may be taken for a pass.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from pyhanko.pdf_utils.misc import PdfDecodeLimitError

from verifier.errors import CheckError
from verifier.reasons import Reason

_MAX_DETAIL = 300
_MAX_CAUSES = 20
_NOISY = ("pyhanko", "pyhanko_certvalidator")


@contextmanager
def reading_hostile_input(reason: Reason) -> Iterator[None]:
    """Let only CheckError out of the block; anything else becomes this reason.

    Raises:
        CheckError: what the block raised, or `reason` for any other exception.
        CheckError: a limit on unpacked data was exceeded.
    """
    _silence_library()
    try:
        yield
    except CheckError:
        raise
    except Exception as error:
        check_within_limits(error)
        raise CheckError(reason, _describe(error)) from error


def check_within_limits(error: BaseException) -> None:
    """Check that an error does not come from a limit, however it was wrapped.

    Raises:
        CheckError: LIMIT: too much was unpacked, or memory has run out.
    """
    cause: BaseException | None = error
    for _ in range(_MAX_CAUSES):
        if isinstance(cause, (PdfDecodeLimitError, MemoryError)):
            raise CheckError(Reason.LIMIT, _describe(cause)) from error
        if cause is None:
            return
        cause = cause.__cause__ or cause.__context__


def _describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:_MAX_DETAIL]


def _silence_library() -> None:
    # The library logs each oddity of a file with a traceback. A service that
    # reads hostile files all day would drown in them; the report says it all.
    for name in _NOISY:
        logger = logging.getLogger(name)
        if logger.level != logging.CRITICAL:
            logger.setLevel(logging.CRITICAL)
