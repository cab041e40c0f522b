"""What a graded place costs: counted by hand, measured in turn, the same loss both ways."""

import pytest
import torch

from core.experiment import make
from core.experiments import head_cost
from core.problem import Problem
from core.result import Result

pytestmark = pytest.mark.usefixtures("private_home")
SMALL = {"vocabulary": 500, "width": 16, "blocks": 1, "heads": 2, "context": 16, "batch": 4}


def test_at_the_courses_size_the_head_is_three_tenths_of_the_multiplications():
    course = make(head_cost.Config, vocabulary=50_257, width=768, blocks=12, heads=12, context=256)
    body, head = head_cost.multiply_adds(course)
    assert head == 38_597_376 and body == 89_653_248
    assert head / (body + head) == pytest.approx(0.301, abs=5e-4)


def test_the_body_is_what_torch_counts():
    from torch.utils.flop_counter import FlopCounterMode

    from core.models import Model5

    config = make(head_cost.Config, **SMALL)
    model = Model5(500, 16, 16, blocks=1, heads=2)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, 16, dtype=torch.long))
    counted = counter.get_total_flops() / 2 / 16  # two operations a multiply-add, 16 tokens
    body, head = head_cost.multiply_adds(config)
    attention = 2 * 16 * 16  # some kernels of attention are not counted
    assert counted in (pytest.approx(body + head), pytest.approx(body + head - attention))


def test_both_ways_to_grade_the_end_give_one_loss_and_skipping_the_head_is_faster():
    big_head = SMALL | {"vocabulary": 8000, "context": 32}
    result = Result(tuple(head_cost.run(make(head_cost.Config, **big_head), {})))
    assert result.final("loss_gap") < 1e-5
    assert result.final("head_ratio") < result.final("slice_ratio") < 1.05
    assert result.tables["ways"][0]["way"] == list(head_cost.WAYS)


def test_heads_that_do_not_divide_are_refused_with_a_width_that_would_do():
    with pytest.raises(Problem, match="heads_do_not_divide"):
        list(head_cost.run(make(head_cost.Config, **SMALL | {"heads": 3}), {}))
