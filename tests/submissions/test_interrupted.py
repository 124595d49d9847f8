"""A decision that is killed before any of its writes is made or not made; nothing of it is half done afterwards."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from caresite.core.model import Variation
from caresite.pipeline.picture_cache import CACHE_FOLDER, cached_picture
from caresite.submissions.records import Media, Submission
from caresite.submissions.review.actions import Review
from caresite.submissions.review.decisions import Reject
from caresite.submissions.review.lockfile import digest_of, read_entry
from caresite.submissions.store import Store
from caresite.testing import write_site
from submissions.conftest import SITE, Run, netlify_json, wording
from submissions.deciding import ID, TERMS, interrupted, told
from submissions.killing import CASES, LETTER, PROOF

TESTS = Path(__file__).parents[1]
CHOSEN = {  # a few of all points: the note, the first write behind it, the last ones
    "approve": (2, 6, 12),
    "reject": (4,),
    "edit": (6,),
    "withdraw": (4, 9, 14),
    "take back the picture": (7,),
    "erase": (5, 9, 13),
}
OTHER = f"{2:016x}"


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a site for each case, made ready for its decision."""
    return {name: prepared(tmp_path_factory.mktemp("site") / "site", name) for name in CASES}


def prepared(root: Path, case: str) -> Path:
    write_site(root, SITE, {".caresite/images/hers.avif": b"a smaller copy"})
    store = Store(root)
    with store.locked():
        digest = store.keep_wording(wording().data)
        (agreed,) = told().consent
        item = told(
            consent=(replace(agreed, wording_sha256=digest),),
            media=(Media(path=f"attachments/{ID}-1.png", sha256="1" * 64, alt="Her lamp"),),
        )
        store.add(item, [(f"attachments/{ID}-1.png", b"her picture")])
        store.add(told(2))
    review = Review(store, TERMS)
    for decision in CASES[case][0]:
        review.take(ID, decision, evidence=LETTER)
    (root / ".caresite/images").mkdir(parents=True, exist_ok=True)
    (root / ".caresite/images/hers.avif").write_bytes(b"a smaller copy")
    write_site(root, "", {"content/blog/other/yard.png": b"a yard"})
    (root / CACHE_FOLDER).mkdir(exist_ok=True)
    for data in (b"her picture", b"a yard"):
        (root / CACHE_FOLDER / cached_picture(Variation("x.png", sha(data), "webp"))).write_bytes(data)
    return root


def sha(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def killed(site: Path, case: str, *points: object) -> list[dict[str, Any]]:
    command = [sys.executable, str(TESTS / "submissions/killing.py"), str(site), case, *map(str, points)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(TESTS)}, timeout=120
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("case", CASES)
def test_a_kill_before_a_write_leaves_the_decision_made_or_not_made(case: str, sites: dict[str, Path]) -> None:
    before = Store(sites[case]).read(ID).submission
    chance = random.Random(case)
    points = [*CHOSEN[case], chance.randint(1, 16), 10_000]
    found = killed(sites[case], case, *dict.fromkeys(points))
    assert found[0]["killed"]
    assert not found[-1]["killed"]
    after = Store(Path(found[-1]["root"])).read(ID).submission
    for each in found:
        assert_whole(Path(each["root"]), case, before, after, noted=each["noted"])


@pytest.mark.parametrize(
    "command",
    [
        ("list",),
        ("show", ID),
        ("pull", "-"),
        ("add", "--text", "They came back."),
        ("export",),
        ("backup",),
        ("restore", "OLDER"),
        ("restore", "OLDER", "--replace"),
        ("train",),
        ("stats",),
        ("proof", ID),
        ("purge", "--clock", "2026-11-22"),
    ],
    ids=" ".join,
)
def test_every_command_that_comes_next_finishes_what_was_interrupted(
    command: tuple[str, ...], site: Path, store: Store, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.locked():
        store.add(told())
    run("backup", "--output", str(site / "private/older.tar.gz"))
    interrupted(Review(store, TERMS), Reject(reason="too-thin"), monkeypatch)
    assert store.read(ID).submission.moderation.state == "pending"
    older = str(site / "private/older.tar.gz")
    done = run(*(older if part == "OLDER" else part for part in command), stdin=netlify_json(7))
    assert f"Finished what was interrupted with {ID}." in done.output
    assert not store.unfinished()
    expected = "pending" if "--replace" in command else "rejected"  # taken back on purpose
    assert store.read(ID).submission.moderation.state == expected


def test_a_dry_run_finishes_nothing(store: Store, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.locked():
        store.add(told())
    interrupted(Review(store, TERMS), Reject(reason="too-thin"), monkeypatch)
    run("pull", "-", "--dry-run", stdin=netlify_json(7))
    assert store.read(ID).submission.moderation.state == "pending"
    assert [note.stem for note in store.unfinished()] == [ID]


def assert_whole(root: Path, case: str, before: Submission, after: Submission, *, noted: bool) -> None:
    """Whatever was written when it was killed, the next command finds all of it, or puts it right."""
    review = Review(Store(root), TERMS)
    finished = review.mend()
    assert finished == ((ID,) if noted else ())
    item = review.store.read(ID).submission
    assert item in ((after,) if noted else (before, after))
    if item == before:
        item = review.take(ID, CASES[case][1], evidence=CASES[case][2]).submission
    assert item == after
    assert review.store.read(OTHER).submission == told(2)
    lines = [line.to for line in review.store.journal.lines() if line.id == ID]
    assert lines == [move.to for move in item.moderation.log]
    assert_public(root, item)
    with Store(root).locked():
        pass  # who comes next takes away what is not whole
    left = [path.name for path in root.rglob(".*") if path.name.startswith((".new-", ".caresite-"))]
    left += [path.name for path in (root / "private/submissions/unfinished").iterdir()]
    assert left == []


def assert_public(root: Path, item: Submission) -> None:
    """What the site may know is what the record says, and nothing more."""
    texts = {path.name: path.read_text("utf-8") for path in (root / "content").rglob("*.md")}
    pictures = [path.name for path in (root / "content").rglob("picture.*")]
    entry = read_entry(root, ID) or {}
    state = item.moderation.state
    if state == "approved":
        assert len(texts) == 1
        assert entry["digest"] == digest_of(item)
        assert bool(pictures) == ("publish_photo" in entry["scopes"])
        (text,) = texts.values()
        assert yaml.safe_load(text.split("---\n")[1])["consent_ref"] == ID
        return
    assert (texts, pictures) == ({}, [])
    assert ("withdrawn" in entry) == (state == "withdrawn")
    if state in ("withdrawn", "erased"):
        kept = [path for path in (root / ".caresite").rglob("*") if path.is_file()]
        assert [path.read_bytes() for path in kept] == [b"a yard"], "only the picture of another text is left"
    if state == "erased":
        assert entry == {}
        assert not list((root / "private/submissions/attachments").iterdir())
        assert not list((root / "private/submissions/evidence").iterdir())
    elif state == "withdrawn":
        assert (root / "private/submissions/evidence" / f"{ID}-{PROOF}").read_bytes() == LETTER
