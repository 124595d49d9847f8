"""What people mistype, mix up or overlook when they decide: told in a sentence, and nothing is lost by it."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from caresite.submissions.records import Showing
from caresite.submissions.review.answer import own_words, sounds_like_no
from caresite.submissions.store import Store
from submissions.conftest import Run
from submissions.deciding import ID
from submissions.test_decide_commands import given, state

# files


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("approve", ID, "--evidence", "{}/letter.txt"), "save their answer there first"),
        (("withdraw", ID, "--evidence", "{}/nope.eml"), "save their answer there first"),
        (("edit", ID, "--file", "{}/nope.txt"), "save the words there first"),
        (("add", "--file", "{}/nope.txt"), "save what was said there first"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_wrong_file_name_is_told_in_a_sentence(
    arguments: tuple[str, ...], said: str, site: Path, store: Store, run: Run
) -> None:
    given(store)
    there = [each.format(site) for each in arguments]
    done = run(*there)
    assert done.exit_code == 2
    assert f"there is no file or folder “{there[-1]}”" in " ".join(done.output.split())
    assert said in " ".join(done.output.split())
    folder = run(*there[:-1], str(site))
    assert folder.exit_code == 2
    assert "is a folder; name the file in it" in " ".join(folder.output.split())
    assert state(store) == "pending"


@pytest.mark.parametrize("arguments", [("edit", ID, "--file"), ("add", "--file")], ids=["edit", "add"])
def test_words_that_are_no_text_are_told(arguments: tuple[str, ...], site: Path, store: Store, run: Run) -> None:
    given(store)
    (site / "scan.txt").write_bytes(b"\xff\xfe\x00\xd8\x00")
    done = run(*arguments, str(site / "scan.txt"))
    assert done.exit_code == 2
    assert "is not UTF-8 text" in " ".join(done.output.split())


# spam


def test_spam_is_declined_as_spam_and_teaches(store: Store, run: Run) -> None:
    given(store, state="quarantined")
    other = run("reject", ID, "--reason", "off-topic")
    assert other.exit_code == 1
    assert "can only be declined as `spam`" in other.output
    assert f"caresite stories reopen {ID[:6]}" in other.output
    assert "is declined as spam" in run("reject", ID, "--reason", "Spam").output
    assert state(store) == "rejected"
    assert store.listing()[ID].reason == "spam"
    assert run("train").output.startswith("1 decision:")


def test_nothing_is_said_to_erase_itself(store: Store, run: Run) -> None:
    given(store, state="quarantined")
    refused = run("approve", ID).output
    assert "itself" not in refused
    assert f"caresite stories reject {ID} --reason spam" in refused
    assert "caresite stories purge" in refused


def test_what_never_was_on_the_site_does_not_go_from_it(store: Store, run: Run) -> None:
    given(store, state="quarantined")
    assert "site" not in run("reopen", ID).output
    assert run("approve", ID).exit_code == 0
    assert "It is gone from the site with the next build." in run("reopen", ID).output


# answers


@pytest.mark.parametrize(
    "letter",
    [
        "No.",
        "No, please do not print that.",
        "Dear Agnes,\nI’d rather not.",
        "Please don’t publish it. Sorry!",
        "I changed my mind, take it down please.",
        "Bitte nicht abdrucken.",
        "Ich möchte das lieber doch nicht.",
        "Nein danke",
        "Por favor, no lo publiquen.",
        "Prefiero que no.",
    ],
)
def test_letters_that_say_no(letter: str) -> None:
    assert sounds_like_no(own_words(letter.encode()))


@pytest.mark.parametrize(
    "letter",
    [
        "Yes, print it.",
        "No problem, go ahead!",
        "Yes, print it. No need to ask again.",
        "Yes of course.\n\n> Please do not answer to this address.",
        "Yes!\n\nOn Mon, 2 Nov 2026, Corner Bakery wrote:\n> If you do not want it, say no.",
        "Ja, gern.",
        "Sí, claro.",
        "Please don't hesitate to print it.",
    ],
)
def test_letters_that_do_not(letter: str) -> None:
    assert sounds_like_no(own_words(letter.encode())) == ""


def test_a_scan_is_no_text_and_says_nothing() -> None:
    assert own_words(b"%PDF-1.7\n\xe2\xe3\xcf\xd3\x00No") == ""


def test_a_letter_is_shown_and_a_no_in_it_is_told(site: Path, store: Store, run: Run) -> None:
    given(store, state="awaiting_author")
    message = EmailMessage()
    message["From"], message["Subject"] = "Ada Quill <ada@customers.example>", "Re: Your story"
    message.set_content("Dear Agnes,\n\nNo, please do not print that.\n\n> May we publish your words?\n")
    (site / "letter.eml").write_bytes(bytes(message))
    done = run("approve", ID, "--evidence", str(site / "letter.eml"))
    assert done.exit_code == 0
    assert "Their answer:\n  > Dear Agnes,\n  > No, please do not print that." in done.output
    assert "warning[S408] the answer that was kept as a yes says “No, please do not print that.”" in done.output
    assert "May we publish" not in done.output


# twice


def test_what_is_approved_is_not_approved_again(store: Store, run: Run) -> None:
    given(store, showing=Showing())
    run("approve", ID)
    before = store.read(ID)
    again = run("approve", ID)
    assert (again.exit_code, again.output) == (0, f"{ID} is approved already; nothing to do.\n")
    assert store.read(ID) == before


# answers that were put among the stories


def letter(subject: str, body: str, day: int, **headers: str) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = headers.pop("sender", "Ada Quill <ada@customers.example>"), subject
    message["Date"], message["Message-ID"] = (
        f"{day:02} Oct 2026 10:00:00 +0000",
        f"<{day}-{len(body)}@customers.example>",
    )
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    return bytes(message)


STORY = letter("The night the oven died", "They came at five, with the van and the big lamp.", 1)


@pytest.mark.parametrize(
    ("data", "is_answer"),
    [
        (letter("Re: What you told us", "Yes, print it like that.", 4), True),
        (letter("Your letter", "Yes, print it.", 4, In_Reply_To="<x@bakery.example>"), True),
        (letter("Hello", "I have changed my mind.", 4), True),
        (letter("Hallo", "Ich habe es mir anders überlegt.", 4), True),
        (letter("Hola", "Por favor, retiren mi historia.", 4), True),
        (letter("A second story", "Last week they came again, at six.", 4), False),
        (letter("Re: What you told us", "Yes.", 4, sender="Ned <ned@customers.example>"), False),
    ],
    ids=["Re:", "In-Reply-To", "taken back", "German", "Spanish", "another story", "another sender"],
)
def test_what_looks_like_an_answer_is_said_to_be_one(
    data: bytes, is_answer: bool, site: Path, store: Store, run: Run
) -> None:
    run("pull", "-", stdin=STORY)
    first = next(iter(store.listing()))
    done = run("pull", "-", stdin=data)
    new = next(item_id for item_id in store.listing() if item_id != first)
    said = f"noticed: this looks like an answer to {first[:6]}: if it is a yes, `caresite stories approve {first[:6]}"
    assert (said in done.output) == is_answer, done.output
    shown = " ".join(run("show", new).output.split())
    assert (said in shown) == is_answer
    assert state(store, new) == "pending"
    assert "read anew" not in run("pull", "--again", "-", stdin=data).output
