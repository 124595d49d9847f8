"""Real servers on this machine, each with its own keys, folders and free port; they end with the block they serve."""

from __future__ import annotations

import io
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

__all__ = [
    "FINGERPRINT",
    "S3RVER",
    "Server",
    "Storage",
    "free_port",
    "greeting_server",
    "moto_server",
    "s3rver_server",
    "ssh_program",
    "ssh_server",
    "web_server",
]

S3RVER = Path(__file__).resolve().parent.parent / "tools/node_modules/.bin/s3rver"
_READY_S = 20.0


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when somebody listens at `port`. Raises AssertionError with the log when the process ends before."""
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text("utf-8", "replace")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nobody listens at {port}: {log.read_text('utf-8', 'replace')}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(timeout=20)


class Server(NamedTuple):
    """An OpenSSH server, and what a visitor of it needs."""

    port: int
    key: Path
    known_hosts: Path
    fingerprint: str
    folder: Path

    @property
    def ssh_command(self) -> str:
        """The command by which git reaches it."""
        return f"ssh -i {self.key} -oIdentitiesOnly=yes -oUserKnownHostsFile={self.known_hosts} -oBatchMode=yes"

    def options(self, path: Path, **more: Any) -> dict[str, Any]:
        """Return the options by which a target reaches the folder `path` there."""
        given = {"host": "127.0.0.1", "port": self.port, "path": str(path)}
        return {**given, "key_file": str(self.key), "known_hosts": str(self.known_hosts), **more}


def ssh_program() -> str:
    """Return the SSH server of this machine; empty when it has none."""
    return shutil.which("sshd") or next((path for path in ("/usr/sbin/sshd",) if Path(path).exists()), "")


@contextmanager
def ssh_server(folder: Path, *, largest_file: int = 0, only_sftp: bool = False, most_open: int = 0) -> Iterator[Server]:
    """Run an OpenSSH server that lets this user in with a key, and keeps its own files in `folder`.

    With `largest_file` it can write no file of more bytes, as on a disk that is full. With `only_sftp` it runs no
    command, as most web space does. With `most_open` each of its processes may have that many files open, and what it
    makes is for the owner alone.
    """
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    for name in ("host", "user"):
        keygen = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)]
        subprocess.run(keygen, check=True)
    shutil.copy(folder / "user.pub", folder / "authorized_keys")
    port, log = free_port(), folder / "log"
    known = f"[127.0.0.1]:{port} {' '.join((folder / 'host.pub').read_text().split()[:2])}\n"
    (folder / "known_hosts").write_text(known)
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder / 'host'}\nPidFile none\nUsePAM no\n"
        f"AuthorizedKeysFile {folder / 'authorized_keys'}\nStrictModes no\nPermitRootLogin yes\n"
        "PasswordAuthentication no\nSubsystem sftp internal-sftp\nMaxStartups 100\n"
        + ("ForceCommand internal-sftp\n" if only_sftp else "")
    )
    command = [ssh_program(), "-D", "-e", "-f", str(folder / "config")]
    with log.open("wb") as out:
        limit = partial(_limit, largest_file, most_open) if largest_file or most_open else None
        process = subprocess.Popen(command, stderr=out, stdout=out, preexec_fn=limit)
        _wait_for(port, process, log)
        shown = ["ssh-keygen", "-l", "-f", str(folder / "host.pub")]
        said = subprocess.run(shown, check=True, capture_output=True, text=True)
        try:
            yield Server(port, folder / "user", folder / "known_hosts", said.stdout.split()[1], folder)
        finally:
            _end(process)


def _limit(size: int, most_open: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    if size:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    if most_open:
        os.umask(0o077)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most_open, most_open))


FINGERPRINT = "SHA256:lbmsoA0yIEcEiVDRnMWuzm+nV+3ZEEpVIURqFoeSspg"
"""The fingerprint of the key that `greeting_server` has."""


@contextmanager
def greeting_server(password: str = "") -> Iterator[int]:
    """Greet one visitor as an SSH server does, and let in who says `password`; there is nothing behind the door.

    Its key is always the same, so that what is said of it is.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from paramiko import AUTH_FAILED, AUTH_SUCCESSFUL, Ed25519Key, ServerInterface, SSHException, Transport

    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    text = private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
    leaving = threading.Event()

    class Door(ServerInterface):  # type: ignore[misc]
        def check_auth_password(self, username: str, said: str) -> int:
            right = bool(password) and said == password
            return int(AUTH_SUCCESSFUL if right else AUTH_FAILED)

    def greet() -> None:
        while not leaving.is_set():
            with suppress(TimeoutError):
                line, _ = listening.accept()
                transport = Transport(line)
                transport.add_server_key(Ed25519Key.from_private_key(io.StringIO(text)))
                transports.append(transport)
                with suppress(SSHException, EOFError):
                    transport.start_server(server=Door())

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        transports: list[Any] = []
        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            leaving.set()
            thread.join()
            for transport in transports:
                transport.close()


class Storage(NamedTuple):
    """A server that speaks S3, and the keys for it."""

    name: str
    url: str
    environ: dict[str, str]

    def client(self) -> Any:
        """Return a client of its own, to look at what is there."""
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=self.environ["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environ["AWS_SECRET_ACCESS_KEY"],
        )


@contextmanager
def moto_server(folder: Path) -> Iterator[Storage]:
    """Run moto, the stand-in for Amazon's services; its log goes into `folder`."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with _running(command, port, folder / "log"):
        yield Storage("moto", f"http://127.0.0.1:{port}", _keys("moto"))


@contextmanager
def s3rver_server(folder: Path) -> Iterator[Storage]:
    """Run s3rver, an S3 server that keeps what it is sent in `folder`."""
    port = free_port()
    command = [str(S3RVER), "-d", str(folder / "data"), "-a", "127.0.0.1", "-p", str(port), "--no-vhost-buckets"]
    with _running(command, port, folder / "log"):
        yield Storage("s3rver", f"http://127.0.0.1:{port}", _keys("S3RVER"))


@contextmanager
def _running(command: list[str], port: int, log: Path) -> Iterator[None]:
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
        try:
            _wait_for(port, process, log)
            yield
        finally:
            _end(process)


def _keys(name: str) -> dict[str, str]:
    return {"AWS_ACCESS_KEY_ID": name, "AWS_SECRET_ACCESS_KEY": name}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def web_server(folder: Path) -> Iterator[str]:
    """Serve `folder` as a plain web server does, and give its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
