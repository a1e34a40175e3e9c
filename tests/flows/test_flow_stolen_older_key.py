# SPDX-License-Identifier: Apache-2.0
"""The key that was stolen is not the one that signs: it was replaced long ago."""

from pathlib import Path

from tests.console import Console

SAMPLE = Path(__file__).parents[2] / "templates/business_licence/sample.json"
SINCE = ("--since", "2026-01-01T00:00+07:00")


def test_the_first_key_of_a_label_is_stopped_after_it_was_replaced(
    tmp_path: Path,
) -> None:
    console = Console({"TRA_HOME": str(tmp_path / "data")})
    console.says("init", "--seal", "ES256", "--type", "business_licence")
    pdf = tmp_path / "a.pdf"
    issued = console.tells("issue", "business_licence", SAMPLE, "-o", pdf)
    console.says("keys", "rotate", "seal-TRADE")

    # The label alone means the key that signs; the other one is named, not hidden.
    said = console.says("keys", "compromise", "seal-TRADE", *SINCE)
    assert "Key seal-TRADE.2 signs no more" in said
    assert "`tra keys compromise seal-TRADE.1 --since" in said
    assert console.run("verify", pdf)[0] == 0

    told = console.tells("keys", "compromise", "seal-TRADE.1", *SINCE)
    assert told["key"] == "seal-TRADE"
    assert told["not_stopped"] == []
    assert [one["id"] for one in told["documents"]] == [issued["id"]]
    code, said, _ = console.run("verify", pdf)
    assert (code, "key_compromised" in said) == (12, True)

    # The same name leads to what it has made; another one says what there is.
    affected = console.tells("keys", "affected", "seal-TRADE.1")
    assert [one["id"] for one in affected["documents"]] == [issued["id"]]
    assert console.tells("keys", "affected", "seal-TRADE.2")["documents"] == []
    unknown = console.fails("keys", "compromise", "seal-TRADE.7", *SINCE)
    assert "seal-TRADE.1, seal-TRADE.2" in unknown
