# SPDX-License-Identifier: Apache-2.0
"""Settings for the register's property tests: no deadline, no timed assertions."""

from hypothesis import settings

settings.register_profile("tra", deadline=None)
settings.load_profile("tra")
