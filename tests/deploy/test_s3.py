"""The target `s3`, against moto and s3rver."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from caresite.core.diagnostics import Diagnostic, Problem
from deploy.sending import PAGES, errand, opened, planned, sent, write
from deploy.servers import Storage, free_port

KEYS = {"AWS_SECRET_ACCESS_KEY": "not-this-one"}
CHANGED = {**PAGES, "blog/hello/index.html": "<p>Changed"}


@pytest.fixture
def bucket(storage: Storage) -> str:
    name = f"b-{uuid.uuid4().hex[:12]}"
    storage.client().create_bucket(Bucket=name)
    return name


def options(storage: Storage, bucket: str, **more: Any) -> dict[str, Any]:
    return {"bucket": bucket, "endpoint": storage.url, **more}


def held(storage: Storage, bucket: str) -> dict[str, str]:
    client = storage.client()
    keys = [entry["Key"] for entry in client.list_objects_v2(Bucket=bucket).get("Contents", ())]
    read = {key: client.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in keys}
    return {key: text for key, text in read.items() if not key.endswith(".caresite-deploy.json")}


def refused(given: dict[str, Any], site: Path, environ: dict[str, str]) -> Diagnostic:
    with pytest.raises(Problem) as raised, opened("s3", given, errand(site, environ=environ)) as target:
        sent(target, site / "public")
    (found,) = raised.value.diagnostics
    return found


def test_a_site_arrives_and_then_only_what_changed(site: Path, storage: Storage, bucket: str) -> None:
    given = options(storage, bucket)
    with opened("s3", given, errand(site, environ=storage.environ)) as target:
        first, _ = sent(target, site / "public")
        assert (len(first.add), first.change, first.delete) == (len(PAGES), (), ())
        assert held(storage, bucket) == PAGES
    with opened("s3", given, errand(site, environ=storage.environ)) as target:
        assert planned(target, site / "public").is_empty
        write(site / "public", CHANGED)
        second, _ = sent(target, site / "public")
        assert [file.path for file in second.change] == ["blog/hello/index.html"]
        assert held(storage, bucket) == CHANGED
        write(site / "public", {"index.html": "alone"})
        sent(target, site / "public")
        assert held(storage, bucket) == {"index.html": "alone"}


def test_listings_are_read_without_the_times_that_nobody_asks_for(site: Path, storage: Storage, bucket: str) -> None:
    storage.client().put_object(Bucket=bucket, Key="index.html", Body=b"theirs")
    with opened("s3", options(storage, bucket), errand(site, environ=storage.environ)) as target:
        (entry,) = target._client.list_objects_v2(Bucket=bucket)["Contents"]  # type: ignore[attr-defined]
    assert (entry["Key"], entry["Size"], "LastModified" in entry) == ("index.html", 6, False)


def test_a_site_may_stand_below_a_prefix(site: Path, storage: Storage, bucket: str) -> None:
    storage.client().put_object(Bucket=bucket, Key="index.html", Body=b"theirs")
    with opened("s3", options(storage, bucket, prefix="shop"), errand(site, environ=storage.environ)) as target:
        sent(target, site / "public")
        assert planned(target, site / "public").is_empty
    assert held(storage, bucket) == {"index.html": "theirs", **{f"shop/{path}": text for path, text in PAGES.items()}}


def test_files_of_others_stay_where_they_are(site: Path, storage: Storage, bucket: str) -> None:
    for key in ("uploads/a.txt", "index.html"):
        storage.client().put_object(Bucket=bucket, Key=key, Body=b"theirs")
    with opened("s3", options(storage, bucket), errand(site, environ=storage.environ)) as target:
        plan = planned(target, site / "public")
        assert plan.there.foreign == {"uploads/a.txt", "index.html"}
        assert [file.path for file in plan.change] == ["index.html"]
        sent(target, site / "public")
    assert held(storage, bucket) == {**PAGES, "uploads/a.txt": "theirs"}


HEADERS = """\
/*
  X-Frame-Options: DENY
/assets/*
  Cache-Control: public, max-age=31536000, immutable
/feed.xml
  Cache-Control: public, max-age=600
"""


def test_files_have_their_type_and_how_long_they_may_be_kept(site: Path, moto: Storage) -> None:
    moto.client().create_bucket(Bucket="headers")
    more = {"a.webmanifest": "{}", "a.woff2": "x"}
    write(site / "public", {**PAGES, **more, "_headers": HEADERS})
    given = errand(site, environ=moto.environ)
    with opened("s3", options(moto, "headers"), given) as target:
        sent(target, site / "public")
        heads = {
            path: moto.client().head_object(Bucket="headers", Key=path)
            for path in (
                "index.html",
                "assets/main.1.css",
                "feed.xml",
                "blog/hello/cup.png",
                "a.webmanifest",
                "a.woff2",
            )
        }
        said = {path: (head["ContentType"], head["CacheControl"]) for path, head in heads.items()}
        revalidated = "public, max-age=0, must-revalidate"
        assert said == {
            "index.html": ("text/html; charset=utf-8", revalidated),
            "assets/main.1.css": ("text/css; charset=utf-8", "public, max-age=31536000, immutable"),
            "feed.xml": ("application/xml; charset=utf-8", "public, max-age=600"),
            "blog/hello/cup.png": ("image/png", revalidated),
            "a.webmanifest": ("application/manifest+json; charset=utf-8", revalidated),
            "a.woff2": ("font/woff2", revalidated),
        }
        write(site / "public", {**PAGES, **more, "_headers": HEADERS.replace("=600", "=60")})
        plan, _ = sent(target, site / "public")
        assert [file.path for file in plan.change] == ["_headers", "feed.xml"]
        assert planned(target, site / "public").is_empty


def test_old_addresses_lead_on(site: Path, moto: Storage) -> None:
    moto.client().create_bucket(Bucket="leading")
    rules = "/old/ /blog/hello/ 301!\n/gone /blog/ 302\n/blog/ /index.html 301\n/many/* /blog/ 301\n"
    write(site / "public", {**PAGES, "_redirects": rules, "old/index.html": "moved"})
    given = errand(site, environ=moto.environ)

    def leads(key: str) -> str:
        return str(moto.client().head_object(Bucket="leading", Key=key).get("WebsiteRedirectLocation", ""))

    with opened("s3", options(moto, "leading"), given) as target:
        sent(target, site / "public")
        assert [leads(key) for key in ("old/index.html", "gone", "blog/index.html")] == ["/blog/hello/", "/blog/", ""]
        assert planned(target, site / "public").is_empty
        write(site / "public", {**PAGES, "_redirects": "# none\n"})
        plan, _ = sent(target, site / "public")
        assert set(plan.delete) == {"gone", "old/index.html"}
        assert planned(target, site / "public").is_empty


def test_what_stands_in_the_way_is_told(site: Path, moto: Storage) -> None:
    found = refused(options(moto, "no-such-bucket"), site, moto.environ)
    assert (found.code, "no-such-bucket" in found.message) == ("H202", True)
    found = refused({**options(moto, "b"), "endpoint": f"http://127.0.0.1:{free_port()}"}, site, moto.environ)
    assert (found.code, "127.0.0.1" in found.message) == ("H205", True)


def test_wrong_keys_are_told_without_saying_them(site: Path, s3rver: Storage) -> None:
    s3rver.client().create_bucket(Bucket="wrong-keys")
    found = refused(options(s3rver, "wrong-keys"), site, {**KEYS, "AWS_ACCESS_KEY_ID": "nobody"})
    assert found.code == "H201"
    assert "not-this-one" not in found.message + found.hint


# a host that leads elsewhere


class Leading(BaseHTTPRequestHandler):
    """Answers every request with the same redirect, and counts what it was asked."""

    status: int
    target: str
    region: str
    asked: list[str]

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.asked.append(self.command)
        self.send_response(self.status)
        self.send_header("Location", (self.target or f"http://{self.headers['Host']}") + self.path)
        if self.region:
            self.send_header("x-amz-bucket-region", self.region)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_PUT = do_DELETE = do_HEAD = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def leading(
    status: int, *, target: str = "", region: str = "", handler: type[Leading] = Leading
) -> Iterator[tuple[str, list[str]]]:
    about: dict[str, Any] = {"status": status, "target": target, "region": region, "asked": []}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (handler,), about))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", about["asked"]
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("region", ["", "eu-central-1", "not/a.region"])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_host_that_leads_elsewhere_is_not_followed(site: Path, status: int, region: str) -> None:
    environ = {"AWS_ACCESS_KEY_ID": "an-id", **KEYS}
    with leading(200) as (other, never), leading(status, target=other, region=region) as (away, asked):
        found = refused({"bucket": "b", "endpoint": away}, site, environ)
        assert (found.code, len(asked) <= 3, never) == ("H206", True, [])
    with leading(status, region=region) as (itself, asked):
        found = refused({"bucket": "b", "endpoint": itself}, site, environ)
        assert (found.code, len(asked) <= 3) == ("H206", True)


# a host that never comes to an end


class Endless(Leading):
    """Answers every request with one more page of a list, and another page to follow."""

    def do_GET(self) -> None:
        self.asked.append(self.path)
        more = f"<IsTruncated>true</IsTruncated><NextContinuationToken>{len(self.asked)}</NextContinuationToken>"
        data = f"<ListBucketResult>{more}</ListBucketResult>".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def test_a_list_without_an_end_is_not_read_to_it(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caresite.deploy.s3._MOST_PAGES", 5)
    environ = {"AWS_ACCESS_KEY_ID": "an-id", **KEYS}
    with leading(200, handler=Endless) as (host, asked):
        found = refused({"bucket": "b", "endpoint": host}, site, environ)
        assert (found.code, len(asked) < 9) == ("H206", True)
        assert "has no end" in found.message


# a host that is busy


class Busy(BaseHTTPRequestHandler):
    """Passes every request on, but refuses each address a few times first."""

    protocol_version = "HTTP/1.1"
    behind: httpx.Client
    left: dict[str, list[int]]

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        left = self.left.setdefault(f"{self.command} {self.path}", [429, 500, 503])
        if left:
            self._answer(left.pop(), {}, b"")
            return
        headers = {**self.headers, "Host": self.headers["Host"]}
        answer = self.behind.request(self.command, self.path, content=body, headers=headers)
        self._answer(answer.status_code, dict(answer.headers), answer.content)

    do_PUT = do_DELETE = do_HEAD = do_GET  # noqa: N815

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def busy(moto: Storage) -> Iterator[Storage]:
    with httpx.Client(base_url=moto.url) as behind:
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Busy,), {"behind": behind, "left": {}}))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield moto._replace(url=f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_busy_host_is_asked_again(site: Path, moto: Storage, busy: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda self, context: 0.0)
    name = f"busy-{uuid.uuid4().hex[:8]}"
    moto.client().create_bucket(Bucket=name)
    with opened("s3", options(busy, name), errand(site, environ=busy.environ)) as target:
        sent(target, site / "public")
    assert held(moto, name) == PAGES
