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
    except PdfDecodeLimitError as error:
        raise CheckError(Reason.LIMIT, _describe(error)) from error
    except Exception as error:
        raise CheckError(reason, _describe(error)) from error


def _describe(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:_MAX_DETAIL]


def _silence_library() -> None:
    # The library logs each oddity of a file with a traceback. A service that
    # reads hostile files all day would drown in them; the report says it all.
    for name in _NOISY:
        logger = logging.getLogger(name)
        if logger.level != logging.CRITICAL:
            logger.setLevel(logging.CRITICAL)
