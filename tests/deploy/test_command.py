"""`caresite deploy`: what it sends, what it refuses, and what it says."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from caresite.cli import cli
from caresite.deploy.journal import alone
from caresite.testing import write_site
from deploy.servers import free_port

THEMES = Path(__file__).resolve().parent.parent / "themes"
CONFIG = """\
title: Harbour Vets
base_url: {base_url}
timezone: Europe/London
theme: plain
plugins: [submissions, headers]
{more}
"""
SITE = """
-- content/blog/hello.md --
---
title: Hello
date: 2026-03-01
---
We listen.
-- content/blog/again.md --
---
title: Again
date: 2026-03-02
---
We listen again.
-- content/blog/plans.md --
---
title: Plans
draft: true
---
Not yet.
-- content/testimonials/kettle.md --
---
author: {name: Edith Example}
date: 2026-02-01
consent: {at: 2026-02-01, scopes: [publish_text, publish_name], how: letter}
---
They rang when they had said they would.
"""
WITHDRAWN = """
-- content/testimonials/kettle.md --
---
author: {name: Edith Example}
date: 2026-02-01
---
They rang when they had said they would.
"""

Run = Callable[..., Result]


def configured(root: Path, more: str, base_url: str = "https://harbour.test.example.org/") -> None:
    (root / "caresite.yaml").write_text(CONFIG.format(base_url=base_url, more=more), "utf-8")


@pytest.fixture
def here(tmp_path: Path, web: str) -> Path:
    write_site(tmp_path, SITE)
    shutil.copytree(THEMES, tmp_path / "themes")
    configured(tmp_path, f"deploy: {{production: {{target: folder, path: www, url: '{web}'}}}}")
    return tmp_path


@pytest.fixture
def run(here: Path) -> Run:
    def call(*arguments: str, **more: Any) -> Result:
        return CliRunner().invoke(cli, ["-C", str(here), "deploy", *arguments], catch_exceptions=False, **more)

    return call


def answer(result: Result) -> Any:
    return json.loads(result.stdout)


def codes(result: Result) -> list[str]:
    return [found["code"] for found in answer(result)["diagnostics"]]


# what is sent


def test_a_site_goes_online_and_then_only_what_changed(run: Run, here: Path) -> None:
    first = run("-y")
    assert (first.exit_code, "visitors get what was sent" in first.stdout) == (0, True)
    assert (here / "www/blog/hello/index.html").is_file()
    assert not (here / "www/blog/plans").exists()
    second = run("-y")
    assert (second.exit_code, "nothing to send" in second.stdout) == (0, True)
    post = here / "content/blog/hello.md"
    post.write_text(post.read_text("utf-8").replace("We listen.", "We listen carefully, to everybody."), "utf-8")
    third = answer(run("-y", "--json"))
    assert [file["path"] for file in third["change"]] == [
        path for path in ("blog/hello/index.html", "blog/index.html", "index.html") if _shows(here, path)
    ]
    assert (third["ok"], third["add"], third["delete"]) == (True, [], [])


def _shows(here: Path, path: str) -> bool:
    return "everybody" in (here / "public" / path).read_text("utf-8")


def test_a_dry_run_names_everything_and_sends_nothing(run: Run, here: Path) -> None:
    result = run("--dry-run")
    assert result.exit_code == 0
    assert "    + blog/hello/index.html  " in result.stdout
    assert "This was a dry run" in result.stdout
    assert not (here / "www").exists()
    assert not (here / ".caresite/deploys.jsonl").exists()


def test_the_plan_is_shown_before_the_question(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caresite.commands.deploy._is_somebody_here", lambda: True)
    result = run(input="n\n")
    assert result.exit_code == 0
    assert result.stdout.index("add ") < result.stdout.index("Put this online?")
    assert not (here / "www").exists()
    assert run(input="y\n").exit_code == 0
    assert (here / "www").exists()


def test_the_log_has_what_was_done_and_what_failed(run: Run, here: Path) -> None:
    run("-y")
    (here / "www/.caresite-deploy.json").unlink()
    (here / "www/index.html").write_text("theirs")
    assert run("-y").exit_code == 1
    done, failed = answer(run("log", "--json"))["deploys"][::-1]
    assert (done["name"], done["target"], done["added"] > 5) == ("production", "folder", True)
    assert failed["fault"] == "H109"
    assert "stopped (H109)" in run("log").stdout


def test_a_preview_goes_where_the_config_says(run: Run, here: Path) -> None:
    assert run("-y", "--preview").exit_code == 2
    preview = "preview: {path: aside, url: 'https://preview.example.org/'}"
    configured(here, f"deploy: {{production: {{target: folder, path: www, {preview}}}}}")
    assert run("-y", "--preview", "--no-verify").exit_code == 0
    assert "X-Robots-Tag: noindex" in (here / "aside/_headers").read_text("utf-8")
    assert not (here / "www").exists()


# what is refused


def _sample(here: Path) -> tuple[str, ...]:
    configured(here, "sample: true\ndeploy: {production: {target: folder, path: www}}")
    return ()


def _local(here: Path) -> tuple[str, ...]:
    configured(here, "deploy: {production: {target: folder, path: www}}", "http://localhost:8000/")
    return ()


def _private(here: Path) -> tuple[str, ...]:
    (here / "static").mkdir()
    (here / "static/customers.sql").write_text("INSERT INTO customers")
    return ()


def _key(here: Path) -> tuple[str, ...]:
    (here / "static").mkdir()
    (here / "static/notes.txt").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    return ()


def _nothing_built(here: Path) -> tuple[str, ...]:
    return ("--no-build",)


def _foreign_output(here: Path) -> tuple[str, ...]:
    (here / "public").mkdir()
    (here / "public/index.html").write_text("somebody else's")
    return ("--no-build",)


def _drafts(here: Path) -> tuple[str, ...]:
    CliRunner().invoke(cli, ["-C", str(here), "build", "-D"], catch_exceptions=False)
    return ("--no-build",)


def _other_address(here: Path) -> tuple[str, ...]:
    CliRunner().invoke(cli, ["-C", str(here), "build", "-b", "https://other.example.org/"], catch_exceptions=False)
    page = (here / "public/index.html").read_text("utf-8")
    link = '<link rel="canonical" href="https://other.example.org/">'
    (here / "public/index.html").write_text(page.replace("</head>", f"{link}</head>"), "utf-8")
    return ("--no-build",)


def _withheld(here: Path) -> tuple[str, ...]:
    write_site(here, WITHDRAWN)
    return ()


def _wording_lost(here: Path) -> tuple[str, ...]:
    item = {"scopes": ["publish_text", "publish_name"], "approved": date(2026, 2, 1), "age": "adult"}
    item |= {"method": "form-checkbox", "wording": "story-1", "wording_sha256": "0" * 64}
    lock = json.dumps({"version": 1, "items": {"0" * 16: item}}, default=str)
    consented = WITHDRAWN.replace("date:", f"consent_ref: '{'0' * 16}'\ndate:")
    write_site(here, f"{consented}-- consent.lock.yaml --\n{lock}\n")
    return ()


def _half_withdrawn(here: Path) -> tuple[str, ...]:
    note = here / "private/submissions/unfinished" / f"{'0' * 16}.yaml"
    note.parent.mkdir(parents=True)
    note.write_text("submission: {}\n")
    return ()


def _other_site(here: Path) -> tuple[str, ...]:
    (here / "www").mkdir()
    (here / "www/.caresite-deploy.json").write_text('{"site": "https://other.example.org/", "files": {}, "format": 1}')
    return ()


def _files_of_others(here: Path) -> tuple[str, ...]:
    (here / "www").mkdir()
    (here / "www/index.html").write_text("theirs")
    return ()


@pytest.mark.parametrize(
    ("arrange", "code", "way_out"),
    [
        (_sample, "H102", "--allow-sample"),
        (_local, "H103", ""),
        (_private, "H105", ""),
        (_key, "H105", ""),
        (_nothing_built, "H106", ""),
        (_foreign_output, "H106", ""),
        (_drafts, "H107", ""),
        (_other_address, "H104", ""),
        (_withheld, "H108", "--take-down"),
        (_wording_lost, "H113", ""),
        (_half_withdrawn, "H113", ""),
        (_other_site, "H109", "--take-over"),
        (_files_of_others, "H109", "--take-over"),
    ],
)
def test_what_must_not_go_online_is_refused(
    run: Run, here: Path, arrange: Callable[[Path], tuple[str, ...]], code: str, way_out: str
) -> None:
    more = arrange(here)
    before = sorted(path for path in (here / "www").rglob("*")) if (here / "www").exists() else []
    result = run("-y", "--no-verify", "--json", *more)
    assert (result.exit_code, set(codes(result))) == (1, {code})
    assert before == (sorted((here / "www").rglob("*")) if (here / "www").exists() else [])
    if way_out:
        assert way_out in run("-y", "--no-verify", *more).stdout
        assert run("-y", "--no-verify", *more, way_out).exit_code == 0


def test_too_many_deletions_are_refused(run: Run, here: Path) -> None:
    run("-y")
    (here / "content/blog/again.md").unlink()
    result = run("-y", "--max-deletes", "0", "--json")
    assert (result.exit_code, codes(result)) == (1, ["H110"])
    assert (here / "www/blog/again/index.html").exists()
    assert run("-y").exit_code == 0
    assert not (here / "www/blog/again").exists()


def test_what_was_done_is_said_as_it_was(run: Run, here: Path) -> None:
    write_site(here, "-- static/a.txt --\nOne.\n-- static/b.txt --\nTwo.\n")
    assert "\nSent " in run("-y").stdout
    (here / "static/a.txt").unlink()
    assert "\nDeleted 1 file in " in run("-y").stdout
    (here / "www/.b.txt.caresite-part").write_text("half")
    assert "\nCleared 1 unfinished file in " in run("-y").stdout
    assert "nothing to send" in run("-y").stdout


def test_withheld_words_that_are_still_live_are_named_with_their_place(run: Run, here: Path) -> None:
    run("-y")
    write_site(here, WITHDRAWN)
    result = run("-y")
    assert result.exit_code == 1
    assert "still stand online at /testimonials/#" in result.stdout
    assert 'id="kettle"' in (here / "www/testimonials/index.html").read_text("utf-8")
    assert run("-y", "--take-down").exit_code == 0
    assert "kettle" not in "".join(path.read_text("utf-8") for path in (here / "www").rglob("*.html"))


def test_one_deploy_at_a_time(run: Run, here: Path) -> None:
    with alone(here):
        result = run("-y", "--json")
    assert (result.exit_code, codes(result)) == (1, ["H111"])
    assert str(os.getpid()) in answer(result)["diagnostics"][0]["message"]


def test_an_error_of_the_site_stops_everything(run: Run, here: Path) -> None:
    write_site(here, "-- content/blog/bad.md --\n---\ntitle: Bad\ndate: never\n---\n")
    result = run("-y", "--json")
    assert (result.exit_code, "V204" in codes(result)) == (1, True)
    assert not (here / "www").exists()


@pytest.mark.parametrize(
    ("more", "arguments", "words"),
    [
        ("", ["-y"], "add `deploy:`"),
        ("deploy: {a: {target: folder, path: x}, b: {target: folder, path: y}}", ["-y"], "Say where to: a, b"),
        ("deploy: {staging: {target: folder, path: x}}", ["stagin", "-y"], "Did you mean `staging`?"),
        ("deploy: {staging: {target: folder, path: x}}", [], "say `-y`"),
    ],
)
def test_wrong_usage_is_told(run: Run, here: Path, more: str, arguments: list[str], words: str) -> None:
    configured(here, more)
    result = run(*arguments)
    assert (result.exit_code, words in result.stderr) == (2, True)


def test_a_host_that_is_not_there_has_a_code_of_its_own(run: Run, here: Path) -> None:
    configured(here, f"deploy: {{web: {{target: sftp, host: 127.0.0.1, port: {free_port()}, path: www}}}}")
    result = run("-y", "--json", env={"HOME": str(here)})
    assert (result.exit_code, codes(result)) == (3, ["H205"])


# the live site


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caresite.deploy.verify._PAUSES_S", ())


@pytest.mark.usefixtures("hurried")
def test_a_live_site_that_has_something_else_is_told(run: Run, here: Path, web: str) -> None:
    configured(here, f"deploy: {{production: {{target: folder, path: elsewhere, url: '{web}'}}}}")
    (here / "www").mkdir()
    (here / "www/index.html").write_text("another site")
    result = run("-y", "--json")
    assert (result.exit_code, set(codes(result))) == (3, {"H207"})
    said = " ".join(found["message"] for found in answer(result)["diagnostics"])
    assert "does not have the page that was sent" in said
    assert "answers 404, and the page was sent" in said


@pytest.mark.usefixtures("hurried")
def test_a_live_site_that_nobody_can_look_at_is_told_once(run: Run, here: Path) -> None:
    address = f"http://127.0.0.1:{free_port()}/"
    configured(here, f"deploy: {{production: {{target: folder, path: www, url: '{address}'}}}}")
    (found,) = answer(run("-y", "--json"))["diagnostics"]
    assert (found["code"], found["message"]) == ("H207", f"{address} cannot be reached: connection refused")


@pytest.mark.usefixtures("hurried")
def test_a_deleted_page_that_still_answers_is_told(run: Run, here: Path, web: str) -> None:
    run("-y")
    shutil.copytree(here / "www", here / "old")
    (here / "content/blog/again.md").unlink()
    configured(here, f"deploy: {{production: {{target: folder, path: old, url: '{web}'}}}}")
    result = run("-y", "--json")
    assert result.exit_code == 3
    assert "still answers (200), and the page was deleted" in str(answer(result)["diagnostics"])
