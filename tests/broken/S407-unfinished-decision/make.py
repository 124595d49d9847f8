"""A story that its author takes back, on a disk that fills up before all of it is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from caresite.submissions.review import actions
from caresite.submissions.review.actions import Review
from caresite.submissions.review.decisions import Approve, Withdraw
from submissions.deciding import ID, given


def make(root: Path) -> None:
    review = Review(*given(root))
    review.take(ID, Approve())

    def full_disk(*arguments: object) -> bool:
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions, "set_entry", full_disk)
        with pytest.raises(OSError, match="No space"):
            review.take(ID, Withdraw())
