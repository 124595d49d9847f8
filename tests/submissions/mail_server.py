"""A mail server of one's own: Dovecot as a process of the test, with its own config, mailboxes and certificate."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

__all__ = ["PASSWORD", "USER", "MailServer", "mail_server"]

USER = "stories@bakery.example"
PASSWORD = "sesame"
_CONFIG = """\
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = yes
auth_mechanisms = plain
mail_location = maildir:{folder}/mail
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 1
first_valid_gid = 0
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
namespace inbox {{
  inbox = yes
  separator = /
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
"""


class MailServer(NamedTuple):
    """Where it listens, what proves that it is itself, and where its mail lies."""

    port: int
    certificate: Path
    inbox: Path

    def deliver(self, number: int, message: bytes, folder: str = "") -> None:
        """Put a message into the mailbox, or into one of its folders."""
        place = self.inbox / (f".{folder}" if folder else "") / "new"
        for part in ("new", "cur", "tmp"):
            made = place.parent / part
            made.mkdir(parents=True, exist_ok=True)
        (place / f"{1790848800 + number}.M{number}.test").write_bytes(message)
        _own(self.inbox)


@contextmanager
def mail_server(dovecot: str) -> Iterator[MailServer]:
    """Run Dovecot in a folder of its own, which its users may enter, until it is no longer needed."""
    own = tempfile.TemporaryDirectory(prefix="dovecot-", ignore_cleanup_errors=True)
    with own as folder, _running(Path(folder), dovecot) as server:
        yield server


@contextmanager
def _running(folder: Path, dovecot: str) -> Iterator[MailServer]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = MailServer(port, folder / "cert.pem", folder / "mail")
    server.inbox.mkdir()
    _certify(folder)
    (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}::::::\n")
    uid, gid, internal, group, login = _people()
    config = _CONFIG.format(folder=folder, port=port, uid=uid, gid=gid, internal=internal, group=group, login=login)
    (folder / "dovecot.conf").write_text(config)
    folder.chmod(0o755)
    _own(server.inbox)
    with subprocess.Popen([dovecot, "-F", "-c", folder / "dovecot.conf"], stderr=subprocess.PIPE) as process:
        try:
            _wait(port, process, folder)
            yield server
        finally:
            process.terminate()
            process.wait(20)


def _people() -> tuple[int, int, str, str, str]:
    """Return who owns mail and runs the parts: this user, or those that Debian's package made when this is root."""
    if os.getuid():
        name = getpass.getuser()
        group = subprocess.run(["id", "-gn"], capture_output=True, text=True, check=True).stdout.strip()
        return os.getuid(), os.getgid(), name, group, name
    return 65534, 65534, "dovecot", "dovecot", "dovenull"


def _own(folder: Path) -> None:
    if os.getuid():
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 65534, 65534)


def _certify(folder: Path) -> None:
    openssl = shutil.which("openssl")
    assert openssl, "Debian's dovecot-core brings openssl"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    keys = ["-keyout", folder / "key.pem", "-out", folder / "cert.pem", "-days", "30", "-nodes"]
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", *subject, *keys]
    subprocess.run(command, check=True, capture_output=True)


def _wait(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait until the server answers. Raises AssertionError with its own words when it does not."""
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", port), 0.5):
                return
        except OSError:
            time.sleep(0.1)
    said = (folder / "log").read_text() if (folder / "log").exists() else ""
    raise AssertionError(f"dovecot did not start\n{said}\n{process.stderr.read().decode() if process.stderr else ''}")
