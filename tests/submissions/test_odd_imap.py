"""A mail server's odd answers: no traceback, and no letter is lost or comes in twice."""

from __future__ import annotations

import base64
import imaplib
from pathlib import Path

import pytest

from caresite.submissions.sources import imap
from caresite.submissions.store import Store
from submissions.conftest import Run
from submissions.odd_mail_server import Answer, odd_mail_server


def letter(number: int) -> bytes:
    head = f"From: Ann {number} <ann{number}@x.example>\r\nMessage-ID: <{number}@x.example>\r\n".encode()
    return head + b"Date: Thu, 01 Oct 2026 10:00:00 +0200\r\n\r\n" + f"They came on day {number}, at five.\r\n".encode()


def literal(number: int, uid: int | None = None, data: bytes = b"", *, uid_last: bool = False) -> bytes:
    data = data or letter(number)
    told = f"UID {number if uid is None else uid} ".encode()
    head = b"* 1 FETCH (" + (b"" if uid_last else told) + b"BODY[] {%d}\r\n" % len(data)
    return head + data + (b" " + told.strip() if uid_last else b"") + b")\r\n"


class Mailbox:
    """What the server answers; the test changes it between two pulls."""

    def __init__(self) -> None:
        self.uids = [1, 2]
        self.validity = b"* OK [UIDVALIDITY 7] ok\r\n"
        self.search = b""
        self.fetch = literal
        self.extra = b""
        self.login = b""

    def answers(self) -> dict[str, Answer]:
        return {
            "SELECT": lambda rest: self._flags() + self.validity,
            "EXAMINE": lambda rest: self._flags() + self.validity,
            "SEARCH": lambda rest: self.search or b"* SEARCH " + b" ".join(b"%d" % uid for uid in self.uids) + b"\r\n",
            "FETCH": self._fetch,
            "AUTHENTICATE": self._authenticate,
        }

    def _flags(self) -> bytes:
        return b"* FLAGS (\\Seen)\r\n* %d EXISTS\r\n" % len(self.uids)

    def _fetch(self, rest: bytes) -> bytes:
        if b"SIZE" in rest:
            return b""
        return self.extra + self.fetch(int(rest.split()[0]))

    def _authenticate(self, rest: bytes) -> bytes:
        self.login = base64.b64decode(rest)
        return b""


@pytest.fixture
def pulls(site: Path, run: Run, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Return the mailbox and a function that pulls it and returns the exit code, the output and the names kept."""
    mailbox = Mailbox()
    # only TLS is left out, which the tests with a real server are for
    monkeypatch.setattr(imap, "_open", lambda source, errand: imaplib.IMAP4(source.host, source.port, timeout=20))
    with odd_mail_server(mailbox.answers()) as port:
        lines = f"type: imap, host: 127.0.0.1, port: {port}, user: u"
        config = site / "caresite.yaml"
        config.write_text(f"{config.read_text('utf-8')}sources:\n  letters: {{{lines}}}\n", encoding="utf-8")

        def pull(password: str = "sesame") -> tuple[int, str, list[str]]:
            done = run("pull", env={"IMAP_PASSWORD": password})
            return done.exit_code, done.output, sorted(each.name for each in Store(site).listing().values())

        yield mailbox, pull


BOTH = ["Ann 1", "Ann 2"]


@pytest.mark.parametrize(
    "validity",
    [b"", b"* OK [UIDVALIDITY abc] what\r\n", b"* OK [UIDVALIDITY 0] ok\r\n", b"* OK [UIDVALIDITY \xff] ok\r\n"],
)
def test_without_a_number_for_good_letters_come_in_once(validity: bytes, pulls) -> None:  # type: ignore[no-untyped-def]
    mailbox, pull = pulls
    mailbox.validity = validity
    code, output, names = pull()
    assert (code, names) == (0, BOTH), output
    code, output, names = pull()
    assert (code, names) == (0, BOTH), output


def test_when_the_server_numbers_anew_or_backwards_nothing_is_lost_or_doubled(pulls) -> None:  # type: ignore[no-untyped-def]
    mailbox, pull = pulls
    mailbox.uids = [10, 11]
    mailbox.fetch = lambda uid: literal(uid - 9, uid)
    code, output, names = pull()
    assert (code, names) == (0, BOTH), output
    mailbox.validity = b"* OK [UIDVALIDITY 8] ok\r\n"
    mailbox.uids = [5, 4]
    mailbox.fetch = lambda uid: literal(uid - 3, uid)
    code, output, names = pull()
    assert (code, names) == (0, BOTH), output
    mailbox.uids = [5, 4, 3]
    mailbox.fetch = lambda uid: literal(uid, uid)
    assert pull()[::2] == (0, [*BOTH, "Ann 3"])


@pytest.mark.parametrize(
    "search",
    [
        b"* SEARCH 1\r\n* SEARCH 2\r\n",
        b"* SEARCH 2 1 2 1\r\n",
        b"* SEARCH 1 2 (MODSEQ 917162500)\r\n",
        b"* 3 EXISTS\r\n* SEARCH 1 2 x \xff\r\n",
    ],
)
def test_lists_of_messages_in_odd_shapes(search: bytes, pulls) -> None:  # type: ignore[no-untyped-def]
    mailbox, pull = pulls
    mailbox.search = search
    assert pull()[2] == BOTH


@pytest.mark.parametrize(
    "fetch",
    [
        lambda uid: literal(uid, uid_last=True),
        lambda uid: b"* 9 FETCH (FLAGS (\\Seen) UID 99)\r\n" + literal(uid),
        lambda uid: literal(50, 50) + literal(uid),
        lambda uid: literal(uid) + b"* 2 EXPUNGE\r\n* 4 EXISTS\r\n",
        lambda uid: b'* 1 FETCH (UID %d BODY[] "From: Ann %d <a@x.example>\\\\ ")\r\n' % (uid, uid) + literal(uid),
    ],
)
def test_answers_in_odd_shapes(fetch, pulls) -> None:  # type: ignore[no-untyped-def]
    mailbox, pull = pulls
    mailbox.fetch = fetch
    code, output, names = pull()
    assert (code, names) == (0, BOTH), output


@pytest.mark.parametrize(
    "bad",
    [b"* 1 FETCH (UID 1 BODY[] NIL)\r\n", b'* 1 FETCH (UID 1 BODY[] "")\r\n', b"", b"NO", literal(1, data=b"\r\n")],
)
def test_a_message_that_does_not_come_is_named_and_the_others_are_read(bad: bytes, pulls) -> None:  # type: ignore[no-untyped-def]
    mailbox, pull = pulls
    mailbox.fetch = lambda uid: bad if uid == 1 else literal(uid)
    code, output, names = pull()
    assert names == ["Ann 2"]
    assert code == 3
    assert "did not send them: 1" in output
    mailbox.fetch = literal
    code, output, names = pull()
    assert (code, names) == (0, BOTH), output


def test_a_search_that_is_refused_is_told(pulls) -> None:  # type: ignore[no-untyped-def]
    mailbox, pull = pulls
    mailbox.search = b"NO"
    code, output, names = pull()
    assert (code != 0, names) == (True, [])
    assert "S206" in output


def test_a_password_that_is_not_ascii(pulls) -> None:  # type: ignore[no-untyped-def]
    mailbox, pull = pulls
    assert pull("sésame “1”")[::2] == (0, BOTH)
    assert mailbox.login == "\0u\0sésame “1”".encode()


def test_headers_of_bytes_that_are_no_utf_8(pulls) -> None:  # type: ignore[no-untyped-def]
    mailbox, pull = pulls
    mailbox.fetch = lambda uid: literal(uid, data=letter(uid).replace(b"Ann", b"Zo\xeb \x93Z\x94"))
    assert pull()[::2] == (0, ["Zoë “Z” 1", "Zoë “Z” 2"])
