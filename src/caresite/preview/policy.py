"""The content security policy of a page in the preview: the site's own, and what the preview needs, no more.

The preview needs its own scripts and styles and a connection to itself, all below one path. These are allowed by the
full address of that path, so that a page may still load nothing else than on the host (CSP Level 3, 6.7.2.10).
"""

from __future__ import annotations

__all__ = ["OWN_POLICY", "widened"]

OWN_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What the preview's own pages may do."""

_NEEDS = (
    ("script-src-elem", "script-src", "default-src"),
    ("style-src-elem", "style-src", "default-src"),
    ("connect-src", "default-src"),
)
_DROPPED = frozenset(("upgrade-insecure-requests", "block-all-mixed-content"))  # there is no https here


def widened(policy: str, place: str) -> str:
    """Return `policy` with the preview's own files allowed, which all lie below the address `place`.

    Each list of a policy that is joined by commas is a policy of its own, and all of them hold.
    """
    return ", ".join(_widened(each, place) for each in policy.split(",") if each.strip())


def _widened(policy: str, place: str) -> str:
    directives: dict[str, list[str]] = {}
    for part in policy.split(";"):
        name, *sources = part.split() or [""]
        if name and name.lower() not in _DROPPED:
            directives.setdefault(name.lower(), sources)
    for chain in _NEEDS:
        found = next((name for name in chain if name in directives), "")
        if not found or "'self'" in directives[found] or "*" in directives[found]:
            continue  # nothing limits it, or it is allowed already
        kept = [source for source in directives[found] if source.lower() != "'none'"]
        directives[chain[-2] if found == "default-src" else found] = [*kept, place]
    return "; ".join(" ".join((name, *sources)) for name, sources in directives.items())
