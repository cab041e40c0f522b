from math import factorial

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


def table(name, **values):
    events = experiment.run(experiment.Config(**values), {})
    return next(e.columns for e in events if e.kind == "table" and e.name == name)


def test_draws_per_token_follow_poissons_law():
    settings = {"tokens": 349_000, "context": 64, "steps": 250}
    shares = np.mean([table("draws", **settings, seed=seed)["share"][:4] for seed in range(5)], axis=0)
    mean = 250 * 16 * 64 / 349_000
    by_hand = [mean**k * np.exp(-mean) / factorial(k) for k in range(4)]
    assert shares == pytest.approx(by_hand, abs=0.01)
    assert table("draws", **settings)["law"][:4] == pytest.approx(by_hand)


def test_shuffled_passes_show_every_token_equally_often():
    found = table("draws", tokens=10_001, batch=10, context=10, steps=250, sampler="epochs")
    assert found["share"][2] == pytest.approx(0.5, abs=1e-3) == found["share"][3]
    assert found["law"][2:4] == pytest.approx([0.5, 0.5], abs=1e-3)
    assert sum(found["share"]) == pytest.approx(1)


def test_a_pass_holds_every_window_once():
    starts = coverage.shuffled_passes(np.random.default_rng(0), 101, 10, 25)
    assert sorted(starts[:10]) == sorted(starts[10:20]) == list(range(0, 100, 10))
    assert list(starts[:10]) != list(starts[10:20])


def test_after_one_shuffled_pass_nothing_is_unseen():
    events = list(
        experiment.run(experiment.Config(tokens=10_001, batch=10, context=10, steps=100, sampler="epochs"), {})
    )
    unseen = {e.step: e.value for e in events if e.kind == "metric" and e.name == "unseen"}
    assert unseen[100] == pytest.approx(1 / 10_001) and unseen[50] == pytest.approx(0.5, abs=1e-3)
