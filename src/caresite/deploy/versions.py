"""Versions: what a host keeps of earlier deploys, so that visitors can be given one of them again."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from msgspec import Struct

from caresite.deploy.target import Sent

__all__ = ["KeepsVersions", "Version"]


class Version(Struct, frozen=True):
    """One deploy that the host keeps: its name there, when it was made (ISO 8601), what was said of it."""

    id: str
    at: str
    message: str = ""
    is_shown: bool = False


@runtime_checkable
class KeepsVersions(Protocol):
    """A target whose host keeps earlier deploys. Raises Problem, with a code `H2…`, for what the host does not do."""

    def versions(self) -> tuple[Version, ...]:
        """Return the deploys that visitors can be given again, newest first."""

    def restore(self, id: str) -> Sent:
        """Give visitors the deploy `id` again, all of it at once."""
