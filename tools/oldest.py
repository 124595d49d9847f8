"""Print the oldest version that pyproject.toml allows of each library named, as constraints for pip.

python tools/oldest.py pyyaml click > constraints.txt
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

_FLOOR = re.compile(r"(?P<name>[\w.-]+)(?:\[[^\]]*\])?\s*>=\s*(?P<version>[\w.]+)")
_PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def oldest(names: list[str], project: Path = _PROJECT) -> list[str]:
    """Return a line `name==version` for each of `names`. Raises SystemExit for one that has no floor."""
    declared = tomllib.loads(project.read_text("utf-8"))["project"]["dependencies"]
    floors = {found["name"].lower(): found["version"] for each in declared if (found := _FLOOR.match(each))}
    if unknown := [name for name in names if name.lower() not in floors]:
        sys.exit(f"pyproject.toml has no oldest version of {', '.join(unknown)}")
    return [f"{name}=={floors[name.lower()]}" for name in names]


if __name__ == "__main__":
    print("\n".join(oldest(sys.argv[1:])))
