"""Films and maps of other hosts: which address may be framed, and that nothing is asked for before."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from caresite.pipeline.frames import map_frame, map_link, video_frame
from caresite.testing import build_site

POST = "-- content/blog/film.md --\n---\ntitle: Film\ndate: 2026-01-01\n---\n{}\n"


@pytest.mark.parametrize(
    ("url", "frame"),
    [
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=3", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
        ("https://youtu.be/dQw4w9WgXcQ?si=track", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
        ("https://www.youtube.com/shorts/dQw4w9WgXcQ", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
        ("https://vimeo.com/76979871", "https://player.vimeo.com/video/76979871?dnt=1"),
        ("https://player.vimeo.com/video/76979871", "https://player.vimeo.com/video/76979871?dnt=1"),
        ("https://www.youtube.com/", ""),
        ("https://www.youtube.com/watch?v=../../x", ""),
        ("https://vimeo.com/about/us", ""),
        ("https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ", ""),
        ("https://film.example/tour.mp4", ""),
    ],
)
def test_only_known_hosts_are_framed(url: str, frame: str) -> None:
    assert video_frame(url) == frame


def test_a_map_shows_the_point_in_its_middle() -> None:
    west, south, east, north = map(
        float, parse_qs(urlsplit(map_frame("52.0567,-2.716", 16)).query)["bbox"][0].split(",")
    )
    assert (west + east) / 2 == pytest.approx(-2.716, abs=1e-4)
    assert (south + north) / 2 == pytest.approx(52.0567, abs=1e-4)
    assert 0 < north - south < east - west < 0.02
    assert (
        map_link("52.0567,-2.716", 16)
        == "https://www.openstreetmap.org/?mlat=52.0567&mlon=-2.716#map=16/52.0567/-2.716"
    )
    assert map_frame("0,0", 10**9) == map_frame("0,0", 19)


@pytest.mark.parametrize(
    ("text", "host", "link"),
    [
        (
            '::: video https://youtu.be/dQw4w9WgXcQ title="A tour"\n:::',
            "https://www.youtube-nocookie.com",
            "https://youtu.be/dQw4w9WgXcQ",
        ),
        (
            '::: map "12 Ropewalk" at="52.05, -2.7"\n:::',
            "https://www.openstreetmap.org",
            "https://www.openstreetmap.org/?",
        ),
    ],
)
def test_what_comes_later_is_a_link_that_the_policy_knows(text: str, host: str, link: str) -> None:
    site = build_site(POST.format(text))
    assert site.codes == (), site.report
    page = site.html("/blog/film/")
    assert f'href="{link}' in page
    assert "<iframe" not in page
    assert 'type="module" src="/assets/embed.' in page
    output = next(o for o in site.built.outputs if o.url == "/blog/film/")
    assert output.csp["frame-src"] == (host,)
    assert not [o.url for o in site.built.outputs if o.url != "/blog/film/" and o.csp.get("frame-src")]


@pytest.mark.parametrize(
    "text",
    [
        '::: video https://film.example/tour title="A tour"\n:::',
        '::: map Here at="1,1" url=https://maps.example/x\n:::',
    ],
)
def test_other_hosts_stay_links(text: str) -> None:
    site = build_site(POST.format(text))
    page = site.html("/blog/film/")
    assert "data-frame" not in page
    assert "embed." not in page


@pytest.mark.parametrize("at", ["nowhere", "91,0", "52", "1,181", "1.5.2,3", "<b>,1"])
def test_a_point_off_the_globe_is_told(at: str) -> None:
    site = build_site(POST.format(f'::: map Here at="{at}"\n:::'))
    assert site.codes, site.report
    assert "latitude and longitude in degrees" in site.report
