"""IMAP: a mailbox on a server, read over TLS and left as it was (RFC 9051, RFC 8314).

The server numbers the messages of a folder for good, as long as its UIDVALIDITY is the same (RFC 9051, 2.3.1.1); so
those that were taken in need not be fetched again.
"""

from __future__ import annotations

import base64
import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from caresite.core.codes_stories import BAD_SOURCE, NOT_ALLOWED, UNREACHABLE
from caresite.core.diagnostics import Problem, Span, fault
from caresite.core.intake import IncomingSource
from caresite.submissions.sources.mail import read_mail
from caresite.submissions.sources.registry import Delivery, Errand, SourceKind

__all__ = ["SOURCE", "fetch"]

_MAX_BYTES = 40 * 1024 * 1024
_BEGINNING = 2 * 1024 * 1024
_AT_ONCE = 50
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"UID (\d+)[^)]*RFC822\.SIZE (\d+)|RFC822\.SIZE (\d+)[^)]*UID (\d+)")


def fetch(source: IncomingSource, errand: Errand) -> Iterator[Delivery]:
    """Yield the messages of the mailbox that are new. None is marked as read, moved or deleted."""
    place = Span(f"sources.{errand.name}")
    password = errand.environ.get(source.password_env, "")
    if not source.host or not source.user:
        raise Problem(fault(BAD_SOURCE, place, f"`{errand.name}` needs `host:` and `user:`"))
    if not password:
        message = f"`{errand.name}` needs a password, and the environment variable {source.password_env} is not set"
        raise Problem(fault(NOT_ALLOWED, place, message))
    try:
        mailbox = _open(source, errand)
        with mailbox:
            _log_in(mailbox, source, password, place)
            yield from _messages(mailbox, source, errand, place)
    except ssl.SSLError as error:
        message = f"`{errand.name}`: the mail server’s certificate cannot be trusted ({error.reason or error})"
        hint = "if the server signed it itself, name its certificate in `ca_file:`"
        raise Problem(fault(UNREACHABLE, place, message, hint=hint)) from None
    except (OSError, imaplib.IMAP4.error, ValueError) as error:  # the library trips over answers that are none
        why = str(error)[:300] or type(error).__name__
        raise Problem(fault(UNREACHABLE, place, f"`{errand.name}`: the mail server failed: {why}")) from None


def _open(source: IncomingSource, errand: Errand) -> imaplib.IMAP4_SSL:
    own = str(errand.root / source.ca_file) if source.ca_file else None
    if own and not Path(own).is_file():
        message = f"there is no file `{source.ca_file}`"
        raise Problem(fault(BAD_SOURCE, Span(f"sources.{errand.name}"), message))
    context = ssl.create_default_context(cafile=own)
    return imaplib.IMAP4_SSL(source.host, source.port, ssl_context=context, timeout=source.timeout_seconds)


def _log_in(mailbox: imaplib.IMAP4_SSL, source: IncomingSource, password: str, place: Span) -> None:
    try:
        if (source.user + password).isascii():
            mailbox.login(source.user, password)
        else:  # LOGIN is ASCII; this is UTF-8 (RFC 4616)
            mailbox.authenticate("PLAIN", lambda challenge: f"\0{source.user}\0{password}".encode())
    except mailbox.abort:
        raise
    except mailbox.error:
        message = f"the mail server did not let `{source.user}` in"
        raise Problem(fault(NOT_ALLOWED, place, message)) from None


def _messages(mailbox: imaplib.IMAP4_SSL, source: IncomingSource, errand: Errand, place: Span) -> Iterator[Delivery]:
    status, _ = mailbox.select(_quoted(source.mailbox), readonly=True)
    if status != "OK":
        message = f"the mailbox has no folder `{source.mailbox}`"
        raise Problem(fault(BAD_SOURCE, place, message))
    since = errand.now - timedelta(days=source.since_days)
    wanted = ("SINCE", _day(since)) if source.since_days else ("ALL",)
    begin = _mark_of_folder(mailbox, source)
    uids = [uid for uid in _numbers(mailbox, wanted) if not begin or not errand.is_taken(begin + uid.decode())]
    missing: list[str] = []
    for start in range(0, len(uids), _AT_ONCE):
        some = uids[start : start + _AT_ONCE]
        sizes = _sizes(mailbox, b",".join(some))
        for uid in some:
            is_long = sizes.get(uid, 0) > _MAX_BYTES
            data = _message(mailbox, uid, f"<0.{_BEGINNING}>" if is_long else "")
            if data.strip():
                shown = f"{source.mailbox} (message {uid.decode()})"
                yield Delivery(shown, data, source.form, begin and begin + uid.decode())
            else:
                missing.append(uid.decode())
    if missing:
        numbers = ", ".join(missing[:10]) + (f" and {len(missing) - 10} more" if len(missing) > 10 else "")
        message = (
            f"`{errand.name}`: the mail server listed messages in `{source.mailbox}` and did not send them: {numbers}"
        )
        raise Problem(
            fault(UNREACHABLE, place, message, hint="look at them in your mail program; all others were read")
        )


def _numbers(mailbox: imaplib.IMAP4_SSL, wanted: tuple[str, ...]) -> list[bytes]:
    """Return the numbers of the messages that are wanted, each once, in whatever order and lines they come."""
    status, found = mailbox.uid("SEARCH", *wanted)
    if status != "OK":
        raise mailbox.error(f"SEARCH was refused: {_readable(found)}")
    every = (number for line in found or () if isinstance(line, bytes) for number in line.split())
    return list(dict.fromkeys(number for number in every if number.isdigit()))


def _readable(answer: object) -> str:
    lines = answer if isinstance(answer, (list, tuple)) else (answer,)
    return " ".join(line.decode("utf-8", "replace") if isinstance(line, bytes) else str(line) for line in lines)


def _mark_of_folder(mailbox: imaplib.IMAP4_SSL, source: IncomingSource) -> str:
    """Return how the marks of messages begin; nothing when the server cannot number them for good."""
    _, found = mailbox.response("UIDVALIDITY")
    given = found[-1] if found else None
    if not isinstance(given, bytes) or not given.strip().isdigit() or not int(given):
        return ""
    return f"{source.user} {source.host}:{source.port} {source.mailbox} {int(given)} "


def _day(moment: datetime) -> str:
    """Return a day as the protocol writes it, whatever language this computer speaks: `5-Mar-2026`."""
    return f"{moment.day}-{_MONTHS[moment.month - 1]}-{moment.year}"


def _sizes(mailbox: imaplib.IMAP4_SSL, uids: bytes) -> dict[bytes, int]:
    try:
        _, found = mailbox.uid("FETCH", uids.decode(), "(RFC822.SIZE)")
    except mailbox.abort:
        raise
    except mailbox.error:
        found = []  # then every message is taken to be of a usual size
    sizes: dict[bytes, int] = {}
    for line in found or ():
        if isinstance(line, bytes) and (match := _SIZE.search(line)):
            sizes[match[1] or match[4]] = int(match[2] or match[3])
    return sizes


def _message(mailbox: imaplib.IMAP4_SSL, uid: bytes, part: str) -> bytes:
    """Return a message, or as much of one as `part` says: the words of a huge one stand at its beginning."""
    try:
        status, found = mailbox.uid("FETCH", uid.decode(), f"(BODY.PEEK[]{part})")
    except mailbox.abort:
        raise
    except mailbox.error:  # the server cannot read this one; others it can
        return b""
    return _body(found, uid) if status == "OK" else b""


def _body(found: Sequence[object], uid: bytes) -> bytes:
    """Return the message in the answer to a FETCH; answers that nobody asked for may stand beside it."""
    for at, item in enumerate(found or ()):
        following = found[at + 1] if at + 1 < len(found) else b""
        if not isinstance(item, tuple):
            continue
        told = item[0] + (following if isinstance(following, bytes) else b"")
        numbers = _UID.findall(told)
        if (uid in numbers or not numbers) and b"BODY[" in told.upper():
            return bytes(item[1])
    return b""


def _quoted(name: str) -> str:
    """Return the name of a folder as the protocol writes it, non-ASCII in its own base64 (RFC 3501, 5.1.3)."""
    escaped = "".join(_shifted(run) for run in re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", name))
    return '"' + escaped.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _shifted(run: str) -> str:
    if run.isascii() and run.isprintable():
        return run.replace("&", "&-")
    packed = base64.b64encode(run.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
    return f"&{packed}-"


SOURCE = SourceKind(name="imap", read=read_mail, fetch=fetch)
