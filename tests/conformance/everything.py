# SPDX-License-Identifier: Apache-2.0
"""A document type with every kind of field and block, to be judged with the others.

What lies beside its type.toml is made here, so that no file has to be kept whose
making nobody sees: a background, a picture with transparency, fonts, a photograph.
"""

import base64
import json
import shutil
from io import BytesIO
from pathlib import Path

from fontpkg_sarabun import ROOT
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

EVERYTHING = "everything"
FONTS = ("Sarabun-Light.ttf", "Sarabun-SemiBold.ttf")
_A4 = (595.28, 841.89)
_ROWS = 30


def make_everything(folder: Path) -> Path:
    """Make the folder of the type within `folder` and return it."""
    made = folder / EVERYTHING
    shutil.copytree(Path(__file__).parent / "types" / EVERYTHING, made)
    for font in FONTS:
        shutil.copyfile(Path(ROOT) / "files" / font, made / font)
    (made / "form.pdf").write_bytes(_draw_background())
    (made / "stamp.png").write_bytes(_draw_stamp())
    sample = json.dumps(_write_sample(), ensure_ascii=False, indent=2)
    (made / "sample.json").write_text(sample, "utf-8")
    return made


def _draw_background() -> bytes:
    """Draw a frame, a tinted band and a faint pattern, without any text."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=_A4)
    canvas.setFillColorRGB(0.93, 0.96, 1)
    canvas.rect(20, 800, 555, 30, stroke=0, fill=1)
    canvas.setStrokeColorRGB(0.2, 0.3, 0.6)
    canvas.rect(20, 20, 555, 810)
    canvas.setFillAlpha(0.1)
    canvas.circle(297, 420, 150, stroke=0, fill=1)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw_stamp() -> bytes:
    """Draw a ring on a transparent ground."""
    image = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((10, 10, 190, 190), outline=(180, 0, 0, 200), width=9)
    return _save(image, "PNG")


def _draw_photo() -> bytes:
    """Draw what stands for a face, with metadata as cameras write them."""
    image = Image.new("RGB", (300, 400), (200, 220, 240))
    ImageDraw.Draw(image).ellipse((75, 80, 225, 280), fill=(224, 172, 105))
    exif = Image.Exif()
    exif[0x0112] = 6  # Orientation: to be turned
    out = BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def _save(image: Image.Image, form: str) -> bytes:
    out = BytesIO()
    image.save(out, form)
    return out.getvalue()


def _write_sample() -> dict[str, object]:
    return {
        "holder_name": "นางสาวน้ำผึ้ง กตัญญูกุล ณ อยุธยา",
        "holder_latin": "Miss Namphueng Katanyukul Na Ayudhya",
        "photo": base64.b64encode(_draw_photo()).decode("ascii"),
        "birth_date": "1990-02-28",
        "home": {
            "house_no": "99/1",
            "moo": "2",
            "soi": "ญาติกา",
            "road": "ฐานเพชร",
            "subdistrict": "น้ำพอง",
            "district": "เมือง",
            "province": "ขอนแก่น",
            "postcode": "40000",
        },
        "level": "high",
        "note": "ปี๊บน้ำมันที่ป้ายนี้ ฐานปูนฎีกา ญาติผู้ใหญ่ " * 12,
        "goods": [
            {
                "item": f"สินค้าที่ {number} แบบ ABC-{number} ขนาดกลาง " * (number % 3 + 1),
                "count": number * 3,
                **({"price": f"{number * 99}.50"} if number % 4 else {}),
            }
            for number in range(1, _ROWS + 1)
        ],
    }
