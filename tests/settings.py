# SPDX-License-Identifier: Apache-2.0
"""What a run of the tests may be told by the environment; without it, always the same.

TRA_TEST_TEXT_SEED: other texts for the text layer, to look for more than a commit
needs to. TRA_TEST_TEXTS: how many of them.
"""

import os

TEXT_SEED = int(os.environ.get("TRA_TEST_TEXT_SEED", "2569"))
TEXTS = int(os.environ.get("TRA_TEST_TEXTS", "10000"))
