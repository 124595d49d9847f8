"""The servers that these tests talk to, started once, and a finished site to send."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.sending import PAGES, write
from deploy.servers import (
    S3RVER,
    Server,
    Storage,
    moto_server,
    s3rver_server,
    ssh_program,
    ssh_server,
    web_server,
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a folder with a finished site in `public/`."""
    write(tmp_path / "public", PAGES)
    return tmp_path


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not ssh_program():
        pytest.skip("there is no SSH server: apt-get install openssh-server")
    with ssh_server(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture(scope="session")
def full_sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server that takes no file of more than 64 kB."""
    if not ssh_program():
        pytest.skip("there is no SSH server: apt-get install openssh-server")
    with ssh_server(tmp_path_factory.mktemp("full-sshd"), largest_file=65_536) as server:
        yield server


@pytest.fixture(scope="session")
def bare_sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server that lets nobody run a command."""
    if not ssh_program():
        pytest.skip("there is no SSH server: apt-get install openssh-server")
    with ssh_server(tmp_path_factory.mktemp("bare-sshd"), only_sftp=True) as server:
        yield server


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    with moto_server(tmp_path_factory.mktemp("moto")) as storage:
        yield storage


@pytest.fixture(scope="session")
def s3rver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    if not S3RVER.exists():
        pytest.skip("there is no s3rver: make tools")
    with s3rver_server(tmp_path_factory.mktemp("s3rver")) as storage:
        yield storage


@pytest.fixture(params=["moto", "s3rver"])
def storage(request: pytest.FixtureRequest) -> Storage:
    found: Storage = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """Return the address at which the folder `www` is served."""
    with web_server(tmp_path / "www") as address:
        yield address
