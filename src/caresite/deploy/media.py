"""What goes with a file where the target keeps it: its type, how long it may be cached, and where it leads on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from caresite.core.host_rules import LEADING_ON, REVALIDATED, headers_for, read_headers, redirects_in
from caresite.core.media_types import type_of
from caresite.core.urls import decoded_path, split_address
from caresite.deploy.target import File

__all__ = ["Described", "Media"]


class Described(NamedTuple):
    """The headers of one file."""

    content_type: str
    cache_control: str
    redirect: str = ""


class Media:
    """The headers of every file of a site, by its own `_headers` and `_redirects`."""

    def __init__(self, files: Mapping[str, File], base_url: str) -> None:
        self._base = "/" + decoded_path(urlsplit(base_url).path).strip("/")
        self._headers = read_headers(_text(files.get("_headers")))
        rules = redirects_in(_text(files.get("_redirects")))
        exact = (rule for rule in rules if rule.status in LEADING_ON and not rule.query)
        leading = ((self._path(rule.source), rule) for rule in exact if not set("*:") & set(rule.source))
        self.redirects = {path: rule.target for path, rule in leading if rule.forced or path not in files}

    def of(self, path: str) -> Described:
        """Return the headers of the file at `path`."""
        url = self._url(path)
        values = {name.lower(): value for name, value in headers_for(self._headers, url)}
        return Described(
            values.get("content-type") or type_of(path),
            values.get("cache-control") or REVALIDATED,
            self.redirects.get(path, ""),
        )

    def _url(self, path: str) -> str:
        name = path.rpartition("/")[2]
        return f"{self._base.rstrip('/')}/{path.removesuffix('index.html') if name == 'index.html' else path}"

    def _path(self, url: str) -> str:
        """Return the file that a host asks for at an address of this site."""
        path = decoded_path(split_address(url).path)
        inside = path.removeprefix(self._base.rstrip("/") + "/").lstrip("/")
        return f"{inside}index.html" if not inside or inside.endswith("/") else inside


def _text(file: File | None) -> str:
    return file.source.read_text(encoding="utf-8", errors="replace") if file else ""
