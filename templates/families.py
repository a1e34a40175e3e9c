# SPDX-License-Identifier: Apache-2.0
"""Font families: Sarabun, which comes with Tra, and fonts that lie beside a type.

A family is two files and the size of its letters. Naming one reads nothing; a font
of a type's own is judged by `templates.artwork` before anything is set in it.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Family:
    """Regular and bold of one design. Hashable, so that caches can know it."""

    regular: str
    """File name."""
    bold: str
    scale: float
    """Real size of one official point. The rules for official papers count in points
    of TH Sarabun; letters that are larger at the same size are set smaller."""
    folder: Path | None = None
    """Where the files are; None for the package of Sarabun."""

    def find_file(self, *, bold: bool) -> Path:
        """Return the file of a face."""
        name = self.bold if bold else self.regular
        if self.folder is not None:
            return self.folder / name
        from fontpkg_sarabun import ROOT  # noqa: PLC0415 - nothing is read at import

        return Path(ROOT) / "files" / name


SARABUN = Family(regular="Sarabun-Regular.ttf", bold="Sarabun-Bold.ttf", scale=0.75)
"""Its letters are a third higher than those of TH Sarabun at the same size."""

FAMILIES = {"sarabun": SARABUN}
"""Families that come with Tra, by the name types use."""
