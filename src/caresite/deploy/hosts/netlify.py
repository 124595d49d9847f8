"""Netlify: how it builds the site, keeps what builds remember, and builds again when something is due.

Netlify keeps folders between builds for build plugins only, and takes plugins from the repository itself, so this one
is written there: a few lines that call Netlify's own cache. After each build it also writes down when the next text is
due, beside a function that Netlify runs every few minutes: when the moment has come, it calls a build hook.
"""

from __future__ import annotations

import json

from caresite.deploy.hosts.files import Brief, Host, HostFile
from caresite.deploy.hosts.installation import INSTALL_ON_HOST, installation_files

__all__ = ["HOST", "config_file"]

_CONFIG = """\
# How Netlify builds this site. Rules for redirects and headers are written into public/ by every build.

[build]
  command = "{install} && caresite build"
  publish = {output}

[build.environment]
  PYTHON_VERSION = "3.11"
{plugin}
# A preview lives at an address of its own and must not be found by search engines.
[context.deploy-preview]
  command = "{install} && CARESITE__SEO__NOINDEX=true caresite build --base-url $DEPLOY_PRIME_URL"

[context.branch-deploy]
  command = "{install} && CARESITE__SEO__NOINDEX=true caresite build --base-url $DEPLOY_PRIME_URL"
"""
_PLUGIN_ENTRY = """
# Keeps what builds remember, so that the next one makes only what has changed, and notes what is due next.
[[plugins]]
  package = "/netlify/caresite"

[functions]
  directory = "netlify/functions"
"""
_PLUGIN = """\
// A build plugin of this site. Netlify's own cache keeps these folders from one build to the next; both can be lost
// at any time, and then the next build makes everything anew.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";

const KEPT = [".caresite", OUTPUT];

export const onPreBuild = async ({ utils }) => {
  await utils.cache.restore(KEPT);
};

export const onBuild = async ({ utils }) => {
  await utils.cache.save(KEPT);
  const told = execFileSync("caresite", ["build", "--json", "--dry-run"], { encoding: "utf8", maxBuffer: 1 << 28 });
  const due = JSON.parse(told).next_due ?? "";
  writeFileSync("netlify/functions/caresite-rebuild/due.mjs", `export default ${JSON.stringify(due)};\\n`);
  console.log(due ? `caresite: something is due on ${due}` : "caresite: nothing is due later");
};
"""
_MANIFEST = "name: caresite\n"
_PACKAGE = '{\n  "name": "caresite-at-netlify",\n  "version": "1.0.0",\n  "type": "module",\n  "main": "index.js"\n}\n'
_FUNCTION = """\
// Runs every five minutes, and calls the build hook when a text is due. Netlify's settings, below "Build hooks", make
// such an address; it belongs into the environment variable CARESITE_BUILD_HOOK, and nowhere else: whoever knows it can
// start builds.
import due from "./due.mjs";

const HALF_AN_HOUR = 30 * 60 * 1000; // a build that failed is not tried for ever

export default async () => {
  const late = Date.now() - Date.parse(due);
  if (!(late >= 0 && late < HALF_AN_HOUR)) return;
  const hook = process.env.CARESITE_BUILD_HOOK;
  if (!hook) {
    console.log(`Something is due since ${due}, but CARESITE_BUILD_HOOK is not set.`);
    return;
  }
  const answer = await fetch(hook, { method: "POST", body: "{}" });
  console.log(`Something is due since ${due}: the build hook answered ${answer.status}.`);
};

export const config = { schedule: "*/5 * * * *" };
"""


def config_file(output: str, *, keeps: bool, install: str = INSTALL_ON_HOST) -> HostFile:
    """Return `netlify.toml`; with `keeps`, the plugin that keeps what builds remember is named in it."""
    text = _CONFIG.format(install=install, output=json.dumps(output), plugin=_PLUGIN_ENTRY if keeps else "")
    return HostFile("netlify.toml", text, "how Netlify builds the site, its previews and branches")


def _files(brief: Brief) -> tuple[HostFile, ...]:
    output = brief.output_dir
    function = "netlify/functions/caresite-rebuild"
    return (
        config_file(output, keeps=True),
        *installation_files(),
        HostFile(
            "netlify/caresite/index.js",
            _PLUGIN.replace("OUTPUT", json.dumps(output)),
            "keeps what builds remember",
            "//",
        ),
        HostFile("netlify/caresite/manifest.yml", _MANIFEST, "its name, as Netlify wants it"),
        HostFile("netlify/caresite/package.json", _PACKAGE, "the same", ""),
        HostFile(f"{function}/caresite-rebuild.mjs", _FUNCTION, "builds again when a text is due", "//"),
        HostFile(f"{function}/due.mjs", 'export default "";\n', "when that is; each build there writes it", once=True),
    )


def _steps(brief: Brief) -> tuple[str, ...]:
    return (
        "Commit these files, and connect the repository at https://app.netlify.com: it reads netlify.toml.",
        "For texts with a date: add a build hook in the site's settings, and its address as CARESITE_BUILD_HOOK there.",
        "To send the site from your own computer instead, see `caresite deploy`.",
    )


HOST = Host("netlify", "Netlify builds the site from your repository", _files, _steps)
