"""Run at the start of every Python below `make test-ahead`: sleep in a way that faketime leaves alone.

faketime has to spare the monotonic clock, or every wait with a limit lasts for years; but it moves the end of
`clock_nanosleep`, which `time.sleep` uses, even then, and that fails.
"""

import os
import select
import time

if "FAKETIME" in os.environ:
    time.sleep = lambda seconds: select.select((), (), (), seconds) and None
