"""The target `netlify`, against a Netlify of one's own that keeps states, refuses, cuts lines and takes its time."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from caresite.cli import cli
from caresite.core.diagnostics import Problem, Span
from caresite.deploy.digests import output_files, wanted_from
from caresite.deploy.netlify import Netlify, NetlifyOptions, opened
from caresite.deploy.plan import Plan, made
from caresite.deploy.target import Errand, Sent
from caresite.testing import write_site
from hosts.netlify_host import SITE, TOKEN, NetlifyHost, netlify_host

FILES = {
    "index.html": b"<p>Home",
    "404.html": b"<p>Home",  # the bytes of another
    "blog/a b/index.html": b"<p>With a space",
    "blog/caf\u00e9/index.html": b"<p>Not ASCII",
    "blog/100%/index.html": b"<p>A percent sign",
    "blog/100%25/index.html": b"<p>What that would be in an address",
    "blog/a+b&c=d;e@f'g(h)/index.html": b"<p>Signs that addresses know",
    "assets/site.0123456789.css": b"p {}" * 40_000,
    "empty.txt": b"",
    "_redirects": b"/a /b 301!\n",
}


@pytest.fixture
def host() -> Iterator[NetlifyHost]:
    with netlify_host() as running:
        yield running


class Sender:
    """Sends a folder to the host, and keeps what it was told and for how long it was to wait."""

    def __init__(self, host: NetlifyHost, root: Path) -> None:
        self.host = host
        self.root = root
        self.folder = root / "public"
        self.waits: list[float] = []
        self.told: list[tuple[str, int, int]] = []

    def put(self, files: Mapping[str, bytes]) -> None:
        for path in [p for p in self.folder.rglob("*") if p.is_file()] if self.folder.exists() else []:
            path.unlink()
        for name, data in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_bytes(data)

    def errand(self, *, preview: bool = False, token: str = TOKEN, message: str = "") -> Errand:
        return Errand(
            root=self.root,
            name="netlify",
            span=Span("caresite.yaml", 5, 3),
            state=self.root / ".caresite/deploy/netlify",
            base_url="https://bikes.example/",
            environ={"NETLIFY_AUTH_TOKEN": token},
            now=datetime(2026, 6, 1, tzinfo=UTC),
            message=message,
            preview=preview,
            sleep=self.waits.append,
        )

    def send(self, *, site: str = SITE, **how: Any) -> tuple[Plan, Sent]:
        options = NetlifyOptions(site=site, api=self.host.url)
        with opened(options, self.errand(**how)) as target:
            wanted = wanted_from(output_files(self.folder), target.digest)
            plan = made(wanted, target.look(wanted))
            return plan, target.send(plan, lambda *news: self.told.append(news))

    def target(self) -> Any:
        return opened(NetlifyOptions(site=SITE, api=self.host.url), self.errand())


@pytest.fixture
def sender(host: NetlifyHost, tmp_path: Path) -> Sender:
    sender = Sender(host, tmp_path)
    sender.put(FILES)
    return sender


# what is sent


def test_everything_arrives_whatever_it_is_called(sender: Sender, host: NetlifyHost) -> None:
    plan, sent = sender.send(message="Spring")
    assert host.live == FILES
    assert {file.path for file in plan.add} == FILES.keys()
    assert sent == Sent("https://bikes.example", host.published)
    assert host.deploys[host.published]["title"] == "Spring"
    assert len(host.uploads()) == len(set(FILES.values()))  # equal files once
    assert sender.told[-1] == ("Sending", len(host.uploads()), len(host.uploads()))


def test_a_second_time_nothing_is_sent(sender: Sender, host: NetlifyHost) -> None:
    sender.send()
    before = len(host.uploads())
    plan, _ = sender.send()
    assert plan.is_empty
    assert len(host.uploads()) == before


def test_only_what_changed_is_sent_and_what_is_gone_is_gone(sender: Sender, host: NetlifyHost) -> None:
    sender.send()
    before = len(host.uploads())
    files = {**FILES, "index.html": b"<p>New"}
    del files["empty.txt"]
    sender.put(files)
    plan, _ = sender.send()
    assert ([f.path for f in plan.change], plan.delete) == (["index.html"], ("empty.txt",))
    assert [path.partition("/files/")[2] for path in host.uploads()[before:]] == ["index.html"]
    assert host.live == files


def test_many_files_are_listed_page_after_page(sender: Sender, host: NetlifyHost) -> None:
    files = {f"blog/{n}/index.html": f"<p>{n}".encode() for n in range(130)}
    sender.put(files)
    sender.send()
    assert host.live == files
    assert sender.send()[0].is_empty


def test_a_preview_has_an_address_of_its_own_and_changes_nothing(sender: Sender, host: NetlifyHost) -> None:
    sender.send()
    shown = host.published
    sender.put({**FILES, "index.html": b"<p>Try"})
    _, sent = sender.send(preview=True)
    assert host.published == shown != sent.id
    assert sent.url == f"https://{sent.id}--bikes.netlify.example"
    assert host.files_of(sent.id)["index.html"] == b"<p>Try"


def test_back_to_an_earlier_deploy(sender: Sender, host: NetlifyHost) -> None:
    _, first = sender.send(message="First")
    sender.put({"index.html": b"<p>Second"})
    sender.send()
    sender.put({"index.html": b"<p>Look at this"})
    sender.send(preview=True)
    with sender.target() as target:
        assert [(v.message, v.is_shown) for v in target.versions()] == [("", True), ("First", False)]
        assert target.restore(first.id) == Sent("https://bikes.example", first.id)
    assert host.live == FILES


# what goes wrong


@pytest.mark.parametrize("fault", [429, 500, 502, 503, "cut", "cut-late", "slow"])
@pytest.mark.parametrize(
    "where",
    [
        f"GET /sites/{SITE}",
        f"POST /sites/{SITE}/deploys",
        r"GET /deploys/\w+",
        r"PUT /deploys/\w+/files/blog/caf\u00e9/index.html",
        r"PUT /deploys/\w+/files/assets/.*",
    ],
)
def test_what_may_pass_is_tried_again(sender: Sender, host: NetlifyHost, where: str, fault: int | str) -> None:
    host.faults = [(where, fault)]
    sender.send()
    assert host.faults == []
    assert host.live == FILES
    assert (7.0 in sender.waits) is (fault == 429)


@pytest.mark.parametrize(
    ("where", "fault", "code", "said"),
    [
        (".*", 401, "H201", "Netlify does not know the token"),
        (r"POST .*/deploys", 403, "H201", "the token does not allow this"),
        (r"POST .*/deploys", 422, "H206", "Netlify refused it (422): as asked for"),
        (r"PUT .*/index.html", 422, "H206", "Netlify refused it (422): as asked for"),
        (r"PUT .*", 413, "H204", "the file is too large for Netlify"),
        (r"POST .*/deploys", 402, "H204", "the account has nothing left of what this needs"),
    ],
)
def test_a_no_is_told_in_plain_words(
    sender: Sender, host: NetlifyHost, where: str, fault: int, code: str, said: str
) -> None:
    host.faults = [(where, fault)]
    with pytest.raises(Problem) as caught:
        sender.send()
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, str(diagnostic.span)) == (code, "caresite.yaml:5:3")
    assert diagnostic.message.startswith(said)
    assert host.live == {}


def test_the_token_is_in_no_message(sender: Sender, host: NetlifyHost) -> None:
    host.faults = [(r"POST .*/deploys", 422)]  # what this host answers has the token in it
    with pytest.raises(Problem) as caught:
        sender.send()
    assert TOKEN not in str(caught.value)
    assert "…" in str(caught.value)


def test_a_host_that_never_comes_round_is_given_up(sender: Sender, host: NetlifyHost) -> None:
    host.faults = [(".*", 503)] * 9
    with pytest.raises(Problem, match="Netlify cannot be reached: it had a fault"):
        sender.send()
    assert len(host.faults) == 5


def test_a_wrong_token(sender: Sender, host: NetlifyHost) -> None:
    with pytest.raises(Problem, match="does not know the token"):
        sender.send(token="nfp_other")
    with pytest.raises(Problem, match="NETLIFY_AUTH_TOKEN is not set"):
        sender.send(token="")


def test_an_unknown_site(sender: Sender) -> None:
    with pytest.raises(Problem, match=r"knows no such thing: `sites/boats\.netlify\.example`") as caught:
        sender.send(site="boats.netlify.example")
    assert caught.value.diagnostics[0].code == "H202"


def test_the_token_never_goes_out_in_the_open(sender: Sender) -> None:
    options = NetlifyOptions(site=SITE, api="http://api.example/")
    with pytest.raises(Problem, match="unencrypted"), opened(options, sender.errand()):
        pass


@pytest.mark.parametrize("name", ["blog/what?/index.html", "c#.html"])
def test_names_that_netlify_does_not_take(sender: Sender, host: NetlifyHost, name: str) -> None:
    sender.put({**FILES, name: b"x", "z?.txt": b"y"})
    with pytest.raises(Problem, match=re.escape(f"`{name}` and 1 more")):
        sender.send()
    assert host.deploys == {}


def test_a_lock_at_netlify_is_noticed(sender: Sender, host: NetlifyHost) -> None:
    host.locked = True
    with pytest.raises(Problem, match="goes on showing another one"):
        sender.send()


def test_a_deploy_that_fails_there(sender: Sender, host: NetlifyHost) -> None:
    options = NetlifyOptions(site=SITE, api=host.url)
    with opened(options, sender.errand()) as target:
        wanted = wanted_from(output_files(sender.folder), target.digest)
        plan = made(wanted, target.look(wanted))
        target._created(wanted)
        host.deploys[next(iter(host.deploys))] |= {"state": "error", "error_message": "out of ink"}
        with pytest.raises(Problem, match="out of ink"):
            target._once(host.deploys[next(iter(host.deploys))], frozenset(("ready",)))
        target.send(plan, lambda *news: None)  # and the next one begins anew
    assert host.live == FILES


# ended on the way


def begun(sender: Sender, host: NetlifyHost, uploads: int) -> str:
    """Begin a deploy that breaks off after some uploads; return its id."""
    options = NetlifyOptions(site=SITE, api=host.url)
    with opened(options, sender.errand()) as target:
        wanted = wanted_from(output_files(sender.folder), target.digest)
        target.look(wanted)
        deploy = target._once(target._created(wanted), frozenset(("prepared",)))
        paths = {digest: path for path, digest in wanted.digests.items()}
        for digest in deploy["required"][:uploads]:
            target._api.upload(
                f"deploys/{deploy['id']}/files/{paths[digest].replace('%', '%25')}", sender.folder / paths[digest]
            )
    return str(deploy["id"])


@pytest.mark.parametrize("keeps_count", [True, False])
def test_what_was_begun_is_gone_on_with(sender: Sender, host: NetlifyHost, keeps_count: bool) -> None:
    host.keeps_count = keeps_count
    made_before = begun(sender, host, 3)
    _, sent = sender.send()
    assert sent.id == made_before
    assert len(host.deploys) == 1
    again = len(host.uploads()) - len(set(FILES.values()))
    assert again == 0 if keeps_count else 0 <= again <= 3  # what arrives last may not be needed any more
    assert host.live == FILES


def test_what_was_begun_with_other_files_is_called_off(sender: Sender, host: NetlifyHost) -> None:
    made_before = begun(sender, host, 2)
    sender.put({"index.html": b"<p>Another"})
    _, sent = sender.send()
    assert sent.id != made_before
    assert host.deploys[made_before]["error_message"] == "Canceled"
    assert host.live == {"index.html": b"<p>Another"}


def test_what_netlify_has_forgotten_is_begun_anew(sender: Sender, host: NetlifyHost) -> None:
    del host.deploys[begun(sender, host, 1)]
    sender.send()
    assert host.live == FILES


# the command, ended at any moment

CONFIG = """
-- caresite.yaml --
title: Spoke & Bell
base_url: https://bikes.example/
timezone: Europe/London
theme: plain
plugins: [headers]
deploy:
  netlify: {{site: {site}, api: "{api}"}}
{posts}
"""


def command_site(root: Path, host: NetlifyHost, word: str) -> None:
    theme = Path(__file__).parents[1] / "themes" / "plain"
    files = {f"themes/plain/{p.relative_to(theme).as_posix()}": p.read_bytes() for p in theme.rglob("*.*")}
    post = "-- content/blog/p{n}.md --\n---\ntitle: Post {n}\ndate: 2026-01-01\n---\n{word} {n}.\n"
    posts = "".join(post.format(n=n, word=word) for n in range(12))
    write_site(root, CONFIG.format(site=SITE, api=host.url, posts=posts), files)


def call(root: Path, *words: str, monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.setenv("NETLIFY_AUTH_TOKEN", TOKEN)
    return CliRunner().invoke(cli, ["-C", str(root), "deploy", *words], catch_exceptions=False)


def output(root: Path) -> dict[str, bytes]:
    return {path: file.source.read_bytes() for path, file in output_files(root / "public").items()}


def test_the_command_deploys_and_goes_back(host: NetlifyHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command_site(tmp_path, host, "First")
    done = call(tmp_path, "-y", "--no-verify", monkeypatch=monkeypatch)
    assert done.exit_code == 0, done.output
    first = output(tmp_path)
    assert host.live == first
    command_site(tmp_path, host, "Second")
    call(tmp_path, "-y", "--no-verify", monkeypatch=monkeypatch)
    assert host.live == output(tmp_path) != first
    shown = host.published
    tried = json.loads(call(tmp_path, "--preview", "-y", "--no-verify", "--json", monkeypatch=monkeypatch).output)
    assert tried["url"] == f"https://{tried['id']}--bikes.netlify.example"
    assert host.published == shown != tried["id"]
    assert b"X-Robots-Tag: noindex" in host.files_of(tried["id"])["_headers"]
    assert b"X-Robots-Tag" not in host.live["_headers"]
    listed = json.loads(call(tmp_path, "rollback", "--list", "--json", monkeypatch=monkeypatch).output)
    assert [deploy["is_shown"] for deploy in listed["deploys"]] == [True, False]
    back = call(tmp_path, "rollback", "-y", monkeypatch=monkeypatch)
    assert back.exit_code == 0, back.output
    assert host.live == first
    assert call(tmp_path, "rollback", "--to", "nothing", "-y", monkeypatch=monkeypatch).exit_code == 2
    assert call(tmp_path, "rollback", "-y", monkeypatch=monkeypatch).exit_code == 1  # nothing is before the first
    kept = [path for path in (tmp_path / ".caresite").rglob("*") if path.is_file()]
    assert any("deploy" in path.as_posix() for path in kept)
    assert not [path for path in kept if TOKEN.encode() in path.read_bytes()]


@pytest.mark.parametrize("seed", range(int(os.environ.get("CARESITE_KILLS", "2"))))
def test_ended_at_any_moment_and_started_again(host: NetlifyHost, tmp_path: Path, seed: int) -> None:
    command_site(tmp_path, host, "First")
    command = [sys.executable, "-m", "caresite", "-C", str(tmp_path), "deploy", "-y", "--no-verify"]
    environ = {**os.environ, "NETLIFY_AUTH_TOKEN": TOKEN}
    subprocess.run(command, env=environ, check=True, capture_output=True, timeout=100)
    first = output(tmp_path)
    command_site(tmp_path, host, f"Second {seed}")
    asked = len(host.asked)
    kill_at = random.Random(seed).randrange(1, 30)
    with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and len(host.asked) - asked < kill_at:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
    live = host.live
    assert live == first or live == output(tmp_path)  # whole, whichever it is
    subprocess.run(command, env=environ, check=True, capture_output=True, timeout=100)
    assert host.live == output(tmp_path) != first


# what Netlify's description says


def test_all_that_is_asked_and_answered_is_described(sender: Sender, host: NetlifyHost, shared_fixtures: Path) -> None:
    sender.send(message="One")
    sender.put({"index.html": b"<p>Ended"})
    begun(sender, host, 0)
    sender.put({"index.html": b"<p>Two"})
    _, second = sender.send()
    with sender.target() as target:
        target.restore(target.versions()[-1].id)
    swagger = json.loads((shared_fixtures / "forms/netlify-open-api/swagger.json").read_text())
    assert host.asked
    for asked in host.asked:
        operation = described(swagger, asked.method, asked.path)
        parameters = operation.get("parameters", [])
        named = {p.get("name") or p["$ref"].rpartition("/")[2].replace("perPage", "per_page") for p in parameters}
        assert asked.query.keys() <= named, asked
        if isinstance(asked.body, dict) and asked.body:
            assert asked.body.keys() <= swagger["definitions"]["deployFiles"]["properties"].keys()
        schema = operation["responses"].get(str(asked.status), {}).get("schema", {})
        answers = asked.answer if isinstance(asked.answer, list) else [asked.answer]
        reference = schema.get("items", schema)["$ref"].rpartition("/")[2]
        for answer in answers:
            assert answer.keys() <= swagger["definitions"][reference]["properties"].keys(), asked
    assert second.id


def described(swagger: Any, method: str, path: str) -> Any:
    for template, operations in swagger["paths"].items():
        pattern = re.sub(r"\{path\}", ".+", template)
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), path) and method.lower() in operations:
            return {**operations[method.lower()]}
    raise AssertionError(f"Netlify describes no {method} {path}")


def test_a_target_is_one_that_keeps_versions() -> None:
    from caresite.deploy.versions import KeepsVersions

    assert issubclass(Netlify, KeepsVersions)
