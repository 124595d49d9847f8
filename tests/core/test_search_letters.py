"""Letters of scripts that put no spaces between words, as the search index has them."""

from __future__ import annotations

import pytest

from caresite.core.search_letters import as_search_letters, from_search_letters
from caresite.submissions.leaks.decoding import undone


@pytest.mark.parametrize(
    "text",
    [
        "plain words, ü and ß",
        "自行车（USB 灯）很好。",
        "かがみ",
        "ร้านของเรา 24 ชั่วโมง",
        "공정 무역",
        "<p>自<b>行</b>车</p>",
        "𠮷野家",
        "ꆈꌠ꒿ A",
    ],
)
def test_what_was_cut_reads_as_before(text: str) -> None:
    cut = as_search_letters(text)
    assert from_search_letters(cut) == text
    assert undone(cut) == undone(text)  # so personal data is found in the index as it is on pages


def test_other_scripts_are_not_cut() -> None:
    assert as_search_letters("plain words, ü and ß") == "plain words, ü and ß"


def test_letters_stand_apart_from_each_other_and_from_words() -> None:
    words = as_search_letters("用USB线，好").split()
    assert len(words) == 4
    assert words[1].endswith("USB")
    assert words[2].endswith("，")
