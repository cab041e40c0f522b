"""Modes of a trained model: what may change between two readings of it, and what may not."""

import pytest
import torch

from core import batches, corpora, optimizers
from core.experiment import encode, make
from core.experiments import eval_mode, model5
from core.problem import Problem
from core.result import Result

pytestmark = pytest.mark.usefixtures("private_home")

SMALL = {
    "tokenizer": "words",
    "init": "gpt2",
    "width": 16,
    "blocks": 1,
    "heads": 2,
    "context": 8,
    "batch": 4,
    "steps": 20,
}


def trained(**values):
    """(Config, weights) of a short run."""
    config = make(model5.Config, **(SMALL | values))
    snapshots = [e for e in model5.run(config, {}) if e.kind == "snapshot"]
    return config, {k: v.clone() for k, v in snapshots[-1].state().items()}


def read(parent, weights, **values) -> Result:
    config = make(eval_mode.Config, parent=encode(parent), masks=6, **values)
    return Result(tuple(eval_mode.run(config, {"model": weights})))


@pytest.fixture(scope="module")
def dropped(private_home):
    return trained(dropout=0.4)


def losses(result) -> list[float]:
    return list(result.metrics["test_loss"].values())


def test_evaluation_mode_gives_the_same_number_every_time_and_training_mode_never_twice(dropped):
    assert len(set(losses(read(*dropped)))) == 1
    assert len(set(losses(read(*dropped, mode="train")))) == 6


def test_evaluation_mode_is_the_loss_by_hand(dropped):
    parent, weights = dropped
    model, _ = model5.build(parent)
    model.load_state_dict(optimizers.weights(weights))
    rows = torch.from_numpy(batches.test_rows(corpora.tokens("tales-en", "words", "test"), 8, 384))
    with torch.no_grad():
        logits = model.eval()(rows[:, :-1])
    by_hand = torch.nn.functional.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten()).item()
    assert losses(read(*dropped))[0] == pytest.approx(by_hand, abs=1e-5)


def test_an_attention_that_forgets_only_matters_where_attention_drops():
    elsewhere = trained(drop_embedding=0.4, drop_mlp=0.4)
    assert losses(read(*elsewhere, mode="attention")) == losses(read(*elsewhere))
    there = trained(drop_attention=0.4)
    assert len(set(losses(read(*there, mode="attention")))) == 6
    assert losses(read(*there, mode="attention")) == losses(read(*there, mode="train"))


def test_without_dropout_the_modes_are_one():
    plain = trained()
    assert losses(read(*plain, mode="train")) == losses(read(*plain))


def test_averaging_masks_is_averaging_probabilities(dropped):
    p = torch.rand(5, 3, 4, dtype=torch.double)
    by_hand = [-p[:m].mean(0).log().mean().item() for m in range(1, 6)]
    assert eval_mode.averaged(-p.log()) == pytest.approx(by_hand)
    result = read(*dropped, mode="train")
    curve = list(result.metrics["masks_loss"].values())
    assert curve[0] == pytest.approx(losses(result)[0])
    assert curve[-1] < sum(losses(result)) / 6, "Jensen: the mean distribution cannot be worse than the mean loss"


def test_the_likeliest_words_are_steady_in_evaluation_mode_only(dropped):
    assert read(*dropped).final("steady") == eval_mode.LENGTH
    assert read(*dropped, mode="train").final("steady") < eval_mode.LENGTH


def test_what_it_writes_and_how_it_is_judged(dropped):
    result = read(*dropped, prompt="One day", temperature=1.0)
    story = result.samples["story"][6]
    assert story.prompt == "One day" and story.text
    assert 0 < result.final("pairs_known") < 1
    assert read(*dropped, prompt="One day").samples["story"][6].text == story.text
    cropped = read(*dropped, prompt="One day " * 20)
    assert next(n for n in cropped.notes).facts["kept"] == 8
    assert read(*dropped, prompt="").samples["story"][6].text


def test_only_a_model_5_can_be_read():
    from core.experiments import model1

    with pytest.raises(Problem, match="wrong_parent"):
        eval_mode.EXPERIMENT.needs(eval_mode.Config(parent=encode(model1.Config())))
