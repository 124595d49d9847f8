"""A build that is killed at any moment leaves a site that can be visited, and nothing that harms the next build."""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from caresite.pipeline.own_output import is_marked, mark_beside
from engine.edits import EDITS, Files
from engine.sites import NOW, Folder, build_clean, build_here, difference, files_below, rich_files, without_marker

TESTS = Path(__file__).resolve().parents[1]
KILLS = int(os.environ.get("CARESITE_KILLS", "5"))
ASSET = re.compile(rb'(?:href|src)="/shop/(assets/[^"#?]+)"')


class Site:
    """A site that is edited, built, and killed while it is."""

    def __init__(self, root: Path) -> None:
        self.folder, self.root, self.public = Folder(root), root, root / "public"
        self.files: Files = dict(rich_files())
        self.folder.hold(self.files, old=True)

    def edit(self, n: int) -> None:
        """Change one page, one page and the style that all have, all pages, or all files."""
        EDITS["body"](self.files, n)
        if n % 4 == 1:
            EDITS["asset"](self.files, n)
        if n % 4 >= 2:
            EDITS["template"](self.files, n)
            self.files["assets/site.css"] += b"/* %d */" % n if n % 4 == 3 else b""
        self.folder.hold(self.files, old=True)

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "caresite", "build", "-j", "2", "--clock", NOW.isoformat()]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, cwd=self.root, stdout=quiet, stderr=quiet, start_new_session=True)

    def build_and_kill(self, after_s: float) -> float | None:
        """Kill a build after a while; return the seconds it took if it was done by then."""
        start = time.monotonic()
        process = self.start()
        with contextlib.suppress(subprocess.TimeoutExpired):
            assert process.wait(after_s) == 0
            return time.monotonic() - start
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None

    def faults(self) -> list[str]:
        """Return what a visitor would miss: whole pages, and the assets that they ask for."""
        faults = [] if is_marked(self.public) else ["the folder is not marked as ours"]
        for page in sorted(self.public.rglob("*.html")):
            data = page.read_bytes()
            if not data.rstrip().lower().endswith((b"</html>", b"-->")) or b"<html" not in data.lower():
                faults.append(f"{page} is not whole")
            wanted = [asset.decode() for asset in ASSET.findall(data)]
            faults.extend(f"{page} lacks {asset}" for asset in wanted if not (self.public / asset).is_file())
        return faults

    def check(self, when: str) -> None:
        """Look at what a killed build has left, build again, and look at that."""
        assert self.faults() == [], when
        _, wanted = build_clean(self.root)
        built = build_here(self.root)
        assert (built.ok, built.trouble) == (True, ""), when
        assert difference(without_marker(files_below(self.public)), wanted) == [], when
        leftovers = [path.name for path in self.root.rglob("*caresite-*") if path != mark_beside(self.public)]
        assert leftovers == [], when


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path / "site")
    assert site.start().wait(100) == 0
    return site


def test_the_check_of_a_site_sees_what_is_missing(site: Site) -> None:
    assert site.faults() == []
    page = site.public / "blog/2026/notes/index.html"
    assets = ASSET.findall(page.read_bytes())
    assert assets
    (site.public / assets[0].decode()).unlink()
    page.write_bytes(page.read_bytes()[:300])
    assert any("lacks" in fault for fault in site.faults())
    assert any(f"{page} is not whole" == fault for fault in site.faults())


@pytest.mark.timeout(120 + 20 * KILLS)
def test_a_build_that_is_killed_leaves_a_site_that_serves(site: Site) -> None:
    chance = random.Random()
    site.edit(3)
    usual_s, killed = site.build_and_kill(100) or 100, 0
    for n in range(KILLS):
        site.edit(n)
        after_s = chance.uniform(0.3, 1.0) * usual_s
        took_s = site.build_and_kill(after_s)
        killed += took_s is None
        usual_s = took_s or usual_s * 1.05
        site.check(f"edit {n}, killed after {after_s:.3f} s")
    assert killed >= KILLS // 3


# killed between two steps of publishing, which take too short a time to be met by chance

COUNTED = """
import os, signal, sys
from pathlib import Path
from caresite.pipeline import publish
from engine.sites import build_here

root, mass, left = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
counted = 0

def count(event, arguments):
    global counted
    if event not in ("open", "os.rename", "os.remove", "os.link", "os.mkdir", "os.rmdir", "os.chmod"):
        return
    place = os.fspath(arguments[0]) if not isinstance(arguments[0], int) else ""
    if str(place).startswith((f"{root}/public", f"{root}/.public")) and (event != "open" or "w" in str(arguments[1])):
        counted += 1
        if counted == left:
            os.kill(os.getpid(), signal.SIGKILL)

publish._MASS = mass
sys.addaudithook(count)
assert build_here(Path(root)).ok
print(counted)
"""


def steps_of_a_build(site: Site, *, mass: int, killed_at: int) -> int:
    """Build in a process that is killed at one of its steps; return how many there were if there is none such."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
    command = [sys.executable, "-c", COUNTED, str(site.root), str(mass), str(killed_at)]
    run = subprocess.run(command, env=env, stdout=subprocess.PIPE, timeout=100, check=False)
    assert run.returncode == (-signal.SIGKILL if killed_at else 0)
    return int(run.stdout or b"0")


@pytest.mark.timeout(120 + 20 * KILLS)
@pytest.mark.parametrize("mass", [1, 10**9], ids=["a new tree", "file by file"])
def test_between_any_two_steps_of_publishing_the_site_serves(site: Site, mass: int) -> None:
    chance = random.Random()
    site.edit(3)
    steps = steps_of_a_build(site, mass=mass, killed_at=0)
    assert steps > 50
    for n in range(max(3, KILLS // 2)):
        site.edit(3 + 4 * n)
        site.files[f"content/blog/more-{n}.md"] = b"---\ntitle: More\ndate: 2026-01-01\n---\nMore.\n"
        site.files.pop(f"content/blog/more-{n - 2}.md", None)
        site.folder.hold(site.files, old=True)
        step = chance.choice((chance.randint(1, steps), chance.randint(steps * 9 // 10, steps)))
        steps_of_a_build(site, mass=mass, killed_at=step)
        site.check(f"edit {n}, killed at step {step} of about {steps}")
