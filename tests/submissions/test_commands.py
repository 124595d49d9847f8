"""The commands around the store: writing one down, looking, taking copies away and bringing them back."""

from __future__ import annotations

import csv
import io
import json
import stat
import tarfile
from pathlib import Path

import pytest

from caresite.submissions.store import Store
from submissions.conftest import Run, netlify_json, wording


def first(store: Store) -> str:
    return next(iter(store.listing()))


# by hand


def test_a_story_told_on_the_telephone_is_written_down(store: Store, run: Run) -> None:
    words = "They came at five.\n\nAll of them."
    who = ("--name", "Ada Quill", "--display", "first-initial", "--role", "Nurse", "--relation", "client")
    agreed = ("--consent", "publish_text", "--consent", "contact_back", "--wording", "story-2026-01", "--of-age")
    done = run(
        "add", "--via", "phone", "--date", "2026-10-01", "--by", "Agnes", "--incentive", "", *who, *agreed, stdin=words
    )
    assert done.exit_code == 0, done.output
    found = store.read(first(store)).submission
    assert (found.source, found.text.body, found.submitter.role) == ("manual", words, "Nurse")
    assert (found.submitter.relation, found.submitter.age, found.incentive.given) == ("client", "of-age", False)
    assert f"{found.received_at:%Y-%m-%d %H:%M}" == "2026-09-30 23:00", "the day in London"
    (agreement,) = found.consent
    assert agreement.method == "recorded-call"
    assert agreement.granted == ("publish_text", "contact_back", "publish_name")
    assert (agreement.wording_id, agreement.wording_sha256) == ("story-2026-01", wording().sha256)
    assert store.wordings() == {wording().sha256: wording().data}
    assert [(line.to, line.by) for line in store.journal.lines()] == [("received", "Agnes"), ("pending", "Agnes")]


def test_the_same_call_is_written_down_once(store: Store, run: Run) -> None:
    call = ("add", "--text", "They came.", "--name", "Ada", "--date", "2026-10-01")
    assert run(*call).exit_code == 0
    again = run(*call)
    assert again.exit_code == 1
    assert f"It is there already, as {first(store)}." in again.output
    assert len(store.listing()) == 1


def test_a_letter_from_a_file(site: Path, store: Store, run: Run) -> None:
    (site / "letter.txt").write_text("Dear all,\n\nkind.", encoding="utf-8")
    answer = json.loads(
        run("add", "--json", "--via", "letter", "--file", str(site / "letter.txt"), "--rating", "5").output
    )
    found = store.read(answer["id"]).submission
    assert (found.text.body, found.text.rating, found.consent) == ("Dear all,\n\nkind.", 5, ())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--text", "x", "--file", "y"), "not both"),
        (("--text", "  "), "no words"),
        (("--text", "x", "--display", "loud"), "not a way to show a name"),
        (("--text", "x", "--date", "05/03/2026"), "cannot be told apart"),
        (("--text", "x", "--consent", "publish_txt"), "did you mean “publish_text”?"),
        (("--text", "x", "--consent", "publish_text", "--wording", "story-2026"), "did you mean “story-2026-01”?"),
        (("--text", "x", "--via", "pigeon"), "Invalid value"),
    ],
)
def test_wrong_use_is_told_in_words(arguments: tuple[str, ...], said: str, store: Store, run: Run) -> None:
    done = run("add", *arguments)
    assert done.exit_code == 2
    assert said in done.output
    assert not store.exists


# looking


def test_the_list_in_every_form(store: Store, run: Run) -> None:
    assert "Nothing there." in run("list").output
    run("pull", "-", stdin=netlify_json(1, 2, 3))
    run("pull", "-", stdin=netlify_json(4, story="casino viagra seo https://bit.ly/x https://a.b"))
    table = run("list").output.splitlines()
    assert len(table) == 5
    assert table[-1] == "4 submissions: 3 pending, 1 quarantined"
    assert table[0].split()[2] > table[3].split()[2], "newest first"
    assert len(run("list", "quarantined").output.splitlines()) == 2
    rows = list(csv.DictReader(io.StringIO(run("list", "--format", "csv").output)))
    assert {row["state"] for row in rows} == {"pending", "quarantined"}
    data = json.loads(run("list", "--json").output)
    assert {entry["id"] for entry in data} == set(store.listing())


def test_one_is_shown_by_the_beginning_of_its_id(store: Store, run: Run) -> None:
    run("pull", "-", stdin=netlify_json(1))
    item_id = first(store)
    shown = run("show", item_id[:5]).output
    for words in (
        "Ada Quill 1",
        "ada1@customers.example",
        "name shown:   first-initial",
        "publish_text granted",
        "They came at five",
    ):
        assert words in shown
    assert json.loads(run("show", item_id, "--json").output)["id"] == item_id
    assert run("show", "").exit_code == 2


def test_the_page_that_it_would_become_shows_no_more_than_was_agreed_to(store: Store, run: Run) -> None:
    run("pull", "-", stdin=netlify_json(1, company="Harbour Clinic", role="Nurse", location="Leeds"))
    page = run("show", "--page", first(store)).output
    assert "name: Ada 1." in page, "the initial of the last word"
    assert "Quill" not in page
    assert "customers.example" not in page
    assert "company: Harbour Clinic" in page
    assert "draft: true" in page
    assert f"consent_ref: {first(store)}" in page


def test_a_damaged_file_is_told_and_the_rest_is_listed(store: Store, run: Run) -> None:
    run("pull", "-", stdin=netlify_json(1, 2))
    (store.folder / f"{first(store)}.yaml").write_text("id: [", encoding="utf-8")
    done = run("list")
    assert done.exit_code == 1
    assert "error[S302]" in done.output
    assert "1 submission: 1 pending" in done.output


# files


def test_an_export_is_for_its_owner_and_never_for_the_site(site: Path, store: Store, run: Run) -> None:
    run("pull", "-", stdin=netlify_json(1, 2, name="=HYPERLINK(1)"))
    done = run("export", "--output", str(site / "all.csv"))
    assert done.exit_code == 0
    assert "It holds personal data." in done.output
    assert (site / "all.csv").stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) == 0
    rows = list(csv.DictReader(io.StringIO((site / "all.csv").read_text("utf-8-sig"))))
    assert [row["name"] for row in rows] == ["'=HYPERLINK(1)"] * 2
    (site / "public").mkdir()
    refused = run("export", "--output", str(site / "public/all.csv"))
    assert refused.exit_code == 2
    assert not (site / "public/all.csv").exists()
    assert len(json.loads(run("export", "--format", "json").output)) == 2
    assert json.loads(run("export", "--format", "json", "--state", "approved").output) == []


def test_a_backup_brings_everything_back(site: Path, store: Store, run: Run) -> None:
    run("pull", "-", stdin=netlify_json(1, 2, 3))
    target = site / "private/copy.tar.gz"
    assert "Wrote 3 submissions" in run("backup", "--output", str(target)).output
    before = contents(store.folder)
    assert run("restore", str(target)).output.startswith("0 files brought back")
    for path in sorted(store.folder.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    done = run("restore", str(target))
    assert done.exit_code == 0, done.output
    assert contents(store.folder) == before
    assert "Nothing new, 3 there already." in run("pull", "-", stdin=netlify_json(1, 2, 3)).output


def contents(folder: Path) -> dict[str, bytes]:
    names = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in names.items() if name not in (".lock", ".listing")}


def test_what_differs_is_left_unless_it_is_wanted(site: Path, store: Store, run: Run) -> None:
    run("pull", "-", stdin=netlify_json(1, 2))
    target = site / "copy.tar.gz"
    run("backup", "--output", str(target))
    item_id = first(store)
    path = store.folder / f"{item_id}.yaml"
    before = path.read_bytes()
    path.write_bytes(before.replace(b"They came", b"Who came"))
    left = run("restore", str(target))
    assert left.exit_code == 1
    assert f"{item_id}.yaml differs and was left" in left.output
    assert b"Who came" in path.read_bytes()
    assert run("restore", "--replace", str(target)).exit_code == 0
    assert path.read_bytes() == before


def tampered(target: Path, changes: dict[str, bytes | None]) -> Path:
    """Return a backup with other files in it; None leaves one out."""
    out = target.with_name("tampered.tar.gz")
    with tarfile.open(target) as old, tarfile.open(out, "w:gz") as new:
        kept = {entry.name: old.extractfile(entry).read() for entry in old}  # type: ignore[union-attr]
        for name, data in {**kept, **changes}.items():
            if data is not None:
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                new.addfile(entry, io.BytesIO(data))
    return out


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.txt",
        "/etc/evil",
        "attachments/../../x.jpg",
        "evil.sh",
        "wordings/../secret",
        "0123456789abcdef.yaml",
    ],
)
def test_a_backup_with_something_else_in_it_writes_nothing(name: str, site: Path, store: Store, run: Run) -> None:
    run("pull", "-", stdin=netlify_json(1))
    run("backup", "--output", str(site / "copy.tar.gz"))
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    out = tampered(site / "copy.tar.gz", {name: b"evil"})
    done = run("restore", str(out))
    assert done.exit_code == 1
    assert "error[S304]" in done.output
    after = {path: path.read_bytes() for path in site.rglob("*") if path.is_file() and path != out}
    assert after == before


def test_a_damaged_backup_writes_nothing(site: Path, store: Store, run: Run) -> None:
    run("pull", "-", stdin=netlify_json(1))
    target = site / "copy.tar.gz"
    run("backup", "--output", str(target))
    item_id = first(store)
    (site / "cut.tar.gz").write_bytes(target.read_bytes()[:200])
    (site / "words.tar.gz").write_bytes(b"not a backup")
    for path in (site / "cut.tar.gz", site / "words.tar.gz", tampered(target, {f"{item_id}.yaml": b"id: x\n"})):
        done = run("restore", str(path))
        assert (done.exit_code, "error[S304]" in done.output) == (1, True), done.output
    assert run("restore", str(tampered(target, {"manifest.json": None}))).exit_code == 1


def test_nothing_to_copy_is_no_fault(run: Run) -> None:
    assert "nothing to keep a copy of" in run("backup").output
