"""A folder of YAML, as systems that keep submissions in git write them."""

from __future__ import annotations

import pytest

from caresite.submissions.sources.folder import read
from submissions.conftest import MakeIntake, codes, only

PAIRS = zip("abcdefgh", "bcdefghi", strict=True)
BOMB = b"a: &a [x,x,x,x]\n" + b"".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n".encode() for before, name in PAIRS
)


def test_an_entry_of_staticman(make_intake: MakeIntake) -> None:
    head = b"_id: 7b2c9c40-8a15-11ee\n_parent: /best-story/\nname: Ada\nemail: 5d41402abc4b2a76b9719d911017c592\n"
    data = head + b"message: Kind.\ndate: 1790848800\n"
    found = only(read(data, make_intake(type="folder", shown="entry.yml")))
    assert (found.source, found.source_id, found.submitter.name) == ("staticman", "7b2c9c40-8a15-11ee", "Ada")
    assert f"{found.received_at:%Y-%m-%d %H:%M}" == "2026-10-01 10:00"
    assert found.submitter.email == "", "a digest is no address"


@pytest.mark.parametrize("date", ["1790848800000", "2026-10-01T10:00:00Z", "2026-10-01 10:00 +0000"])
def test_dates_in_every_form(date: str, make_intake: MakeIntake) -> None:
    found = only(read(f"story: Kind.\ndate: {date}\n".encode(), make_intake(type="folder", shown="a.yaml")))
    assert f"{found.received_at:%Y-%m-%d %H:%M}" == "2026-10-01 10:00"


def test_a_markdown_file_has_its_words_below(make_intake: MakeIntake) -> None:
    data = b"---\nname: Ada\nrating: 5\ndate: 2026-10-01\n---\n\nThey came.\n\n--- and stayed.\n"
    found = only(read(data, make_intake(type="folder", shown="a.md")))
    assert (found.submitter.name, found.text.rating) == ("Ada", 5)
    assert found.text.body == "They came.\n\n--- and stayed."


def test_a_list_is_several(make_intake: MakeIntake) -> None:
    received = read(
        b"- {story: One., name: Ada}\n- {story: Two., name: Tom}\n", make_intake(type="folder", shown="a.yaml")
    )
    assert [entry.submission.submitter.name for entry in received.entries] == ["Ada", "Tom"]


@pytest.mark.parametrize(
    "data",
    [
        b"!!python/object/apply:os.system ['true']",
        b"a: &a [*a]",
        BOMB,
        b"just words",
        b"story: [",
        b"- 1\n- 2\n",
        b"",
    ],
    ids=["tag", "loop", "bomb", "words", "broken", "numbers", "nothing"],
)
def test_what_is_no_entry_is_one_diagnostic(data: bytes, make_intake: MakeIntake) -> None:
    received = read(data, make_intake(type="folder", shown="a.yaml"))
    assert received.entries == ()
    assert len(codes(received)) == 1
