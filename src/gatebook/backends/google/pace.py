"""How many requests go out in a minute, and how long to wait before trying again."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable

# The window of Google's quotas. https://developers.google.com/workspace/sheets/api/limits
_MINUTE = 60.0


class Pace:
    """Lets at most so many requests through in any sixty seconds; the others wait their turn."""

    def __init__(
        self,
        per_minute: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._sent: deque[float] = deque(maxlen=max(per_minute, 1))
        self._clock = clock
        self._sleep = sleep

    def wait(self) -> None:
        """Return when the next request may go out."""
        if len(self._sent) == self._sent.maxlen:
            over = self._sent[0] + _MINUTE - self._clock()
            if over > 0:
                self._sleep(over)
        self._sent.append(self._clock())


class Patience:
    """Waits between tries: twice as long each time at most, at random, until a deadline (seconds).

    "Full jitter": https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """

    def __init__(
        self,
        first: float = 1.0,
        longest: float = 64.0,
        deadline: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._next = first
        self._longest = longest
        self._clock = clock
        self._end = clock() + deadline
        self._sleep = sleep
        self._chance = chance

    def again(self, at_least: float = 0.0) -> bool:
        """Wait before another try; False, at once, where the deadline would pass meanwhile.

        `at_least`: what the server asked for, in seconds.
        """
        wait = max(at_least, self._chance(0, self._next))
        if self._clock() + wait > self._end:
            return False
        self._next = min(self._next * 2, self._longest)
        self._sleep(wait)
        return True
