"""Whatever stories came through, they are in the store once; twice pulled is once kept; nothing is lost in silence."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from caresite.core.diagnostics import Problem
from caresite.core.intake import Form, IncomingSource
from caresite.submissions.entries import Intake
from caresite.submissions.pull import Desk
from caresite.submissions.sources.json_files import SOURCE as JSON
from caresite.submissions.sources.registry import Delivery
from caresite.submissions.spam.rules import SpamLimits
from caresite.submissions.store import Store
from submissions.conftest import NOW, Run, netlify_entry, netlify_json, story_wordings, wording

GOOGLE_CONFIG = """
sources:
  website: {type: netlify, path: in/netlify.json}
  survey:
    type: csv
    path: in/survey.csv
    date_order: day-first
    wording: story-2026-01
    yes: [I agree]
    map: {story: "What happened?", publish_text: "May we print it?"}
  letters: {type: mail, path: in/letters}
"""
SURVEY = (
    "\ufeffTimestamp;Email Address;What happened?;May we print it?;Your name\r\n"
    + "".join(
        f'0{n}/10/2026 13:02;ida{n}@x.example;"They came; on day {n},\r\nand rang ""before"".";I agree;Ida Roe\r\n'
        for n in range(1, 6)
    )
).encode()


def letters() -> dict[str, bytes]:
    found = {}
    words = {
        "utf-8": "Sie kamen um fünf, Ζωή und alle.",
        "iso-8859-1": "Ils sont venus à cinq heures.",
        "cp1252": "“Kind” – all of them.",
    }
    for number, (charset, text) in enumerate(words.items()):
        message = EmailMessage()
        message["From"] = f"Zoë {number} <zoe{number}@customers.example>"
        message["Date"] = "Thu, 01 Oct 2026 10:00:00 +0200"
        message["Message-ID"] = f"<{number}@customers.example>"
        message["Subject"] = "Grüße"
        message.set_content(text, charset=charset, cte="quoted-printable" if number else "base64")
        found[f"{number}.eml"] = bytes(message)
    return found


def ready(site: Path) -> None:
    """Put twelve submissions into the folder `in/`: from Netlify, from a Google form, and by mail."""
    (site / "in/letters").mkdir(parents=True)
    (site / "in/netlify.json").write_bytes(netlify_json(1, 2, 3, 4))
    (site / "in/survey.csv").write_bytes(SURVEY)
    for name, data in letters().items():
        (site / "in/letters" / name).write_bytes(data)
    config = site / "caresite.yaml"
    config.write_text(config.read_text("utf-8") + GOOGLE_CONFIG, encoding="utf-8")


def test_twelve_from_three_sources_are_kept_once(site: Path, store: Store, run: Run) -> None:
    ready(site)
    first = run("pull")
    assert first.exit_code == 0, first.output
    assert "12 new submissions taken in." in first.output
    files = {path.name: path.read_bytes() for path in store.folder.glob("*.yaml")}
    assert len(files) == 12
    second = run("pull")
    assert "Nothing new, 12 there already." in second.output
    assert {path.name: path.read_bytes() for path in store.folder.glob("*.yaml")} == files
    listing = store.listing().values()
    assert sorted(s.source for s in listing) == ["email"] * 3 + ["gforms"] * 5 + ["netlify"] * 4
    assert {s.state for s in listing} == {"pending"}
    bodies = {store.read(s.id).submission.text.body for s in listing}
    assert {
        "Sie kamen um fünf, Ζωή und alle.",
        "“Kind” – all of them.",
        'They came; on day 3,\nand rang "before".',
    } <= bodies


def test_one_source_alone_and_files_by_name(site: Path, store: Store, run: Run) -> None:
    ready(site)
    assert "3 new" in run("pull", "--source", "letters").output
    assert "5 new" in run("pull", "--source", "survey", str(site / "in/survey.csv")).output
    assert "4 new" in run("pull", str(site / "in/netlify.json")).output
    assert "Nothing new, 12 there already." in run("pull").output
    assert "Nothing new" in run("pull", "-", stdin=netlify_json(1)).output


def test_a_dry_run_keeps_nothing(site: Path, store: Store, run: Run) -> None:
    ready(site)
    assert "12 new submissions would be taken in." in run("pull", "--dry-run").output
    assert not store.exists


def test_a_mailbox_folder_and_an_mbox(site: Path, store: Store, run: Run) -> None:
    for part in ("new", "cur", "tmp"):
        (site / "Maildir" / part).mkdir(parents=True)
    first, second, third = letters().values()
    (site / "Maildir/new/1790848800.M1.host").write_bytes(first)
    (site / "Maildir/cur/1790848801.M2.host:2,S").write_bytes(second)
    assert "2 new" in run("pull", str(site / "Maildir")).output
    mbox = b"".join(b"From x Mon Oct  5 10:00:00 2026\n" + data + b"\n" for data in (first, second, third))
    (site / "all.mbox").write_bytes(mbox)
    assert "1 new submission taken in, 2 there already." in run("pull", str(site / "all.mbox")).output
    assert sorted(p.name for p in (site / "Maildir/new").iterdir()) == ["1790848800.M1.host"], "left as it was"


def test_json_of_a_pull_is_for_machines(site: Path, run: Run) -> None:
    answer = json.loads(run("pull", "--json", "-", stdin=netlify_json(1, 2)).output)
    assert (answer["ok"], len(answer["new"]), answer["known"], answer["diagnostics"]) == (True, 2, 0, [])


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("pull",), 2, "there are no `sources`"),
        (("pull", "nowhere.csv"), 2, "no file or folder"),
        (("pull", "--source", "websit"), 1, "no source `websit`"),
        (("show", "abc"), 2, "no submission"),
        (("restore", "nowhere.tar.gz"), 2, "does not exist"),
    ],
)
def test_wrong_use_is_told_in_words(arguments: tuple[str, ...], code: int, said: str, run: Run) -> None:
    done = run(*arguments)
    assert done.exit_code == code
    assert said in done.output


def test_a_file_that_nobody_can_read_is_told(site: Path, run: Run) -> None:
    (site / "x.dat").write_bytes(b"\x89PNG\r\n")
    assert "nobody knows how to read" in run("pull", str(site / "x.dat")).output
    (site / "x.csv").write_bytes(b"a,b\n1,2\n")
    done = run("pull", str(site / "x.csv"))
    assert done.exit_code == 1
    assert "x.csv:2: error[S202] the entry holds no words" in done.output


def test_a_broken_source_does_not_keep_the_others_from_being_read(site: Path, run: Run) -> None:
    ready(site)
    config = site / "caresite.yaml"
    config.write_text(
        config.read_text("utf-8") + "  broken: {type: csv, path: in/survey.csv, form: nowhere}\n", "utf-8"
    )
    done = run("pull")
    assert done.exit_code == 1
    assert "12 new" in done.output
    assert "error[S107] there is no form `nowhere`" in done.output


# once, whatever it came through


def desk_of(site: Path, **more: object) -> tuple[Desk, Intake]:
    intake = Intake(
        now=NOW,
        zone=ZoneInfo("UTC"),
        shown="x",
        source=IncomingSource(type="json"),
        forms={"best-story": Form(consent="story-2026-01")},
        wordings=story_wordings(),
    )
    return Desk(Store(site), SpamLimits(languages=("en",)), **more), intake  # type: ignore[arg-type]


def test_the_same_words_by_another_way_at_the_same_time_are_one(site: Path) -> None:
    desk, intake = desk_of(site)
    by_form = netlify_entry(1)
    by_csv = {"story": by_form["data"]["story"], "email": by_form["data"]["email"], "date": "2026-10-02T14:05:00Z"}
    later = by_csv | {"date": "2026-10-09T14:05:00Z"}
    desk.take(
        JSON,
        [Delivery("a", json.dumps([by_form]).encode()), Delivery("b", json.dumps([by_csv, later]).encode())],
        intake,
    )
    assert len(desk.outcome.arrived) == 2
    assert [twin for _, twin in desk.outcome.twins] == [desk.outcome.arrived[0].id]
    assert "the same sender sent the same words before" in desk.outcome.arrived[1].reasons[0]


def test_two_people_with_the_same_words_are_two_and_it_is_said(site: Path) -> None:
    desk, intake = desk_of(site)
    words = "They came at five and stayed until the oven was warm again."
    entries = [netlify_entry(1, story=words), netlify_entry(2, story=words)]
    desk.take(JSON, [Delivery("a", json.dumps(entries).encode())], intake)
    assert [entry.state for entry in desk.outcome.arrived] == ["pending", "pending"]
    assert "somebody else sent the same words before" in desk.outcome.arrived[1].reasons[0]


def test_what_came_before_a_fault_is_kept(site: Path) -> None:
    desk, intake = desk_of(site)

    def breaking() -> object:
        yield Delivery("page 1", netlify_json(1, 2))
        raise Problem

    desk.take(JSON, breaking(), intake)  # type: ignore[arg-type]
    assert len(desk.outcome.arrived) == 2
    assert len(Store(site).listing()) == 2


def test_the_wording_is_kept_with_the_yes(site: Path, store: Store) -> None:
    desk, intake = desk_of(site)
    desk.take(JSON, [Delivery("a", netlify_json(1))], intake)
    assert store.wordings() == {wording().sha256: wording().data}
    found = store.read(desk.outcome.arrived[0].id).submission
    assert found.consent[0].wording_sha256 == wording().sha256
    assert found.submitter.email_hmac
    assert f"{found.retention.erase_after}" == "2027-02-20"


def test_what_looks_like_spam_is_put_aside_and_kept(site: Path, store: Store) -> None:
    desk, intake = desk_of(site)
    words = "SEO backlinks! Buy followers at https://bit.ly/x and https://spam.example casino https://a.example"
    desk.take(JSON, [Delivery("a", netlify_json(1, story=words))], intake)
    found = store.read(desk.outcome.arrived[0].id).submission
    assert (found.moderation.state, found.spam.verdict) == ("quarantined", "spam")
    assert [move.to for move in found.moderation.log] == ["received", "quarantined"]
    assert f"{found.retention.erase_after}" == "2026-11-29", "seven days"
    assert len(found.spam.reasons) >= 3


def test_a_request_to_take_a_story_down_is_never_put_aside(site: Path, store: Store) -> None:
    desk, intake = desk_of(site)
    entry = netlify_entry(1, story="", request="withdraw", message="https://a.b https://c.d casino viagra seo")
    desk.take(JSON, [Delivery("a", json.dumps(entry | {"form_name": "manage-my-story"}).encode())], intake)
    assert store.read(desk.outcome.arrived[0].id).submission.moderation.state == "pending"


def test_a_picture_in_a_letter_is_drawn_anew_and_other_files_are_told(site: Path, store: Store, run: Run) -> None:
    message = EmailMessage()
    message["From"] = "ada@customers.example"
    message.set_content("They came at five.")
    path = site / "photo.jpg"
    exif = Image.Exif()
    exif[0x010E] = "ada@customers.example"
    Image.new("RGB", (300, 200), (200, 40, 40)).save(path, exif=exif)
    message.add_attachment(path.read_bytes(), maintype="image", subtype="jpeg", filename="../../me.jpg")
    message.add_attachment(b"MZ...", maintype="application", subtype="octet-stream", filename="story.exe")
    message.add_attachment(b"<svg/>", maintype="image", subtype="svg+xml", filename="me.svg")
    message.add_attachment(b"<html>", maintype="image", subtype="jpeg", filename="me2.jpg")
    (site / "letter.eml").write_bytes(bytes(message))
    done = run("pull", str(site / "letter.eml"))
    assert done.exit_code == 0, done.output
    assert done.output.count("warning[S205]") == 3
    found = store.read(next(iter(store.listing()))).submission
    (media,) = found.media
    assert media.path == f"attachments/{found.id}-1.jpg"
    kept = store.attachment(media.path).read_bytes()
    assert b"customers.example" not in kept
    assert b"Exif" not in kept
    assert (media.width_px, media.height_px, media.bytes, media.from_) == (300, 200, len(kept), "mail")


def test_git_that_keeps_the_private_folder_is_an_error(site: Path, run: Run) -> None:
    run("pull", "-", stdin=netlify_json(1))
    git = ("git", "-C", str(site), "-c", "user.email=a@b", "-c", "user.name=a")
    subprocess.run([*git[:3], "init", "-q"], check=True)
    subprocess.run([*git[:3], "add", "-f", "private"], check=True)
    done = run("pull", "-", stdin=netlify_json(2))
    assert done.exit_code == 1
    assert "error[S102] git keeps `private/" in done.output
    assert "1 new" in done.output, "what came is kept all the same"


# killed


PULLER = """
import sys
from pathlib import Path
from caresite.commands.session import Session
from caresite.commands.stories import PullFlags, run_pull
import caresite.submissions.pull as pull, caresite.submissions.spam.rules, disposable_email_domains
from caresite.submissions.sources.registry import load_source
from caresite.core.diagnostics import Span
load_source("json", Span(""))
pull._BATCH = 10
print("ready", flush=True)
run_pull(Session(root=Path(sys.argv[1]), quiet=True), PullFlags(files=(sys.argv[2],)))
print("done", flush=True)
"""
COUNT = 80


@pytest.mark.timeout(400)  # fifty processes, each with its own start
def test_a_kill_at_any_moment_loses_nothing_and_repeats_nothing(site: Path, tmp_path: Path) -> None:
    source = tmp_path / "export.json"
    source.write_bytes(netlify_json(*range(COUNT)))
    _pull(site, source)
    store = Store(site)
    whole = {path.name for path in store.folder.glob("*.yaml")}
    assert len(whole) == COUNT
    rng, partly = random.Random(7), 0
    for _ in range(50):
        for path in [*store.folder.glob("*.yaml"), store.journal.path, store.folder / ".listing"]:
            path.unlink(missing_ok=True)
        _pull(site, source, kill_at=rng.randrange(COUNT), later=rng.uniform(0, 0.003))
        there = {path.name for path in store.folder.glob("*.yaml")}
        partly += 0 < len(there) < COUNT
        killed = Store(site)
        assert set(killed.listing()) == {name.removesuffix(".yaml") for name in there}
        assert not killed.broken
        desk, intake = desk_of(site)
        desk.take(JSON, [Delivery("again", source.read_bytes())], intake)
        assert {path.name for path in store.folder.glob("*.yaml")} == whole
        assert not list(store.folder.glob(".new-*"))
        moves = [(line.id, line.to) for line in store.journal.lines()]
        assert len(moves) == len(set(moves)) == 2 * COUNT
    assert partly >= 10, "the kills came while it was writing"


def _pull(site: Path, source: Path, *, kill_at: int | None = None, later: float = 0.0) -> None:
    """Pull in a process of its own, and kill it `later` seconds after so many submissions are in the store."""
    command = [sys.executable, "-c", PULLER, str(site), str(source)]
    folder = Store(site).folder
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        if kill_at is None:
            assert process.stdout.readline() == b"done\n"
        else:
            while process.poll() is None and sum(1 for _ in folder.glob("*.yaml")) < kill_at:
                pass
            time.sleep(later)
            process.send_signal(signal.SIGKILL)
        process.wait()
