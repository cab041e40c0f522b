"""Short and long prompts for a finished Model 5, with dropout off and left on."""

import pytest

from core.experiment import encode, make
from core.experiments import model5, prompt_lengths
from core.problem import Problem
from core.result import Result

pytestmark = pytest.mark.usefixtures("private_home")


@pytest.fixture(scope="module")
def finished(private_home):
    """(Config, snapshot) of a small Model 5, a few steps old, trained with dropout."""
    config = make(model5.Config, width=16, blocks=1, heads=2, context=16, batch=4, steps=5, dropout=0.3)
    states = [e.state() for e in model5.run(config, {}) if e.kind == "snapshot"]
    return config, {name: tensor.clone() for name, tensor in states[-1].items()}


def asked(finished, **values):
    parent, weights = finished
    config = make(prompt_lengths.Config, parent=encode(parent), tokens=12, **values)
    return Result(tuple(prompt_lengths.run(config, {"model": weights})))


def test_both_prompts_end_on_the_same_words_and_the_long_one_fills_the_window(finished):
    result = asked(finished, short=4)
    short, long = (result.samples[f"{n} prompt"][1] for n in ("short", "long"))
    assert long.prompt.endswith(short.prompt) and len(long.prompt) > len(short.prompt)
    assert result.facts == {"short": 4, "long": 15}
    assert 0 <= result.final("short_pairs_known") <= 1


def test_dropout_left_on_writes_something_else_and_the_same_again(finished):
    off, on, again = (asked(finished, left_on=v).samples["long prompt"][1].text for v in (False, True, True))
    assert off != on and on == again


def test_with_no_dropout_to_leave_on_it_says_so():
    config = make(model5.Config, width=16, blocks=1, heads=2, context=16, batch=4, steps=0)
    state = next(e.state() for e in model5.run(config, {}) if e.kind == "snapshot")
    assert [n.code for n in asked((config, state), left_on=True).notes] == ["no_dropout_to_leave_on"]


def test_a_run_that_is_no_model_5_is_refused():
    from core.experiments import model1

    with pytest.raises(Problem, match="wrong_parent"):
        prompt_lengths.writer(make(prompt_lengths.Config, parent=encode(model1.Config())))
