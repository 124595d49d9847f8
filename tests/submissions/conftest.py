"""What the tests of submissions share: intakes for pure readers, a site with a store, and the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from caresite.cli import cli
from caresite.core.intake import Form, IncomingSource
from caresite.submissions.agreements import Wordings
from caresite.submissions.entries import Intake
from caresite.submissions.records import Submission
from caresite.submissions.store import Store
from caresite.submissions.wordings import Wording, by_digest, read_wording
from caresite.testing import write_site

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WORDING = """\
---
title: Your story on our site
purposes:
  publish_text: You may publish my words on your website.
  edit_for_length: You may shorten them. I see the shorter text first.
  publish_photo: You may show the picture that I sent.
  contact_back: You may get in touch with me about it.
  marketing_reuse: You may use it in a leaflet too.
---
May the Corner Bakery put what you sent us on its website? You can take it back at any time.
"""
SITE = f"""
-- caresite.yaml --
title: Corner Bakery
base_url: https://bakery.example/
timezone: Europe/London
business: {{name: Corner Bakery, email: hello@bakery.example}}
forms:
  best-story: {{consent: story-2026-01}}
-- netlify.toml --
# how Netlify builds this site
-- consent/story-2026-01.md --
{WORDING}"""

MakeIntake = Callable[..., Intake]
Run = Callable[..., Result]


def wording(text: str = WORDING, name: str = "story-2026-01") -> Wording:
    return read_wording(name, text.encode(), ZoneInfo("UTC"))[0]


def story_wordings(*more: Wording) -> Wordings:
    now = wording()
    return Wordings({now.id: now}, by_digest((now, *more)))


@pytest.fixture
def make_intake() -> MakeIntake:
    """Return a function that makes an intake; what it is given goes to the source of the config."""

    def make(
        *,
        forms: Mapping[str, Form] | None = None,
        wordings: Wordings | None = None,
        shown: str = "export",
        **source: Any,
    ) -> Intake:
        return Intake(
            now=NOW,
            zone=ZoneInfo("Europe/London"),
            shown=shown,
            source=IncomingSource(**{"type": "csv", **source}),
            forms={"best-story": Form(consent="story-2026-01")} if forms is None else forms,
            wordings=wordings or story_wordings(),
            firm=("Corner Bakery",),
        )

    return make


def only(received: Any) -> Submission:
    """Return the one submission that was read. Fails when there is none, or something was refused."""
    assert [d.message for d in received.diagnostics if d.severity == "error"] == []
    assert len(received.entries) == 1, received
    found: Submission = received.entries[0].submission
    return found


def codes(received: Any) -> list[str]:
    return [d.code for d in received.diagnostics]


def netlify_entry(number: int = 1, **data: Any) -> dict[str, Any]:
    """Return a submission as Netlify's interface has it."""
    fields = {
        "name": f"Ada Quill {number}",
        "email": f"ada{number}@customers.example",
        "story": f"They came at five on day {number} and stayed until the oven was warm again, all of them.",
        "display": "first-initial",
        "relation": "customer",
        "incentive": "no",
        "age": "yes",
        "consent_publish_text": "yes",
        "consent_wording": "story-2026-01",
        "consent_sha256": wording().sha256,
        "ip": "203.0.113.7",
        "user_agent": "Mozilla/5.0",
        "referrer": "https://bakery.example/send-your-story/",
        **data,
    }
    return {
        "id": f"5f85{number:08x}",
        "number": number,
        "title": fields["name"],
        "email": fields["email"],
        "name": fields["name"],
        "company": None,
        "summary": f"<strong>{fields['name']}</strong>",
        "body": "a guess",
        "data": fields,
        "created_at": f"2026-10-{1 + number % 28:02}T14:02:06.088Z",
        "human_fields": {"Name:": fields["name"]},
        "form_name": "best-story",
        "site_url": "https://bakery.example",
    }


def netlify_json(*numbers: int, **data: Any) -> bytes:
    return json.dumps([netlify_entry(number, **data) for number in numbers]).encode()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return the folder of a small site with a form for stories."""
    write_site(tmp_path / "site", SITE)
    return tmp_path / "site"


@pytest.fixture
def store(site: Path) -> Store:
    return Store(site)


@pytest.fixture
def run(site: Path) -> Run:
    """Run `caresite -C site stories …`; an exception that nobody expected is raised again."""

    def call(*arguments: str, stdin: str | bytes = "", env: dict[str, str] | None = None) -> Result:
        command = ["-C", str(site), "stories", *arguments]
        return CliRunner().invoke(cli, command, input=stdin, env=env, catch_exceptions=False)

    return call
