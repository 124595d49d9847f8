"""The targets `sftp` and `rsync`, against OpenSSH."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from caresite.core.diagnostics import Diagnostic, Problem
from caresite.deploy.digests import output_files, wanted_from
from caresite.deploy.plan import made
from caresite.deploy.target import File
from caresite.pipeline.own_output import MARK_INSIDE
from deploy.sending import PAGES, errand, opened, planned, sent, tree, write
from deploy.servers import FINGERPRINT, Server, free_port, greeting_server

CHANGED = {**PAGES, "blog/hello/index.html": "<p>Changed"}


@pytest.fixture(params=["sftp", "rsync"])
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if name == "rsync" and not shutil.which("rsync"):
        pytest.skip("there is no rsync: apt-get install rsync")
    return name


def refused(kind: str, options: dict[str, Any], site: Path) -> Diagnostic:
    with pytest.raises(Problem) as raised, opened(kind, options, errand(site)) as target:
        sent(target, site / "public")
    (found,) = raised.value.diagnostics
    return found


def test_a_site_arrives_and_then_only_what_changed(kind: str, site: Path, sshd: Server) -> None:
    options = sshd.options(site / "www")
    with opened(kind, options, errand(site)) as target:
        first, _ = sent(target, site / "public")
        assert (len(first.add), first.change, first.delete) == (len(PAGES), (), ())
        assert tree(site / "www") == PAGES
    with opened(kind, options, errand(site)) as target:
        assert planned(target, site / "public").is_empty
        write(site / "public", CHANGED)
        second, _ = sent(target, site / "public")
        assert [file.path for file in second.change] == ["blog/hello/index.html"]
        assert (second.add, second.delete) == ((), ())
        assert tree(site / "www") == CHANGED
        write(site / "public", {"index.html": "alone"})
        sent(target, site / "public")
    assert tree(site / "www") == {"index.html": "alone"}
    assert not (site / "www/blog").exists()


def test_files_of_others_stay_where_they_are(kind: str, site: Path, sshd: Server) -> None:
    write(site / "www", {"cgi-bin/old.pl": "theirs"})
    with opened(kind, sshd.options(site / "www"), errand(site)) as target:
        assert planned(target, site / "public").there.foreign == {"cgi-bin/old.pl"}
        sent(target, site / "public")
        write(site / "public", {"index.html": "alone"})
        sent(target, site / "public")
        assert tree(site / "www") == {"index.html": "alone", "cgi-bin/old.pl": "theirs"}
        sent(target, site / "public", take_over=True)
    assert tree(site / "www") == {"index.html": "alone"}


def test_a_file_changed_by_somebody_else_is_put_right(kind: str, site: Path, sshd: Server) -> None:
    with opened(kind, sshd.options(site / "www"), errand(site)) as target:
        sent(target, site / "public")
        (site / "www/index.html").write_text("somebody was here")
        assert [file.path for file in sent(target, site / "public")[0].change] == ["index.html"]
    assert tree(site / "www") == PAGES


def test_a_file_stands_where_a_folder_stood_and_the_other_way_round(kind: str, site: Path, sshd: Server) -> None:
    with opened(kind, sshd.options(site / "www"), errand(site)) as target:
        for files in ({"a/b/x.html": "1", "c": "2"}, {"a": "3", "c/d.html": "4"}, {"a/b.html": "1", "c": "2"}):
            shutil.rmtree(site / "public")
            write(site / "public", files)
            sent(target, site / "public")
            assert tree(site / "www") == files


def test_the_owner_of_what_is_there_is_known(kind: str, site: Path, sshd: Server) -> None:
    with opened(kind, sshd.options(site / "www"), errand(site, base_url="https://other.example/")) as target:
        sent(target, site / "public")
        assert planned(target, site / "public").there.owner == "https://other.example/"


def test_a_key_that_changed_is_not_trusted(kind: str, site: Path, sshd: Server) -> None:
    known = site / "known_hosts"
    known.write_text(f"[127.0.0.1]:{sshd.port} {' '.join(sshd.key.with_suffix('.pub').read_text().split()[:2])}\n")
    found = refused(kind, sshd.options(site / "www", known_hosts=str(known)), site)
    assert (found.code, "is not the one it had" in found.message) == ("H203", True)
    assert "ssh-keygen -R" in found.hint


def test_a_server_that_nobody_vouches_for_is_not_trusted(kind: str, site: Path, sshd: Server) -> None:
    (site / "known_hosts").write_text("")
    found = refused(kind, sshd.options(site / "www", known_hosts=str(site / "known_hosts")), site)
    assert (found.code, "nobody vouches for" in found.message) == ("H203", True)


def test_a_key_that_the_server_does_not_know_is_told(kind: str, site: Path, sshd: Server) -> None:
    found = refused(kind, sshd.options(site / "www", key_file=str(sshd.folder / "host")), site)
    assert (found.code, "user" in found.hint) == ("H201", True)


def test_a_server_that_is_not_there_is_told(kind: str, site: Path, sshd: Server) -> None:
    found = refused(kind, sshd.options(site / "www", port=free_port()), site)
    assert (found.code, "127.0.0.1" in found.message) == ("H205", True)


@pytest.mark.parametrize(
    ("host", "hint"),
    [
        (
            "sftp://anna:pass-1@ssh.example.com:22/www/x",
            "`user: anna`, `host: ssh.example.com`, `port: 22`, `path: /www/x`",
        ),
        ("anna@ssh.example.com:www", "`user: anna`, `host: ssh.example.com`, `path: www`"),
        ("ssh.example.com:2222", "`host: ssh.example.com`, `port: 2222`"),
        ("ssh.example.com/www", "`host: ssh.example.com`, `path: /www`"),
    ],
)
def test_a_host_that_says_more_is_taken_apart(kind: str, site: Path, host: str, hint: str) -> None:
    found = refused(kind, {"host": host, "path": "www"}, site)
    assert (found.code, found.hint) == ("H101", f"write {hint}")
    assert "pass-1" not in found.message


def test_a_server_for_files_alone_has_no_rsync(site: Path, bare_sshd: Server) -> None:
    if not shutil.which("rsync"):
        pytest.skip("there is no rsync: apt-get install rsync")
    found = refused("rsync", bare_sshd.options(site / "www"), site)
    assert (found.code, found.hint) == ("H206", "take the target `sftp`")


def test_a_folder_that_is_not_there_is_told(kind: str, site: Path, sshd: Server) -> None:
    found = refused(kind, sshd.options(site / "no/such/www"), site)
    assert (found.code, "no/such/www" in found.message) == ("H202", True)


def test_unfinished_files_are_removed(kind: str, site: Path, sshd: Server) -> None:
    with opened(kind, sshd.options(site / "www"), errand(site)) as target:
        sent(target, site / "public")
        name = ".index.html.caresite-part" if kind == "sftp" else ".index.html.Ab3dEf"
        (site / "www/blog" / name).write_text("half")
        sent(target, site / "public")
    assert tree(site / "www") == PAGES


def test_a_server_may_be_vouched_for_in_the_config(site: Path, sshd: Server) -> None:
    options = sshd.options(site / "www", known_hosts="", host_key=sshd.fingerprint)
    with opened("sftp", options, errand(site)) as target:
        assert len(planned(target, site / "public").add) == len(PAGES)
    found = refused("sftp", {**options, "host_key": "SHA256:another"}, site)
    assert (found.code, sshd.fingerprint in found.message) == ("H203", True)


def test_a_disk_that_is_full_is_told(kind: str, site: Path, full_sshd: Server) -> None:
    write(site / "public", {**PAGES, "film.mp4": "x" * 100_000})
    found = refused(kind, full_sshd.options(site / "www"), site)
    assert (found.code, "127.0.0.1" in found.message) == ("H204", True)


@pytest.mark.parametrize(("password", "code"), [("right", "H205"), ("wrong", "H201")])
def test_a_password_opens_the_door_and_is_said_nowhere(site: Path, password: str, code: str) -> None:
    with greeting_server("right") as port:
        options = {"host": "127.0.0.1", "port": port, "path": "www", "user": "spokebell", "host_key": FINGERPRINT}
        given = errand(site, environ={"SFTP_PASSWORD": password})
        with pytest.raises(Problem) as raised, opened("sftp", options, given) as target:
            planned(target, site / "public")
    (found,) = raised.value.diagnostics
    assert found.code == code  # this server has no files: whoever is let in gets no further
    assert password not in found.message + found.hint


def test_a_key_file_that_is_not_there_is_told(site: Path, sshd: Server) -> None:
    found = refused("sftp", sshd.options(site / "www", key_file="no-such-key"), site)
    assert (found.code, "no-such-key" in found.message) == ("H201", True)


def test_a_line_that_breaks_is_made_anew(site: Path, sshd: Server) -> None:
    with opened("sftp", sshd.options(site / "www"), errand(site)) as target:

        def cut(step: str, done: int, total: int) -> None:
            if done in (2, 5):
                target._line._client.get_transport().close()  # type: ignore[attr-defined]

        target.send(planned(target, site / "public"), cut)
        assert planned(target, site / "public").is_empty
        assert target._line._number > 1  # type: ignore[attr-defined]
    assert tree(site / "www") == PAGES


def test_web_space_that_runs_no_command_is_listed_by_sftp_itself(
    site: Path, sshd: Server, bare_sshd: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(site / "www", {"cgi-bin/old.pl": "theirs"})
    with opened("sftp", bare_sshd.options(site / "www"), errand(site)) as target:
        sent(target, site / "public")
        bare = planned(target, site / "public")
    assert (bare.is_empty, bare.there.foreign) == (True, {"cgi-bin/old.pl"})
    monkeypatch.setattr("caresite.deploy.sftp_listing._walked", None)
    with opened("sftp", sshd.options(site / "www"), errand(site)) as target:
        assert planned(target, site / "public") == bare


def test_rsync_takes_files_from_wherever_they_lie(site: Path, sshd: Server) -> None:
    if not shutil.which("rsync"):
        pytest.skip("there is no rsync: apt-get install rsync")
    twin = site / "twins/one.gz"
    write(site / "twins", {"one.gz": "packed"})
    (site / "public" / MARK_INSIDE).write_text("made by a build")
    files = {**output_files(site / "public"), "index.html.gz": File("index.html.gz", twin, 6)}
    with opened("rsync", sshd.options(site / "www"), errand(site)) as target:
        wanted = wanted_from(files, target.digest)
        target.send(made(wanted, target.look(wanted)), lambda step, done, total: None)
        assert made(wanted, target.look(wanted)).is_empty
    assert tree(site / "www") == {**PAGES, "index.html.gz": "packed"}
