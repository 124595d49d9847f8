"""A real mail server is read over TLS, and left as it was."""

from __future__ import annotations

import imaplib
import shutil
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from caresite.core.diagnostics import Problem
from caresite.core.intake import IncomingSource
from caresite.submissions.sources import imap
from caresite.submissions.sources.imap import fetch
from caresite.submissions.sources.registry import Errand
from caresite.submissions.store import Store
from submissions.conftest import NOW, Run
from submissions.mail_server import PASSWORD, USER, MailServer, mail_server


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    dovecot = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
    if not dovecot:
        pytest.skip("there is no mail server: apt-get install dovecot-imapd openssl")
    with mail_server(dovecot) as running:
        for number in range(7):
            running.deliver(number, letter(number))
        running.deliver(100, letter(100), "Stories")
        yield running


def letter(number: int) -> bytes:
    message = EmailMessage()
    message["From"] = f"Zoë {number} <zoe{number}@customers.example>"
    message["Date"] = "Thu, 01 Oct 2026 10:00:00 +0200"
    message["Message-ID"] = f"<{number}@customers.example>"
    message["Subject"] = f"Grüße {number}"
    message.set_content(f"Sie kamen um fünf, am Tag {number}, und alle waren da.")
    return bytes(message)


def source(server: MailServer, **changes: Any) -> IncomingSource:
    given = {"host": "localhost", "port": server.port, "user": USER, "ca_file": str(server.certificate), **changes}
    return IncomingSource(type="imap", timeout_seconds=20, **given)


def errand(password: str = PASSWORD) -> Errand:
    environ = {"IMAP_PASSWORD": password} if password else {}
    return Errand(root=Path("/"), name="letters", environ=environ, now=NOW, sleep=lambda seconds: None)


def test_the_mailbox_is_pulled_once_and_nothing_in_it_is_touched(server: MailServer, site: Path, run: Run) -> None:
    config = site / "caresite.yaml"
    lines = f"type: imap, host: localhost, port: {server.port}, user: {USER}, ca_file: {server.certificate}"
    config.write_text(config.read_text("utf-8") + f"sources:\n  letters: {{{lines}}}\n", encoding="utf-8")
    first = run("pull", env={"IMAP_PASSWORD": PASSWORD})
    assert first.exit_code == 0, first.output
    assert "7 new submissions taken in." in first.output
    assert "Nothing new, 7 there already." in run("pull", env={"IMAP_PASSWORD": PASSWORD}).output
    names = {summary.name for summary in Store(site).listing().values()}
    assert names == {f"Zoë {number}" for number in range(7)}
    assert unseen(server) == 7


def test_what_was_taken_in_is_not_fetched_again(
    server: MailServer, site: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[bytes] = []
    really = imap._message

    def noting(mailbox: imaplib.IMAP4_SSL, uid: bytes, part: str) -> bytes:
        fetched.append(uid)
        return really(mailbox, uid, part)

    def pulled() -> tuple[int, str]:
        fetched.clear()
        done = run("pull", env={"IMAP_PASSWORD": PASSWORD})
        assert done.exit_code == 0, done.output
        return len(fetched), done.output

    monkeypatch.setattr(imap, "_message", noting)
    for number in range(200, 203):
        server.deliver(number, letter(number), "Later")
    config = site / "caresite.yaml"
    lines = f"type: imap, host: localhost, port: {server.port}, user: {USER}, ca_file: {server.certificate}"
    told = f"sources:\n  letters: {{{lines}, mailbox: Later}}\n"
    config.write_text(config.read_text("utf-8") + told, encoding="utf-8")
    assert run("pull", "--dry-run", env={"IMAP_PASSWORD": PASSWORD}).exit_code == 0
    assert pulled()[0] == 3, "a dry run takes nothing"
    assert pulled() == (0, "Nothing new, 3 there already.\n")
    server.deliver(203, letter(203), "Later")
    count, output = pulled()
    assert (count, "1 new submission taken in, 3 there already" in output) == (1, True), output
    store = Store(site)
    (store.folder / f"{next(iter(store.listing()))}.yaml").unlink()
    assert pulled()[0] == 1, "what is not in the store is new, whatever is remembered"
    (store.folder / ".taken").write_bytes(b"what is this")
    assert pulled()[0] == 4
    assert pulled() == (0, "Nothing new, 4 there already.\n")


def unseen(server: MailServer) -> int:
    context = ssl.create_default_context(cafile=str(server.certificate))
    with imaplib.IMAP4_SSL("localhost", server.port, ssl_context=context) as mailbox:
        mailbox.login(USER, PASSWORD)
        mailbox.select("INBOX", readonly=True)
        return len(mailbox.search(None, "UNSEEN")[1][0].split())


def test_a_folder_of_the_mailbox(server: MailServer) -> None:
    deliveries = list(fetch(source(server, mailbox="Stories"), errand()))
    assert len(deliveries) == 1
    assert b"<100@customers.example>" in deliveries[0].data
    validity, uid = deliveries[0].mark.removeprefix(f"{USER} localhost:{server.port} Stories ").split()
    assert int(validity) > 1_000_000, "where the server numbers anew, nothing is known"
    assert uid == "1"


def test_only_recent_mail_is_asked_for(server: MailServer) -> None:
    later = errand()
    assert len(list(fetch(source(server, since_days=3650), later))) == 7
    in_years = Errand(root=later.root, name="x", environ=later.environ, now=NOW.replace(year=2060), sleep=later.sleep)
    assert list(fetch(source(server, since_days=1), in_years)) == []


@pytest.mark.parametrize(
    ("changes", "password", "code", "said"),
    [
        ({}, "wrong", "S207", "did not let"),
        ({}, "", "S207", "IMAP_PASSWORD is not set"),
        ({"mailbox": "Nowhere"}, PASSWORD, "S106", "no folder `Nowhere`"),
        ({"ca_file": ""}, PASSWORD, "S206", "certificate cannot be trusted"),
        ({"ca_file": "nowhere.pem"}, PASSWORD, "S106", "there is no file"),
        ({"host": ""}, PASSWORD, "S106", "needs `host:`"),
        ({"port": 9}, PASSWORD, "S206", "the mail server failed"),
    ],
)
def test_what_goes_wrong_is_told_in_words(
    changes: dict[str, Any], password: str, code: str, said: str, server: MailServer
) -> None:
    with pytest.raises(Problem, match=said) as raised:
        list(fetch(source(server, **changes), errand(password)))
    assert raised.value.diagnostics[0].code == code
    assert PASSWORD not in str(raised.value)
