"""Slugs and addresses."""

import re
import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caresite.core.urls import (
    check_address,
    check_old_address,
    check_path,
    encode_path,
    is_external,
    output_path,
    slug_of,
)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("The day the boiler broke", "the-day-the-boiler-broke"),
        ("Crème brûlée & tea", "creme-brulee-tea"),
        ("18f.gsa.gov", "18f-gsa-gov"),
        ("Ирина", "irina"),
        ("2020", "2020"),
        ("☎", "260e"),
    ],
)
def test_slugs_are_plain(text: str, slug: str) -> None:
    assert slug_of(text) == slug


@pytest.mark.parametrize(
    ("text", "slug"),
    [("CON", "con-x"), ("nul", "nul-x"), ("Aux", "aux-x"), ("COM1", "com1-x"), ("com", "com"), ("console", "console")],
)
def test_slugs_are_never_the_names_of_devices(text: str, slug: str) -> None:
    assert slug_of(text) == slug
    assert check_address(f"/tags/{slug}/") == f"/tags/{slug}/"


@given(st.text(min_size=1).filter(str.strip))
def test_slugs_are_idempotent_and_safe(text: str) -> None:
    slug = slug_of(text)
    assert slug_of(slug) == slug
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert slug_of(unicodedata.normalize("NFD", text)) == slug


@pytest.mark.parametrize(
    ("given_address", "clean"),
    [
        ("about", "/about/"),
        ("/about/us/", "/about/us/"),
        ("/a//b", "/a/b/"),
        ("/feed.xml", "/feed.xml"),
        ("/", "/"),
        ("/Über uns/", "/Über uns/"),
        ("%C3%BCber", "/über/"),
    ],
)
def test_addresses_are_cleaned(given_address: str, clean: str) -> None:
    assert check_address(given_address) == clean


@pytest.mark.parametrize(
    "address",
    [
        "../../etc/passwd",
        "/../x",
        "/a/./b",
        "C:\\x",
        "\\\\host\\x",
        "//host/x",
        "https://host/x",
        "%2e%2e/x",
        "%252e%252e/x",
        "a\0b",
        "a\u202eb",
        "a\u200db",
        "x" * 300,
        "CON",
        "/aux.html",
        "/a./b",
        "/a /b",
        "javascript:alert(1)",
    ],
)
def test_addresses_that_no_host_can_hold_are_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        check_address(address)


OF_HOSTS = [
    ("/_headers", "_headers"),
    ("/_headers/", "_headers"),
    ("/_Headers/x/", "_headers"),
    ("/%5Fredirects", "_redirects"),
    ("/_worker.js", "_worker.js"),
    ("/_routes.json", "_routes.json"),
    ("/_caresite/x/", "_caresite"),
    ("/netlify.toml", "netlify.toml"),
    ("/web.config", "web.config"),
    ("/vercel.json", "vercel.json"),
    ("/.htaccess", ".htaccess"),
    ("/a/.htaccess", ".htaccess"),
    ("/.caresite/x/", ".caresite"),
    ("/a/.git/x/", ".git"),
    ("/.well-known/.env", ".env"),
    ("/.well-known", ".well-known"),
    ("/a/.well-known/x/", ".well-known"),
]


@pytest.mark.parametrize(("address", "name"), OF_HOSTS)
def test_no_page_takes_the_place_of_a_file_of_the_host(address: str, name: str) -> None:
    for check in (check_address, check_old_address):
        with pytest.raises(ValueError, match=f"`{re.escape(name)}`"):
            check(address)
    assert check_path(address).strip("/").casefold() == unquote(address).strip("/").casefold()


@pytest.mark.parametrize(
    "address",
    ["/.well-known/x/", "/.well-known/a.txt", "/a/_headers/", "/_headers-x/", "/a.b/", "/htaccess/"],
)
def test_addresses_that_no_host_has_for_itself_are_a_page(address: str) -> None:
    assert check_address(address) == address


@pytest.mark.parametrize(
    ("address", "url", "path"),
    [
        ("/my page/", "/my%20page/", "my page/index.html"),
        ("/über/", "/%C3%BCber/", "über/index.html"),
        ("/a/[b].html", "/a/%5Bb%5D.html", "a/[b].html"),
        ("/", "/", "index.html"),
    ],
)
def test_an_address_has_a_url_and_a_file(address: str, url: str, path: str) -> None:
    assert encode_path(address) == encode_path(url) == url
    assert output_path(address) == output_path(url) == path


@given(st.text(max_size=60))
def test_an_accepted_address_never_leaves_the_output_folder(text: str) -> None:
    try:
        address = check_address(text)
    except ValueError:
        return
    parts = output_path(address).split("/")
    assert ".." not in parts
    assert not output_path(address).startswith("/")


@pytest.mark.parametrize("target", ["https://x", "mailto:a@b", "//host", "tel:1", "javascript:x"])
def test_what_leaves_the_site(target: str) -> None:
    assert is_external(target)


@pytest.mark.parametrize("target", ["/x", "x.md", "../x", "#x", "?q=a:b"])
def test_what_stays_on_the_site(target: str) -> None:
    assert not is_external(target)
