"""Carries out a decision in a process that is killed before one of its writes, at each of them in turn.

    python killing.py FOLDER CASE POINT...

For each POINT the site in FOLDER is copied, and a child decides and dies (SIGKILL) as it is about to open, rename or
remove its so many-th file; with `all`, this is done until a child lives to the end. Prints the copies as JSON, each
with whether the child was killed, and whether its decision was on the disk by then.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from caresite.submissions.review.actions import Review
from caresite.submissions.review.decisions import Answer, Approve, Decision, Edit, Erase, Reject, Withdraw
from caresite.submissions.store import Store
from submissions.deciding import ID, NOW, TERMS

LETTER = b"Yes, print it so. Ada"
PROOF = hashlib.sha256(LETTER).hexdigest()
ANSWER = Answer(at=NOW, method="email-reply", evidence=PROOF, granted=("publish_photo",))
CASES: dict[str, tuple[tuple[Decision, ...], Decision, bytes]] = {
    "approve": ((), Approve(answer=ANSWER), LETTER),
    "reject": ((), Reject(reason="too-thin"), b""),
    "edit": ((Approve(),), Edit(reply="Thank you, Ada.", reply_by="Agnes"), b""),
    "withdraw": ((Approve(answer=ANSWER),), Withdraw(evidence=PROOF), LETTER),
    "take back the picture": ((Approve(answer=ANSWER),), Withdraw(scopes=("publish_photo",)), b""),
    "erase": ((Approve(answer=ANSWER),), Erase(), b""),
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def _is_write(event: str, arguments: tuple[Any, ...]) -> bool:
    if event == "open":
        return isinstance(arguments[2], int) and bool(arguments[2] & _WRITING)
    return event in ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree", "os.truncate")


def _decide(root: Path, case: str, kill_at: int) -> None:
    _, decision, evidence = CASES[case]
    count = 0

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal count
        if _is_write(event, arguments):
            count += 1
            if count == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    review = Review(Store(root), TERMS)
    sys.addaudithook(watch)
    review.take(ID, decision, evidence=evidence)


def killed_at(folder: Path, case: str, point: int) -> tuple[Path, bool]:
    """Return the copy of the site in which a child decided, and whether it died of it."""
    root = folder.with_name(f"{folder.name}-{point}")
    shutil.copytree(folder, root)
    child = os.fork()
    if not child:
        try:
            _decide(root, case, point)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return root, os.WIFSIGNALED(status)


def _all(folder: Path, case: str, points: list[str]) -> Iterator[dict[str, Any]]:
    point, dying = 0, True
    while dying if points == ["all"] else point < len(points):
        at = point + 1 if points == ["all"] else int(points[point])
        root, dying = killed_at(folder, case, at)
        noted = bool(list((root / "private/submissions/unfinished").glob("*.yaml")))
        yield {"root": str(root), "point": at, "killed": dying, "noted": noted}
        point += 1


if __name__ == "__main__":
    print(json.dumps(list(_all(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))))
