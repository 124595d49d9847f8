"""A site whose addresses are those of the manual."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from caresite.core.config import load_config
from caresite.core.diagnostics import Diagnostic
from caresite.deploy.guards import stand_ins


def find(root: Path) -> Iterable[Diagnostic]:
    settings, _ = load_config(root)
    return tuple(stand_ins(settings))
