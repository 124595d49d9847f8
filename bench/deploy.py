"""Measure deploys of a large site to targets on this machine: planning, sending, and sending again.

    python bench/deploy.py [--files 5000] [--kilobytes 20] [--targets folder,git,sftp,rsync,s3]

Prints a table; asserts nothing. Each step is one run in a process of its own: `first` sends everything, `nothing` has
nothing to do, `one page` sends one of the pages. `plan` is the time from the first look at the output folder to the
finished plan, `its CPU` what of it this process computed; memory is the most that the process held, and what it held
beyond its imports.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path.insert(0, str(TESTS))

from deploy.sending import errand, opened  # noqa: E402
from deploy.servers import moto_server, ssh_server  # noqa: E402

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program finds its bytecode, and so does what is measured
STEPS = ("first", "nothing", "one page")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure deploys of a large site.")
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--kilobytes", type=int, default=20)
    parser.add_argument("--targets", default="folder,git,sftp,rsync,s3")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="caresite-bench-") as name, ExitStack() as servers:
        root = Path(name)
        pages = make_site(root / "public", given.files, given.kilobytes)
        print(f"{given.files:,} files of {given.kilobytes} kB\n")
        heads = ("plan", "its CPU", "send", "files", "memory", "beyond")
        print(f"{'target':<8} {'step':<9} " + " ".join(f"{head:>8}" for head in heads))
        for kind in given.targets.split(","):
            options, environ = place(kind, root, servers)
            for step in STEPS:
                if step == "one page":
                    pages[0].write_text(f"changed for {kind}", "utf-8")
                print(row(kind, step, measured(kind, options, environ, root)), flush=True)


def make_site(folder: Path, count: int, kilobytes: int) -> list[Path]:
    """Make a site of as many files; nine of ten are pages, each in a folder of its own. Returns the pages."""
    chance = random.Random(1)
    pages = []
    for number in range(count):
        name = f"assets/a-{number}.png" if number % 10 == 0 else f"blog/post-{number}/index.html"
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(chance.randbytes(kilobytes * 1024))
        if path.suffix == ".html":
            pages.append(path)
    return pages


def place(kind: str, root: Path, servers: ExitStack) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the options of a target, with its server begun, and what the environment needs for it."""
    folder = root / f"server-{kind}"
    folder.mkdir()
    match kind:
        case "folder":
            return {"path": "www"}, {}
        case "git":
            subprocess.run(["git", "init", "--quiet", "--bare", str(folder)], check=True)
            return {"remote": str(folder)}, {}
        case "sftp" | "rsync":
            return servers.enter_context(ssh_server(folder)).options(root / f"www-{kind}"), {}
        case "s3":
            storage = servers.enter_context(moto_server(folder))
            storage.client().create_bucket(Bucket="bench")
            return {"bucket": "bench", "endpoint": storage.url}, storage.environ
    raise SystemExit(f"there is no target `{kind}` here")


def measured(kind: str, options: dict[str, Any], environ: dict[str, str], root: Path) -> dict[str, float]:
    """Deploy in a process of its own, and return what it measured."""
    job = json.dumps({"kind": kind, "options": options, "root": str(root)})
    command = [sys.executable, __file__, "--files", "0"]
    done = subprocess.run(
        command, env={**os.environ, **environ, "BENCH_JOB": job}, check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def job(given: dict[str, Any]) -> None:
    """Deploy, and print what it took as JSON."""
    from caresite.deploy.digests import output_files, recalled
    from caresite.deploy.plan import made

    root = Path(given["root"])
    going = errand(root, environ=dict(os.environ))
    with opened(given["kind"], given["options"], going) as target:
        before, start, worked = memory_mb(), time.perf_counter(), time.process_time()
        wanted = recalled(output_files(root / "public"), target.digest, going.state, now_ns=time.time_ns())
        plan = made(wanted, target.look(wanted))
        planned, worked = time.perf_counter(), time.process_time() - worked
        if not plan.is_empty:
            target.send(plan, lambda stage, done, total: None)
        ended = time.perf_counter()
    sent = len(plan.add) + len(plan.change)
    took = {"plan": planned - start, "worked": worked, "send": ended - planned}
    print(json.dumps({**took, "sent": sent, "held": memory_mb(), "before": before}))


def memory_mb() -> float:
    """Return the most memory that this process has held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def row(kind: str, step: str, found: dict[str, float]) -> str:
    """Return a line of the table."""
    times = " ".join(f"{found[name]:>6.2f} s" for name in ("plan", "worked", "send"))
    beyond = found["held"] - found["before"]
    return f"{kind:<8} {step:<9} {times} {found['sent']:>8.0f} {found['held']:>5.0f} MB {beyond:>5.0f} MB"


if __name__ == "__main__":
    if "BENCH_JOB" in os.environ:
        job(json.loads(os.environ["BENCH_JOB"]))
    else:
        main()
