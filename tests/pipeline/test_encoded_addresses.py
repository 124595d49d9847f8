"""Addresses are split before they are decoded (RFC 3986, 2.4), and are written in one form, whatever is in a name."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

from caresite.core.urls import canonical_base_url, decoded_path, encode_file, split_address
from caresite.deploy.guards import same_place
from caresite.deploy.hosts.rules import rules_in
from caresite.deploy.media import Media
from caresite.deploy.target import File
from caresite.preview.tree import BuiltTree, answer_at
from caresite.testing import build_site, picture

CONFIG = """
-- caresite.yaml --
title: Lab
base_url: BASE
timezone: Europe/London
social_cards: {enabled: false}
"""
ENCODED_SUB_PATH = f"""{CONFIG}
menus: {{main: [{{text: A, url: /blog/a/}}]}}
redirects: {{rules: [{{from: "/old/*", to: "/blog/:splat"}}, {{from: /ü/, to: /blog/a/}}]}}
headers: {{rules: [{{for: /blog/*, values: {{X-A: b}}}}]}}
-- content/blog/a.md --
---
title: A
date: 2026-01-02
aliases: [/alt/]
image: {{src: p ü.png, alt: P}}
---

Text. [b](b.md) [self](/blog/a/) ![P](p%20%C3%BC.png) [f](/f.txt)
-- content/blog/b.md --
---
title: Ü
slug: über
date: 2026-01-01
---

[a](/b%C3%BCro/blog/a/) [a](../a/)
-- static/f.txt --
f
"""
ONE_PLACE = (
    "https://www.example.org/b%C3%BCro/",
    "https://www.example.org/b%c3%bcro",
    "https://www.example.org/büro/",
    "https://www.example.org/bu\u0308ro/",
    "HTTPS://WWW.Example.org:443/b%75%CC%88ro//",
)
PNG = picture(8, 6)
NAMES = (
    "100%.pdf",
    "C#.pdf",
    "what?.pdf",
    "R&D.pdf",
    "a+b.pdf",
    "a b.pdf",
    "é.pdf",
    "50%25.pdf",
    "a=b;c,d'e(f)!.pdf",
    "日本.pdf",
)


def built_at(base: str, text: str = ENCODED_SUB_PATH, files: dict[str, bytes] | None = None):
    return build_site(text.replace("BASE", base), files=files or {"content/blog/p ü.png": PNG})


@pytest.fixture(scope="module")
def encoded():
    return built_at(ONE_PLACE[0])


def test_an_encoded_sub_path_builds_without_a_message(encoded) -> None:
    assert encoded.diagnostics == (), encoded.report


def test_a_sub_path_has_one_form_everywhere(encoded) -> None:
    texts = {
        path: data.decode() for path, data in encoded.outputs.items() if re.search(r"\.(html|xml|json|txt)$|^_", path)
    }
    assert {"_headers", "_redirects", "sitemap.xml", "feed.xml", "index.html", "blog/a/index.html"} <= set(texts)
    for path, text in texts.items():
        assert not re.search(r"b(ü|%c3|u\u0308|%25)ro", text), path
    assert "/b%C3%BCro/alt/" in texts["_redirects"]
    assert "/b%C3%BCro/old/* /b%C3%BCro/blog/:splat" in texts["_redirects"]
    assert "/b%C3%BCro/%C3%BC/ /b%C3%BCro/blog/a/ 301" in texts["_redirects"]
    assert "\n/b%C3%BCro/blog/*\n" in texts["_headers"]
    assert "https://www.example.org/b%C3%BCro/blog/%C3%BCber/" in texts["sitemap.xml"]


@pytest.mark.parametrize("base", ONE_PLACE[1:])
def test_spellings_of_a_base_url_build_the_same_site(base: str, encoded) -> None:
    other = built_at(base)
    assert other.diagnostics == (), other.report
    assert dict(other.outputs) == dict(encoded.outputs)


@pytest.mark.parametrize("base", ONE_PLACE)
def test_a_target_knows_the_site_in_every_spelling(base: str) -> None:
    assert same_place(base, ONE_PLACE[0])
    assert not same_place(base, "https://www.example.org/buro/")


@pytest.mark.parametrize(
    ("base", "canonical"),
    [
        ("http://host:80/", "http://host/"),
        ("http://host:8080", "http://host:8080/"),
        ("https://bücher.example/My Shop", "https://bücher.example/My%20Shop/"),
        ("https://h/100%25/C%23/", "https://h/100%25/C%23/"),
        ("https://h/~a/%7Eb/", "https://h/~a/~b/"),
        ("https://[::1]:443/x", "https://[::1]/x/"),
    ],
)
def test_base_urls_have_one_form(base: str, canonical: str) -> None:
    assert canonical_base_url(base) == canonical
    assert canonical_base_url(canonical) == canonical


@pytest.mark.parametrize(
    "base", ["https://h/a%2Fb/", "https://h/a%5cb/", "https://h/%2e%2E/", "https://h/?a", "ftp://h/", "h", "https:///"]
)
def test_what_is_no_base_url_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical_base_url(base)


def test_every_base_url_that_can_be_is_served(tmp_path: Path) -> None:
    text = ENCODED_SUB_PATH.replace("[a](/b%C3%BCro/blog/a/) ", "")
    for base in ("https://h/100%25 sure/C%23/", "https://h/my shop/"):
        site = built_at(base, text)
        assert site.diagnostics == (), site.report
        _links_answer(site, tmp_path / str(len(base)))


def _links_answer(site, folder: Path) -> None:
    """Follow every link of every page through what the preview and hosts do with a published folder."""
    for path, data in site.outputs.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    tree = BuiltTree(folder, decoded_path(site.site.settings.base_path))
    for path, data in site.outputs.items():
        if path.endswith(".html"):
            for address in re.findall(r'(?:href|src)="(/[^"]*)"', data.decode()):
                assert re.fullmatch(r"[!-~]*", address), address
                answer = answer_at(tree, unquote(split_address(unescape(address)).path))
                assert answer.status in (200, 301), (path, address)
    rules = rules_in(folder, decoded_path(site.site.settings.base_path))
    assert rules.left_out == ()
    files = {path: File(path=path, source=folder / path, size=len(data)) for path, data in site.outputs.items()}
    media = Media(files, site.site.settings.config.base_url)
    assert "immutable" in next(media.of(p).cache_control for p in files if p.startswith("assets/"))


def test_stylesheets_lead_to_files_of_any_name() -> None:
    names = {"a b.svg": "a%20b.svg", "C#.svg": "C%23.svg", "100%.svg": "100%25.svg", "é(1).svg": "%C3%A9(1).svg"}
    css = "".join(f'a {{ background: url("{at}#part") }}\n' for at in names.values())
    files = {"assets/own.css": css.encode()} | {f"assets/{name}": b"<svg/>" for name in names}
    site = built_at("https://h/", CONFIG, files)
    [written] = [site.text(path) for path in site.outputs if path.startswith("assets/own.")]
    found = re.findall(r"url\((\S+?)#part\)", written)
    assert len(found) == len(names)
    assert {f"assets/{unquote(at)}" for at in found} <= set(site.outputs)


def test_old_addresses_of_any_words_lead_on(tmp_path: Path) -> None:
    text = f"""{CONFIG}
redirects: {{{{rules: [{{{{from: /100%25/:a, to: /blog/x/}}}}, {{{{from: "/c%23/", to: "/blog/x/?a=%23#b"}}}}]}}}}
-- content/blog/x.md --
---
title: X
date: 2026-01-02
aliases: [/f%23/, /what%3f/, "https://h/my%20shop/old/ü/", https://h/other/, /a%2525b/]
---
[f](/f%23/) [w](/what%3F/)
""".replace("{{", "{").replace("}}", "}")
    site = built_at("https://h/my shop/", text, {})
    assert site.diagnostics == (), site.report
    rules = [line.split()[:2] for line in site.text("_redirects").splitlines() if line.startswith("/")]
    target = "/my%20shop/blog/x/"
    assert sorted(rules) == sorted(
        [
            ["/my%20shop/100%25/:a", target],
            ["/my%20shop/c%23/", f"{target}?a=%23#b"],
            ["/my%20shop/f%23/", target],
            ["/my%20shop/what%3F/", target],
            ["/my%20shop/old/%C3%BC/", target],
            ["/my%20shop/other/", target],
            ["/my%20shop/a%2525b/", target],
        ]
    )
    assert not [path for path in site.outputs if re.search("[#%?]", path)]
    _links_answer(site, tmp_path)


@pytest.mark.parametrize("alias", ["/a%2F%2E%2E/", "/%252e%252e/", "/a%5Cb/", "/con/", "/a%00/"])
def test_old_addresses_that_no_host_can_have_are_refused(alias: str) -> None:
    text = f"{CONFIG}\n-- content/blog/x.md --\n---\ntitle: X\ndate: 2026-01-02\naliases: ['{alias}']\n---\nx\n"
    assert built_at("https://h/", text, {}).codes == ("U102",)


@pytest.mark.parametrize("name", NAMES)
def test_files_of_any_name_can_be_linked(name: str, tmp_path: Path) -> None:
    at = encode_file(name)
    in_static = re.sub("[#%?]", "-", name)  # of files in `static/`, no address may hold these
    root = encode_file(in_static)
    text = f"""{CONFIG}
-- content/blog/x/index.md --
---
title: X
date: 2026-01-02
image: {{src: "{name.replace(".pdf", ".png")}", alt: P}}
---

[beside]({at}) <a href="{at}?a=1&amp;b=%2F#p%C3%A4ge">html</a> ![picture]({at.replace(".pdf", ".png")}){{.decorative}}
[from root](/{root}) ![root](/{root.replace(".pdf", ".png")}){{.decorative}}
-- content/blog/y.md --
---
title: Y
date: 2026-01-01
image: {{src: "loose {name.replace(".pdf", ".png")}", alt: P}}
---

[loose](loose%20{at})
"""
    png = name.replace(".pdf", ".png")
    files = {
        f"content/blog/x/{name}": b"pdf",
        f"content/blog/x/{png}": PNG,
        f"content/blog/loose {name}": b"pdf",
        f"content/blog/loose {png}": PNG,
        f"static/{in_static}": b"pdf",
        f"static/{in_static.replace('.pdf', '.png')}": PNG,
    }
    site = built_at("https://h/", text, files)
    assert site.diagnostics == (), site.report
    page = site.html("/blog/x/")
    assert f'href="/blog/x/{unescape_free(at)}"' in page
    assert f'href="/{unescape_free(root)}"' in page
    assert f'href="/blog/x/{unescape_free(at)}?a=1&amp;b=%2F#p%C3%A4ge"' in page
    assert {f"blog/x/{name}", f"blog/loose {name}", f"blog/loose {png}"} <= set(site.site.files)
    _links_answer(site, tmp_path)


def unescape_free(address: str) -> str:
    return address.replace("&", "&amp;").replace("'", "&#x27;")
