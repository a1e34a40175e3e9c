# SPDX-License-Identifier: Apache-2.0
"""Lines of Thai end where a careful typist would end them, at every width.

The examples are the wordings of official papers; the properties hold for made-up
texts as well.
"""

import itertools

import pytest
from pythainlp.corpus.common import thai_words
from pythainlp.tokenize import word_tokenize

from templates.families import SARABUN
from templates.fonts import Shape, load_face
from templates.lines import set_lines
from templates.spelling import find_fault
from templates.words import Run, split_clusters
from tests.settings import TEXT_SEED
from tests.thai_text import TextMaker

NEVER_FIRST = set("ะัาำิีึืฺุู็่้๊๋์ํ๎ๅๆฯ)]}”’»,.;:!?%")
NEVER_LAST = set("เแโใไ([{“‘«")
PARAGRAPH = (
    "ให้ไว้ ณ วันที่ ๒๖ พฤศจิกายน พ.ศ. ๒๕๔๙ ตามพ.ร.บ.ควบคุมอาคาร มาตรา ๑๒ (๓) และข้อ ๕ (๑) (ก) "
    "โดย ร.ต.อ. สมชาย ใจดี เลขที่ ๑๒๓/๒๕๖๔ ตามหนังสือที่ มท 0805.2/ว 3482 และ ปจ 51021/5960 "
    "เลขประจำตัว ๑-๑๑๒๐-๓๔๕๖๓-๕๖-๒ เลขที่ 33/4 ถนนพระราม 9 แขวงห้วยขวาง เขตห้วยขวาง "
    "กรุงเทพมหานคร 10310 โทร. ๐๒ ๑๒๓ ๔๕๖๗ หรือ 0-2123-4567 ต่อ 12 พื้นที่ ๔๕๐ ตารางเมตร "
    "ค่าธรรมเนียม ๑๐,๐๐๐ บาท (หนึ่งหมื่นบาทถ้วน) ภายใน ๓๐ วัน เวลา ๒๒.๐๐ น. ถึง ๐๕.๐๐ น. "
    "ร้อยละ ๕ ขนาด ๓.๕ กิโลวัตต์ สิ่งของต่าง ๆ ฯลฯ ในกรุงเทพฯ “ร้านค้าตัวอย่าง (สาขา ๒)” "
    "ณ ก.พ. และ ก.พ.ร. ติดต่อ somchai_j@agency.go.th หรือ https://verify.go.th/V/K3XQ7 "
    "ตั้งแต่ ๑ ก.พ. ๒๕๖๙ ระหว่าง ๑๐ - ๒๐ คน ปริมาตร 25 ลบ.ม. รุ่น MK2-550 มี ๒ เครื่อง "
    "ตั้งอยู่ ตำบลโคกกรวด อำเภอเมืองนครราชสีมา จังหวัดพระนครศรีอยุธยา (ถนนสุรนารายณ์) นายวรวุฒิ"
)
TOGETHER = (
    *("๒๖ พฤศจิกายน", "พ.ศ. ๒๕๔๙", "พ.ร.บ.ควบคุม", "มาตรา ๑๒ (๓)", "ข้อ ๕ (๑) (ก)"),
    *("ร.ต.อ.", "เลขที่ ๑๒๓/๒๕๖๔", "มท 0805.2/ว 3482", "ปจ 51021/5960"),
    *("๑-๑๑๒๐-๓๔๕๖๓-๕๖-๒", "เลขที่ 33/4", "พระราม 9", "กรุงเทพมหานคร 10310"),
    *("โทร. ๐๒ ๑๒๓ ๔๕๖๗", "0-2123-4567", "ต่อ 12", "๔๕๐ ตารางเมตร", "๑๐,๐๐๐ บาท"),
    *("๓๐ วัน", "๒๒.๐๐ น.", "๐๕.๐๐ น.", "ร้อยละ ๕", "๓.๕ กิโลวัตต์", "ต่าง ๆ ฯลฯ"),
    *("กรุงเทพฯ", "“ร้าน", "(สาขา ๒)”", "ก.พ.", "ก.พ.ร.", "somchai_j@agency.go.th"),
    *("https://verify.go.th/V/K3XQ7", "๑ ก.พ. ๒๕๖๙", "๑๐ - ๒๐ คน"),
    *("25 ลบ.ม.", "MK2-550", "๒ เครื่อง"),
    *("ตำบลโคกกรวด", "อำเภอเมืองนครราชสีมา", "จังหวัดพระนครศรีอยุธยา"),
    *("(ถนนสุรนารายณ์)", "นายวรวุฒิ", "ณ วันที่", "ณ ก.พ.", "บาทถ้วน"),
)


def set_text(text: str, width: float, *, whole: bool = False) -> list[str]:
    """Set a text in 12 points; return its lines."""
    lines = set_lines((SARABUN, 12), (Run(text, whole=whole),), width)
    return [line.text for line in lines]


@pytest.mark.parametrize("width", range(200, 500, 3))
def test_what_belongs_together_stays_on_one_line(width: int) -> None:
    lines = set_text(PARAGRAPH, width)
    assert "".join(lines) == PARAGRAPH
    torn = [
        phrase
        for phrase in TOGETHER
        if sum(line.count(phrase) for line in lines) < PARAGRAPH.count(phrase)
    ]
    assert torn == []


@pytest.mark.parametrize("width", [70, 110, 180, 300])
def test_no_line_begins_or_ends_with_what_may_not(width: int) -> None:
    maker = TextMaker(TEXT_SEED, 2)
    for text in (PARAGRAPH, *(maker.text() for _ in range(400))):
        lines = set_text(text, width)
        assert "".join(line.removesuffix("\n") for line in lines) == text
        assert [line for line in lines[1:] if line[0] in NEVER_FIRST | {" "}] == []
        assert [line for line in lines[:-1] if line.strip()[-1] in NEVER_LAST] == []


def test_lines_break_between_words_of_the_dictionary() -> None:
    """No line ends within a word that the dictionary found, or within a letter."""
    words = thai_words()
    listed = sorted(word for word in words if find_fault(word) is None)
    maker = TextMaker(TEXT_SEED, 3)
    texts = [PARAGRAPH] + [
        "".join(maker.pick(listed) + maker.pick(("", "", " ")) for _ in range(20))
        for _ in range(300)
    ]
    for text in texts:
        found = word_tokenize(text, engine="newmm", keep_whitespace=True)
        ends = set(itertools.accumulate(map(len, found)))
        letters = set(itertools.accumulate(map(len, split_clusters(text))))
        for width in (240, 280, 330):
            at = 0
            for line in set_text(text, width):
                at += len(line)
                assert at in letters, line
                found_there = at in ends or is_between_words(text, at, ends, words)
                assert found_there, line


def is_between_words(text: str, at: int, ends: set[int], words: frozenset[str]) -> bool:
    """Tell whether a phrase of the dictionary is divided into words of its own."""
    if text[at - 1] == " ":
        return True
    start = max((end for end in ends if end < at), default=0)
    end = min(end for end in ends if end > at)
    return can_be_words(text[start:at], words) and can_be_words(text[at:end], words)


def can_be_words(text: str, words: frozenset[str]) -> bool:
    if not text:
        return True
    return any(
        text[:size] in words and can_be_words(text[size:], words)
        for size in range(1, len(text) + 1)
    )


@pytest.mark.parametrize(
    ("name", "width", "lines"),
    [
        ("นายสมชาย ใจดี", 60, ["นายสมชาย ", "ใจดี"]),
        ("นางสาวกานดา รักษ์ไทย", 80, ["นางสาวกานดา ", "รักษ์ไทย"]),
        ("หม่อมราชวงศ์วิมลรัตน์ เทวกุล", 130, ["หม่อมราชวงศ์วิมลรัตน์ ", "เทวกุล"]),
        ("ม.ล.ปิ่น มาลากุล", 60, ["ม.ล.ปิ่น ", "มาลากุล"]),
        ("ร.ต.อ.หญิง น้ำผึ้ง เกี๊ยวกุ้ง", 100, ["ร.ต.อ.หญิง น้ำผึ้ง ", "เกี๊ยวกุ้ง"]),
        ("พระครูวินัยธร", 120, ["พระครูวินัยธร"]),
    ],
)
def test_a_name_breaks_only_at_its_spaces(
    name: str, width: float, lines: list[str]
) -> None:
    assert set_text(name, width, whole=True) == lines


@pytest.mark.parametrize("width", range(60, 330, 2))
def test_a_name_goes_to_the_next_line_whole(width: int) -> None:
    runs = (Run("อนุญาตให้ "), Run("นายสมชาย ใจดี", whole=True), Run(" ประกอบกิจการ"))
    lines = [line.text for line in set_lines((SARABUN, 12), runs, width)]
    whole = any("นายสมชาย ใจดี" in line for line in lines)
    narrow = set_lines((SARABUN, 12), (runs[1],), 1000)[0].width > width
    assert whole or narrow
    assert any("นายสมชาย" in line for line in lines)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("ต่าง ๆ", 20, ["ต่า", "ง ๆ"]),
        ("ก" * 8, 30, ["กกกก", "กกกก"]),
        ("((((((((ก", 12, ["(((", "(((", "((", "ก"]),
        ("เกี๊ยว", 14, ["เกี๊", "ยว"]),
        ("1234567890", 30, ["1234", "5678", "90"]),
    ],
)
def test_in_a_narrow_column_letters_stay_whole(
    text: str, width: float, lines: list[str]
) -> None:
    assert set_text(text, width) == lines


def test_a_text_wider_than_its_column_is_never_cut_off() -> None:
    maker = TextMaker(TEXT_SEED, 4)
    for _ in range(100):
        text = maker.text().replace(" ", "")
        lines = set_lines((SARABUN, 12), (Run(text),), 40)
        assert "".join(line.text.removesuffix("\n") for line in lines) == text
        assert all(line.width <= 40.02 for line in lines)


@pytest.mark.parametrize(
    ("text", "opening", "closing"),
    [
        ('ชื่อ "ร้านค้า ตัวอย่าง" จำกัด', '"ร้าน', 'ตัวอย่าง"'),
        ("ชื่อ 'ร้านค้า' และ 'สาขา'", "'ร้าน", "ค้า'"),
        ("ชื่อ “ร้านค้า” (เดิม)", "“ร้าน", "(เดิม)"),
        ("ราคา ฿๑๐๐ (หนึ่งร้อยบาทถ้วน)", "฿๑๐๐", "ถ้วน)"),
    ],
)
def test_quotes_and_brackets_hold_on_to_their_words(
    text: str, opening: str, closing: str
) -> None:
    for width in range(45, 200, 3):
        lines = set_text(text, width)
        assert any(opening in line for line in lines), lines
        assert any(closing in line for line in lines), lines


@pytest.mark.parametrize("letter", ["W", "i", "x\u0302", "ฟื้"])
@pytest.mark.parametrize("width", [15, 60, 400])
def test_a_word_longer_than_the_line_fills_every_line(
    letter: str, width: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    face = load_face(SARABUN, bold=False)
    shape, shaped = face.shape, list[int]()

    def count(text: str) -> Shape:
        shaped.append(len(text))
        return shape(text)

    monkeypatch.setattr(face, "shape", count)
    text = letter * 3000
    *lines, last = set_lines.__wrapped__((SARABUN, 12), (Run(text),), width)
    assert "".join(line.text for line in (*lines, last)) == text
    assert len({line.text for line in lines}) == 1
    assert lines[0].width <= width < shape(lines[0].text + letter).width * 12 / 1000
    assert last.text == last.text[: len(lines[0].text)]
    # Measured some times, and not anew for each of its lines.
    assert sum(shaped) < 100 * len(text)


@pytest.mark.parametrize("text", ["เ W", "เ ก", "เเW- ", "- ", "W ก", "เ - ๆ"])
@pytest.mark.parametrize("width", [12.5, 20, 200])
def test_odd_single_letters_lose_nothing(text: str, width: float) -> None:
    lines = set_text(text, width)
    assert "".join(line.removesuffix("\n") for line in lines) == text
