import numpy as np
import pytest

from core import coverage
from core.experiments import coverage as experiment


def shown_by_hand(starts, tokens, context):
    first, count = [None] * tokens, [0] * tokens
    for step, row in enumerate(starts):
        for start in row:
            for place in range(start, min(start + context, tokens)):
                first[place] = step if first[place] is None else first[place]
                count[place] += 1
    return first, count


@pytest.mark.parametrize("context", [1, 2, 3, 7, 8])
def test_first_seen_and_visits_agree_with_counting_token_by_token(context):
    starts = np.random.default_rng(context).integers(0, 40 - context, size=(6, 3))
    first, count = shown_by_hand(starts.tolist(), 40, context)
    seen = coverage.first_seen(starts, 40, context)
    assert [None if s == coverage.NEVER else int(s) for s in seen] == first
    assert coverage.visits(starts, 40, context).tolist() == count
    by_hand = [sum(f is None or f >= n for f in first) / 40 for n in range(7)]
    assert coverage.unseen(seen, range(7)).tolist() == pytest.approx(by_hand)


def test_the_unseen_share_follows_the_law_of_chance():
    shares = [
        next(
            e.value
            for e in experiment.run(experiment.Config(seed=seed), {})
            if e.kind == "metric" and e.name == "unseen" and e.step == 100
        )
        for seed in range(5)
    ]
    assert np.mean(shares) == pytest.approx(np.exp(-100 * 16 * 256 / 142_515), rel=0.1)


def test_the_first_token_is_rarely_seen_and_the_middle_often():
    events = {e.name: e.value for e in experiment.run(experiment.Config(), {}) if e.kind == "metric" and e.step == 501}
    assert events["passes"] == pytest.approx(14.4, abs=0.01)
    assert events["first"] == pytest.approx(0.055, abs=0.001)


def test_a_text_hardly_longer_than_a_window_is_fine():
    assert list(experiment.run(experiment.Config(tokens=100, context=1024, steps=1, batch=1), {}))[-1].reason == "done"
