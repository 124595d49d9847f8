"""Installation: how a host that builds the site gets the same caresite as this computer has.

A host reads `requirements.txt`. What stands in it depends on where this caresite came from (PEP 610): an index, an
address, or a folder of this computer. No host can reach that folder, so a wheel made of it goes into the site.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from functools import partial
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from caresite import __version__
from caresite.deploy.hosts.files import HostFile
from caresite.pipeline.themes import bundled_themes

__all__ = ["INSTALL", "INSTALL_ON_HOST", "REQUIREMENTS", "installation_files"]

INSTALL = "pip install ./caresite"
"""How the documentation says that caresite is installed: from a copy, as long as no package index has it."""

REQUIREMENTS = "requirements.txt"
INSTALL_ON_HOST = f"pip install -r {REQUIREMENTS}"

_VENDOR = "vendor"
_WHEEL = "Wheel-Version: 1.0\nGenerator: caresite\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_WHEN = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can hold: the same files make the same wheel
_LEFT_OUT = frozenset(("__pycache__",))


def installation_files() -> tuple[HostFile, ...]:
    """Return the files of a site by which a host installs the caresite that is running."""
    try:
        found = distribution("caresite")
    except PackageNotFoundError:
        return (_requirements(f"caresite=={__version__}"),)
    if line := _line_of(found):
        return (_requirements(line),)
    path = f"{_VENDOR}/caresite-{found.version}-py3-none-any.whl"
    wheel = HostFile(path, "", "caresite itself, for whoever builds the site", "", make=partial(_wheel, found))
    return (_requirements(f"./{path}"), wheel)


def _requirements(line: str) -> HostFile:
    return HostFile(REQUIREMENTS, f"{line}\n", "which caresite builds the site")


def _line_of(found: Distribution) -> str:
    """Return the line that installs the same from an index or an address; empty for a folder of this computer."""
    text = found.read_text("direct_url.json")
    if not text:
        return f"caresite=={found.version}"
    origin: dict[str, Any] = json.loads(text)
    url = str(origin["url"])
    if url.startswith("file:"):
        return ""
    if version_control := origin.get("vcs_info"):
        url = f"{version_control['vcs']}+{url}@{version_control['commit_id']}"
    if subfolder := origin.get("subdirectory"):
        url += f"#subdirectory={subfolder}"
    return f"caresite @ {url}"


# the wheel


def _wheel(found: Distribution) -> bytes:
    """Return this caresite as a wheel (packaging.python.org, "Binary distribution format")."""
    about = f"caresite-{found.version}.dist-info"
    files = dict(_package())
    files |= {f"{about}/{name}": (found.read_text(name) or "").encode() for name in ("METADATA", "entry_points.txt")}
    licences = (path for path in found.files or () if "licenses" in path.parts)
    files |= {f"{about}/{'/'.join(path.parts[1:])}": path.read_binary() for path in licences}
    files[f"{about}/WHEEL"] = _WHEEL.encode()
    record = "".join(f"{path},sha256={_digest(data)},{len(data)}\n" for path, data in sorted(files.items()))
    files[f"{about}/RECORD"] = f"{record}{about}/RECORD,,\n".encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(path, _WHEN), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _package() -> Iterator[tuple[str, bytes]]:
    """Yield the files of the package, with the themes in it, wherever they are in a copy of the source."""
    package = Path(__file__).parents[2]
    for folder, name in ((package, "caresite"), (bundled_themes(), "caresite/themes")):
        for path in folder.rglob("*"):
            if path.is_file() and _LEFT_OUT.isdisjoint(path.parts):
                yield f"{name}/{path.relative_to(folder).as_posix()}", path.read_bytes()


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
