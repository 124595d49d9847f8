"""`caresite deploy init` writes what a host needs, says what is left to do, and writes over nobody's work."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import yaml
from click.testing import CliRunner, Result

from caresite.cli import cli
from caresite.deploy.hosts.registry import HOSTS
from caresite.testing import write_site
from hosts.servers import program

SITE = """
-- caresite.yaml --
title: Spoke & Bell
base_url: https://bikes.example/
timezone: Europe/London
theme: plain
plugins: [redirects, headers]
redirects:
  - {from: /old/*, to: /blog/:splat}
-- content/blog/hello.md --
---
title: Hello
date: 2026-03-02
aliases: [/greetings/]
---
Words.
-- static/_redirects-not --
x
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    theme = Path(__file__).parents[1] / "themes" / "plain"
    files = {f"themes/plain/{p.relative_to(theme).as_posix()}": p.read_bytes() for p in theme.rglob("*.*")}
    write_site(tmp_path, SITE, files)
    return tmp_path


def run(root: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["-C", str(root), *words])


def init(root: Path, *words: str) -> Result:
    return run(root, "deploy", "init", *words)


def texts(root: Path) -> dict[str, str]:
    """Return the files below `root` that are neither the site's own nor made by a build."""
    own = (
        "content/",
        "themes/",
        "public/",
        ".public.caresite-output",
        ".caresite/",
        "caresite.yaml",
        "static/_",
        "vendor/",
    )
    paths = (p for p in root.rglob("*") if p.is_file())
    names = {p.relative_to(root).as_posix(): p for p in paths}
    return {name: path.read_text("utf-8") for name, path in names.items() if not name.startswith(own)}


FILES = {
    "netlify": {
        "netlify.toml",
        "netlify/caresite/index.js",
        "netlify/caresite/manifest.yml",
        "netlify/caresite/package.json",
        "netlify/functions/caresite-rebuild/caresite-rebuild.mjs",
        "netlify/functions/caresite-rebuild/due.mjs",
        "requirements.txt",
    },
    "github-pages": {".github/workflows/pages.yml", "requirements.txt"},
    "cloudflare-pages": {"deploy/cloudflare-build.sh", ".python-version", "requirements.txt"},
    "s3": {"deploy/s3/bucket-policy.json", "deploy/s3/deployer-policy.json"},
    "nginx": {"deploy/nginx/site.conf", "deploy/nginx/maps.conf", "deploy/nginx/rules.conf"},
    "caddy": {"deploy/caddy/Caddyfile", "deploy/caddy/rules.caddy"},
    "apache": {"static/.htaccess"},
}


@pytest.mark.parametrize("host", sorted(HOSTS))
def test_a_host_gets_its_files_and_the_owner_the_steps(root: Path, host: str) -> None:
    assert run(root, "build").exit_code == 0
    done = init(root, host)
    assert done.exit_code == 0, done.output
    assert set(texts(root)) == FILES[host]
    assert all(f"Wrote {path} (" in done.output for path in FILES[host])
    assert "What is left to do:\n  - " in done.output
    before = texts(root)
    again = init(root, host)
    assert again.exit_code == 0
    assert "Wrote" not in again.output
    assert texts(root) == before


@pytest.mark.parametrize("host", sorted(HOSTS))
def test_a_file_that_somebody_changed_stays_until_it_is_forced(root: Path, host: str) -> None:
    run(root, "build")
    init(root, host)
    path = sorted(FILES[host] - {"netlify/functions/caresite-rebuild/due.mjs"})[0]
    whole = texts(root)[path]
    (root / path).write_text(whole + "\n", "utf-8")
    kept = init(root, host)
    assert kept.exit_code == 1
    assert f"Left as it is: {path}" in kept.output
    assert texts(root)[path] == whole + "\n"
    assert init(root, host, "--force").exit_code == 0
    assert texts(root)[path] == whole


def test_what_a_new_site_begins_with_is_known(tmp_path: Path) -> None:
    CliRunner().invoke(cli, ["init", str(tmp_path), "-y", "--base-url", "https://bikes.example/"])
    assert "[[plugins]]" not in texts(tmp_path)["netlify.toml"]
    done = init(tmp_path, "netlify")
    assert done.exit_code == 0, done.output
    assert "[[plugins]]" in texts(tmp_path)["netlify.toml"]


def test_rules_are_written_anew_while_nobody_changed_them(root: Path) -> None:
    run(root, "build")
    init(root, "nginx")
    assert "/greetings" in texts(root)["deploy/nginx/rules.conf"]
    page = root / "content/blog/hello.md"
    page.write_text(page.read_text("utf-8").replace("/greetings/", "/welcome/"), "utf-8")
    run(root, "build")
    note = "deploy/nginx/rules.conf was written for other redirects or pages than the site has now"
    assert note in run(root, "doctor").output
    done = init(root, "nginx")
    assert done.exit_code == 0
    assert "Wrote deploy/nginx/rules.conf" in done.output
    assert "was written for other" not in run(root, "doctor").output
    assert "Right already: deploy/nginx/site.conf" in done.output
    assert "/welcome" in texts(root)["deploy/nginx/rules.conf"]


@pytest.mark.parametrize("host", ["nginx", "caddy", "apache"])
def test_rules_need_a_finished_site(root: Path, host: str) -> None:
    done = init(root, host)
    assert done.exit_code == 1
    assert "run `caresite build` first" in done.output
    assert texts(root) == {}


def test_rules_of_a_preview_are_not_for_visitors(root: Path) -> None:
    env = {"CARESITE__SEO__NOINDEX": "true"}
    CliRunner().invoke(cli, ["-C", str(root), "build"], env=env)
    done = init(root, "nginx")
    assert done.exit_code == 1
    assert "the finished site is a preview" in done.output
    assert texts(root) == {}


def test_what_a_server_cannot_do_is_said(root: Path) -> None:
    lines = "/near/* /blog/ 302 Country=de\n/api/* https://api.example/:splat 200\n/greetings/ /blog/ 301!\n"
    (root / "static/_redirects").write_text(lines, "utf-8")
    run(root, "build")
    said = init(root, "caddy").output
    assert "was left out: /near/* /blog/ 302 Country=de" in said
    assert "was left out: /api/* https://api.example/:splat 200" in said
    assert said.count("was left out") == 2


def test_an_unknown_host_is_answered_with_the_nearest(root: Path) -> None:
    done = init(root, "ngnix")
    assert done.exit_code == 2
    assert "did you mean `nginx`?" in done.output


def test_without_a_name_the_hosts_are_listed(root: Path) -> None:
    said = init(root).output
    assert all(host in said for host in HOSTS)


def test_answers_for_machines(root: Path) -> None:
    done = init(root, "nginx", "--json")
    assert done.exit_code == 1, "it needs a site that is built"
    done = init(root, "s3", "--json")
    assert json.loads(done.output) == {
        "ok": True,
        "written": ["deploy/s3/bucket-policy.json", "deploy/s3/deployer-policy.json"],
        "current": [],
        "kept": [],
        "left_out": [],
    }


# servers take what is written, put where the comments say


def put_in_place(commands: str, source: Path, etc: Path) -> None:
    """Do what the `sudo cp` and `sudo ln -s` lines of a comment say, with `etc` in place of /etc."""
    for line in commands.splitlines():
        match line.removeprefix("#").split():
            case ["sudo", "cp", name, target]:
                path = etc / target.removeprefix("/etc/")
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source / name, path / name if target.endswith("/") else path)
            case ["sudo", "ln", "-s", name, target]:
                (etc / target.removeprefix("/etc/")).mkdir(parents=True, exist_ok=True)
                (etc / target.removeprefix("/etc/") / Path(name).name).symlink_to(name)


def test_nginx_takes_the_files_where_they_are_put(root: Path, tmp_path: Path) -> None:
    nginx = program("nginx", "nginx")
    run(root, "build")
    init(root, "nginx")
    etc = tmp_path / "etc"
    put_in_place(texts(root)["deploy/nginx/site.conf"], root / "deploy/nginx", etc)
    site = (etc / "nginx/sites-enabled/bikes.example").resolve()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    site.write_text(re.sub(r"listen \S+;", f"listen 127.0.0.1:{port};", site.read_text("utf-8"), count=1), "utf-8")
    site.write_text(re.sub(r"listen \[::\]:80;", "", site.read_text("utf-8")), "utf-8")
    (etc / "nginx/mime.types").write_bytes(Path("/etc/nginx/mime.types").read_bytes())
    includes = "include mime.types; include conf.d/*.conf; include sites-enabled/*;"
    main = f"pid {tmp_path}/pid; error_log {tmp_path}/log; events {{}} http {{ {includes} }}"
    (etc / "nginx/nginx.conf").write_text(main, "utf-8")
    command = [nginx, "-t", "-c", str(etc / "nginx/nginx.conf"), "-e", str(tmp_path / "log")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr


def test_caddy_takes_the_files_where_they_are_put(root: Path, tmp_path: Path) -> None:
    caddy = program("caddy", "caddy")
    run(root, "build")
    init(root, "caddy")
    text = texts(root)["deploy/caddy/Caddyfile"]
    put_in_place(text, root / "deploy/caddy", tmp_path / "etc")
    file = tmp_path / "etc/caddy/Caddyfile"
    file.write_text(text, "utf-8")
    environ = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    command = [caddy, "adapt", "--config", str(file), "--adapter", "caddyfile"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environ)
    assert done.returncode == 0, done.stderr
    assert "bikes.example" in done.stdout


# what stands in them


def test_netlify_builds_keeps_and_previews(root: Path) -> None:
    init(root, "netlify")
    config = tomllib.loads(texts(root)["netlify.toml"])
    assert config["build"]["command"] == "pip install -r requirements.txt && caresite build"
    assert config["build"]["publish"] == "public"
    assert config["plugins"] == [{"package": "/netlify/caresite"}]
    for context in ("deploy-preview", "branch-deploy"):
        command = config["context"][context]["command"]
        assert command.endswith("CARESITE__SEO__NOINDEX=true caresite build --base-url $DEPLOY_PRIME_URL")
    assert json.loads(texts(root)["netlify/caresite/package.json"])["main"] == "index.js"


def test_the_workflow_builds_by_push_and_by_the_hour(root: Path) -> None:
    init(root, "github-pages")
    workflow = yaml.safe_load(texts(root)[".github/workflows/pages.yml"])
    events = workflow[True]  # YAML 1.1 reads `on` as a truth value, GitHub does not
    assert events["push"] == {"branches": ["main"]}
    assert events["schedule"] == [{"cron": "7 * * * *"}]
    steps = workflow["jobs"]["pages"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == [
        "pip install -r requirements.txt",
        "caresite check",
        "caresite build",
    ]
    kept = next(step["with"] for step in steps if "cache@" in step.get("uses", ""))
    assert kept["path"].split() == [".caresite", "public"]


def test_cloudflare_gets_redirects_that_it_reads(root: Path) -> None:
    init(root, "cloudflare-pages")
    script = texts(root)["deploy/cloudflare-build.sh"]
    programs = root / "bin"
    programs.mkdir()
    for name, does in (("pip", ""), ("caresite", 'mkdir -p public; echo "$CARESITE__SEO__NOINDEX $*" >> asked\n')):
        (programs / name).write_text(f"#!/bin/sh\n{does}", "utf-8")
        (programs / name).chmod(0o755)
    (root / "public").mkdir()
    (root / "public/_redirects").write_text("# Really!\n/a /b 301!\n/c /d! 302\n", "utf-8")
    environ = {"PATH": f"{programs}:/usr/bin:/bin", "CF_PAGES_URL": "https://x.pages.example"}
    for branch in ("main", "try"):
        command = ["sh", "-c", script]
        subprocess.run(command, cwd=root, env={**environ, "CF_PAGES_BRANCH": branch}, check=True, timeout=30)
    assert (root / "public/_redirects").read_text("utf-8") == "# Really!\n/a /b 301\n/c /d! 302\n"
    assert (root / "asked").read_text("utf-8") == " build\ntrue build --base-url https://x.pages.example\n"


def test_s3_policies_name_the_bucket_and_no_more(root: Path) -> None:
    init(root, "s3")
    readers = json.loads(texts(root)["deploy/s3/bucket-policy.json"])["Statement"]
    assert [(s["Action"], s["Resource"]) for s in readers] == [("s3:GetObject", "arn:aws:s3:::YOUR-BUCKET/*")]
    deployer = json.loads(texts(root)["deploy/s3/deployer-policy.json"])["Statement"]
    assert {s["Resource"] for s in deployer} == {"arn:aws:s3:::YOUR-BUCKET", "arn:aws:s3:::YOUR-BUCKET/*"}
    assert not any("*" in str(s["Action"]) for s in deployer)


def test_s3_policies_name_the_bucket_of_the_config(root: Path) -> None:
    with (root / "caresite.yaml").open("a", encoding="utf-8") as config:
        config.write("deploy: {website: {target: s3, bucket: bikes-online}}\n")
    said = init(root, "s3").output
    assert "arn:aws:s3:::bikes-online/*" in texts(root)["deploy/s3/bucket-policy.json"]
    assert "aws s3 website s3://bikes-online " in said
    assert "YOUR-BUCKET" not in said


# the function that builds again when something is due


@pytest.fixture
def hook() -> Iterator[tuple[str, list[str]]]:
    """Yield the address of a build hook, and how it was asked."""
    asked: list[str] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            asked.append(f"{self.command} {self.path}")
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/build_hooks/abc", asked
        server.shutdown()


@pytest.mark.parametrize(
    ("due_in_s", "calls"), [("", 0), (3600, 0), (-60, 1), (-7200, 0)], ids=["never", "later", "now", "long ago"]
)
def test_the_build_hook_is_called_when_something_is_due(
    root: Path, hook: tuple[str, list[str]], due_in_s: int | str, calls: int
) -> None:
    node = program("node", "nodejs")
    init(root, "netlify")
    folder = root / "netlify/functions/caresite-rebuild"
    due = f"new Date(Date.now() + {due_in_s} * 1000).toISOString()" if due_in_s else '""'
    (folder / "due.mjs").write_text(f"export default {due};\n", "utf-8")
    script = (
        'import { default as run, config } from "./caresite-rebuild.mjs"; await run(); console.log(config.schedule);'
    )
    (folder / "try.mjs").write_text(script, "utf-8")
    environ = {"CARESITE_BUILD_HOOK": hook[0], "PATH": "/usr/bin:/bin"}
    done = subprocess.run([node, "try.mjs"], cwd=folder, env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("*/5 * * * *\n")
    assert hook[1] == ["POST /build_hooks/abc"] * calls
