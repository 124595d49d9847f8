"""The private store keeps what it is given, whole, once, for one writer at a time, and readable by a person."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from caresite.core.diagnostics import Problem
from caresite.submissions.records import (
    Agreement,
    Evidence,
    Media,
    Moderation,
    Move,
    Retention,
    Spam,
    Submission,
    Submitter,
    Words,
    decisions,
    identify,
)
from caresite.submissions.store import Store
from caresite.submissions.written import decode_record, encode_record

AT = datetime(2026, 10, 1, 14, 2, tzinfo=UTC)


def submission(number: int = 1, **changes: object) -> Submission:
    moves = (Move(at=AT, by="pull", to="received"), Move(at=AT, by="pull", from_="received", to="pending"))
    made = Submission(
        id=f"{number:016x}",
        schema=1,
        source="netlify",
        received_at=AT,
        imported_at=AT,
        raw_sha256="0" * 64,
        submitter=Submitter(name="Ada Quill", email=f"ada{number}@customers.example"),
        text=Words(body="They came at five.\n\nAll of them.", rating=5),
        moderation=Moderation(state="pending", log=moves),
    )
    return replace(made, **changes)


def keep(store: Store, *submissions: Submission) -> None:
    with store.locked():
        for each in submissions:
            assert store.add(each)
    store.close()


# files


def test_a_submission_is_a_file_that_a_person_can_read(store: Store) -> None:
    keep(store, submission())
    text = (store.folder / f"{1:016x}.yaml").read_text("utf-8")
    assert "name: Ada Quill" in text
    assert "body: |-\n    They came at five.\n\n    All of them." in text
    assert "{}" not in text
    assert "README.txt" in {path.name for path in store.folder.iterdir()}


def test_only_the_owner_may_look(store: Store) -> None:
    keep(store, submission())
    for path in (store.folder.parent, store.folder, *store.folder.iterdir()):
        assert not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO), path


def test_git_ignores_the_folder_from_its_first_moment(store: Store) -> None:
    keep(store, submission())
    subprocess.run(["git", "init", "-q", store.root], check=True)
    done = subprocess.run(
        ["git", "-C", store.root, "status", "--porcelain", "--untracked-files=all"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "private" not in done.stdout


LETTERS = st.text(st.characters(blacklist_categories=("Cs",)), max_size=60)


@settings(max_examples=150)
@given(body=LETTERS, name=LETTERS, note=LETTERS, extra=st.dictionaries(LETTERS, LETTERS, max_size=3))
def test_whatever_the_words_are_they_come_back_as_they_were(
    body: str, name: str, note: str, extra: dict[str, str]
) -> None:
    before = submission(
        submitter=Submitter(name=name, display="initials"),
        text=Words(title=note, body=body, rating=4.6, experience_date=date(2026, 2, 1)),
        media=(Media(path="attachments/x.jpg", from_="mail", alt=note),),
        consent=(Agreement(at=AT, method="letter", granted=("publish_text",), wording_id=note),),
        evidence=(Evidence(kind="mail", says=body),),
        spam=Spam(score=1.5, verdict="suspect", reasons=(note,)),
        retention=Retention(erase_after=date(2027, 1, 1)),
        extra=extra,
    )
    assert decode_record(encode_record(before), Submission, "x.yaml") == before


def test_a_damaged_file_is_named_with_its_line_and_the_others_are_read(store: Store) -> None:
    keep(store, submission(1), submission(2), submission(3))
    (store.folder / f"{1:016x}.yaml").write_text("id: [\n", encoding="utf-8")
    text = (store.folder / f"{2:016x}.yaml").read_text("utf-8")
    (store.folder / f"{2:016x}.yaml").write_text(text.replace("name: Ada Quill", "name: 2020"), encoding="utf-8")
    assert list(store.listing()) == [f"{3:016x}"]
    told = {d.span.path.rpartition("/")[2]: (d.span.line, d.message) for d in store.broken}
    assert told[f"{1:016x}.yaml"][0] == 2
    assert "submitter.name" in told[f"{2:016x}.yaml"][1]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("colour: red", "colour"),
        ("schema: one", "schema"),
        ("kind: saga", "kind"),
        ("id: 0000000000000009", "its id is"),
    ],
)
def test_a_field_that_is_not_one_is_an_error_and_not_lost(store: Store, line: str, said: str) -> None:
    keep(store, submission())
    path = store.folder / f"{1:016x}.yaml"
    key = line.partition(":")[0]
    lines = [each for each in path.read_text("utf-8").splitlines() if not each.startswith(f"{key}:")]
    path.write_text("\n".join([line, *lines]), encoding="utf-8")
    with pytest.raises(Problem, match=said):
        store.read(f"{1:016x}")


# adding and changing


def test_what_is_there_is_not_written_over(store: Store) -> None:
    keep(store, submission())
    with store.locked():
        assert not store.add(submission(text=Words(body="Something else.")))
    assert store.read(f"{1:016x}").submission.text.body.startswith("They came")


def test_a_change_must_know_what_it_changes(store: Store) -> None:
    keep(store, submission())
    old, revision = store.read(f"{1:016x}")
    move = Move(at=AT, by="Agnes", from_="pending", to="rejected", reason="off-topic")
    moderation = Moderation(state="rejected", reason="off-topic", log=(*old.moderation.log, move))
    with store.locked():
        store.replace(replace(old, moderation=moderation), revision)
        with pytest.raises(Problem, match="somebody else"):
            store.replace(old, revision)
    assert store.read(f"{1:016x}").submission.moderation.state == "rejected"
    assert [line.to for line in store.journal.lines()] == ["received", "pending", "rejected"]


def test_a_log_only_grows(store: Store) -> None:
    keep(store, submission())
    old, revision = store.read(f"{1:016x}")
    with store.locked(), pytest.raises(ValueError, match="only grows"):
        store.replace(replace(old, moderation=Moderation(state="approved")), revision)


def test_the_log_names_no_customer(store: Store) -> None:
    keep(store, submission())
    log = store.journal.path.read_text("utf-8")
    assert "Ada" not in log
    assert "customers.example" not in log
    assert [json.loads(line)["to"] for line in log.splitlines()] == ["received", "pending"]


def test_a_wording_is_kept_once_by_its_digest(store: Store) -> None:
    with store.locked():
        first, second = store.keep_wording(b"May we?"), store.keep_wording(b"May we?")
    assert first == second
    assert store.wordings() == {first: b"May we?"}


@pytest.mark.parametrize("name", ["../x.jpg", "attachments/../../x.jpg", "x.jpg", "/etc/x.jpg", "attachments/a/b.jpg"])
def test_a_picture_stays_among_the_attachments(store: Store, name: str) -> None:
    with store.locked(), pytest.raises(ValueError, match="attachment"):
        store.add(submission(), [(name, b"x")])


def test_the_digest_of_an_address_needs_the_secret_of_the_store(store: Store, tmp_path: Path) -> None:
    with store.locked():
        one = store.hmac_of("Ada@Customers.Example ")
    again = Store(store.root).hmac_of("ada@customers.example")
    other = Store(tmp_path / "other")
    with other.locked():
        assert one == again != other.hmac_of("ada@customers.example")
    assert store.hmac_of("") == ""


# the listing


def test_the_listing_is_as_good_as_the_files(store: Store) -> None:
    keep(store, *(submission(number) for number in range(1, 6)))
    first = store.listing()
    (store.folder / ".listing").unlink()
    assert Store(store.root).listing() == first
    (store.folder / ".listing").write_bytes(b"\x93nonsense")
    assert Store(store.root).listing() == first


def test_a_file_that_was_edited_by_hand_is_read_again(store: Store) -> None:
    keep(store, submission())
    path = store.folder / f"{1:016x}.yaml"
    path.write_text(path.read_text("utf-8").replace("Ada Quill", "Eda Quill"), encoding="utf-8")  # the same size
    assert Store(store.root).listing()[f"{1:016x}"].name == "Eda Quill"


def test_addresses_and_numbers_in_the_words_are_known_too(store: Store) -> None:
    body = "Write to me at ada.q@elsewhere.example or ring 01632 960 142. It was on 2026-03-01 and cost 1200."
    keep(store, submission(text=Words(body=body), submitter=Submitter(name="Ada Quill", phone="+44 1632 960999")))
    summary = store.listing()[f"{1:016x}"]
    assert summary.emails == ("ada.q@elsewhere.example",)
    assert summary.phones == ("+44 1632 960999", "01632 960 142")


def test_a_name_is_covered_only_while_it_may_be_shown_in_full(store: Store) -> None:
    agreed = Agreement(at=AT, method="letter", granted=("publish_text", "publish_name"))
    full = submission(1, submitter=Submitter(name="Ada Quill", display="full"), consent=(agreed,))
    approved = Moderation(state="approved", log=submission().moderation.log)
    cut = Submitter(name="Ada Quill", display="initials")
    back = Agreement(at=datetime(2026, 10, 2, tzinfo=UTC), method="email-reply", withdrawn=("publish_name",))
    keep(
        store,
        full,
        replace(full, id=f"{2:016x}", moderation=approved),
        replace(full, id=f"{3:016x}", moderation=approved, submitter=cut),
        replace(full, id=f"{4:016x}", moderation=approved, consent=(agreed, back)),
    )
    covered = {item_id: summary.name_covered for item_id, summary in store.listing().items()}
    assert covered == {f"{1:016x}": False, f"{2:016x}": True, f"{3:016x}": False, f"{4:016x}": False}


def test_the_latest_word_on_a_scope_counts() -> None:
    first = Agreement(at=AT, method="form-checkbox", granted=("publish_text", "publish_photo"), denied=("translate",))
    later = Agreement(at=datetime(2026, 11, 1, tzinfo=UTC), method="letter", withdrawn=("publish_photo",))
    assert decisions((later, first)) == {
        "publish_text": "granted",
        "publish_photo": "withdrawn",
        "translate": "denied",
    }


def test_an_id_depends_on_the_source_and_its_own_id_or_on_what_came() -> None:
    assert identify("netlify", "5f85") == identify("netlify", "5f85", {"anything": 1}) != identify("csv", "5f85")
    assert identify("csv", "", [["a", "b"]]) != identify("csv", "", [["a", "c"]])
    assert len(identify("x", "\ud800")) == 16


# one at a time


@contextmanager
def another_writer(root: Path) -> Iterator[None]:
    """Hold the store in another process."""
    code = (
        "import sys; from pathlib import Path; from caresite.submissions.store import Store\n"
        "with Store(Path(sys.argv[1])).locked():\n    print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code, root], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            other.kill()


def test_two_writers_wait_for_each_other_and_a_dead_one_is_not_waited_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("caresite.submissions.files.PATIENCE_SECONDS", 0.3)
    with another_writer(store.root), pytest.raises(Problem, match="another caresite"), store.locked():
        pass
    start = time.monotonic()
    with store.locked():
        assert time.monotonic() - start < 0.3


# put right after a crash


def test_what_an_interrupted_write_left_is_taken_away(store: Store) -> None:
    keep(store, submission())
    (store.folder / ".new-abc").write_bytes(b"half")
    (store.folder / "attachments").mkdir()
    (store.folder / "attachments/.new-def").write_bytes(b"half")
    with Store(store.root).locked():
        assert not list(store.folder.rglob(".new-*"))


def test_a_line_of_the_log_that_was_cut_is_written_again(store: Store) -> None:
    keep(store, submission(1), submission(2))
    log = store.journal.path.read_bytes()
    store.journal.path.write_bytes(log[:-20])
    with Store(store.root).locked():
        assert store.journal.path.read_bytes() == log


def test_a_submission_without_its_lines_in_the_log_gets_them(store: Store) -> None:
    keep(store, submission(1))
    keep(store, submission(2))
    lines = store.journal.path.read_bytes().splitlines(keepends=True)
    store.journal.path.write_bytes(b"".join(lines[:3]))
    with Store(store.root).locked():
        assert sorted(store.journal.path.read_bytes().splitlines()) == sorted(b"".join(lines).splitlines())


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(store, submission())
    old, revision = store.read(f"{1:016x}")
    before = (store.folder / f"{1:016x}.yaml").read_bytes()

    def full_disk(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with store.locked(), pytest.raises(OSError, match="No space"):
        store.replace(replace(old, lang="de"), revision)
    assert (store.folder / f"{1:016x}.yaml").read_bytes() == before
    assert not list(store.folder.glob(".new-*"))


def test_many_at_once_are_kept_once_each_with_their_lines_in_the_log(store: Store) -> None:
    keep(store, submission(3))
    with store.locked():
        many = [submission(number) for number in (1, 2, 2, 3)]
        assert store.add_all((each, ()) for each in many) == {f"{1:016x}", f"{2:016x}"}
    assert store.journal.counts() == {f"{number:016x}": 2 for number in (1, 2, 3)}
    assert len(store.listing()) == 3


def test_many_of_which_one_cannot_be_written_leave_no_halves(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaking(handle: int) -> None:
        if next(calls) == 3:
            raise OSError(28, "No space left on device")

    with store.locked():
        calls = iter(range(100))
        monkeypatch.setattr(os, "fsync", breaking)
        with pytest.raises(OSError, match="No space"):
            store.add_all((submission(number), ()) for number in range(8))
        monkeypatch.undo()
        assert not list(store.folder.glob(".new-*"))
        store.add_all((submission(number), ()) for number in range(8))
    store.close()
    assert len(store.listing()) == 8
    assert store.journal.counts() == {f"{number:016x}": 2 for number in range(8)}
