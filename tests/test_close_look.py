"""The final place by itself, and the head computed only where it is graded: the same numbers, less work."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core import batches, close_look
from core.experiment import make, run_id
from core.experiments import model5
from core.problem import Problem
from core.result import Result

SMALL = {"width": 16, "blocks": 1, "heads": 2, "context": 8, "batch": 4, "steps": 20}

pytestmark = pytest.mark.usefixtures("private_home")


def played(**values):
    config = make(model5.Config, **(SMALL | values))
    return Result(tuple(e for e in model5.run(config, {}) if e.kind != "snapshot"))


def test_overlapping_windows_all_end_on_another_token_and_non_overlapping_ones_stay_as_they_were():
    tokens = np.arange(100)
    rows = batches.overlapping_rows(tokens, 8, 60)
    assert rows.shape == (60, 9) and len(set(rows[:, -1])) == 60 and (np.diff(rows) == 1).all()
    assert len(batches.overlapping_rows(tokens, 8, 5000)) == 92, "one for every start there is"
    apart = batches.test_rows(tokens, 8, 60)
    assert len(apart) == 11 and (apart[1:, 0] >= apart[:-1, -1]).all()
    with pytest.raises(Problem, match="too_few_tokens"):
        batches.overlapping_rows(tokens[:8], 8, 3)


def test_the_final_place_by_itself_is_the_last_column_of_all_losses():
    model, _ = model5.build(make(model5.Config, **SMALL))
    x, y = (torch.randint(2000, (5, 8)) for _ in range(2))
    whole = F.cross_entropy(model(x).flatten(0, 1), y.flatten(), reduction="none").view(5, 8)
    torch.testing.assert_close(close_look.last_losses(model, x, y, size=2), whole[:, -1])


def test_standard_errors_and_spreads_agree_with_numpy():
    model, _ = model5.build(make(model5.Config, **SMALL))
    x, y = (torch.randint(2000, (40, 8)) for _ in range(2))
    losses = (
        F.cross_entropy(model(x).flatten(0, 1), y.flatten(), reduction="none").view(40, 8).detach().double().numpy()
    )
    with torch.no_grad():
        found = Result(tuple(close_look.events(model, x, y, 100, full=True)))
    assert found.final("last_se") == pytest.approx(losses[:, -1].std(ddof=1) / 40**0.5, rel=1e-5)
    places = found.tables["places"][100]
    assert places["se"] == pytest.approx(losses.std(0, ddof=1) / 40**0.5, abs=1e-4)
    assert found.tables["close"][100]["all"] == pytest.approx(losses.mean(1), abs=1e-4)


@pytest.mark.parametrize("graded_at", ["last", "every", "random"])
def test_the_head_on_graded_places_alone_gives_the_same_losses_and_the_same_model(graded_at):
    whole = played(graded=3, graded_at=graded_at, dropout=0.2, init="gpt2")
    skipped = played(graded=3, graded_at=graded_at, dropout=0.2, init="gpt2", head_at="graded")
    for name in ("train_loss", "test_loss"):
        assert list(whole.metrics[name].values()) == pytest.approx(list(skipped.metrics[name].values()), abs=2e-4)


def test_every_place_graded_is_the_run_of_lesson_8_to_the_digit():
    assert played(graded=8).metrics["train_loss"] == played().metrics["train_loss"]
    assert played(head_at="graded").metrics["train_loss"] == played().metrics["train_loss"]


def test_more_places_than_there_are_is_said_and_means_all():
    result = played(graded=50, steps=3)
    assert [(n.code, n.facts) for n in result.notes] == [("graded_clamped", {"asked": 50, "context": 8})]
    assert result.metrics["train_loss"] == played(steps=3).metrics["train_loss"]


def test_a_run_that_is_not_looked_at_closely_is_the_run_it_always_was():
    assert run_id(make(model5.Config)) == run_id(make(model5.Config, close=0, head_at="all"))
    assert run_id(make(model5.Config)) != run_id(make(model5.Config, close=64))
    assert "last_loss" not in played(steps=2).metrics
    looked = played(steps=20, close=64)
    assert set(looked.metrics["last_loss"]) == {0, 10, 20} and set(looked.tables["places"]) == {20}


def test_it_learns_only_where_it_is_graded_and_less_at_the_end_too():
    everywhere, last = (played(graded=k, init="gpt2", context=16, steps=100, close=256, lr=3e-3) for k in (0, 1))
    assert last.final("last_loss") > everywhere.final("last_loss") + 0.2
