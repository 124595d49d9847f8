"""Real servers on this machine, each started by the tests with its own keys, folders and free port."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from deploy.sending import PAGES, write

_READY_S = 20.0
TOOLS = Path(__file__).resolve().parent.parent / "tools"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a folder with a finished site in `public/`."""
    write(tmp_path / "public", PAGES)
    return tmp_path


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
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


def ended(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(timeout=20)


class Server(NamedTuple):
    """An OpenSSH server, and what a visitor of it needs."""

    port: int
    key: Path
    known_hosts: Path
    fingerprint: str
    folder: Path

    def options(self, path: Path, **more: Any) -> dict[str, Any]:
        """Return the options by which a target reaches the folder `path` there."""
        given = {"host": "127.0.0.1", "port": self.port, "path": str(path)}
        return {**given, "key_file": str(self.key), "known_hosts": str(self.known_hosts), **more}


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return an OpenSSH server that lets this user in with a key."""
    program = shutil.which("sshd") or "/usr/sbin/sshd"
    if not Path(program).exists():
        pytest.skip("there is no SSH server: apt-get install openssh-server")
    folder = tmp_path_factory.mktemp("sshd")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    for name in ("host", "user"):
        keygen = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)]
        subprocess.run(keygen, check=True)
    shutil.copy(folder / "user.pub", folder / "authorized_keys")
    port = free_port()
    known = f"[127.0.0.1]:{port} {' '.join((folder / 'host.pub').read_text().split()[:2])}\n"
    (folder / "known_hosts").write_text(known)
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder / 'host'}\nPidFile none\nUsePAM no\n"
        f"AuthorizedKeysFile {folder / 'authorized_keys'}\nStrictModes no\nPermitRootLogin yes\n"
        "PasswordAuthentication no\nSubsystem sftp internal-sftp\nMaxStartups 100\n"
    )
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen([program, "-D", "-e", "-f", str(folder / "config")], stderr=out, stdout=out)
        wait_for(port, process, log)
        said = subprocess.run(
            ["ssh-keygen", "-l", "-f", str(folder / "host.pub")], check=True, capture_output=True, text=True
        )
        yield Server(port, folder / "user", folder / "known_hosts", said.stdout.split()[1], folder)
        ended(process)


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


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    """Return moto, the stand-in for Amazon's services, as a server."""
    port, log = free_port(), tmp_path_factory.mktemp("moto") / "log"
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
        wait_for(port, process, log)
        yield Storage("moto", f"http://127.0.0.1:{port}", _keys("moto"))
        ended(process)


@pytest.fixture(scope="session")
def s3rver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    """Return s3rver, an S3 server that keeps its files in a folder."""
    program = TOOLS / "node_modules/.bin/s3rver"
    if not program.exists():
        pytest.skip("there is no s3rver: make tools")
    port, folder = free_port(), tmp_path_factory.mktemp("s3rver")
    command = [str(program), "-d", str(folder / "data"), "-a", "127.0.0.1", "-p", str(port), "--no-vhost-buckets"]
    with (folder / "log").open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
        wait_for(port, process, folder / "log")
        yield Storage("s3rver", f"http://127.0.0.1:{port}", _keys("S3RVER"))
        ended(process)


def _keys(name: str) -> dict[str, str]:
    return {"AWS_ACCESS_KEY_ID": name, "AWS_SECRET_ACCESS_KEY": name}


@pytest.fixture(params=["moto", "s3rver"])
def storage(request: pytest.FixtureRequest) -> Storage:
    found: Storage = request.getfixturevalue(request.param)
    return found


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """Return the address at which the folder `www` is served, as a plain web server does."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path / "www")))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()
