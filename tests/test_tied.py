"""What is left of a tie: checked on real models, by identity and by address."""

import copy

import pytest
import torch

from core import rng, tied
from core.initializers import by_visit
from core.models import Model5
from core.problem import Problem


def model(tying):
    one = Model5(60, 16, 8, blocks=1, heads=2, tying=tying)
    by_visit(one, rng.stream(0, "init"))
    return one


def audit(tying):
    return tied.audit(model(tying), model(tying))


def test_the_true_tie_survives_everything():
    found = audit("same")
    assert found["same"] == 1 and [found[m] for m in tied.MOMENTS] == [1, 1, 1, 1]


def test_the_courses_parameter_is_counted_twice_and_lost_on_the_way():
    found, true = audit("course"), audit("same")
    assert found["same"] == 0
    assert found["counted"] - true["counted"] == 60 * 16
    assert [found[m] for m in tied.MOMENTS] == [1, 2, 2, 1]


def test_an_untied_model_never_shares():
    assert [audit("untied")[m] for m in tied.MOMENTS] == [2, 2, 2, 2]


def test_a_move_changes_no_value():
    one = model("course")
    before = copy.deepcopy(one.state_dict())
    tied.moved(one)
    assert all(torch.equal(before[name], tensor) for name, tensor in one.state_dict().items())
    assert not tied.shared(one) and tied.gap(one) == 0


def test_the_gap_of_two_strangers_is_the_square_root_of_two():
    one = Model5(2000, 64, 8, blocks=1, heads=2, tying="untied")
    by_visit(one, rng.stream(0, "init"), embeddings="normal")
    assert tied.gap(one) == pytest.approx(2**0.5, rel=0.01)


def test_a_tied_model_refuses_two_different_matrices_and_says_by_how_much():
    parted, fresh = model("course"), model("same")
    tied.moved(parted)
    tied.load(fresh, parted.state_dict())  # parted, but still equal: nothing is lost
    with torch.no_grad():
        parted.lm_head.weight.mul_(2)
    with pytest.raises(Problem) as refusal:
        tied.load(fresh, parted.state_dict())
    assert refusal.value.code == "matrices_differ" and refusal.value.facts["gap"] == 1.0
