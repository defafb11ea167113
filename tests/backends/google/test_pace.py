"""How fast requests go out, and how long gatebook keeps trying."""

from hypothesis import given
from hypothesis import strategies as st

from gatebook.backends.google.pace import Pace, Patience


class Clock:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@given(
    per_minute=st.integers(1, 60),
    gaps=st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=150),
)
def test_no_sixty_seconds_see_more_requests_than_allowed(
    per_minute: int, gaps: list[float]
) -> None:
    clock = Clock()
    pace = Pace(per_minute, clock, clock.sleep)
    sent = []
    for gap in gaps:
        clock.now += gap
        pace.wait()
        sent.append(clock.now)
    for place in range(per_minute, len(sent)):
        assert sent[place] - sent[place - per_minute] >= 60 - 1e-6


def test_a_few_requests_never_wait() -> None:
    clock = Clock()
    pace = Pace(55, clock, clock.sleep)
    for _ in range(55):
        pace.wait()
    assert clock.slept == []
    pace.wait()
    assert clock.slept == [60.0]


def test_waits_double_at_random_until_the_deadline() -> None:
    clock = Clock()
    most = Patience(1, 8, 40, clock, clock.sleep, chance=lambda _least, longest: longest)
    while most.again():
        pass
    assert clock.slept == [1, 2, 4, 8, 8, 8, 8]


def test_what_the_server_asks_for_is_waited_for() -> None:
    clock = Clock()
    patience = Patience(1, 8, 100, clock, clock.sleep, chance=lambda least, _longest: least)
    assert patience.again(at_least=30)
    assert clock.slept == [30]
    assert not patience.again(at_least=71)
    assert clock.slept == [30]
