"""What attention costs with dropout and without, by the length of the window."""

import pytest

from core.experiments import attention_time
from core.result import Result

pytestmark = pytest.mark.usefixtures("private_home")


def test_lengths_double_up_to_the_longest():
    assert attention_time.lengths(256) == [32, 64, 128, 256]
    assert attention_time.lengths(100) == [32, 64, 100]
    assert attention_time.lengths(32) == [32]


def test_every_length_gets_both_times_and_their_ratio():
    result = Result(tuple(attention_time.run(attention_time.Config(context=64), {})))
    for name in ("with", "without", "ratio"):
        assert set(result.metrics[name]) == {32, 64} and min(result.metrics[name].values()) > 0
