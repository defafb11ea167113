"""The `gatebook` command as a process of its own; `python -m gatebook` is the same."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress

from gatebook import STOPPED


def run() -> None:
    """Run the command and end the process with its exit code; Ctrl-C is answered from the first moment."""
    try:
        from gatebook.cli.main import main

        main()
    except KeyboardInterrupt:  # While the command was being loaded, or behind its last word.
        sys.stderr.write(f"{STOPPED}\n")
        _end_at_once(128 + signal.SIGINT)
    except SystemExit as end:
        # What was asked for is done: it is too late to be stopped.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if isinstance(end.code, int) and end.code > 128:
            _end_at_once(end.code)
        raise


def _end_at_once(code: int) -> None:
    """End without Python's own tidying up. Stopped in the middle, that would wait for readers that were
    just killed, or stumble over what is left of them; ours is done by then."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    run()
