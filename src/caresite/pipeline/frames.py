"""Frames: what of another host may be loaded into a page, once its reader asks for it: films and maps."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlencode, urlsplit

__all__ = ["map_frame", "map_link", "video_frame"]

_YOUTUBE = frozenset(("youtube.com", "www.youtube.com", "m.youtube.com", "youtube-nocookie.com"))
_YOUTUBE_ID = re.compile(r"[\w-]{6,20}")
_VIMEO = re.compile(r"/(?:video/)?(\d+)")
_TURN = 360  # degrees of longitude that the map shows at zoom 0, on 256 pixels
_TILE_PX = 256
_NEAREST = 19
_WIDTH_PX, _HEIGHT_PX = 640, 360


def video_frame(url: str) -> str:
    """Return the address at which a host plays the film at `url` in a frame, with the least tracking it offers.

    Empty for hosts of which that is not known: their films stay links.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if host in _YOUTUBE or host == "youtu.be":
        last = parts.path.rstrip("/").rpartition("/")[2]
        name = last if host == "youtu.be" else (parse_qs(parts.query).get("v") or [last])[0]
        return f"https://www.youtube-nocookie.com/embed/{name}" if _YOUTUBE_ID.fullmatch(name) else ""
    if host in ("vimeo.com", "www.vimeo.com", "player.vimeo.com") and (match := _VIMEO.fullmatch(parts.path)):
        return f"https://player.vimeo.com/video/{match[1]}?dnt=1"
    return ""


def map_frame(point: str, zoom: int) -> str:
    """Return the address of a map around `point`, latitude and longitude with a comma, for a frame."""
    latitude, longitude = map(float, point.split(","))
    across = _TURN / 2 ** min(zoom, _NEAREST) * _WIDTH_PX / _TILE_PX / 2
    down = across * _HEIGHT_PX / _WIDTH_PX * 0.6  # degrees of latitude are longer; on a map of a town about so much
    box = (longitude - across, latitude - down, longitude + across, latitude + down)
    query = {"bbox": ",".join(f"{side:.5f}" for side in box), "layer": "mapnik", "marker": point}
    return f"https://www.openstreetmap.org/export/embed.html?{urlencode(query)}"


def map_link(point: str, zoom: int) -> str:
    """Return the address of the same map as a page."""
    latitude, longitude = point.split(",")
    place = f"#map={min(zoom, _NEAREST)}/{latitude}/{longitude}"
    return f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}{place}"
