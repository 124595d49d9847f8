"""Data files, the consent lock, and the wordings that people agreed to."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from caresite.core.diagnostics import Diagnostic
from caresite.kinds import ConsentLock
from caresite.pipeline.data import read_data, read_lock
from caresite.testing import BuiltSite

SmallSite = Callable[..., BuiltSite]


def data(**files: str | bytes) -> tuple[dict[str, Any], list[str]]:
    contents = {
        "data/" + name.replace("__", "/").replace("_dot_", "."): text.encode() if isinstance(text, str) else text
        for name, text in files.items()
    }
    found, faults = read_data(sorted(contents), contents.__getitem__)
    return found, [d.code for d in faults]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("a_dot_yaml", "x: [1, two, true]\n", {"x": [1, "two", True]}),
        ("a_dot_yml", "- no\n- 012\n", ["no", "012"]),
        ("a_dot_json", '{"x": [1, 2.5, null, "y"]}', {"x": [1, 2.5, None, "y"]}),
        ("a_dot_json", '["\\ud83d\\ude00"]', ["😀"]),
        ("a_dot_csv", 'name,price\n"Soup, hot",4\n', [{"name": "Soup, hot", "price": "4"}]),
        ("a_dot_csv", "name;price\nSoup;4\n", [{"name": "Soup", "price": "4"}]),
        ("a_dot_csv", "name\tprice\nSoup\t4\n", [{"name": "Soup", "price": "4"}]),
        ("a_dot_csv", b"\xef\xbb\xbfname\r\nSoup\r\n", [{"name": "Soup"}]),
        ("a_dot_csv", "name,price\nSoup\n", [{"name": "Soup", "price": ""}]),
        ("a_dot_csv", 'name\n"two\nlines"\n', [{"name": "two\nlines"}]),
        ("a_dot_csv", "name\n=cmd()\n", [{"name": "=cmd()"}]),
    ],
)
def test_a_data_file_is_known_by_its_name(name: str, text: str | bytes, value: Any) -> None:
    assert data(**{name: text}) == ({"a": value}, [])


def test_a_nested_file_keeps_its_folder_in_its_name() -> None:
    assert data(team__desk_dot_yaml="x: 1\n") == ({"team/desk": {"x": 1}}, [])


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("a_dot_yaml", "x: y: z\n", "Y101"),
        ("a_dot_json", '{"a": 1', "Y101"),
        ("a_dot_csv", 'name\n"open\n', "D107"),
        ("a_dot_csv", "a,b\n1,2,3\n", "D107"),
        ("a_dot_csv", b"a\n\xff\n", "D101"),
        ("a_dot_yaml", "x: !!python/object:os.system {}\n", "Y104"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_error_and_the_others_are_read(
    name: str, text: str | bytes, code: str
) -> None:
    found, codes = data(**{name: text, "z_dot_yaml": "ok\n"})
    assert (found, codes) == ({"z": "ok"}, [code])


def test_two_files_of_one_name_are_an_error() -> None:
    found, codes = data(a_dot_csv="x\n", a_dot_yaml="x: 1\n")
    assert (len(found), codes) == (1, ["D107"])


def test_templates_get_data_by_name(small_site: SmallSite) -> None:
    files = {
        "data/facts.yaml": b"- {label: Years, value: 10}\n",
        "templates/home.html": b"{{ site.data('facts')[0].label }} {{ site.data('nothing') }}",
    }
    assert small_site(files=files).html("/") == "Years None"


# the lock

WORDING = b"You may print my words.\n"
DIGEST = hashlib.sha256(WORDING).hexdigest()


def lock(text: str, **wordings: bytes) -> tuple[ConsentLock, list[Diagnostic]]:
    contents = {"consent.lock.yaml": text.encode()} | {f"consent/{name}.md": data for name, data in wordings.items()}
    paths = [path for path in contents if path.startswith("consent/")]
    found, faults = read_lock("consent.lock.yaml", paths, contents.__getitem__, ZoneInfo("Europe/London"))
    return found, list(faults)


def entry(*lines: str) -> str:
    common = "items:\n  3f9a:\n    scopes: [publish_text]\n    approved: 2026-01-01\n"
    return common + "".join(f"    {line}\n" for line in lines)


def test_without_a_lock_nobody_is_approved() -> None:
    assert read_lock("", (), lambda path: b"", ZoneInfo("UTC")) == (ConsentLock(), ())
    assert lock("") == (ConsentLock(), [])


def test_a_lock_holds_scopes_and_dates_by_submission() -> None:
    found, faults = lock(entry("until: 2027-01-01", "method: letter"))
    assert faults == []
    assert found.items["3f9a"].scopes == ("publish_text",)
    assert f"{found.items['3f9a'].until:%Y-%m-%d}" == "2027-01-01"


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("items: {3f9a: {scopes: [publish_txt], approved: 2026-01-01}}\n", "V202", ":1:25"),
        ("items: {3f9a: {approved: 2026-01-01}}\n", "V205", ":1:15"),
        (entry("until: soon"), "V204", ":5:12"),
        (entry("name: Ines Okafor"), "V206", ":5:5"),
        ("- a\n", "Y107", ":1:1"),
        ("version: 2\n", "V203", ":1:10"),
        ("items: a: b\n", "Y101", ":1:9"),
    ],
)
def test_a_malformed_lock_is_an_error_at_its_place(text: str, code: str, place: str) -> None:
    _, faults = lock(text)
    assert [(d.code, d.severity, str(d.span)) for d in faults] == [(code, "error", f"consent.lock.yaml{place}")]


@pytest.mark.parametrize("written", ["story-2026", "consent/story-2026.md", "story-2026.md"])
def test_a_wording_as_it_was_is_nothing_to_say(written: str) -> None:
    text = entry(f"wording: {written}", f"wording_sha256: {DIGEST}")
    assert lock(text, **{"story-2026": WORDING})[1] == []


def test_a_wording_that_has_changed_is_told() -> None:
    _, faults = lock(entry("wording: story-2026", f"wording_sha256: {DIGEST}"), **{"story-2026": WORDING + b"!"})
    assert [(d.code, d.severity, d.span.line) for d in faults] == [("K104", "warning", 5)]
    assert "has changed" in faults[0].message


def test_a_wording_that_is_gone_is_told() -> None:
    _, faults = lock(entry("wording: story-2026"))
    assert "not in `consent/`" in faults[0].message


ITEM = """
-- content/testimonials/jo.md --
---
author: Jo Marsh
draft: {draft}
consent:
  at: 2026-03-02
  scopes: [publish_text, publish_name]
  how: letter
  wording: {wording}
---
The best rye in town.
"""


@pytest.mark.parametrize("draft", ["false", "true"])
def test_a_wording_named_beside_the_words_is_looked_for_too(small_site: SmallSite, draft: str) -> None:
    files = {"consent/letter-2026.md": b"I agree."}
    site = small_site(ITEM.format(draft=draft, wording="letter-2025"), files=files)
    [told] = [d for d in site.diagnostics if d.severity != "note"]
    assert (told.code, str(told.span), told.hint) == (
        "K104",
        "content/testimonials/jo.md:8:12",
        "did you mean `letter-2026`?",
    )


@pytest.mark.parametrize("wording", ["letter-2026", "consent/letter-2026.md", "''"])
def test_a_wording_that_is_there_is_nothing_to_say(small_site: SmallSite, wording: str) -> None:
    site = small_site(ITEM.format(draft="false", wording=wording), files={"consent/letter-2026.md": b"I agree."})
    assert site.codes == ()
