"""Web servers of one's own: nginx, Caddy and Apache as processes of the test, each with the files made for it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from caresite.deploy.hosts import apache, caddy, nginx
from caresite.deploy.hosts.rules import HostRules

__all__ = ["SERVERS", "WebServer", "program", "running"]

_NGINX = """\
{user}daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
{modules}
events {{ worker_connections 64; }}
http {{
    include mime.types;
    default_type application/octet-stream;
    access_log off;
    client_body_temp_path {folder}/tmp;
    proxy_temp_path {folder}/tmp;
    fastcgi_temp_path {folder}/tmp;
    uwsgi_temp_path {folder}/tmp;
    scgi_temp_path {folder}/tmp;
    include caresite-maps.conf;
    server {{
        listen 127.0.0.1:{port};
        root {root};
        include caresite-server.conf;
    }}
}}
"""
_CADDY = """\
{{
	admin off
	auto_https off
}}
http://127.0.0.1:{port} {{
	root * {root}
	import caresite.caddy
}}
"""
_APACHE = """\
ServerRoot "{folder}"
ServerName localhost
PidFile "{folder}/apache.pid"
ErrorLog "{folder}/error.log"
Mutex file:{folder} default
{modules}
{user}Listen 127.0.0.1:{port}
DocumentRoot "{root}"
TypesConfig /etc/mime.types
AddType application/x-gzip .gz
<Directory "{root}">
  AllowOverride All
  Options +Indexes
  Require all granted
</Directory>
"""
_APACHE_MODULES = "mpm_event authn_core authz_core mime dir rewrite headers env setenvif alias filter deflate autoindex"


class WebServer(NamedTuple):
    """A server that answers at `url`, and whether it sends files that Brotli made."""

    url: str
    brotli: bool

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask for `path` as it stands here, with nothing encoded or decoded on the way, and follow nothing."""
        target = path.encode()
        request = httpx.Request("GET", self.url, headers=headers, extensions={"target": target})
        with httpx.Client(transport=httpx.HTTPTransport()) as client:
            return client.send(request)

    def raw(self, path: str, accepted: str) -> tuple[httpx.Response, bytes]:
        """Ask for `path` in one of the encodings `accepted`; return the answer and its bytes as they were sent."""
        headers = {"Accept-Encoding": accepted} if accepted else {}
        request = httpx.Request("GET", self.url, headers=headers, extensions={"target": path.encode()})
        with httpx.Client(transport=httpx.HTTPTransport()) as client:
            answer = client.send(request, stream=True)
            return answer, b"".join(answer.iter_raw())


class _Setup(NamedTuple):
    command: list[str]
    brotli: bool


Prepare = Callable[[Path, Path, int, HostRules], _Setup]


def program(name: str, package: str) -> str:
    """Return the path of a program of this machine; skip the test, with the words that bring it, when there is none."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if not found:
        pytest.skip(f"there is no {name}: apt-get install {package}")
    return found


def _nginx(folder: Path, root: Path, port: int, rules: HostRules) -> _Setup:
    command = program("nginx", "nginx libnginx-mod-http-brotli-static")
    module = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")
    (folder / "mime.types").write_bytes(Path("/etc/nginx/mime.types").read_bytes())
    (folder / "caresite-maps.conf").write_text(nginx.maps(rules))
    server = nginx.server(rules)
    (folder / "caresite-server.conf").write_text(
        server.replace("# brotli_static", "brotli_static") if module.exists() else server
    )
    modules = f"load_module {module};" if module.exists() else ""
    user = "" if os.getuid() else "user nobody nogroup;\n"
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, root=root, port=port, modules=modules, user=user))
    return _Setup([command, "-c", str(folder / "nginx.conf")], module.exists())


def _caddy(folder: Path, root: Path, port: int, rules: HostRules) -> _Setup:
    command = program("caddy", "caddy")
    (folder / "caresite.caddy").write_text(caddy.snippet(rules))
    (folder / "Caddyfile").write_text(_CADDY.format(root=root, port=port))
    return _Setup([command, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"], True)


def _apache(folder: Path, root: Path, port: int, rules: HostRules) -> _Setup:
    command = program("apache2", "apache2-bin media-types")
    (root / rules.base_path.strip("/") / ".htaccess").write_text(apache.htaccess(rules))
    place = "/usr/lib/apache2/modules"
    modules = "\n".join(f"LoadModule {name}_module {place}/mod_{name}.so" for name in _APACHE_MODULES.split())
    user = "" if os.getuid() else "User nobody\nGroup nogroup\n"
    (folder / "apache.conf").write_text(_APACHE.format(folder=folder, root=root, port=port, modules=modules, user=user))
    return _Setup([command, "-d", str(folder), "-f", str(folder / "apache.conf"), "-DFOREGROUND"], True)


SERVERS: dict[str, Prepare] = {"nginx": _nginx, "caddy": _caddy, "apache": _apache}


@contextmanager
def running(name: str, site: Path, rules: HostRules) -> Iterator[WebServer]:
    """Serve a copy of the files in `site`, which everybody may read, until it is no longer needed."""
    with tempfile.TemporaryDirectory(prefix=f"{name}-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        folder.chmod(0o755)
        root = folder / "www"
        shutil.copytree(site, root / rules.base_path.strip("/"))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        setup = SERVERS[name](folder, root, port, rules)
        environ = {**os.environ, "HOME": made, "XDG_DATA_HOME": made, "XDG_CONFIG_HOME": made}
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(setup.command, stdout=log, stderr=log, cwd=folder, env=environ) as process,
        ):
            try:
                _wait(port, process, folder)
                yield WebServer(f"http://127.0.0.1:{port}", setup.brotli)
            finally:
                process.terminate()
                process.wait(20)


def _wait(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    logs = "".join(path.read_text(errors="replace") for path in (folder / "log", folder / "error.log") if path.exists())
    raise AssertionError(f"the server did not start:\n{logs}")
