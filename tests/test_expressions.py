"""A typed loss: its slopes are autograd's, and nothing that is not on the list is read."""

import numpy as np
import pytest
import torch

from core import expressions
from core.problem import Problem

E = np.array([-3.0, -1.2, -0.4, 0.3, 0.9, 2.5])
TORCH = {
    "abs(e)**1.5": lambda e: e.abs() ** 1.5,
    "e**2 / 2 - 3*e + 1": lambda e: e**2 / 2 - 3 * e + 1,
    "log(1 + e*e)": lambda e: torch.log(1 + e * e),
    "exp(-e) + tanh(2*e)": lambda e: torch.exp(-e) + torch.tanh(2 * e),
    "maximum(abs(e) - 0.5, 0)": lambda e: torch.maximum(e.abs() - 0.5, torch.zeros(())),
    "minimum(e**2, 1)": lambda e: torch.minimum(e**2, torch.ones(())),
    "softplus(e) - sqrt(e*e + 1)": lambda e: torch.nn.functional.softplus(e) - torch.sqrt(e * e + 1),
    "where(e < 0, -0.2*e, 0.8*e)": lambda e: torch.where(e < 0, -0.2 * e, 0.8 * e),
    "2**e + (e*e + 1)**e": lambda e: 2**e + (e * e + 1) ** e,
    "+e - -e": lambda e: 2 * e,
    "1 / (1 + abs(e))": lambda e: 1 / (1 + e.abs()),
}


@pytest.mark.parametrize("text", TORCH)
def test_value_and_slope_are_those_of_autograd(text):
    e = torch.tensor(E, requires_grad=True)
    wanted = TORCH[text](e)
    wanted.sum().backward()
    value, slope = expressions.parse(text)(E)
    np.testing.assert_allclose(value, wanted.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(slope, e.grad.numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("text", "torch_loss"), [("abs(e)", torch.abs), ("maximum(e, 0)", None), ("maximum(e, -e)", None)]
)
def test_at_a_kink_the_slope_is_pytorchs(text, torch_loss):
    e = torch.zeros((), requires_grad=True)
    other = {"maximum(e, 0)": torch.zeros(()), "maximum(e, -e)": -e}
    (torch_loss(e) if torch_loss else torch.maximum(e, other[text])).backward()
    assert expressions.parse(text)(np.array(0.0))[1] == e.grad.item()


def test_a_constant_has_the_shape_of_its_errors_and_slope_zero():
    value, slope = expressions.parse("3")(E)
    assert value.shape == slope.shape == E.shape
    assert (value == 3).all() and (slope == 0).all()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "expression_empty"),
        ("   ", "expression_empty"),
        ("e" + "+e" * 60, "expression_too_long"),
        ("abs(e", "expression_syntax"),
        ("e e", "expression_syntax"),
        ("e\x00", "expression_syntax"),
        ("(" * 119, "expression_syntax"),
        ("x", "expression_name"),
        ("yhat - y", "expression_name"),
        ("sin(e)", "expression_call"),
        ("__import__('os')", "expression_call"),
        ("abs(e, 2)", "expression_arity"),
        ("where(e < 0, 1)", "expression_arity"),
        ("e.real", "expression_part"),
        ("e.__class__.__mro__", "expression_part"),
        ("abs.__self__", "expression_part"),
        ("abs(x=e)", "expression_call"),
        ("(lambda: e)()", "expression_part"),
        ("[e for e in (1,)]", "expression_part"),
        ("'e' * 999", "expression_part"),
        ("True", "expression_part"),
        ("1j", "expression_part"),
        ("e ^ 2", "expression_part"),
        ("e if e > 0 else 1", "expression_part"),
        ("0 < e < 1", "expression_part"),
        ("e[0]", "expression_part"),
        ("e := 3", "expression_syntax"),
        ("(e := 3)", "expression_part"),
        ("f'{e}'", "expression_part"),
    ],
)
def test_what_is_not_on_the_list_is_refused_by_name(text, code):
    with pytest.raises(Problem) as refused:
        expressions.parse(text)
    assert refused.value.code == code


def test_a_tower_of_powers_is_a_float_and_ends_at_once():
    value, _ = expressions.parse("9**9**9**9**9")(E)
    assert np.isinf(value).all()


def test_every_refusal_has_a_sentence_in_both_languages():
    from app.sentences import SENTENCES, say

    codes = [code for code in SENTENCES if code.startswith("expression_")]
    assert len(codes) == 7
    for code in codes:
        line = say(
            code, {"name": "x", "text": "x", "valid": "abs", "wanted": 1, "given": 2, "length": 200, "limit": 120}
        )
        assert line.en != line.vi and "–" not in line.en
