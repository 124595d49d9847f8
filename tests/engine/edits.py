"""Edits: what people do to a site between two builds; each changes its files in a way that a number chooses."""

from __future__ import annotations

import re
from collections.abc import Callable

from caresite.testing import picture
from engine.sites import CONFIG, rich_files

__all__ = ["EDITS", "Edit", "Files", "set_key", "sub"]

Files = dict[str, bytes]
Edit = Callable[[Files, int], None]
EDITS: dict[str, Edit] = {}


def edit(function: Edit) -> Edit:
    EDITS[function.__name__] = function
    return function


def posts_of(files: Files) -> list[str]:
    return sorted(p for p in files if re.fullmatch(r"content/(blog|stories|pages)/(?!_).*\.md", p))


def chosen(paths: list[str], n: int) -> str:
    return paths[n % len(paths)]


def sub(files: Files, path: str, pattern: str, replacement: str) -> None:
    """Replace the first match of `pattern` in a file that may be gone, or not have it any more."""
    if path in files:
        files[path] = re.sub(pattern, replacement, files[path].decode(), count=1, flags=re.MULTILINE).encode()


def set_key(files: Files, path: str, key: str, value: str) -> None:
    """Give a page's front matter `key: value`, or no such key when there is no value."""
    text = re.sub(rf"^{key}:.*\n", "", files[path].decode(), count=1, flags=re.MULTILINE)
    line = f"{key}: {value}\n" if value else ""
    files[path] = text.replace("---\n", f"---\n{line}", 1).encode()


def toggle(files: Files, path: str, data: bytes) -> None:
    """Let a file be there, or not any more."""
    if path in files:
        del files[path]
    else:
        files[path] = data


@edit
def body(files: Files, n: int) -> None:
    files[chosen(posts_of(files), n)] += b"\nOne more line.\n" * (1 + n % 2)


@edit
def first_words(files: Files, n: int) -> None:
    path = chosen(posts_of(files), n)
    head, _, rest = files[path].decode().rpartition("---\n")
    files[path] = f"{head}---\nSo it *began*, {n} years ago.\n\n{rest}".encode()


@edit
def heading(files: Files, n: int) -> None:
    sub(files, "content/blog/stairs.md", r"^## \w+", ("## Two", "## Three", "## Four")[n % 3])


@edit
def title(files: Files, n: int) -> None:
    set_key(files, chosen(posts_of(files), n), "title", ("Alpha", "Gamma", "Ärger & Öl", '"<b>"')[n % 4])


_TAGS = ("", "[Cats]", "[new]", "[Dogs, paper, cats]", "[Paper]", "[Cats+]", "[Cats#, Paper]")


@edit
def tags(files: Files, n: int) -> None:
    set_key(files, chosen(posts_of(files), n), "tags", _TAGS[n % len(_TAGS)])


@edit
def date(files: Files, n: int) -> None:
    days = ("2026-01-01", "2025-11-05", "2026-11-22 18:30", "2026-02-02", "2026-05-05 12:00", "2030-01-01")
    set_key(files, chosen(posts_of(files), n), "date", days[n % 6])


@edit
def draft(files: Files, n: int) -> None:
    path = chosen(posts_of(files), n)
    set_key(files, path, "draft", "" if b"\ndraft: true" in files[path] else "true")


@edit
def alias(files: Files, n: int) -> None:
    values = ("", "[/was/here/]", "[/was/there/, /old/cat/]", "[/about/]")
    set_key(files, chosen(posts_of(files), n), "aliases", values[n % 4])


@edit
def series(files: Files, n: int) -> None:
    set_key(files, chosen(posts_of(files), n), "series", ("", "{name: Winter, part: 1}", "{name: Summer}")[n % 3])


@edit
def weight(files: Files, n: int) -> None:
    set_key(files, chosen(posts_of(files), n), ("pinned", "featured", "noindex")[n % 3], ("true", "false")[n % 2])


@edit
def author(files: Files, n: int) -> None:
    sub(files, "content/authors/rosa.yaml", r"^name: .*", ("name: Rosa Lind", "name: Rosa Berg", "name: Sam")[n % 3])


@edit
def add(files: Files, n: int) -> None:
    path = f"content/{('blog', 'blog/deep', 'pages')[n % 3]}/added-{n % 5}.md"
    files[path] = f"---\ntitle: Added {n}\ndate: 2026-0{1 + n % 9}-01\ntags: [new]\n---\nHello {n}.\n".encode()


@edit
def delete(files: Files, n: int) -> None:
    if len(posts_of(files)) > 3:
        del files[chosen(posts_of(files), n)]


@edit
def rename(files: Files, n: int) -> None:
    path = chosen(posts_of(files), n)
    files[path.removesuffix(".md") + "x.md"] = files.pop(path)


@edit
def move(files: Files, n: int) -> None:
    path = chosen(posts_of(files), n)
    folder = ("blog", "pages", "blog/moved", "stories")[n % 4]
    files[f"content/{folder}/{path.rpartition('/')[2]}"] = files.pop(path)


@edit
def quote(files: Files, n: int) -> None:
    words = ("Listen ==first==.", "Listen twice.", "Never mind.")[n % 3]
    sub(files, "content/quotes/care.yaml", r"(id: listen, text): [^,]*", rf"\1: {words}")


@edit
def quote_order(files: Files, n: int) -> None:
    sub(files, "content/quotes/care.yaml", r"\A(?s:(.*?quotes:\n))(.*\n)(.*\n)", r"\1\3\2")


@edit
def rating(files: Files, n: int) -> None:
    sub(files, "content/testimonials/reviews.yaml", r"rating: \d", f"rating: {1 + n % 5}")


@edit
def consent(files: Files, n: int) -> None:
    """Withdraw what the lock file allows, or allow it again, or less of it."""
    scopes = ("publish_text, publish_name", "publish_text", "publish_name")[n % 3]
    withdrawn = ", withdrawn: 2026-11-01" if n % 2 else ""
    entry = f"{{scopes: [{scopes}], approved: 2026-01-17, wording: story-2026{withdrawn}}}"
    key = ('"1111111111111111"', "3f9a0c1b2d4e5f60")[n // 2 % 2]
    sub(files, "consent.lock.yaml", f"^  {key}: .*", f"  {key}: {entry}")


@edit
def consent_beside(files: Files, n: int) -> None:
    line = "consent: {at: 2026-01-15, scopes: [publish_text, publish_name], how: letter"
    ends = ("}", ", withdrawn: 2026-06-01}", ", expires: 2026-11-22}")
    sub(files, "content/stories/the-night-call.md", r"^consent: .*", line + ends[n % 3])


@edit
def wording(files: Files, n: int) -> None:
    toggle(files, "consent/story-2026.md", rich_files()["consent/story-2026.md"])


@edit
def template(files: Files, n: int) -> None:
    name = ("base.html", "item.html", "list.html", "components/quote.html", "post.html")[n % 5]
    files[f"themes/plain/templates/{name}"] += f"<!-- {n} -->".encode()


@edit
def template_of_the_site(files: Files, n: int) -> None:
    """Put a template over the theme's, or take it away."""
    name = ("post", "story", "components/callout")[n % 3]
    toggle(files, f"templates/{name}.html", f'{{% extends "plain/{name}.html" %}}'.encode())


@edit
def included_template(files: Files, n: int) -> None:
    toggle(files, "templates/small-print.html", f"<p>All prices in {n} shells.</p>".encode())


@edit
def imported_template(files: Files, n: int) -> None:
    sub(files, "templates/cards.html", 'class="[^"]*"', f'class="card-{n}"')


@edit
def broken_template(files: Files, n: int) -> None:
    toggle(files, "templates/hours.html", (b"{% extends", rich_files()["templates/hours.html"])[n % 2])


@edit
def theme_option(files: Files, n: int) -> None:
    sub(files, CONFIG, "accent_word: [a-z]+", f"accent_word: {('honest', 'kind', 'plain')[n % 3]}")


@edit
def theme_default(files: Files, n: int) -> None:
    sub(files, "themes/plain/theme.yaml", "default: [a-z]+", f"default: {('plain', 'bold')[n % 2]}")


@edit
def words(files: Files, n: int) -> None:
    sub(files, "themes/plain/i18n/en.yaml", "title_search: .*", f"title_search: {('Search', 'Find')[n % 2]}")


@edit
def asset(files: Files, n: int) -> None:
    files["assets/site.css"] += f"/* {n} */".encode()


CONFIG_LINES = {
    "title": ("Harbour Vets", "Harbour & Vets", "Quay Vets"),
    "description": ("Two vets and a nurse by the water.", "Three vets."),
    "base_url": ("https://harbour.example/shop/", "https://harbour.example/"),
    "language": ("en-GB", "en", "de"),
    "timezone": ("Europe/London", "Asia/Tokyo"),
    "pagination": ("{per_page: 2}", "{per_page: 3}", "{per_page: 2, path: seite}"),
    "permalinks": ('{blog: "/blog/:year/:slug/"}', '{blog: "/news/:slug/"}'),
    "taxonomies": ("{towns: /in/}", "{towns: /places/}"),
    "params": ('{open: "8 to 6"}', '{open: "9 to 5", more: 1}', '{more: 1, open: "9 to 5"}'),
    "sample": ("true", "false"),
    "business": ("{name: Harbour Vets, email: a@harbour.example}", "{name: Harbour Vets}"),
    "check": ("{links: warning, images: warning}", "{links: error, images: warning}"),
    "feeds": ("{content: full, limit: 20}", "{content: summary}", "{content: full, limit: 2, terms: [towns]}"),
    "quotes_json": ("{seed: one}", "{seed: two}", "{calendar: false}"),
    "plugins": ("[feeds, redirects]", "[feeds, sitemap, structured_data, quotes_json, redirects, headers]"),
    "testimonials": ("{mode: reviews, show_average: true, verification_note: We ask.}", "{mode: selected}"),
    "ranking": ("{2026: bayes}", "{2026: recent}", "{2026: {method: wilson, limit: 1}}"),
    "images": ("{formats: [webp]}", "{widths: [75, 300]}", "{quality: fine}"),
}


@edit
def config(files: Files, n: int) -> None:
    key = list(CONFIG_LINES)[n % len(CONFIG_LINES)]
    line = f"{key}: {CONFIG_LINES[key][n // len(CONFIG_LINES) % len(CONFIG_LINES[key])]}"
    if re.search(rf"^{key}:".encode(), files[CONFIG], re.MULTILINE):
        sub(files, CONFIG, rf"^{key}:.*", line)
    else:
        files[CONFIG] += f"{line}\n".encode()


@edit
def config_title(files: Files, n: int) -> None:
    config(files, n * len(CONFIG_LINES))


@edit
def plugin_option(files: Files, n: int) -> None:
    config(files, n * len(CONFIG_LINES) + 12 + n % 3)


@edit
def config_lines(files: Files, n: int) -> None:
    files[CONFIG] = b"# a line more\n" + files[CONFIG]


@edit
def menu(files: Files, n: int) -> None:
    url = ("/about/", "content/pages/no.md")[n % 2]
    sub(files, CONFIG, r"\{text: About, url: .*\}", f"{{text: About, url: {url}}}")


@edit
def data(files: Files, n: int) -> None:
    texts = (b"bath: 10\nwalk: 5\n", b"walk: 5\nbath: 10\n", b"walk: 6\n1: one\n", b"{}\n", b"bath: [\n")
    files["data/prices.yaml"] = texts[n % 5]


@edit
def data_file(files: Files, n: int) -> None:
    toggle(files, "data/prices.yaml", b"bath: 11\n")


@edit
def votes(files: Files, n: int) -> None:
    """Count votes for the best story, anew or wrongly, and settle the year or open it again."""
    story = "content/stories/the-night-call.md"
    tallies = (f"{{stars: {{5: {n + 1}}}}}", f"{{for: {n + 1}, against: 1}}", "{stars: {5: many}}")
    files["data/votes/2026.yaml"] = f"voters: {n}\nstories:\n  {story}: {tallies[n % 3]}\n".encode()
    if n % 4 == 3:
        settled = f"decided: 2026-11-01\nmethod: bayes\nplaces:\n  - {{story: {story}, stars: {{5: {n}}}}}\n"
        toggle(files, "data/best/2026.yaml", settled.encode())


@edit
def defaults(files: Files, n: int) -> None:
    files["content/_defaults.yaml"] = f"params: {{desk: {('front', 'back')[n % 2]}}}\n".encode()


@edit
def section(files: Files, n: int) -> None:
    toggle(files, ("content/blog/_index.md", "content/tags/cats.md")[n % 2], b"---\ntitle: Latest\n---\nWords.\n")


@edit
def image(files: Files, n: int) -> None:
    path = ("content/blog/a-cat-in-the-rain/cat.svg", "content/testimonials/sam.svg")[n % 2]
    if n % 3:
        files[path] = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {n} 2"/>'.encode()
    else:
        toggle(files, path, b"<svg/>")


@edit
def photograph(files: Files, n: int) -> None:
    """A photograph beside a post is there, is another one, or is broken, and the post shows it or does not."""
    beside = "content/blog/a-cat-in-the-rain/"
    shows = b"\n![Rain on the harbour](rain.png)\n"
    for path in (f"{beside}index.md", "content/blog/stairs.md")[: 1 + n % 2]:
        if path in files:
            there = shows.replace(b"(", b"(" if beside in path else b"(a-cat-in-the-rain/")
            files[path] = files[path].replace(there, b"") if there in files[path] else files[path] + there
    whole = picture(80 + n % 3 * 40, 70)
    files[f"{beside}rain.png"] = whole[: len(whole) - 12 * (n % 5 == 4)]


@edit
def static(files: Files, n: int) -> None:
    toggle(files, ("static/robots.txt", "static/about/index.html", "static/x.txt")[n % 3], f"{n}".encode())
