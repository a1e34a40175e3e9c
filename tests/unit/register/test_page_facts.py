# SPDX-License-Identifier: Apache-2.0
"""A fact is found however a page writes it, and never in another fact."""

import time

import pytest

from register.page_facts import find_missing
from verifier.limits import Limits

NAME = "นายสมชาย ใจดี"
LATIN = "Anna-Maria Müller Co., Ltd."


def is_found(fact: str, *pages: str) -> bool:
    return find_missing({"fact": fact}, [[page] for page in pages]) == ()


@pytest.mark.parametrize(
    ("fact", "page"),
    [
        ("1/2569", "เลขที่ ๑/๒๕๖๙"),
        ("1/2569", "เลขที่1/2569หน้า"),
        ("1/2569", "1/2569\r\n๑. ผู้นำเข้า"),
        ("TC-0001/69", "No. TC-๐๐๐๑/๖๙"),
        (NAME, f"อนุญาตให้{NAME}เจ้าของอาคาร"),
        (NAME, "นายสมชาย\r\nใจดี"),
        (NAME, "นายสม\r\nชาย ใจดี"),
        (NAME, "นายสมชาย\u00a0 ใจดี"),
        (NAME, "นาย\u200bสม\u200bชาย ใจดี"),
        (NAME, "น า ย ส ม ช า ย  ใ จ ดี"),
        ("น้ำผึ้ง", "น\u0e49\u0e4d\u0e32ผึ้ง"),
        (LATIN, "ANNA-MARIA MÜLLER CO., LTD."),
        (LATIN, "Anna-\r\nMaria Müller Co., Ltd."),
        (LATIN, "Anna\x02Maria Mül\x02ler Co., Ltd."),
        (LATIN, "Anna\ufffeMaria Müller Co., Ltd."),
        (LATIN, "Anna-Maria Mül-\r\nler Co., Ltd."),
        (LATIN, "Anna\u2011Maria Mu\u0308ller Co., Ltd."),
        ("บริษัท 2 พี่น้อง จำกัด", "บริษัท ๒ พี่น้อง จำกัด"),
    ],
)
def test_a_fact_is_found_as_pages_write_it(fact: str, page: str) -> None:
    assert is_found(fact, page)


@pytest.mark.parametrize(
    ("fact", "page"),
    [
        ("1/2569", "11/2569"),
        ("1/2569", "๑๑/๒๕๖๙"),
        ("1/2569", "1/25690"),
        ("1/2569", "1/2570 2569"),
        ("1/2569", ""),
        ("12-3/2569", "1-23/2569"),
        ("12-3/2569", "123/2569"),
        ("A1/2569", "BA1/2569"),
        (NAME, "นายสมหมาย ใจดี"),
        (NAME, "นายสมชาย อยู่ดี และนายสมหมาย ใจดี"),
        ("John Smith", "John Smithson"),
        ("John Smith", "John, Smith"),
    ],
)
def test_another_fact_is_not_taken_for_it(fact: str, page: str) -> None:
    assert not is_found(fact, page)


def test_each_fact_may_be_on_a_page_of_its_own() -> None:
    pages = [["เลขที่ 1/2569"], ["ข้อความ"], [NAME]]
    assert find_missing({"number": "1/2569", "holder": NAME}, pages) == ()
    assert find_missing({"number": "2/2569", "holder": NAME}, pages) == ("number",)


def test_a_fact_may_be_in_either_order_of_reading() -> None:
    columns = "นายสมชาย ถนนหลวง\nใจดี กรุงเทพ"
    assert not is_found(NAME, columns)
    assert find_missing({"fact": NAME}, [[columns, f"{NAME}\nถนนหลวง กรุงเทพ"]]) == ()


def test_a_fact_may_end_on_the_next_page() -> None:
    assert is_found(NAME, "อนุญาตให้ นายสมชาย", "เลขที่ 1/2569 ใจดี")
    assert not is_found(NAME, "อนุญาตให้ นายสมชาย", "หน้า 2", "ใจดี")
    assert not is_found(NAME, "นาย", "สมชาย ใจดี")


def test_no_page_is_read_once_all_is_found() -> None:
    def pages() -> list[list[str]]:
        raise AssertionError

    def read() -> object:
        yield [f"1/2569 {NAME}"]
        pages()

    assert find_missing({"number": "1/2569", "holder": NAME}, read()) == ()  # type: ignore[arg-type]


@pytest.mark.parametrize("bait", ["1-\n", "1 ", "1\x02", "- \n", "a"])
def test_a_page_made_to_be_slow_is_not(bait: str) -> None:
    """As many characters as a verifier reads, and nearly the fact at their end."""
    most = Limits().max_page_characters
    text = bait * (most // len(bait)) + "1" * 63 + "22"
    begun = time.process_time()
    assert not is_found("1" * 63 + "2", text)
    assert time.process_time() - begun < 5
