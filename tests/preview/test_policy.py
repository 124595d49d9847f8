"""The preview's own files are allowed, and nothing else that was not."""

from __future__ import annotations

import pytest

from caresite.preview.policy import widened

HOST = "https://a.example"
PLACE = "http://127.0.0.1:8000/_caresite/"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (
            "default-src 'none'; style-src 'self'; connect-src 'self'; base-uri 'none'",
            f"default-src 'none'; style-src 'self'; connect-src 'self'; base-uri 'none'; script-src {PLACE}",
        ),
        (
            "default-src 'self'",
            "default-src 'self'",
        ),
        (
            "script-src 'none'; style-src https://a.example; connect-src 'none'",
            f"script-src {PLACE}; style-src https://a.example {PLACE}; connect-src {PLACE}",
        ),
        (
            f"default-src {HOST}",
            f"default-src {HOST}; script-src {HOST} {PLACE}; style-src {HOST} {PLACE}; connect-src {HOST} {PLACE}",
        ),
        (
            "script-src 'self'; script-src-elem 'sha256-x='; style-src 'self'; connect-src *",
            f"script-src 'self'; script-src-elem 'sha256-x=' {PLACE}; style-src 'self'; connect-src *",
        ),
        ("frame-ancestors 'none'", "frame-ancestors 'none'"),
        ("upgrade-insecure-requests; img-src 'self'", "img-src 'self'"),
        ("", ""),
    ],
)
def test_what_a_policy_becomes(policy: str, expected: str) -> None:
    assert widened(policy, PLACE) == expected


def test_each_of_several_policies_is_widened() -> None:
    found = widened("script-src 'none', script-src https://a.example", PLACE)
    assert found == f"script-src {PLACE}, script-src https://a.example {PLACE}"


def test_widening_twice_adds_nothing() -> None:
    once = widened("default-src 'none'; style-src 'self'; connect-src 'self'", PLACE)
    assert "'unsafe-inline'" not in once
    assert set(once.split("; ")) - {f"script-src {PLACE}"} == {
        "default-src 'none'",
        "style-src 'self'",
        "connect-src 'self'",
    }
