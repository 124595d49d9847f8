"""Lighthouse over one page of every type, on a phone of the middle class: `make lighthouse`.

make lighthouse                        # the sample site, each page once
make lighthouse ARGS="--runs 5 --kinds home story"

Accessibility, best practices and search engines must have 100 points, and nothing may shift. Performance depends on the
machine and is only told, as the median of the runs.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from browser.chromium import FLAGS, by_the_real_clock
from browser.host import serving
from browser.sites import SITES, Site, site_called

__all__ = ["FULL_SCORE", "SETTLED", "Scores", "audit", "command"]

_TOOLS = Path(__file__).resolve().parents[1] / "tools" / "node_modules"
SETTLED = ("accessibility", "best-practices", "seo")
FULL_SCORE = 100
_NOT_FOR_SEARCH = frozenset(("404", "search", "thanks"))


class Scores(NamedTuple):
    """What Lighthouse says of one page: points by category, faults as words, and times in milliseconds."""

    points: Mapping[str, float]
    faults: tuple[str, ...]
    largest_paint_ms: float
    shift: float
    blocking_ms: float


def command() -> tuple[str, ...]:
    """Return the command of Lighthouse, or raise FileNotFoundError with what to install."""
    node, script = shutil.which("node"), _TOOLS / "lighthouse" / "cli" / "index.js"
    if not node:
        raise FileNotFoundError("there is no Node.js on this machine: apt-get install nodejs npm")
    if not shutil.which("chromium"):
        raise FileNotFoundError("there is no Chromium on this machine: apt-get install chromium")
    if not script.is_file():
        raise FileNotFoundError("Lighthouse is not here: make tools")
    return (node, str(script))


def audit(url: str, categories: Iterable[str], *, indexable: bool = True) -> Scores:
    """Run Lighthouse on the page at `url`; faults of `seo` are those of pages that are meant to be found."""
    asked = [name for name in categories if indexable or name != "seo"]
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        _run(url, asked, report)
        return _scores(json.loads(report.read_text(encoding="utf-8")))


def _run(url: str, categories: Iterable[str], report: Path) -> None:
    done = subprocess.run(
        [
            *command(),
            url,
            "--quiet",
            "--output=json",
            f"--output-path={report}",
            "--no-enable-error-reporting",
            f"--only-categories={','.join(categories)}",
            f"--chrome-flags=--headless=new {' '.join(FLAGS)}",
        ],
        env={**by_the_real_clock(), "CHROME_PATH": shutil.which("chromium") or ""},
        capture_output=True,
        text=True,
        check=False,
    )
    if not report.is_file():
        raise RuntimeError(f"Lighthouse failed on {url}\n{done.stderr}")


def _scores(report: Mapping[str, Any]) -> Scores:
    audits = report["audits"]
    points = {name: round(100 * (group["score"] or 0)) for name, group in report["categories"].items()}
    faults = tuple(
        f"{name}: {audit['title']}: {_nodes(audit)}"
        for name, group in report["categories"].items()
        if name in SETTLED
        for reference in group["auditRefs"]
        if reference["weight"] and (audit := audits[reference["id"]])["score"] not in (None, 1)
    )
    return Scores(points, faults, *(audits.get(name, {}).get("numericValue", 0.0) for name in _TIMES))


_TIMES = ("largest-contentful-paint", "cumulative-layout-shift", "total-blocking-time")


def _nodes(audit: Mapping[str, Any]) -> str:
    items = (audit.get("details") or {}).get("items", ())
    return "; ".join(item.get("node", {}).get("snippet", "") or json.dumps(item)[:120] for item in items[:3])


def main() -> None:
    """Print a table; exit with 1 when a settled category is not full or something shifts."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--site", choices=SITES, default=SITES[0])
    options.add_argument("--kinds", nargs="*", default=())
    options.add_argument("--runs", type=int, default=1)
    given = options.parse_args()
    try:
        command()
    except FileNotFoundError as missing:
        raise SystemExit(str(missing)) from None
    site = site_called(given.site)
    print(f"{'page':<18}{'perf.':>7}{'access.':>9}{'best':>6}{'seo':>5}{'LCP ms':>9}{'CLS':>8}{'TBT ms':>8}")
    with serving(site.files, site.base_path) as origin:
        faults = [fault for kind in given.kinds or site.pages for fault in _told(site, origin, kind, given.runs)]
    print(*faults, sep="\n")
    sys.exit(1 if faults else 0)


def _told(site: Site, origin: str, kind: str, runs: int) -> list[str]:
    """Print one row; return what is wrong with the page."""
    url = origin + site.typical(kind)  # the 404 page by its own name: Lighthouse reads no page that says it is missing
    indexable = kind not in _NOT_FOR_SEARCH
    seen = [audit(url, ("performance", *SETTLED), indexable=indexable) for _ in range(runs)]
    last = seen[-1]
    performance = median(scores.points["performance"] for scores in seen)
    paint, shift, blocking = (median(getattr(s, name) for s in seen) for name in Scores._fields[2:])
    points = "".join(f"{last.points.get(name, '-'):>{width}}" for name, width in zip(SETTLED, (9, 6, 5), strict=True))
    print(f"{kind:<18}{performance:>7.0f}{points}{paint:>9.0f}{shift:>8.3f}{blocking:>8.0f}", flush=True)
    shifted = [f"something shifts: CLS {shift:.3f}"] if round(shift, 3) > 0 else []
    return [f"{kind}: {fault}" for fault in (*last.faults, *shifted)]


if __name__ == "__main__":
    main()
