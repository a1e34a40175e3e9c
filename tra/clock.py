# SPDX-License-Identifier: Apache-2.0
"""The one place that reads the machine's clock; everything else is told the time."""

from datetime import UTC, datetime


def system_clock() -> datetime:
    """Return the present moment, UTC, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the one clock
