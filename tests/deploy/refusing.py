"""What `caresite deploy` says when it stops: for the broken sites, one for each code."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest.mock import patch

from click.testing import CliRunner, Result

from caresite.cli import cli
from caresite.core.config import load_config
from caresite.core.diagnostics import Diagnostic, Span
from caresite.deploy.digests import output_files, wanted_from
from caresite.deploy.guards import other_address
from caresite.deploy.plan import made
from caresite.deploy.target import There
from caresite.deploy.verify import sampled, verified
from deploy.servers import greeting_server

__all__ = ["answered", "built", "greeted", "looked", "refused", "seen", "sent", "without"]

_ENVIRON = {"CARESITE__THEME": "plain", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}


def built(root: Path, *options: str) -> Result:
    """Build the site, with options of `build`."""
    return _run(root, "build", *options)


def sent(root: Path) -> Result:
    """Put the site online."""
    return _run(root, "deploy", "-y", "--no-verify")


def refused(root: Path, *options: str) -> tuple[Diagnostic, ...]:
    """Return what a deploy found that it did not go through with."""
    found = json.loads(_run(root, "deploy", "-y", "--no-verify", "--json", *options).stdout)["diagnostics"]
    return tuple(
        Diagnostic(
            each["code"],
            each["severity"],
            Span(each["path"], each["line"], each["column"], each["length"]),
            each["message"],
            each["hint"],
        )
        for each in found
        if each["code"].startswith("H")
    )


def _run(root: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["-C", str(root), *words], env=_ENVIRON, catch_exceptions=False)


def looked(root: Path, *, url: str) -> tuple[Diagnostic, ...]:
    """Return what is said of a target that is shown at `url`."""
    settings, _ = load_config(root)
    return tuple(other_address(settings, settings.deployments[0], url))


def seen(root: Path, url: str) -> tuple[Diagnostic, ...]:
    """Return what is said when visitors do not find at `url` what was sent."""
    built(root)
    plan = made(wanted_from(output_files(root / "public"), "md5"), There())
    return verified(sampled(plan, url)[:1], patience_s=0, sleep=lambda seconds: None)


def without(root: Path, module: str) -> tuple[Diagnostic, ...]:
    """Return what a deploy says where a library is not installed."""
    with patch.dict(sys.modules, {module: None}):
        return refused(root)


# hosts with one answer


def answered(root: Path, status: int, code: str) -> tuple[Diagnostic, ...]:
    """Return what a deploy says of an S3 host that answers all with one error."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>Not today</Message></Error>".encode()

    class Host(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with _pointing(root, ":1/", f":{server.server_port}/"):
            return refused(root)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def greeted(root: Path) -> tuple[Diagnostic, ...]:
    """Return what a deploy says of an SSH server with a key that nobody has seen before."""
    with greeting_server() as port, _pointing(root, "path: www", f"port: {port}, path: www"):
        return refused(root)


@contextmanager
def _pointing(root: Path, before: str, after: str) -> Iterator[None]:
    """Have the port of a server in the config, and not in the line of it that is shown."""
    config = root / "caresite.yaml"
    text = config.read_text("utf-8")
    config.write_text(text.replace(before, after), "utf-8")
    try:
        yield
    finally:
        config.write_text(text, "utf-8")
