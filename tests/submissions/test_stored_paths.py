"""Records that somebody else wrote, by hand or in a backup, lead to no file outside of the site and the store."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from caresite.core.diagnostics import Problem
from caresite.submissions.records import Media
from caresite.submissions.review.actions import Review
from caresite.submissions.review.decisions import Approve, Edit, Erase, Withdraw
from caresite.submissions.store import Store
from caresite.submissions.written import encode_record
from caresite.testing import write_site
from submissions.conftest import SITE
from submissions.deciding import ID, NOW, TERMS, told

OUTSIDE = "../outside/kept.txt"
FORGED = {
    "published_as": f"published_as:\n- {OUTSIDE}\n",
    "published_as up and down": "published_as:\n- content/../../outside/kept.md\n",
    "published_as absolute": "published_as:\n- /tmp/kept.md\n",
    "published_as with a backslash": 'published_as:\n- "content/..\\\\..\\\\kept.md"\n',
    "published_as of the config": "published_as:\n- caresite.yaml\n",
    "a picture": f"media:\n- {{kind: photo, path: ../../{OUTSIDE}}}\n",
    "a picture up and down": f"media:\n- {{kind: photo, path: attachments/../../../{OUTSIDE}}}\n",
    "a digest": "consent:\n- {at: 2026-10-01T00:00:00Z, method: letter, evidence: ../../../outside/kept.txt}\n",
    "an id": "id: ../../outside\n",
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    root = tmp_path / "site"
    write_site(root, SITE)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/kept.txt").write_text("precious", encoding="utf-8")
    return root


def forged(lines: str) -> bytes:
    key = lines.partition(":")[0]
    record = encode_record(told()).decode()
    kept = [part for part in record.split("\n") if part]
    start = next((n for n, line in enumerate(kept) if line.startswith(f"{key}:")), len(kept))
    end = next((n for n in range(start + 1, len(kept)) if kept[n][:1] not in (" ", "-")), len(kept))
    return "\n".join((*kept[:start], *kept[end:], lines)).encode()


def backup_of(data: bytes, target: Path) -> Path:
    manifest = {"version": 1, "files": {f"{ID}.yaml": hashlib.sha256(data).hexdigest()}}
    with tarfile.open(target, "w:gz") as archive:
        for name, content in (("manifest.json", json.dumps(manifest).encode()), (f"{ID}.yaml", data)):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return target


@pytest.mark.parametrize("lines", FORGED.values(), ids=list(FORGED))
def test_no_backup_brings_a_path_that_leads_out(site: Path, run: Callable[..., Any], lines: str) -> None:
    done = run("restore", str(backup_of(forged(lines), site.parent / "given.tar.gz")))
    assert done.exit_code == 1
    assert "is not one that caresite writes" in done.output
    assert not (site / f"private/submissions/{ID}.yaml").exists()


@pytest.mark.parametrize("lines", FORGED.values(), ids=list(FORGED))
@pytest.mark.parametrize("decision", [Approve(), Withdraw(), Erase(), Edit(title="Bread")])
def test_a_record_changed_by_hand_is_refused_by_every_decision(site: Path, lines: str, decision: Any) -> None:
    store = Store(site)
    with store.locked():
        store.add(told())
    (site / f"private/submissions/{ID}.yaml").write_bytes(forged(lines))
    with pytest.raises(Problem, match="is not one that caresite writes"):
        Review(Store(site), TERMS).take(ID, decision)
    assert (site.parent / "outside/kept.txt").read_text("utf-8") == "precious"
    assert sorted(path.name for path in (site.parent / "outside").iterdir()) == ["kept.txt"]


def test_no_record_is_made_with_such_a_path() -> None:
    with pytest.raises(ValueError, match="is not one that caresite writes"):
        replace(told(), published_as=(OUTSIDE,))
    with pytest.raises(ValueError, match="is not one that caresite writes"):
        Media(path=OUTSIDE)


def test_a_folder_that_is_a_link_out_of_the_site_gets_no_text(site: Path) -> None:
    (site / "content").mkdir()
    (site / "content/stories").symlink_to(site.parent / "outside", target_is_directory=True)
    store = Store(site)
    with store.locked():
        store.add(told(text=replace(told().text, title="Bread")))
    with pytest.raises(Problem, match="leads out of the site"):
        Review(Store(site), TERMS._replace(now=NOW)).take(ID, Approve())
    assert sorted(path.name for path in (site.parent / "outside").iterdir()) == ["kept.txt"]


def test_a_picture_that_is_a_link_is_not_copied(site: Path) -> None:
    agreed = replace(told().consent[0], granted=("publish_text", "publish_name", "publish_photo"), denied=())
    media = (Media(path="attachments/x-1.jpg", alt="A shop"),)
    store = Store(site)
    with store.locked():
        store.add(told(consent=(agreed,), media=media, text=replace(told().text, title="Bread")))
    (site / "private/submissions/attachments").mkdir()
    (site / "private/submissions/attachments/x-1.jpg").symlink_to(site.parent / "outside/kept.txt")
    with pytest.raises(Problem, match="is not in the private store"):
        Review(Store(site), TERMS).take(ID, Approve())
    assert not list(site.rglob("picture.*"))
    assert not Store(site).unfinished()


@pytest.mark.parametrize("note", ["not: [yaml", "submission: {id: ../x}\n"])
def test_a_note_that_cannot_be_read_stops_no_other_decision(site: Path, note: str) -> None:
    store = Store(site)
    with store.locked():
        store.add(told(text=replace(told().text, title="Bread")))
    (site / "private/submissions/unfinished").mkdir(exist_ok=True)
    (site / f"private/submissions/unfinished/{2:016x}.yaml").write_text(note, encoding="utf-8")
    assert Review(Store(site), TERMS).take(ID, Approve()).submission.moderation.state == "approved"
