"""How words are set on a page: lines that a mail program filled are joined, and lines that somebody meant stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caresite.submissions.public import content_file, unwrapped
from caresite.submissions.records import Words
from submissions.deciding import told

ENGLISH = """\
I had walked those boots to pieces on the Pennine Way and three
other shops told me to buy new ones. You kept them a week, put on new soles and
would only take the price of the leather. Nobody at my daughter's wedding knew!

Best wishes,
Joyce"""
GERMAN = """\
Als der Hund den linken Schuh gefressen hatte, sagte die freundliche
Schusterin: bis Freitag. Und am Freitag wusste niemand, welcher der neue
Schuh war.

Vielen Dank
Marc"""


@pytest.mark.parametrize(("words", "lines"), [(ENGLISH, 4), (GERMAN, 4)], ids=["English", "German nouns"])
def test_lines_that_a_mail_program_filled_are_one_paragraph(words: str, lines: int) -> None:
    assert len(unwrapped(words).split("\n")) == lines


@pytest.mark.parametrize(
    "words",
    [
        "Nell mends,\nNell lends,\nnobody ends\nup with a hole.",
        "They did three things for us when nobody else would have cared:\n- they came\n- they stayed\n1. and so on",
        "They came at five in the morning, all of them, in the snow.\nThey stayed until the oven was warm again.",
        "Quill Cycles\n3 Harbour Lane\nHarbour",
        "",
    ],
    ids=["a poem", "a list", "sentences", "an address", "nothing"],
)
def test_lines_that_somebody_meant_stay(words: str) -> None:
    assert unwrapped(words) == words


@given(words=st.text(alphabet="ab \n.", max_size=400))
def test_no_word_is_lost_and_no_paragraph(words: str) -> None:
    assert unwrapped(words).split() == words.split()
    assert unwrapped(unwrapped(words)).split("\n\n") == unwrapped(words).split("\n\n")


def test_a_page_is_set_so() -> None:
    text = content_file(told(text=Words(body=ENGLISH)))[1]
    assert "the Pennine Way and three other shops told me" in text
    assert "Best wishes,\\\nJoyce" in text
