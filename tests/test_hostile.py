"""Hostile input is told once and clearly or read cleanly, in bounded time and memory, and reaches nothing else.

Every site here has a second file with a plain fault or a plain page, which must come out all the same.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import html5lib
import pytest

from caresite.core.codes import BAD_DATE, DUPLICATE_KEY, URL_COLLISION
from caresite.core.texts import without_invisible
from caresite.testing import BuiltSite, build_site, write_site

ROOT = Path(__file__).resolve().parent.parent
SECRET = "the till holds 340 pounds"
CONSENT = (
    "consent: {at: 2026-01-02, scopes: [publish_text, publish_name, publish_company, publish_photo], how: letter}\n"
)
WITNESS = "content/blog/witness.md"
POST = "content/blog/post.md"
CONFIG = """\
title: Corner Bakery
base_url: https://bakery.example/
timezone: Europe/London
"""
pytestmark = pytest.mark.timeout(90)


# a site among things that are not its own


Build = Callable[..., BuiltSite]
Files = Mapping[str, str | bytes]


@pytest.fixture
def around(tmp_path: Path) -> Path:
    """Return a folder with a secret in it, in which `site/` will stand."""
    (tmp_path / "secret.txt").write_text(SECRET, encoding="utf-8")
    (tmp_path / "secret.yaml").write_text(f"words: {SECRET}\n", encoding="utf-8")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "letter.md").write_text(f"---\ntitle: Letter\n---\n{SECRET}\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def hostile(around: Path) -> Build:
    """Return a function that builds and publishes a site, and holds that nothing else was touched or told."""

    def build(
        files: Files, *, config: str = "plugins: []\ntheme: plain\n", faulty: bool = True, **how: Any
    ) -> BuiltSite:
        root = around / "site"
        witness = "---\ntitle: The witness\n" + ("date: 31/02/26\n" if faulty else "") + "---\nPlain words.\n"
        given = {"caresite.yaml": CONFIG + config, WITNESS: witness, **themes(config), **files}
        data = {path: text.encode() if isinstance(text, str) else text for path, text in given.items()}
        write_site(root, "", data)
        before = snapshot(around)
        site = build_site(root=root, publish=True, **how)
        assert snapshot(around) == before, "something outside the output folder changed"
        assert all(SECRET.encode() not in data for data in site.outputs.values()), "a page tells what is not the site's"
        if faulty:
            assert [d.code for d in site.diagnostics if d.span.path == WITNESS] == [BAD_DATE.id], site.report
        elif site.ok:
            assert "Plain words." in (root / "public/blog/witness/index.html").read_text(encoding="utf-8")
        return site

    return build


@cache
def themes(config: str) -> Mapping[str, bytes]:
    folder = ROOT / "tests" / "themes"
    if "theme: plain" not in config:
        return {}
    return {f"themes/{p.relative_to(folder).as_posix()}": p.read_bytes() for p in folder.rglob("*.*") if p.is_file()}


def snapshot(folder: Path) -> dict[str, str]:
    """Return everything in `folder` except what a build may make: links as such, files with their bytes."""
    found = {}
    for current, folders, files in os.walk(folder):
        base = Path(current)
        if base == folder / "site":
            folders[:] = [name for name in folders if name not in ("public", ".caresite")]
            files = [name for name in files if name != ".public.caresite-output"]
        for name in (*folders, *files):
            path = base / name
            what = "folder" if path.is_dir() else base64.b64encode(path.read_bytes()).decode() if path.is_file() else ""
            found[str(path.relative_to(folder))] = f"link to {path.readlink()}" if path.is_symlink() else what
    return found


def codes_of(site: BuiltSite) -> set[str]:
    """Return the codes of what is wrong, the witness aside."""
    return {d.code for d in site.diagnostics if d.span.path != WITNESS and d.severity != "note"}


def post(front: str = "", body: str = "Words.\n", title: str = "A post") -> str:
    return f"---\ntitle: {title}\n{front}---\n{body}"


def bomb(levels: int = 9) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels + 1)]
    return "\n".join(lines) + "\n"


def merging_bomb(levels: int = 20) -> str:
    lines = ["m0: &m0 {k0: 1, j0: 2}"]
    lines += [f"m{n}: &m{n} {{<<: [*m{n - 1}, *m{n - 1}], k{n}: 1}}" for n in range(1, levels + 1)]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """Return `text` as YAML, whatever it holds."""
    return '"' + "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text) + '"'


# YAML and TOML


class Case(NamedTuple):
    """A hostile file and the codes that must be told of it; none where it is read cleanly."""

    path: str
    data: str | bytes
    codes: frozenset[str]


def case(path: str, data: str | bytes, *codes: str) -> Case:
    return Case(path, data, frozenset(codes))


FRONT_MATTER = {
    "alias bomb": case(POST, post(bomb()), "Y103"),
    "alias bomb of merges": case(
        POST, post(f"params:\n{''.join('  ' + n for n in merging_bomb(30).splitlines(True))}"), "Y103"
    ),
    "python object": case(POST, post('params: !!python/object/apply:os.system ["touch ../owned"]\n'), "Y104"),
    "binary tag": case(POST, post("slug: !!binary aGVsbG8=\n"), "Y104"),
    "own tag": case(POST, post("params: !secret x\n"), "Y104"),
    "same key twice": case(POST, post("slug: a\nslug: b\n"), DUPLICATE_KEY.id),
    "value of 10 MB": case(POST, post(f"description: {'x' * 10_000_000}\n"), "D105"),
    "value of 2 MB": case(POST, post(f"description: {'x' * 2_000_000}\n"), "Y103"),
    "value of 1 MB where a date belongs": case(POST, post(f"date: {'x' * 1_000_000}\n"), "V204"),
    "value of 1 MB where a choice belongs": case(
        "content/stories/s.md", post(f"style: {'x' * 1_000_000}\nauthor: A\n{CONSENT}"), "V202"
    ),
    "value of 1 MB where a number belongs": case(POST, post(f"weight: {'9' * 1_000_000}\n"), "V203"),
    "100,000 keys": case(POST, post("".join(f"k{n}: 1\n" for n in range(100_000))), "Y103"),
    "9,000 keys that nobody knows": case(POST, post("".join(f"titel{n}: 1\n" for n in range(9_000)))),
    "no end": case(POST, "---\ntitle: x\n" + "k: v\n" * 900_000, "Y106"),
    "100,000 brackets": case(POST, post(f"params: {'[' * 100_000}\n"), "Y103"),
    "50,000 mappings": case(POST, post(f"params: {'{a: ' * 50_000}\n"), "Y103"),
    "50,000 dashes": case(POST, post(f"params:\n  {'- ' * 50_000}a\n"), "Y103"),
    "50,000 keys that are keys": case(POST, post(f"params:\n  {'? ' * 50_000}a\n"), "Y103"),
    "61 brackets": case(POST, post(f"params: {'[' * 61}{']' * 61}\n"), "Y103"),
    "900 brackets": case(POST, post(f"params: {'[' * 900}{']' * 900}\n"), "Y103"),
    "indented a thousand times": case(POST, post("".join(" " * n + "a:\n" for n in range(1_000))), "Y103"),
    "two documents": case(POST, "---\ntitle: x\n--- !!x\n---\nwords\n", "Y101"),
    "key that is a list": case(POST, post("? [a, b]\n: c\n"), "Y101"),
    "alias of nothing": case(POST, post("slug: *nobody\n"), "Y101"),
    "alias of itself": case(POST, post("params: &p [*p]\n"), "Y101"),
    "TOML of 30,000 keys": case(POST, "+++\n" + "".join(f"k{n} = 1\n" for n in range(30_000)) + "+++\n", "Y103"),
    "TOML of 10,000 digits": case(POST, f"+++\ntitle = 'x'\nweight = {'1' * 10_000}\n+++\n", "Y105"),
    "TOML of 20,000 brackets": case(POST, f"+++\nparams = {'[' * 20_000}\n+++\n", "Y105"),
    "bomb in a list of quotes": case("content/quotes/q.yaml", bomb(), "Y103"),
    "bomb in data": case("data/prices.yaml", bomb(), "Y103"),
    "100,000 brackets in the consent lock": case("consent.lock.yaml", f"items: {'[' * 100_000}\n", "Y103"),
    "bomb in the consent lock": case("consent.lock.yaml", bomb(), "Y103"),
    "bomb in defaults": case("content/blog/_defaults.yaml", bomb(), "Y103"),
}


@pytest.mark.parametrize("name", FRONT_MATTER)
def test_hostile_front_matter_is_one_clear_fault(name: str, hostile: Build) -> None:
    path, data, codes = FRONT_MATTER[name]
    site = hostile({path: data})
    assert codes_of(site) == codes, site.report
    told = [d for d in site.diagnostics if d.span.path != WITNESS]
    assert {d.span.path for d in told} == {path}
    assert all(len(d.message) < 400 for d in told), "a message repeats the whole value"
    assert len(told) < 200, "nobody reads that much of one file"


def test_a_bomb_in_the_config_is_one_clear_fault(hostile: Build) -> None:
    site = hostile({"caresite.yaml": CONFIG + bomb()}, faulty=False)
    assert site.codes == ("Y103",)


@pytest.mark.parametrize(
    ("written", "read"),
    [("no", "no"), ("on", "on"), ("012", "012"), ("1:30", "1:30"), ("0x1F", "0x1F"), ("1e3", "1e3"), ("~x", "~x")],
)
def test_words_that_yaml_takes_for_something_else_stay_as_they_are(written: str, read: str, hostile: Build) -> None:
    site = hostile({POST: post(title=written)}, faulty=False)
    assert f"<title>{read}" in site.html("/blog/post/")


@pytest.mark.skipif(sys.platform == "win32", reason="memory is bounded with resource.setrlimit")
def test_bombs_take_little_memory(around: Path) -> None:
    """Build the worst bombs at once in a process that may not have more than 1 GB of addresses."""
    files = {case.path.replace("post", f"post-{n}"): case.data for n, case in enumerate(FRONT_MATTER.values())}
    data = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    config = (CONFIG + "plugins: []\ntheme: plain\n").encode()
    write_site(around / "site", "", {**themes("theme: plain"), **data, "caresite.yaml": config})
    # ru_maxrss would also count what this process held when it started the other one
    script = r"""
import re, resource, sys
from datetime import UTC, datetime
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
from caresite.engine.build import Options, build
built = build(Path(sys.argv[1]), Options(now=datetime(2026, 11, 22, tzinfo=UTC)))
status = Path("/proc/self/status")
peak = re.search(r"VmHWM:\s+(\d+)", status.read_text())[1] if status.is_file() else 0
print(sum(d.severity == "error" for d in built.diagnostics), peak)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(around / "site")], capture_output=True, text=True, timeout=80, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    errors, kilobytes = map(int, done.stdout.split())
    assert errors >= len(FRONT_MATTER) - 2
    assert kilobytes < 500_000


# Markdown


DEEP = {
    "50,000 quotes": ">" * 50_000,
    "50,000 quotes apart": "> " * 50_000,
    "50,000 brackets": "[" * 50_000,
    "50,000 brackets closed": "[" * 50_000 + "a" + "](x)" * 50_000,
    "50,000 pictures": "![" * 50_000,
    "emphasis that never closes": "*a **a " * 25_000,
    "emphasis and links": "*a [b](c " * 20_000,
    "list of 10,000 levels": "".join(" " * n + "- a\n" for n in range(2_000)) + "- " * 10_000,
    "a million backticks": "`" * 1_000_000,
    "backticks of every length": " ".join("`" * n for n in range(1_200)),
    "100,000 open tags": "<a href='" * 100_000,
    "open comments": "<!-- " * 100_000,
    "open processing instructions": "<?x " * 100_000,
    "100,000 entities": "&#x1F600;" * 100_000,
    "references that name each other": "".join(f"[a{n}]: b\n" for n in range(50_000)) + "[a1]" * 50_000,
    "footnotes": "".join(f"[^{n}]" for n in range(20_000)) + "\n\n" + "".join(f"[^{n}]: x\n" for n in range(20_000)),
    "components in components": "".join(":" * (203 - n) + " callout\n" for n in range(200)),
    "components that close nothing": ":::\n" * 20_000,
    "tables": "|a" * 5_000 + "\n" + "|-" * 5_000 + "\n" + ("|b" * 5_000 + "\n") * 20,
    "headings of one name": "# a\n" * 20_000,
    "attributes": "[a]{.b " * 50_000,
    "bare addresses": "www." * 100_000 + " http://" * 50_000,
    "definitions": "a\n: b\n\n" * 20_000,
    "colons": ":" * 1_000_000,
    "blank lines": "\n" * 1_000_000,
    "tabs": "\t" * 1_000_000 + "a",
    "foreign tags": "{{< " * 50_000 + "{% " * 50_000 + "[x y=" * 50_000,
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_and_long_markdown_ends(name: str, hostile: Build) -> None:
    site = hostile({POST: post(body=DEEP[name] + "\n")})
    serious = {d.code for d in site.diagnostics if d.severity == "error" and d.span.path == POST}
    assert serious <= {"M304", "M306", "L101", "L104"}, site.report[:3000]


# encodings


def test_texts_in_other_encodings_are_refused_or_read(hostile: Build) -> None:
    cafe = post(title="Café", body="Grüße aus dem Café.\n")
    site = hostile(
        {
            "content/blog/latin.md": cafe.encode("latin-1"),
            "content/blog/half.md": post().encode() + b"\xe2\x82",
            "content/blog/wide.md": cafe.encode("utf-16"),
            "content/blog/wide-end.md": cafe.encode("utf-16") + b"\x00",
            "content/blog/marked.md": b"\xef\xbb\xbf" + cafe.encode(),
            "content/blog/windows.md": cafe.replace("\n", "\r\n").encode(),
            "content/blog/mac.md": cafe.replace("\n", "\r").encode(),
            "content/blog/blank.md": b"\n\n\n" + cafe.encode(),
            "content/blog/zero.md": post(body="a\0b\n").encode(),
            "content/blog/zero-above.md": post("slug: a\0b\n").encode(),
            "content/blog/separators.md": post(
                title='"a\\u2028b\u2029c\\x85d"', body="a\u2028b\u2029c\x85d\n"
            ).encode(),
            "content/blog/empty.md": b"",
        }
    )
    told = {(d.span.path, d.code) for d in site.diagnostics if d.severity != "note" and d.span.path != WITNESS}
    assert told == {
        ("content/blog/latin.md", "D101"),
        ("content/blog/half.md", "D101"),
        ("content/blog/wide-end.md", "D101"),
        ("content/blog/zero.md", "M307"),
        ("content/blog/zero-above.md", "Y101"),
        ("content/blog/separators.md", "M307"),
        ("content/blog/empty.md", "Y108"),
        ("content/blog/empty.md", "D108"),
    }
    for name in ("wide", "marked", "windows", "mac", "blank"):
        assert "<title>Café" in site.html(f"/blog/{name}/")
        assert "Grüße aus dem Café." in site.html(f"/blog/{name}/")
    assert not set(site.html("/blog/zero/")) & set(map(chr, (*range(9), 11, 12, *range(14, 32), 127)))


def test_a_fault_stands_on_its_own_line_whatever_ends_the_lines_before_it(hostile: Build) -> None:
    site = hostile({POST: post('summary: "a\u2028b"\nslug: a\u0085b\ndate: never\n', title="Line\u2029ends").encode()})
    assert [(d.code, d.span.line) for d in site.diagnostics if d.span.path == POST] == [("V204", 5)]
    assert "5 | date: never" in site.report


# names, directions, normal forms


def test_text_that_turns_its_direction_is_straightened(hostile: Build) -> None:
    turned = "invoice\u202egpj.exe"
    site = hostile(
        {
            POST: post(f'authors: ["{turned}"]\ntags: ["{turned}"]\n', title=f'"{turned}"'),
            f"content/blog/{turned}.md": post(),
            f"static/{turned}.txt": "x",
            "content/testimonials/t.md": f'---\nauthor: "{turned}"\n{CONSENT}---\nGood.\n',
        },
        faulty=False,
    )
    assert site.ok, site.report
    assert codes_of(site) == {"V211", "U102"}
    for path, data in site.outputs.items():
        assert "\u202e" not in path
        if path.endswith(".html"):
            assert "\u202e" not in data.decode()


def test_two_files_whose_names_differ_in_normal_form_only_are_told(hostile: Build) -> None:
    composed, apart = (unicodedata.normalize(form, "café") for form in ("NFC", "NFD"))
    site = hostile(
        {
            f"{folder}/{name}": post()
            for folder in ("content/blog", "static")
            for name in (f"{composed}.md", f"{apart}.md")
        }
    )
    told = [d for d in site.diagnostics if d.code == URL_COLLISION.id]
    assert [d.span.path for d in told] == [f"content/blog/{composed}.md", f"static/{composed}.md"]


def test_files_with_decomposed_names_are_read_and_copied(hostile: Build) -> None:
    apart = unicodedata.normalize("NFD", "café")
    site = hostile(
        {
            f"content/blog/{apart}.md": post("image: /menü.txt\n", "[Menu](/menü.txt)\n"),
            f"static/{unicodedata.normalize('NFD', 'menü')}.txt": "Tea",
        },
        faulty=False,
    )
    assert site.ok, site.report
    assert codes_of(site) == set()
    assert site.data("menü.txt") == b"Tea"
    assert "/blog/cafe/" in site.html("/blog/")


@pytest.mark.parametrize(
    "slug", ["pay\u200bpal", "pay\u200dpal", "pay\ufeffpal", "pay\u2060pal", "раураl", "paypal\u202e"]
)
def test_addresses_that_look_alike_are_different_or_refused(slug: str, hostile: Build) -> None:
    site = hostile({POST: post(f'slug: "{slug}"\n'), "content/blog/other.md": post("slug: paypal\n")})
    outputs = [path for path in site.outputs if "/p" in path or "/р" in path]
    assert len({path.casefold() for path in outputs}) == len(outputs)
    assert codes_of(site) <= {"U102", "V211", "U101"}


def test_addresses_that_differ_in_case_only_are_told(hostile: Build) -> None:
    site = hostile({POST: post("slug: Opening-Hours\n"), "content/blog/other.md": post("slug: opening-hours\n")})
    assert codes_of(site) == {"U101"}


# addresses


ESCAPES = [
    "../../etc/passwd",
    "/../x",
    "..",
    ".",
    "...",
    "x/../../../y",
    "..\\..\\x",
    "C:\\x",
    "c:/x",
    "//host/x",
    "\\\\host\\x",
    "https://evil.example/x",
    "file:///etc/passwd",
    "%2e%2e/%2e%2e/x",
    "%252e%252e%252fx",
    "%25252e%25252e%25252fx",
    "..%2fx",
    "%00",
    "a\0b",
    "a\nb",
    "x" * 300,
    "é" * 150,
    "/".join("x" * 100 for _ in range(60)),
    "CON",
    "con.txt",
    "lpt1",
    "a.",
    "a ",
    " a",
    "~root",
    "a#b",
    "a?b",
    "a:b",
    "a*b",
    "a|b",
    '"><script>alert(1)</script>',
    "\u2025/x",
    "．．/x",
    "\u202e",
    "{{ 7*7 }}",
    "",
]


@pytest.mark.parametrize("key", ["slug", "permalink", "aliases"])
@pytest.mark.parametrize("value", ESCAPES)
def test_no_address_leaves_the_output_folder(key: str, value: str, hostile: Build) -> None:
    site = hostile(
        {POST: post(f"{key}: {quoted(value)}\n")}, faulty=False, config="plugins: [redirects]\ntheme: plain\n"
    )
    assert codes_of(site) <= {"U102", "U103", "V211"}, site.report
    if site.ok:
        assert (site.root / "public/blog/witness/index.html").is_file()
    for path in site.outputs:
        assert not path.startswith("/")
        assert ".." not in path.split("/")
        assert "\\" not in path
        assert len(path.encode()) < 1_000


def test_no_name_of_any_kind_leaves_the_output_folder(hostile: Build) -> None:
    """Names that become addresses by themselves: of terms, authors, quotes, testimonials, series and files."""
    names = f"[{', '.join(map(quoted, ESCAPES))}]"
    quotes = "".join(f"- {{id: {quoted(v)}, text: Words {n}., author: A, source: S}}\n" for n, v in enumerate(ESCAPES))
    words = "".join(
        f"- {{id: {quoted(v)}, text: W{n}., author: {quoted(v or 'A')}, products: [{quoted(v or 'x')}]}}\n"
        for n, v in enumerate(ESCAPES)
    )
    site = hostile(
        {
            POST: post(f"tags: {names}\ncategories: {names}\nauthors: {names}\nseries: '../../x'\n"),
            "content/quotes/q.yaml": quotes,
            "content/testimonials/t.yaml": words.replace("}\n", f", {CONSENT.strip()}}}\n"),
            "content/blog/....md": post(),
            "content/blog/a#b?c%2e%2e.md": post(),
            "content/blog/..a../index.md": post(),
            "static/a\\b": "x",
            "static/CON.txt": "x",
            "static/a?b#c%2e": "x",
            "static/..a": "x",
        },
        faulty=False,
        config="plugins: [feeds, sitemap, quotes_json, redirects, headers]\ntheme: plain\n",
    )
    assert codes_of(site) <= {"V211", "V215", "U101", "U102", "U108", "U109", "Q103", "Q105"}, site.report
    for path in site.outputs:
        assert not path.startswith("/")
        assert ".." not in path.split("/")
        assert "\\" not in path


@pytest.mark.parametrize(
    "config",
    [
        "collections:\n  blog:\n    index: /../x/\n",
        "collections:\n  blog:\n    permalink: /../:slug/\n",
        "collections:\n  blog:\n    path: ../secrets\n",
        "collections:\n  blog:\n    path: /\n",
        "collections:\n  ../../x:\n    kind: post\n",
        "permalinks:\n  blog: /%2e%2e/:slug/\n",
        "taxonomies:\n  tags:\n    path: /../../x/\n",
        "taxonomies:\n  ../../secrets:\n    path: /x/\n",
        "pagination:\n  path: ../..\n",
        "output_dir: ..\n",
        "output_dir: ../elsewhere\n",
        "output_dir: /tmp/elsewhere\n",
        "output_dir: content/blog\n",
        "output_dir: public/../../x\n",
        "output_dir: 'C:\\x'\n",
        "theme: ../../secrets\n",
        "base_url: https://bakery.example/../../x/\n",
    ],
)
def test_no_setting_leads_out_of_the_site(config: str, hostile: Build) -> None:
    base = "" if "theme:" in config else "theme: plain\n"
    text = (CONFIG.partition("base_url")[0] + "timezone: Europe/London\n") if "base_url" in config else CONFIG
    site = hostile({"caresite.yaml": text + base + "plugins: []\n" + config}, faulty=False)
    assert not site.ok
    assert {d.span.path for d in site.diagnostics} == {"caresite.yaml"}, site.report
    assert all(d.span.line for d in site.diagnostics), site.report


def test_no_name_in_a_text_or_template_reads_what_is_not_the_sites(hostile: Build, around: Path) -> None:
    ways = [f"{around}/secret.txt", "../../../secret.txt", "/../../secret.txt", "..%2f..%2f..%2fsecret.txt"]
    files: dict[str, str] = {}
    for number, way in enumerate(ways):
        files[f"content/blog/template-{number}.md"] = post(f'template: "{way}"\n')
        files[f"content/blog/image-{number}.md"] = post(f'image: "{way}"\nrelated: ["{way}"]\n')
        files[f"content/blog/body-{number}.md"] = post(
            body=f"![a]({way}) [b]({way}) <img src='{way}'>\n\n::: figure {way} alt=a\n:::\n\n::: quote {way}\n:::\n"
        )
        files[f"content/blog/lang-{number}.md"] = post(f'lang: "{way}"\n')
        files[f"content/testimonials/photo-{number}.md"] = (
            f'---\nauthor: {{name: A, photo: "{way}"}}\nstory: "{way}"\nconsent_ref: "{way}"\n---\nGood.\n'
        )
    files["templates/post.html"] = (
        '{% set found = site.data("../../secret") or site.data("../secret") or site.page("../secrets/letter.md") %}'
        "<title>{{ page.title }}</title>{{ found }}<main>{{ site.body(page).html }}</main>"
    )
    site = hostile(files)
    assert codes_of(site) <= {"T106", "L101", "L103", "L104", "L106", "C108", "K102", "V212"}, site.report


@pytest.mark.parametrize("name", ["../../secret.txt", "/etc/hostname", "../secrets/letter.md"])
@pytest.mark.parametrize("call", ["{{ asset('NAME') }}", "{% include 'NAME' %}", "{% extends 'NAME' %}"])
def test_no_template_reaches_outside_its_folders(call: str, name: str, hostile: Build) -> None:
    site = hostile({"templates/post.html": call.replace("NAME", name), POST: post()})
    assert codes_of(site) <= {"T101", "T104"}
    assert not site.ok


# links of the file system


def test_links_out_of_the_site_are_not_followed(hostile: Build, around: Path) -> None:
    root = around / "site"
    for path, target in {
        "content/blog/letter.md": around / "secrets/letter.md",
        "content/blog/secrets": around / "secrets",
        "content/pages": around / "secrets",
        "content/quotes/loop": root / "content/quotes",
        "content/stories": root / "content/stories",
        "content/authors.yaml": around / "secret.yaml",
        "content/blog/nowhere.md": around / "nothing.md",
        "static/secret.txt": around / "secret.txt",
        "static/etc": Path("/etc"),
        "data": around,
        "consent": around / "secrets",
        "consent.lock.yaml": around / "secret.yaml",
        "assets/secret.txt": around / "secret.txt",
        "assets/secret.css": around / "secret.txt",
        "drawings/cat.svg": around / "secret.txt",
        "templates/page.html": around / "secret.txt",
        "templates/post.html": around / "secret.txt",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).symlink_to(target)
    site = hostile({POST: post()}, config="plugins: []\n")
    told = {d.span.path for d in site.diagnostics if d.code == "D103"}
    assert told == {
        "content/blog/letter.md",
        "content/blog/secrets",
        "content/pages",
        "content/quotes/loop",
        "content/authors.yaml",
        "content/blog/nowhere.md",
        "static/secret.txt",
        "static/etc",
        "data",
        "consent",
        "consent.lock.yaml",
        "assets/secret.txt",
        "assets/secret.css",
        "content/stories",
        "drawings/cat.svg",
        "templates/page.html",
        "templates/post.html",
    }, site.report
    assert codes_of(site) == {"D103"}, site.report


def test_links_inside_the_site_are_followed(hostile: Build, around: Path) -> None:
    root = around / "site"
    (root / "static").mkdir(parents=True)
    (root / "static/hours.txt").symlink_to("../shared.txt")
    (root / "content/blog").mkdir(parents=True)
    (root / "content/blog/more").symlink_to("../elsewhere")
    site = hostile({"shared.txt": "Nine to five", "content/elsewhere/linked.md": post()}, faulty=False)
    assert site.data("hours.txt") == b"Nine to five"
    assert site.html("/blog/linked/")


def test_links_in_the_output_folder_are_replaced(hostile: Build, around: Path) -> None:
    public = around / "site/public"
    public.mkdir(parents=True)
    (public / ".caresite-output").write_text("")
    (public / "blog").symlink_to(around / "secrets")
    (public / "index.html").symlink_to(around / "secret.txt")
    (public / "stale").symlink_to(around / "secrets")
    (public / "404.html").mkdir()
    site = hostile({POST: post()}, faulty=False)
    assert site.ok, site.report
    assert (public / "blog/post/index.html").is_file()
    assert not (public / "blog").is_symlink()
    assert not (public / "index.html").is_symlink()
    assert not (public / "stale").exists()
    assert (public / "404.html").is_file()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_things_that_are_no_files_are_passed_by(hostile: Build, around: Path) -> None:
    root = around / "site"
    for path in ("content/blog/pipe.md", "static/pipe", "data/pipe.json", "caresite.yml", "templates/post.html"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(root / path)
    (root / "content/blog/folder.md").mkdir()
    site = hostile({POST: post()}, faulty=False)
    assert site.ok, site.report
    assert codes_of(site) == {"D106"}


# data


CSV = {
    "formulas": ('name,price\n=cmd|\' /C calc\'!A0,+1\n-2,@SUM(A1)\n"\t=1","\r=2"\n', ()),
    "quotes with line ends": ('name,price\n"a\nb","c""d"\n', ()),
    "semicolons": ("name;price\nrye;4,20\n", ()),
    "tabs": ("name\tprice\nrye\t4,20\n", ()),
    "UTF-16": ("name,price\nrye,4\n".encode("utf-16-le"), ("D107",)),
    "UTF-16 with its mark": ("name,price\nrye,4\n".encode("utf-16"), ()),
    "byte-order mark": (b"\xef\xbb\xbfname,price\nrye,4\n", ()),
    "field of 1 MB": (f"name,price\n{'x' * 1_000_000},4\n", ("D107",)),
    "ragged": ("name,price\nrye\nrye,4,20\n", ("D107",)),
    "open quote": ('name,price\n"rye,4\n', ("D107",)),
    "glued quote": ('name,price\n"rye"x,4\n', ("D107",)),
    "NUL": ("name,price\nr\0ye,4\n", ()),
    "empty": ("", ()),
    "a million rows": ("a\n" + "b\n" * 1_000_000, ("D107",)),
    "100,000 columns": ("a," * 100_000 + "\n" + "b," * 100_000, ()),
}


@pytest.mark.parametrize("name", CSV)
def test_hostile_csv_is_kept_as_text_or_refused(name: str, hostile: Build) -> None:
    data, codes = CSV[name]
    site = hostile({"data/prices.csv": data, "data/hours.yaml": "open: nine\n"}, faulty=False)
    expected = set(codes)
    if name == "UTF-16":  # without its mark it is text with a NUL after each character
        assert codes_of(site) <= {"D107"}
    else:
        assert codes_of(site) == expected, site.report
    assert site.site.data["hours"] == {"open": "nine"}
    if not expected and name == "formulas":
        assert [row["name"] for row in site.site.data["prices"]] == ["=cmd|' /C calc'!A0", "-2", "\t=1"]
    if name in ("semicolons", "tabs"):
        assert site.site.data["prices"] == [{"name": "rye", "price": "4,20"}]


JSON = {
    "halves of a character": ('{"a": "\\ud83d\\ude00", "b": "\\\\ud83d"}', ()),
    "half a character": ('{"a": "\\ud83d"}', ("Y101",)),
    "NUL": ('{"a": "\\u0000b"}', ()),
    "100,000 brackets": ("[" * 100_000, ("Y103",)),
    "500,000 numbers": ("[" + "1," * 500_000 + "1]", ("Y103",)),
    "same key twice": ('{"a": 1, "a": 2}', ("Y102",)),
    "number of 100,000 digits": ('{"a": ' + "9" * 100_000 + "}", ()),
    "not a number": ('{"a": NaN, "b": 1e999}', ()),
    "open": ('{"a": ', ("Y101",)),
    "tag": ('{"a": !!python/name:os.system x}', ("Y104",)),
    "empty": ("", ()),
    "markup": ('{"</script><script>alert(1)</script>": "<img src=x onerror=alert(1)>"}', ()),
    "proto": ('{"__proto__": {"x": 1}, "__class__": "x"}', ()),
}


@pytest.mark.parametrize("name", JSON)
def test_hostile_json_is_read_or_refused(name: str, hostile: Build) -> None:
    data, codes = JSON[name]
    site = hostile({"data/prices.json": data, "data/hours.yaml": "open: nine\n"}, faulty=False)
    assert codes_of(site) == set(codes), site.report
    assert site.site.data["hours"] == {"open": "nine"}
    if name == "halves of a character":
        assert site.site.data["prices"] == {"a": "\N{GRINNING FACE}", "b": "\\ud83d"}
    if name == "NUL":
        assert site.site.data["prices"] == {"a": "b"}


def test_data_is_escaped_where_a_template_prints_it(hostile: Build) -> None:
    template = (
        '<title>{{ page.title }}</title><p title="{{ site.data("x").a }}">{{ site.data("x") }}</p>'
        "{{ site.body(page).html }}"
    )
    site = hostile(
        {
            "data/x.json": json.dumps({"a": '"><script>alert(1)</script>{{ 7*7 }}'}),
            "templates/post.html": template,
            POST: post(),
        },
        faulty=False,
    )
    page = site.html("/blog/post/")
    assert "<script>" not in page
    assert "49" not in page
    assert parsed(page)


# what customers write


ATTACKS = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](java\tscript:alert(1))",
    "[click](&#106;avascript:alert(1))",
    "![x](javascript:alert(1))",
    "<javascript:alert(1)>",
    "[a]: javascript:alert(1)\n\n[a]",
    "{{ 7*7 }}",
    "{% include 'base.html' %}",
    "{{ site.settings }}{{ self.__init__.__globals__ }}",
    "{# gone #}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "--> <!-- -- -->",
    "]]> <![CDATA[ x ]]>",
    "&lt;script&gt; &amp;amp; &#60;b&#62;",
    "<style>*{display:none}</style><base href=//evil.example>",
    "<iframe src=//evil.example></iframe><form action=//evil.example><input name=a>",
    "<svg/onload=alert(1)><math><mtext></p><style><img src=x onerror=alert(1)>",
    "::: figure x onerror=alert(1)\n:::",
    "text{onclick=alert(1) style='x'}",
    "\u202eexe.txt\u202c",
    "x\u0000\u0001\u0008\u000b\u001f\u007f\u0085\ufffe\U0001ffff",
    "👩‍👩‍👧‍👦 🏳️‍🌈 e\u0301\u0301\u0301\u0301",
    "محمد بن علي",
    "\\\\ \\u003cscript\\u003e \\x3cscript\\x3e",
    "+ADw-script+AD4-",
    "=cmd|' /C calc'!A0",
    "%3Cscript%3E",
    "1 MB: " + "word " * 10,
]
ALL_PLUGINS = """\
business: {name: Corner Bakery, email: hello@bakery.example}
testimonials: {mode: reviews, show_average: true, verification_note: We ask each of them.}
"""


def attacked(texts: list[str]) -> dict[str, str]:
    """Return a site whose customers and owner wrote `texts` wherever something can be written."""
    files = {}
    words, quotes = [], []
    for number, text in enumerate(texts):
        value, own = quoted(text), quoted(f"{text} {number}")  # nobody says what another one said
        files[f"content/blog/p{number:03}.md"] = (
            f"---\ntitle: {value}\ndate: 2026-01-02\ndescription: {value}\nsummary: {value}\nsubtitle: {value}\n"
            f"tags: [{value}]\nauthors: [{quoted('By ' + text)}]\nseries: {value}\nkey_points: [{value}]\n"
            f"image: {{src: /p.svg, alt: {value}, caption: {value}}}\n"
            f"cta: {{text: {value}, url: /blog/}}\nparams: {{x: {value}}}\n---\nWords.\n"
        )
        words.append(
            f"- id: t{number}\n  text: {own}\n  rating: 4\n  disclosure: {value}\n  relation: partner\n"
            f"  author: {{name: {value}, role: {value}, company: {value}, location: {value}}}\n  source: {value}\n"
            f"  products: [{value}]\n  industry: {value}\n  reply: {{by: {value}, text: {value}}}\n"
            f"  claims: [{{text: {value}, typical: {value}}}]\n  {CONSENT}"
        )
        quotes.append(
            f"- id: q{number}\n  text: {value}\n  author: {{name: {value}, role: {value}}}\n  context: {value}\n"
            f"  source: {{title: {value}, publisher: {value}, page: {value}}}\n  status: disputed\n"
            f"  status_note: {value}\n  really_by: {value}\n  original: {{text: {value}, translator: {value}}}\n"
        )
        if number % 4 == 0:
            files[f"content/stories/s{number:03}.md"] = (
                f"---\ntitle: {value}\ndate: 2026-01-02\nauthor: {{name: {value}, role: {value}}}\noutcome: {value}\n"
                f"customer: {{name: {value}, size: {value}, since: {value}, location: {value}}}\nindustry: [{value}]\n"
                f"metrics: [{{label: {value}, value: {value}, unit: {value}, period: {value}, source: {value}}}]\n"
                f"quotes: [{{text: {value}, speaker: {value}}}]\nlooked_after_by: {value}\n"
                f"timeline: [{{date: {value}, title: {value}, text: {value}}}]\n{CONSENT}---\nWords.\n"
            )
    files["content/testimonials/t.yaml"] = "".join(words)
    files["content/quotes/q.yaml"] = f"title: {quoted(texts[0])}\nquotes:\n" + "".join(
        "  " + line for line in "".join(quotes).splitlines(True)
    )
    files["static/p.svg"] = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3 2"><path d="M0 0h3v2z"/></svg>'
    return files


@pytest.fixture(scope="module")
def attacked_site() -> BuiltSite:
    """Build the attacks once, with everything that comes with caresite: the theme, feeds, JSON, sitemap, headers."""
    files = {path: text.encode() for path, text in attacked(ATTACKS).items()}
    site = build_site(files={**files, "caresite.yaml": (CONFIG + ALL_PLUGINS).encode()})
    assert site.ok, site.report
    return site


def pages(site: BuiltSite) -> dict[str, str]:
    return {path: data.decode() for path, data in site.outputs.items() if path.endswith(".html")}


def parsed(page: str) -> Any:
    """Return a page as a browser reads it; a fault that a browser would have to mend fails."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    document = parser.parse(page)
    told = [
        (position, code) for position, code, _ in parser.errors if code not in ("expected-doctype-but-got-start-tag",)
    ]
    assert told == [], [
        (page.splitlines()[line - 1][max(0, column - 60) : column + 40], code) for (line, column), code in told[:3]
    ]
    return document


URLS = ("href", "src", "action", "formaction", "poster", "cite", "data", "srcset", "xlink:href")


def check_harmless(path: str, page: str) -> None:
    """Hold that a page has nothing in it that runs, loads or posts, whatever people wrote."""
    for element in parsed(page).iter():
        if not isinstance(element.tag, str):
            continue
        assert element.tag not in ("iframe", "object", "embed", "base", "applet", "style", "math"), path
        if element.tag == "input":  # those of the search field
            assert element.get("name") in ("q", "kind"), path
            assert path in ("404.html", "search/index.html"), path
        if element.tag == "script":
            assert element.get("type") == "application/ld+json" or (element.get("src") or "").startswith("/"), path
        if element.tag == "img":
            assert (element.get("src") or "").startswith("/"), f"{path}: {element.attrib}"
        for name, value in element.attrib.items():
            assert not str(name).startswith("on"), f"{path}: {element.tag} {element.attrib}"
            assert name != "style", f"{path}: {element.tag} {element.attrib}"
            if name in URLS:
                scheme = value.strip().lower().replace("\t", "").replace("\n", "").partition(":")[0]
                assert scheme not in ("javascript", "data", "vbscript"), f"{path}: {element.attrib}"
                assert scheme == "mailto" or "evil.example" not in value, f"{path}: {element.attrib}"


def test_what_customers_write_never_becomes_markup(attacked_site: BuiltSite) -> None:
    for path, page in pages(attacked_site).items():
        check_harmless(path, page)


def test_what_customers_write_is_still_readable(attacked_site: BuiltSite) -> None:
    page = attacked_site.html("/blog/p000/")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    wall = "".join(page for path, page in pages(attacked_site).items() if path.startswith("testimonials/"))
    assert "محمد بن علي" in wall
    assert "👩‍👩‍👧‍👦" in wall


def test_what_customers_write_is_never_a_template(attacked_site: BuiltSite) -> None:
    page = attacked_site.html(f"/blog/p{ATTACKS.index('{{ 7*7 }}'):03}/")
    assert "{{ 7*7 }}" in page
    for page in pages(attacked_site).values():
        assert ">49<" not in page
        assert "Settings(" not in page
        assert "builtins" not in page


def test_json_ld_keeps_what_customers_write_inside(attacked_site: BuiltSite) -> None:
    for path, page in pages(attacked_site).items():
        for script in parsed(page).iter("script"):
            if script.get("type") == "application/ld+json":
                json.loads(script.text)
                assert "<" not in script.text, path


def test_feeds_and_json_stay_whole(attacked_site: BuiltSite) -> None:
    control = set(map(chr, (*range(9), 11, 12, *range(14, 32), 127)))
    seen = set()
    for path, data in attacked_site.outputs.items():
        suffix = path.rpartition(".")[2]
        if suffix in ("xml", "json", "xsl", "webmanifest"):
            seen.add(suffix)
            assert not set(data.decode()) & control, path
        if suffix in ("xml", "xsl"):
            ET.fromstring(data)
        elif suffix == "json":
            json.loads(data)
    assert {"xml", "json"} <= seen


def test_rules_of_the_host_are_one_to_a_line(attacked_site: BuiltSite) -> None:
    for name in ("_headers", "_redirects"):
        text = attacked_site.outputs.get(name, b"").decode()
        assert "<script" not in text
        assert all(c.isprintable() or c in "\n\t" for c in text)


@pytest.mark.parametrize(
    ("kind", "front"),
    [
        ("testimonials", "author: {name: A, url: 'URL'}\n" + CONSENT),
        ("testimonials", "author: {name: A, photo: 'URL'}\n" + CONSENT),
        ("testimonials", "author: A\nsource: {platform: x, url: 'URL'}\n" + CONSENT),
        ("testimonials", "author: A\nabout: {self: false, name: x, url: 'URL'}\n" + CONSENT),
        (
            "stories",
            "title: A\nauthor: A\ncustomer: {name: B, url: 'URL', logo: {src: 'URL'}, logo_permission: true}\n"
            + CONSENT,
        ),
        ("stories", "title: A\nauthor: A\ncta: {text: B, url: 'URL'}\n" + CONSENT),
        ("blog", "title: A\ncta: {text: B, url: 'URL'}\n"),
        ("blog", "title: A\nimage: 'URL'\n"),
        ("authors", "name: A\nlinks: ['URL']\n"),
        ("quotes", "author: {name: A, url: 'URL'}\nsource: {title: B, url: 'URL', archived: 'URL'}\n"),
    ],
)
@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
    ],
)
def test_no_field_takes_an_address_that_runs_code(kind: str, front: str, url: str, hostile: Build) -> None:
    site = hostile(
        {f"content/{kind}/a.md": f"---\n{front.replace(chr(39) + 'URL' + chr(39), quoted(url))}---\nWords.\n"}
    )
    assert codes_of(site) == {"V212"}, site.report
    assert all(d.span.line > 1 for d in site.diagnostics if d.code == "V212")


@pytest.mark.parametrize(
    "component", ['cta "Go" url=URL', "figure URL alt=x", "video URL title=x", "video film.mp4 poster=URL"]
)
def test_no_component_takes_an_address_that_runs_code(component: str, hostile: Build) -> None:
    call = component.replace("URL", '"javascript:alert(1)"')
    site = hostile({POST: post(body=f"::: {call}\n:::\n"), "content/blog/film.mp4": b"x"}, config="plugins: []\n")
    assert "V212" in codes_of(site), site.report
    assert "javascript" not in site.html("/blog/post/")


def test_a_testimonial_of_1_mb_is_read(hostile: Build) -> None:
    words = "Good bread, and a kind word with it. " * 28_000
    site = hostile(
        {
            "content/testimonials/t.md": f"---\nauthor: A\n{CONSENT}---\n{words}\n",
            "content/quotes/q.yaml": f"- {{text: {quoted(words)}, author: A, source: B}}\n",
        },
        faulty=False,
        config="plugins: [feeds, sitemap, structured_data, headers]\n",
    )
    assert site.ok, site.report
    assert "Good bread" in site.html("/testimonials/")


def test_cards_that_show_each_other_end(hostile: Build) -> None:
    card = "---\ntitle: A\nauthor: A\n" + CONSENT + "---\n::: story {}\n:::\n\n<!-- more -->\n\nWords.\n"
    pairs = {"rye": "oat", "oat": "rye", "self": "self"}
    stories = {f"content/stories/{one}.md": card.replace("{}", other) for one, other in pairs.items()}
    site = hostile(stories, faulty=False, config="")
    assert site.ok, site.report


# everything that ever broke a form


@pytest.fixture(scope="module")
def naughty_strings(shared_fixtures: Path) -> list[str]:
    """Return the Big List of Naughty Strings, without those of which nothing can be seen."""
    path = shared_fixtures / "hostile" / "naughty-strings" / "blns.json"
    if not path.is_file():
        pytest.skip(f"there is no {path.name} in the folder of shared fixtures")
    return [text for text in json.loads(path.read_text(encoding="utf-8")) if without_invisible(text).strip()]


@pytest.mark.timeout(300)
def test_naughty_strings_as_titles_names_and_words(naughty_strings: list[str], hostile: Build) -> None:
    files = {path: text.encode() for path, text in attacked(naughty_strings).items()}
    site = hostile(files, faulty=False)
    assert codes_of(site) <= {"V211", "V215", "U108", "U109", "Q103"}, site.report[:4000]
    assert site.ok
    for path, page in pages(site).items():
        check_harmless(path, page)


@pytest.mark.timeout(300)
def test_naughty_strings_in_the_theme_and_the_feeds(naughty_strings: list[str], hostile: Build) -> None:
    risky = [text for text in naughty_strings if set(text) & set("<>&\"'`{}\\") or not text.isprintable()][::3]
    site = hostile({path: text.encode() for path, text in attacked(risky).items()}, faulty=False, config=ALL_PLUGINS)
    assert site.ok, site.report[:4000]
    for path, data in site.outputs.items():
        if path.endswith(".html"):
            check_harmless(path, data.decode())
        elif path.endswith(".xml"):
            ET.fromstring(data)
        elif path.endswith(".json"):
            json.loads(data)
