# SPDX-License-Identifier: Apache-2.0
"""Ways to break a PDF: by its bytes, its words, its objects, its cross-references."""

import re
from collections.abc import Callable, Sequence

from tests.fuzz.dice import Dice

Mutation = Callable[[bytearray, Dice, Sequence[bytes]], None]
"""Changes a file in place; the last argument holds the other files of the corpus."""

TOKENS = (
    b"<<", b">>", b"[", b"]", b"<", b">", b"(", b")", b"{", b"}", b"%", b"/",
    b"null", b"true", b" 0 R", b" 0 obj", b"endobj", b"stream\n", b"endstream",
    b"xref\n", b"trailer\n", b"startxref\n", b"%%EOF\n", b"%PDF-1.7\n", b"/Type",
    b"/Catalog", b"/Pages", b"/Page", b"/Kids", b"/Count", b"/Parent", b"/Root",
    b"/Prev", b"/Size", b"/XRefStm", b"/W", b"/Index", b"/Encrypt", b"/ID",
    b"/Info", b"/Length", b"/Filter", b"/FlateDecode", b"/LZWDecode",
    b"/ASCII85Decode", b"/ASCIIHexDecode", b"/RunLengthDecode", b"/DCTDecode",
    b"/Crypt", b"/JBIG2Decode", b"/DecodeParms", b"/Predictor 15", b"/Columns",
    b"/ObjStm", b"/XRef", b"/N", b"/First", b"/Extends", b"/AcroForm", b"/Fields",
    b"/SigFlags", b"/FT", b"/Sig", b"/V", b"/T", b"/Annots", b"/ByteRange",
    b"/ByteRange [0 0 0 0]", b"/Contents", b"/Contents <00>", b"/SubFilter",
    b"/ETSI.CAdES.detached", b"/adbe.pkcs7.detached", b"/ETSI.RFC3161",
    b"/adbe.pkcs7.sha1", b"/adbe.x509.rsa_sha1", b"/DocTimeStamp", b"/Perms",
    b"/DocMDP", b"/TransformParams", b"/P 1", b"/P 3", b"/Reference", b"/FieldMDP",
    b"/UR3", b"/DSS", b"/VRI", b"/Certs", b"/CRLs", b"/OCSPs", b"/Names",
    b"/EmbeddedFiles", b"/EF", b"/UF", b"/AF", b"/Metadata", b"/StructTreeRoot",
    b"/OpenAction", b"/JavaScript", b"/JS", b"/Launch", b"/URI", b"/GoToR",
    b"/XFA", b"/F", b"/OCProperties", b"/MarkInfo",
)  # fmt: skip
_NUMBERS = (
    b"0", b"1", b"-1", b"2", b"255", b"65535", b"65536", b"2147483647", b"2147483648",
    b"4294967295", b"4294967296", b"9223372036854775807", b"99999999999999999999",
    b"1" * 400, b"1.5", b"-0", b"+1", b"1e9",
)  # fmt: skip
_NUMBER = re.compile(rb"\d+")
_NAME = re.compile(rb"/[A-Za-z0-9.]+")
_OBJECT = re.compile(rb"(\d+) (\d+) obj\b(.*?)\bendobj", re.DOTALL)
_ROW = re.compile(rb"\d{10} \d{5} [nf]")
_MAX_BYTES = 2_000_000


def flip_a_bit(data: bytearray, dice: Dice, _: Sequence[bytes]) -> None:
    """Flip one bit."""
    data[dice.below(len(data))] ^= 1 << dice.below(8)


def set_bytes(data: bytearray, dice: Dice, _: Sequence[bytes]) -> None:
    """Overwrite a few bytes."""
    at, length = dice.below(len(data)), dice.between(1, 8)
    data[at : at + length] = dice.bytes(length)


def insert_bytes(data: bytearray, dice: Dice, _: Sequence[bytes]) -> None:
    """Insert a few bytes, or many of one kind."""
    at = dice.below(len(data) + 1)
    new = dice.bytes(dice.between(1, 16))
    data[at:at] = new if dice.below(2) else new[:1] * dice.between(1, 5_000)


def delete_bytes(data: bytearray, dice: Dice, _: Sequence[bytes]) -> None:
    """Take a stretch out."""
    at = dice.below(len(data))
    del data[at : at + dice.between(1, dice.one_of((4, 64, 4096)))]


def truncate(data: bytearray, dice: Dice, _: Sequence[bytes]) -> None:
    """Cut the end off, often just behind an end of file or of an object."""
    ends = [m.end() for m in re.finditer(rb"%%EOF\r?\n?|endobj\n?", data)]
    at = dice.one_of(ends) if ends and dice.below(2) else dice.below(len(data))
    del data[at:]


def repeat_bytes(data: bytearray, dice: Dice, _: Sequence[bytes]) -> None:
    """Copy a stretch to another place."""
    at, length = dice.below(len(data)), dice.one_of((8, 100, 1000, 20_000))
    where = dice.below(len(data) + 1)
    data[where:where] = data[at : at + length]


def splice(data: bytearray, dice: Dice, others: Sequence[bytes]) -> None:
    """Put a stretch of another file in."""
    other, length = dice.one_of(others), dice.one_of((50, 500, 5_000))
    at, where = dice.below(len(other)), dice.below(len(data) + 1)
    data[where : where + dice.below(2) * length] = other[at : at + length]


def append_file(data: bytearray, dice: Dice, others: Sequence[bytes]) -> None:
    """Put a whole file, or the end of one, behind this one."""
    other = dice.one_of(others)
    data += other[dice.below(2) * dice.below(len(other)) :]


def write_token(data: bytearray, dice: Dice, _: Sequence[bytes]) -> None:
    """Insert a word of the language, or write it over something."""
    token, at = dice.one_of(TOKENS), dice.below(len(data))
    data[at : at + dice.below(2) * len(token)] = token


def change_number(data: bytearray, dice: Dice, _: Sequence[bytes]) -> None:
    """Change one number, where it may be with another of its length."""
    match = _pick(_NUMBER, data, dice)
    if match is None:
        return
    new = dice.one_of(_NUMBERS)
    if dice.below(2):
        value = int(match[0][:18]) + dice.between(-2, 2)
        new = str(max(0, value)).zfill(len(match[0])).encode()
    data[match.start() : match.end()] = new


def change_name(data: bytearray, dice: Dice, _: Sequence[bytes]) -> None:
    """Change one name into another that the file has."""
    match, other = _pick(_NAME, data, dice), _pick(_NAME, data, dice)
    if match is not None and other is not None:
        data[match.start() : match.end()] = other[0]


def delete_object(data: bytearray, dice: Dice, _: Sequence[bytes]) -> None:
    """Blank an object out, so that all others stay where they are."""
    match = _pick(_OBJECT, data, dice)
    if match is not None:
        data[match.start() : match.end()] = b" " * (match.end() - match.start())


def swap_objects(data: bytearray, dice: Dice, _: Sequence[bytes]) -> None:
    """Let one object say what another says."""
    match, other = _pick(_OBJECT, data, dice), _pick(_OBJECT, data, dice)
    if match is not None and other is not None:
        data[match.start(3) : match.end(3)] = other[3]


def update_object(data: bytearray, dice: Dice, others: Sequence[bytes]) -> None:
    """Append a proper revision in which one object says what another says."""
    match = _pick(_OBJECT, data, dice)
    source = data if dice.below(3) else bytearray(dice.one_of(others))
    other = _pick(_OBJECT, source, dice)
    if match is None or other is None:
        return
    body = bytearray(other[3])
    if dice.below(2):
        dice.one_of((change_number, change_name, write_token))(body or data, dice, ())
    number = int(match[1])
    previous = re.findall(rb"startxref\s+(\d{1,12})", data)
    roots = re.findall(rb"/Root\s+(\d+ \d+ R)", data)
    data += b"\n"
    start = len(data)
    data += b"%d 0 obj" % number + bytes(body) + b"endobj\n"
    xref = len(data)
    data += b"xref\n%d 1\n%010d 00000 n \n" % (number, start)
    data += b"trailer\n<</Size %d/Root %s/Prev %s>>\nstartxref\n%d\n%%%%EOF\n" % (
        dice.one_of((number + 1, 100_000)),
        roots[-1] if roots else b"1 0 R",
        previous[-1] if previous and dice.below(8) else b"%d" % xref,
        xref,
    )


def change_reference_row(data: bytearray, dice: Dice, _: Sequence[bytes]) -> None:
    """Let a row of a cross-reference table point elsewhere."""
    match, other = _pick(_ROW, data, dice), _pick(_ROW, data, dice)
    if match is None or other is None:
        change_number(data, dice, ())
        return
    free = b"%010d %05d %s" % (dice.below(len(data)), dice.below(3), b"n")
    data[match.start() : match.end()] = dice.one_of((other[0], free))


def change_trailer(data: bytearray, dice: Dice, _: Sequence[bytes]) -> None:
    """Change a number near the words that say how to read the file."""
    words = rb"(?:startxref|/Prev|/Size|/XRefStm|/Root|/Index|/W|/Length|/N|/First)"
    match = _pick(re.compile(words + rb"[\s\[]*(\d+)"), data, dice)
    if match is not None:
        new = dice.one_of((*_NUMBERS, b"%d" % dice.below(len(data))))
        data[match.start(1) : match.end(1)] = new


MUTATIONS: tuple[Mutation, ...] = (
    flip_a_bit, flip_a_bit, flip_a_bit, set_bytes, insert_bytes, delete_bytes, truncate,
    repeat_bytes, splice, append_file, write_token, write_token, change_number,
    change_number, change_name, delete_object, swap_objects, update_object,
    update_object, change_reference_row, change_trailer, change_trailer,
)  # fmt: skip
"""What is done to files; what stands here twice is done twice as often."""


def mutate(data: bytes, dice: Dice, others: Sequence[bytes]) -> tuple[bytes, list[str]]:
    """Return a changed file, and what was done to it."""
    changed, done = bytearray(data), []
    for _ in range(1 if dice.below(2) else dice.between(2, 4)):
        mutation = dice.one_of(MUTATIONS)
        if not changed or len(changed) > _MAX_BYTES:
            break
        mutation(changed, dice, others)
        done.append(mutation.__name__)
    return bytes(changed), done


def _pick(
    pattern: re.Pattern[bytes], data: bytes | bytearray, dice: Dice
) -> re.Match[bytes] | None:
    found = list(pattern.finditer(bytes(data)))
    return dice.one_of(found) if found else None
