"""Run at the start of every Python below `make test-ahead`, where faketime moves less, or more, than the date.

It has to spare the monotonic clock, or every wait with a limit lasts for years; but it moves the end of
`clock_nanosleep` even then, which `time.sleep` uses, and that fails. And it does not move the stamps of files, so the
clock that they are compared with, `time.time_ns`, has to stay with them.
"""

import os
import select
import tempfile
import time

if "FAKETIME" in os.environ:
    with tempfile.TemporaryFile() as new:
        ahead_s = round((time.time_ns() - os.fstat(new.fileno()).st_mtime_ns) / 1e9)
    moved_ns = time.time_ns
    time.time_ns = lambda: moved_ns() - ahead_s * 10**9
    time.sleep = lambda seconds: select.select((), (), (), seconds) and None
