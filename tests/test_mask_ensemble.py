"""A finished model read with one mask, with many, with none."""

import math

import pytest

from core import batches, corpora, experiment
from core.experiments import mask_ensemble, model5
from core.result import Result

pytestmark = pytest.mark.usefixtures("private_home")

SMALL = {"width": 16, "context": 8, "steps": 30, "windows": 12, "masks": 8}


def read(**values):
    config = experiment.make(mask_ensemble.Config, **(SMALL | values))
    state = None
    for event in model5.run(mask_ensemble.trained(config), {}):
        if event.kind == "snapshot" and event.step == config.steps:
            state = {name: tensor.clone() for name, tensor in event.state().items()}
    return config, state, Result(tuple(mask_ensemble.run(config, {"model": state})))


def test_without_dropout_every_way_of_reading_is_the_same():
    _, _, result = read(dropout=0.0)
    assert result.final("single") == pytest.approx(result.final("eval_loss"), abs=1e-6)
    assert result.final("averaged") == pytest.approx(result.final("eval_loss"), abs=1e-6)
    assert result.final("single_sd") == pytest.approx(0, abs=1e-9)
    assert result.samples["dropout on"][30].text == result.samples["dropout off"][30].text


def test_the_average_of_many_masks_is_better_than_one_mask_as_jensen_says():
    _, _, result = read(dropout=0.4)
    curve = result.tables["ensemble"][30]
    assert curve["masks"] == [1, 2, 4, 8]
    assert curve["loss"][0] == pytest.approx(result.final("single"), abs=1e-4)
    assert all(a > b for a, b in zip(curve["loss"], curve["loss"][1:], strict=False))


def test_the_loss_without_a_mask_is_the_cross_entropy_of_the_same_windows():
    import torch

    config, state, result = read(dropout=0.2)
    model, _ = model5.build(mask_ensemble.trained(config))
    model.load_state_dict({k: v for k, v in state.items() if "/" not in k})
    model.eval()
    x, y = batches.test_windows(corpora.tokens("tales-en", "words", "test"), config.context, config.windows)
    with torch.no_grad():
        loss = torch.nn.functional.cross_entropy(model(x).flatten(0, 1), y.flatten()).item()
    assert result.final("eval_loss") == pytest.approx(loss, abs=1e-5)
    assert 0 < result.final("eval_accuracy") < 1 and math.isfinite(result.final("train_single"))


def test_a_parent_is_trained_with_the_same_settings():
    config = experiment.make(mask_ensemble.Config, dropout=0.3, keep=900)
    parent = mask_ensemble.trained(config)
    assert (parent.dropout, parent.keep, parent.tokenizer, parent.init) == (0.3, 900, "words", "gpt2")
    assert set(model5.drops(parent)) == set(model5.PLACES)
