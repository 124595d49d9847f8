"""The services' interfaces are read to their end, with patience where it helps, and plain words where it does not."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from caresite.core.diagnostics import Problem
from caresite.core.intake import Form, IncomingSource
from caresite.submissions.media import fetch_picture
from caresite.submissions.pictures import RefusedPicture
from caresite.submissions.sources import formspree, netlify
from caresite.submissions.sources.registry import Delivery, Errand
from caresite.submissions.store import Store
from submissions.conftest import NOW, Run, netlify_entry
from submissions.services import KEY, SITE_ID, TOKEN, FormService, Trouble, form_service

STORIES = {"best-story": Form(consent="story-2026-01"), "contact": Form(kind="contact")}


@pytest.fixture
def service() -> Iterator[FormService]:
    with form_service() as running:
        yield running


class Waits(list[float]):
    """Remembers how long somebody would have slept."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def errand(waits: Waits | None = None, **environ: str) -> Errand:
    given = {"NETLIFY_AUTH_TOKEN": TOKEN, "FORMSPREE_KEY": KEY, **environ}
    return Errand(
        root=Path(),
        name="website",
        forms=STORIES,
        environ=given,
        now=NOW,
        sleep=waits if waits is not None else Waits(),
    )


def from_netlify(service: FormService, waits: Waits | None = None, **source: Any) -> list[Delivery]:
    given = {"type": "netlify", "site": SITE_ID, "api": f"{service.address}/api/v1", "timeout_seconds": 0.6, **source}
    return list(netlify.fetch(IncomingSource(**given), errand(waits)))


def from_formspree(service: FormService, waits: Waits | None = None, **source: Any) -> list[Delivery]:
    given = {"type": "formspree", "form_id": "xyz", "api": f"{service.address}/api/0", "timeout_seconds": 0.6, **source}
    return list(formspree.fetch(IncomingSource(**given), errand(waits)))


def ids(deliveries: list[Delivery]) -> list[str]:
    return [entry["id"] for delivery in deliveries for entry in json.loads(delivery.data)]


def entries(count: int) -> list[dict[str, Any]]:
    return [netlify_entry(number) for number in range(count)]


# the documented shapes


def test_what_we_ask_netlify_for_is_in_its_description(shared_fixtures: Path) -> None:
    described = json.loads((shared_fixtures / "forms/netlify-open-api/swagger.json").read_text("utf-8"))
    assert described["basePath"] == "/api/v1"
    for path in ("/sites/{site_id}/forms", "/forms/{form_id}/submissions"):
        assert "get" in described["paths"][path]
    known = described["definitions"]["submission"]["properties"]
    assert {"id", "data", "created_at", "email", "name", "company"} <= known.keys()
    assert set(known) - {"last_name", "first_name"} <= set(netlify_entry())
    assert {"id", "name"} <= described["definitions"]["form"]["properties"].keys()


# paging


@pytest.mark.parametrize("links", [True, False], ids=["with links", "without"])
@pytest.mark.parametrize(("count", "per_page"), [(0, 100), (1, 100), (100, 100), (230, 100), (45, 20)])
def test_all_pages_of_netlify_are_read(count: int, per_page: int, links: bool, service: FormService) -> None:
    service.submissions["best-story"], service.per_page, service.links = entries(count), per_page, links
    assert sorted(ids(from_netlify(service))) == sorted(entry["id"] for entry in entries(count))


@pytest.mark.parametrize(("count", "per_page"), [(0, 100), (100, 100), (230, 100), (45, 20)])
def test_all_pages_of_formspree_are_read(count: int, per_page: int, service: FormService) -> None:
    made = [
        {"_date": f"2026-10-01T10:{n // 60:02}:{n % 60:02}.0", "email": f"a{n}@x.example", "message": f"Kind {n}."}
        for n in range(count)
    ]
    service.submissions["best-story"], service.per_page = made, per_page
    got = [entry for delivery in from_formspree(service) for entry in json.loads(delivery.data)["submissions"]]
    assert got == made


def test_only_forms_for_stories_are_asked_for(service: FormService) -> None:
    service.submissions |= {"best-story": entries(2), "contact": entries(5), "manage-my-story": entries(1)}
    deliveries = from_netlify(service)
    assert [delivery.form for delivery in deliveries] == ["best-story", "manage-my-story"]
    assert not any("5f84bbbb" in asked for asked in service.asked)


def test_what_the_service_took_for_spam_comes_when_it_is_wanted(service: FormService) -> None:
    service.submissions["best-story"], service.spam = entries(1), entries(3)[1:]
    assert len(ids(from_netlify(service))) == 1
    marked = [json.loads(d.data) for d in from_netlify(service, spam=True, form="best-story") if "spam" in d.shown]
    assert [entry["state"] for page in marked for entry in page] == ["spam", "spam"]


def test_a_service_that_ignores_the_page_is_not_read_for_ever(service: FormService) -> None:
    service.submissions["best-story"], service.links = entries(2), False

    def same_page(handler: Any, found: list[dict[str, Any]], query: dict[str, str]) -> None:
        handler._json(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service.RequestHandlerClass, "_page", same_page)
        assert len(ids(from_netlify(service, form="best-story"))) == 2


# trouble


@pytest.mark.parametrize("trouble", ["429", "500", "503", "cut", "slow"])
def test_a_service_that_recovers_is_read_all_the_same(trouble: Trouble, service: FormService) -> None:
    service.submissions["best-story"] = entries(3)
    service.troubles, waits = [trouble, trouble], Waits()
    assert len(ids(from_netlify(service, waits, form="best-story"))) == 3
    assert len(waits) == 2
    if trouble == "429":
        assert waits == [3.0, 3.0], "as long as it asked for"


@pytest.mark.parametrize(
    ("trouble", "code", "said"),
    [
        ("500", "S206", "answered with the error 500"),
        ("cut", "S206", "the connection failed"),
        ("slow", "S206", "did not answer in time"),
        ("429", "S206", "asked us to wait"),
        ("429 for an hour", "S206", "come back in 3600 seconds"),
        ("html", "S206", "not a list"),
        ("401", "S207", "did not let us in"),
        ("403", "S207", "did not let us in"),
        ("404", "S106", "knows nothing at"),
        ("redirect", "S106", "knows nothing at"),
    ],
)
def test_a_service_that_does_not_recover_is_told_in_words(
    trouble: Trouble, code: str, said: str, service: FormService
) -> None:
    service.troubles = [trouble] * 10
    with pytest.raises(Problem, match=said) as raised:
        from_netlify(service, form="best-story", form_id="5f84aaaa")
    assert raised.value.diagnostics[0].code == code
    assert TOKEN not in str(raised.value)


def test_an_answer_without_end_is_not_read_to_its_end(service: FormService) -> None:
    service.troubles = ["endless"]
    with pytest.raises(Problem, match="more than 64 MB"):
        from_netlify(service, form_id="5f84aaaa", timeout_seconds=20)


def test_what_was_read_before_a_fault_is_kept(service: FormService, site: Path, run: Run) -> None:
    service.submissions["best-story"], service.per_page = entries(50), 20
    config = site / "caresite.yaml"
    source = f"  website: {{type: netlify, form_id: 5f84aaaa, api: {service.address}/api/v1, timeout_seconds: 0.3}}\n"
    config.write_text(config.read_text("utf-8") + "sources:\n" + source, encoding="utf-8")
    token = {"NETLIFY_AUTH_TOKEN": TOKEN}
    service.troubles = []

    class AfterTwo(list):  # type: ignore[type-arg]
        def pop(self, index: int = 0) -> Any:
            return "401" if len(service.asked) > 2 else None

        def __bool__(self) -> bool:
            return True

    service.troubles = AfterTwo()
    broken = run("pull", env=token)
    assert broken.exit_code == 3, "a host failed"
    assert "40 new" in broken.output
    assert "error[S207]" in broken.output
    service.troubles = []
    whole = run("pull", env=token)
    assert whole.exit_code == 0
    assert "10 new submissions taken in, 40 there already." in whole.output
    assert len(Store(site).listing()) == 50
    assert "Nothing new, 50 there already." in run("pull", env=token).output


def test_a_missing_token_names_the_variable_and_asks_nobody(service: FormService) -> None:
    source = IncomingSource(type="netlify", site=SITE_ID, api=f"{service.address}/api/v1", token_env="OUR_TOKEN")
    with pytest.raises(Problem, match="OUR_TOKEN is not set"):
        list(netlify.fetch(source, errand()))
    assert service.asked == []


def test_a_key_is_sent_over_tls_or_to_this_computer_only() -> None:
    source = IncomingSource(type="netlify", site=SITE_ID, api="http://forms.example/api/v1")
    with pytest.raises(Problem, match="not encrypted"):
        list(netlify.fetch(source, errand()))


def test_a_form_that_the_service_does_not_know_is_told_with_the_nearest(service: FormService) -> None:
    with pytest.raises(Problem) as raised:
        from_netlify(service, form="best-stori")
    assert raised.value.diagnostics[0].hint == "did you mean `best-story`?"
    with pytest.raises(Problem, match="needs `site:`"):
        from_netlify(service, site="")
    with pytest.raises(Problem, match="needs `form_id:`"):
        from_formspree(service, form_id="")


# pictures that come as links


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (200, 100), (10, 90, 40)).save(out, "JPEG", comment=b"ada@customers.example")
    return out.getvalue()


def test_a_picture_is_fetched_from_hosts_that_are_named(service: FormService, site: Path, run: Run) -> None:
    service.files["/photo.jpg"] = jpeg()
    config = site / "caresite.yaml"
    host = service.address.removeprefix("http://")
    config.write_text(config.read_text("utf-8") + f"sources:\n  web: {{type: json, media_hosts: [{host}]}}\n", "utf-8")
    entry = netlify_entry(1, photo=f"{service.address}/photo.jpg", consent_publish_photo="yes")
    done = run("pull", "--source", "web", "-", stdin=json.dumps(entry))
    assert done.exit_code == 0, done.output
    store = Store(site)
    found = store.read(next(iter(store.listing()))).submission
    kept = store.attachment(found.media[0].path).read_bytes()
    assert (found.media[0].width_px, found.media[0].from_) == (200, "link")
    assert b"customers.example" not in kept
    assert "publish_photo" in found.consent[0].granted


@pytest.mark.parametrize(
    "url",
    [
        "{service}/photo.jpg",
        "https://127.0.0.1/x.jpg",
        "https://localhost/x.jpg",
        "https://169.254.169.254/latest/meta-data/",
        "http://pictures.example/x.jpg",
        "https://user@127.0.0.1/x.jpg",
        "https://[::1]/x.jpg",
        "file:///etc/passwd",
    ],
)
def test_nobody_points_us_into_a_house(url: str, service: FormService) -> None:
    service.files["/photo.jpg"] = jpeg()
    allowed = ("localhost", "pictures.example", "169.254.169.254x")
    with pytest.raises(RefusedPicture):
        fetch_picture(url.format(service=service.address), allowed, 1.0)
    assert service.asked == []


@pytest.mark.parametrize("trouble", ["404", "redirect", "cut", "slow", "endless"])
def test_a_picture_that_does_not_come_is_told(trouble: Trouble, service: FormService) -> None:
    service.troubles = [trouble]
    with pytest.raises(RefusedPicture):
        fetch_picture(f"{service.address}/x.jpg", (service.address.removeprefix("http://"),), 0.5)
