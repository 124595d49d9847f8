"""Which keys and values look like something that only its owner should hand out."""

from __future__ import annotations

from typing import Any

import pytest

from caresite.core.personal import holds_mail_address, looks_personal


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("email", "jo at example"),
        ("E-Mail", "x"),
        ("customerEmail", "x"),
        ("phone", 5550100),
        ("IPAddress", "x"),
        ("user_agent", "Mozilla/5.0"),
        ("postcode", "TR19 7AA"),
        ("Telefon", "x"),
        ("dirección", "x"),
        ("contact", "jo.marsh@example.co.uk"),
        ("note", "write to <jo@bäckerei.example>"),
        ("from", "192.0.2.7"),
        ("from", "2001:db8::1"),
        ("meta", {"remote": {"mail": "x"}}),
        ("phones", [{"phone": "1"}]),
        ("seen", ["a", "jo@example.com"]),
    ],
)
def test_what_looks_personal(key: str, value: Any) -> None:
    assert looks_personal(key, value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("hero", "wide"),
        ("mobile", True),
        ("phone", ""),
        ("telescope", "x"),
        ("shipping", "x"),
        ("zipped", "x"),
        ("handle", "@jo"),
        ("version", "1.2.3"),
        ("time", "12:30:00"),
        ("score", 4.5),
        ("tags", ["a", "b"]),
        ("nothing", None),
    ],
)
def test_what_does_not(key: str, value: Any) -> None:
    assert not looks_personal(key, value)


@pytest.mark.parametrize("value", ["jo@example.com", {"a": ["b", {"c": "x jo@example.com y"}]}, {"jo@example.com": 1}])
def test_an_e_mail_address_is_found_at_any_depth(value: Any) -> None:
    assert holds_mail_address(value)


@pytest.mark.parametrize("value", ["@jo", "me@localhost", "a @ b.example", 4, None, {"a": ["b"]}, "3 @ 4.50"])
def test_what_is_no_e_mail_address(value: Any) -> None:
    assert not holds_mail_address(value)
