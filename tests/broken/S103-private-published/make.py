"""Links that lead into the private folder, from each folder that pages are made from."""

from __future__ import annotations

from pathlib import Path

LINKS = {
    "static/letter.txt": "letter.txt",
    "content/blog/letter.md": "letter.md",
    "content/blog/photos": "inbox",
    "data/letter.yaml": "letter.yaml",
    "content/authors.yaml": "letter.yaml",
    "consent/story.md": "letter.md",
    "templates/page.html": "letter.txt",
    "assets/letter.css": "letter.txt",
    "archetypes/post.md": "letter.md",
    "themes/mine/templates/page.html": "letter.txt",
    "themes/letters": "inbox",
    "themes/mine/i18n/en.yaml": "letter.yaml",
    "drawings/drawings.yaml": "letter.yaml",
}
OTHERS = {"static/build.db": "../.caresite/build.db", "data/git.yaml": "../.git/config"}


def make(root: Path) -> None:
    (root / "private/inbox").mkdir(parents=True)
    for name in ("letter.txt", "letter.md", "letter.yaml"):
        (root / "private" / name).write_text("Dear all,\n")
    for link, target in LINKS.items():
        (root / link).parent.mkdir(parents=True, exist_ok=True)
        up = "../" * link.count("/")
        (root / link).symlink_to(f"{up}private/{target}")
    for link, other in OTHERS.items():
        file = (root / link).parent / other
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x: 1\n")
        (root / link).symlink_to(other)
