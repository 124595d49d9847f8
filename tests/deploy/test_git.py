"""The targets `git` and `github-pages`, against repositories of git itself: a folder, over SSH, and over HTTP."""

from __future__ import annotations

import base64
import os
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from caresite.core.diagnostics import Diagnostic, Problem, Span
from caresite.deploy.digests import wanted_from
from caresite.deploy.git_words import Repository, git_problem
from caresite.deploy.plan import made
from caresite.deploy.target import File
from deploy.sending import PAGES, errand, opened, planned, sent, write
from deploy.servers import Server, free_port

CHANGED = {**PAGES, "blog/hello/index.html": "<p>Changed"}
TOKEN = "ghp_only-for-tests"


def git(*words: str, folder: Path) -> str:
    who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
    return subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository.git"
    folder.mkdir()
    git("init", "--quiet", "--bare", folder=folder)
    git("config", "http.receivepack", "true", folder=folder)
    return folder


def held(repository: Path, branch: str = "gh-pages") -> dict[str, str]:
    names = git("ls-tree", "-r", "-z", "--name-only", branch, folder=repository).split("\0")[:-1]
    return {name: git("show", f"{branch}:{name}", folder=repository) for name in names}


def commits(repository: Path, branch: str = "gh-pages") -> int:
    return int(git("rev-list", "--count", branch, folder=repository))


def refused(kind: str, options: dict[str, Any], site: Path, **more: Any) -> Diagnostic:
    with pytest.raises(Problem) as raised, opened(kind, options, errand(site, **more)) as target:
        sent(target, site / "public")
    (found,) = raised.value.diagnostics
    return found


def test_a_site_arrives_and_then_only_what_changed(site: Path, repository: Path) -> None:
    options = {"remote": str(repository)}
    with opened("git", options, errand(site)) as target:
        first, said = sent(target, site / "public")
        assert (len(first.add), first.change, first.delete) == (len(PAGES), (), ())
        assert said is not None
        assert git("rev-parse", "gh-pages", folder=repository).startswith(said.id)
        assert held(repository) == PAGES
    with opened("git", options, errand(site, message="New words")) as target:
        assert planned(target, site / "public").is_empty
        write(site / "public", CHANGED)
        second, _ = sent(target, site / "public")
        assert [file.path for file in second.change] == ["blog/hello/index.html"]
        assert held(repository) == CHANGED
        assert git("log", "-1", "--format=%s", "gh-pages", folder=repository) == "New words\n"
        write(site / "public", {"index.html": "alone"})
        sent(target, site / "public")
    assert held(repository) == {"index.html": "alone"}
    assert commits(repository) == 3


def test_the_folder_of_its_own_may_be_lost(site: Path, repository: Path) -> None:
    for number, files in enumerate((PAGES, CHANGED)):
        write(site / "public", files)
        given = errand(site, state=site / f"state-{number}")
        with opened("git", {"remote": str(repository)}, given) as target:
            plan, _ = sent(target, site / "public")
    assert ([file.path for file in plan.change], plan.add) == (["blog/hello/index.html"], ())
    assert (held(repository), commits(repository)) == (CHANGED, 2)


@pytest.mark.parametrize("damage", ["shallow.lock", "refs/caresite/there.lock", "objects", "objects/pack/tmp_pack_x"])
def test_what_a_killed_deploy_leaves_here_is_no_hindrance(site: Path, repository: Path, damage: str) -> None:
    for files in (PAGES, CHANGED):
        write(site / "public", files)
        with opened("git", {"remote": str(repository)}, errand(site)) as target:
            sent(target, site / "public")
        kept = site / ".caresite/deploy/production/repository.git"
        assert damage == "objects" or not (kept / damage).exists()
        if damage == "objects":
            for path in kept.glob("objects/??/*"):
                path.chmod(0o644)
                path.write_bytes(b"")
        else:
            (kept / damage).write_text("")
    assert held(repository) == CHANGED


def test_many_files_are_written_to_the_disk_as_one(site: Path, repository: Path) -> None:
    files = {f"blog/{number}.html": f"<p>{number}" for number in range(150)}
    write(site / "public", files)
    heard: list[tuple[str, int, int]] = []
    with opened("git", {"remote": str(repository)}, errand(site)) as target:
        target.send(planned(target, site / "public"), lambda *news: heard.append(news))
    kept = site / ".caresite/deploy/production/repository.git"
    assert (len(list(kept.glob("objects/pack/*.pack"))), len(list(kept.glob("objects/??/*")))) == (1, 3)
    assert (heard[149], heard[-1]) == (("Packing", 150, 150), ("Sending", 150, 150))
    assert held(repository) == files


def test_a_file_that_grows_while_it_is_sent_is_told(site: Path, repository: Path) -> None:
    growing = Path("/proc/self/status")  # its size is said to be 0
    wanted = wanted_from({"a.txt": File("a.txt", growing, 0)}, "git")
    with opened("git", {"remote": str(repository)}, errand(site)) as target, pytest.raises(Problem) as raised:
        target.send(made(wanted, target.look(wanted)), lambda *news: None)
    assert "`a.txt` was changed while it was sent" in str(raised.value)
    assert git("branch", folder=repository) == ""


def test_without_history_one_commit_is_all(site: Path, repository: Path) -> None:
    options = {"remote": str(repository), "history": False}
    for files in (PAGES, CHANGED):
        write(site / "public", files)
        with opened("git", options, errand(site)) as target:
            sent(target, site / "public")
    assert (held(repository), commits(repository)) == (CHANGED, 1)


def test_what_somebody_else_commits_stays(site: Path, repository: Path) -> None:
    with opened("git", {"remote": str(repository)}, errand(site)) as target:
        sent(target, site / "public")
    git("clone", "--quiet", "--branch", "gh-pages", str(repository), str(site / "clone"), folder=site)
    write(site / "clone/.well-known", {"proof": "theirs"})
    git("add", ".", folder=site / "clone")
    git("commit", "--quiet", "-m", "By hand", folder=site / "clone")
    git("push", "--quiet", "origin", "gh-pages", folder=site / "clone")
    write(site / "public", CHANGED)
    with opened("git", {"remote": str(repository)}, errand(site)) as target:
        assert planned(target, site / "public").there.foreign == {".well-known/proof"}
        sent(target, site / "public")
    assert held(repository) == {**CHANGED, ".well-known/proof": "theirs"}


def test_a_branch_that_changes_meanwhile_is_not_overwritten(site: Path, repository: Path) -> None:
    with opened("git", {"remote": str(repository)}, errand(site)) as target:
        sent(target, site / "public")
        write(site / "public", CHANGED)
        plan = planned(target, site / "public")
        with opened("git", {"remote": str(repository)}, errand(site, state=site / "other")) as other:
            write(site / "theirs", {"index.html": "theirs"})
            sent(other, site / "theirs")
        with pytest.raises(Problem) as raised:
            target.send(plan, lambda step, done, total: None)
    assert raised.value.diagnostics[0].code == "H206"
    assert held(repository) == {"index.html": "theirs"}


def test_the_branch_with_the_sources_is_left_alone(site: Path, repository: Path) -> None:
    write(site / "sources", {"caresite.yaml": "title: x"})
    git("init", "--quiet", "-b", "main", folder=site / "sources")
    git("add", ".", folder=site / "sources")
    git("commit", "--quiet", "-m", "Sources", folder=site / "sources")
    git("push", "--quiet", str(repository), "main", folder=site / "sources")
    found = refused("git", {"remote": str(repository), "branch": "main"}, site)
    assert (found.code, "sources" in found.message) == ("H109", True)


def test_a_repository_that_is_not_there_is_told(site: Path) -> None:
    assert refused("git", {"remote": "nowhere.git"}, site).code == "H202"
    assert refused("github-pages", {}, site).code == "H202"


def test_a_host_that_is_not_there_is_told(site: Path) -> None:
    found = refused("git", {"remote": f"http://127.0.0.1:{free_port()}/x.git"}, site, environ=dict(os.environ))
    assert found.code == "H205"


# what git says

FULL = "fatal: unable to write loose object file: No space left on device"
REJECTED = (
    " ! [remote rejected] gh-pages -> gh-pages (pre-receive hook declined)\nerror: failed to push some refs to 'x'"
)
NO_ACCESS = "Please make sure you have the correct access rights\nand the repository exists."


@pytest.mark.parametrize(
    ("said", "code", "message"),
    [
        (FULL, "H204", "the disk of this computer is full"),
        (f"remote: {FULL}   \nerror: remote unpack failed", "H204", "the disk of `origin` is full"),
        (f"remote: \nremote: GH013: rules\nremote: more\n{REJECTED}", "H206", "`origin`: GH013: rules"),
        ("fatal: odd //me@host/x\nhint: no", "H206", "`origin`: fatal: odd //host/x"),
        ("", "H206", "`origin`: git does not say why"),
        (
            f"ssh: connect to host h.example port 22: Connection refused\r\nfatal: Could not read.\n{NO_ACCESS}",
            "H205",
            "h.example cannot be reached: it refuses the connection",
        ),
        (
            "fatal: unable to access 'https://h.example/x/': Could not resolve host: h.example",
            "H205",
            "nobody knows a computer called h.example, or there is no network",
        ),
        (
            f"Connection to 10.0.0.1 closed by remote host.\n{NO_ACCESS}",
            "H205",
            "`origin`: Connection to 10.0.0.1 closed by remote host.",
        ),
    ],
)
def test_what_git_says_is_told_in_plain_words(said: str, code: str, message: str) -> None:
    (found,) = git_problem(said, Repository("origin", "h.example", "a token"), Span("caresite.yaml")).diagnostics
    assert (found.code, found.message) == (code, message)


def test_a_site_that_is_in_no_repository_has_no_remote(site: Path, repository: Path) -> None:
    assert "the site is not in a git repository" in refused("github-pages", {}, site).message
    git("init", "--quiet", folder=site)
    assert "repository has no remote `origin`" in refused("github-pages", {}, site).message
    git("remote", "add", "origin", f"ssh://git@127.0.0.1:{free_port()}/x.git", folder=site)
    assert refused("github-pages", {}, site).message.startswith("127.0.0.1 cannot be reached")


def test_a_host_that_declines_is_told_with_its_reason(site: Path, repository: Path) -> None:
    hook = repository / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 'no deploys on Sundays' >&2\nexit 1\n")
    hook.chmod(0o755)
    found = refused("git", {"remote": str(repository)}, site)
    assert (found.code, found.message) == ("H206", f"`{repository}`: no deploys on Sundays")


# GitHub Pages


@pytest.mark.parametrize(
    ("base_url", "more"),
    [
        ("https://harbour.github.io/site/", {".nojekyll": ""}),
        ("https://www.example.com/", {".nojekyll": "", "CNAME": "www.example.com\n"}),
    ],
)
def test_github_pages_gets_what_it_needs(site: Path, repository: Path, base_url: str, more: dict[str, str]) -> None:
    with opened("github-pages", {"remote": str(repository)}, errand(site, base_url=base_url)) as target:
        sent(target, site / "public")
        assert held(repository) == {**PAGES, **more}
        assert planned(target, site / "public").is_empty


@pytest.mark.parametrize(
    ("remote", "base_url", "url"),
    [
        ("git@github.com:Harbour/site.git", "https://harbour.github.io/", "https://harbour.github.io/site/"),
        ("https://github.com/harbour/site", "https://harbour.github.io/", "https://harbour.github.io/site/"),
        ("ssh://git@github.com/harbour/harbour.github.io.git", "https://x.github.io/", "https://harbour.github.io/"),
        ("git@github.com:harbour/site.git", "https://www.example.com/", ""),
        ("git@git.example.com:harbour/site.git", "https://harbour.github.io/", ""),
    ],
)
def test_github_pages_knows_where_it_shows_a_branch(site: Path, remote: str, base_url: str, url: str) -> None:
    with opened("github-pages", {"remote": remote}, errand(site, base_url=base_url)) as target:
        shown = target._url()  # type: ignore[attr-defined]
    assert shown == url


# over SSH


def test_a_site_arrives_over_ssh(site: Path, repository: Path, sshd: Server) -> None:
    options = {"remote": f"ssh://127.0.0.1:{sshd.port}{repository}"}
    environ = {**os.environ, "GIT_SSH_COMMAND": sshd.ssh_command}
    with opened("git", options, errand(site, environ=environ)) as target:
        sent(target, site / "public")
    assert held(repository) == PAGES
    (site / "nobody").write_text("")
    environ["GIT_SSH_COMMAND"] = (
        f"ssh -oUserKnownHostsFile={site / 'nobody'} -oGlobalKnownHostsFile=none -oBatchMode=yes"
    )
    assert refused("git", options, site, environ=environ).code == "H203"


# over HTTP, with a token


class GitOverHttp(BaseHTTPRequestHandler):
    """Hands requests to git's own `http-backend`, for whoever knows the token."""

    root: Path
    seen: list[str]

    def do_GET(self) -> None:
        wanted = "Basic " + base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
        self.seen.append(self.headers.get("Authorization", ""))
        if self.headers.get("Authorization") != wanted:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        environ = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "CONTENT_LENGTH": str(length),
            "REMOTE_USER": "x",
        }
        done = subprocess.run(
            ["git", "http-backend"], input=self.rfile.read(length), env=environ, capture_output=True, check=True
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(fields.pop("Status", "200").split()[0]))
        for name, value in {**fields, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        pass


def certificate_in(folder: Path) -> tuple[Path, Path]:
    """Make a key and a certificate of 127.0.0.1."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    about = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2", "-nodes"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", *about, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return key, certificate


@pytest.fixture
def https_repository(repository: Path, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The address of the repository over TLS, and the file with the certificate of its server."""
    key, certificate = certificate_in(tmp_path)
    handler = type("Here", (GitOverHttp,), {"root": repository.parent, "seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}/{repository.name}", str(certificate)
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_token_opens_the_door_and_is_seen_nowhere(
    site: Path, repository: Path, https_repository: tuple[str, str]
) -> None:
    address, certificate = https_repository
    environ = {**os.environ, "CARESITE_GIT_TOKEN": TOKEN, "GIT_SSL_CAINFO": certificate}
    with opened("git", {"remote": address}, errand(site, environ=environ)) as target:
        sent(target, site / "public")
    assert held(repository) == PAGES
    kept = [path for path in (site / ".caresite").rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]
    assert kept == []


@pytest.mark.parametrize("token", ["", "wrong-token"])
def test_a_wrong_token_is_told_without_saying_it(site: Path, https_repository: tuple[str, str], token: str) -> None:
    address, certificate = https_repository
    environ = {**os.environ, "CARESITE_GIT_TOKEN": token, "HOME": str(site), "GIT_SSL_CAINFO": certificate}
    found = refused("git", {"remote": address}, site, environ=environ)
    assert found.code == "H201"
    assert "CARESITE_GIT_TOKEN" in found.hint
    assert "wrong-token" not in found.message + found.hint


def test_a_token_in_the_address_is_refused(site: Path) -> None:
    found = refused("git", {"remote": f"https://x:{TOKEN}@git.example.com/a.git"}, site)
    assert found.code == "H112"
    assert TOKEN not in found.message + found.hint
